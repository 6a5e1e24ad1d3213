/* The station's state: taken up again it composes the same bytes, and what is damaged is
 * refused. */
#include "common/json.h"
#include "composerd/station_json.h"
#include "tests/check.h"
#include "tests/samples.h"

#include <errno.h>
#include <stdlib.h>

enum { RATE_HZ = 44100, KEPT_MAX = 64 };

static struct station station, again;
static const struct station_circumstances here = {
    .boot_id = "01234567-89ab-cdef-0123-456789abcdef", .rate_hz = RATE_HZ};

/* Phrases as they were published, byte for byte. */
struct kept {
    uint32_t n;
    struct phrase phrases[KEPT_MAX];
};
static struct kept first, second;

static void keep(void *user, const struct phrase *phrase)
{
    struct kept *const kept = user;

    CHECK(kept->n < KEPT_MAX);
    kept->phrases[kept->n++] = *phrase;
}

static void prepare(struct station *one)
{
    memset(one, 0, sizeof *one);
    one->phrase_bars = 8;
    one->lead_frames = clock_ms_frames(300, RATE_HZ);
}

static void change(struct station *one, const char *name, double value, uint64_t frame,
                   struct kept *kept)
{
    const struct station_listener listener = {kept, keep};
    struct control_request request = {.origin = "test"};
    struct param_error error;

    CHECK_INT(params_change_number(&request.change, name, value, &error), 0);
    station_change(one, &request, frame, 1, &listener);
}

static void compose_ahead(struct station *one, uint64_t frame, struct kept *kept)
{
    const struct station_listener listener = {kept, keep};

    while (station_compose(one, frame, &listener)) {
    }
}

/* A station some minutes old, in the middle of a change. */
static int setup(void **state)
{
    const struct epoch epoch = sample_epoch();
    struct params params;

    (void)state;
    prepare(&station);
    prepare(&again);
    first.n = second.n = 0;
    params_init(&params);
    params.seed = UINT64_MAX;
    if (station_begin(&station, &epoch, &params) != 0) {
        return -1;
    }
    compose_ahead(&station, 6000000, &first);
    change(&station, "bpm", 71.234567, 6000000, &first);
    change(&station, "intensity", 0.1 + 0.2, 6100032, &first);
    station.change.params.habits.tint = 0.123457; /* of a preset of somebody's own */
    change(&station, "intensity", 0.3, 6200000, &first);
    first.n = 0;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    station_finish(&station);
    station_finish(&again);
    return 0;
}

static int take_up(const char *text, const struct station_circumstances *now,
                   struct station_carried *carried, struct json_reason *reason)
{
    return station_from_json(text, strlen(text), now, &(struct station_taken){&again, carried},
                             reason);
}

static void take_up_good(void)
{
    struct json_reason reason;
    struct station_carried carried;
    char *const text = station_to_json(&station);

    CHECK_INT(take_up(text, &here, &carried, &reason), 0);
    CHECK_TEXT(reason.text, "");
    free(text);
}

static void test_a_station_that_was_taken_up_says_the_same_state(void **state)
{
    (void)state;
    take_up_good();
    char *const before = station_to_json(&station);
    char *const after = station_to_json(&again);

    CHECK_TEXT(after, before);
    assert_memory_equal(&again.ahead.composer, &station.ahead.composer,
                        sizeof station.ahead.composer);
    assert_memory_equal(again.ahead.entries, station.ahead.entries,
                        station.ahead.n_entries * sizeof station.ahead.entries[0]);
    CHECK_U64(again.next_phrase, station.next_phrase);
    CHECK_U64(again.epoch.stream, station.epoch.stream);
    CHECK_INT(again.epoch.monotonic_ns, station.epoch.monotonic_ns);
    CHECK_INT(again.epoch.wall_ns, station.epoch.wall_ns);
    CHECK_U64(again.lead_frames, station.lead_frames);
    free(before);
    free(after);
}

static void check_same_phrases(void)
{
    CHECK(first.n > 0);
    CHECK_U64(second.n, first.n);
    for (uint32_t i = 0; i < first.n; i++) {
        assert_memory_equal(&second.phrases[i], &first.phrases[i], sizeof first.phrases[i]);
    }
}

static void test_it_composes_the_same_bytes_as_if_nothing_had_happened(void **state)
{
    (void)state;
    take_up_good();
    compose_ahead(&station, 20000000, &first);
    compose_ahead(&again, 20000000, &second);
    check_same_phrases();
}

static void test_a_change_does_the_same_to_it(void **state)
{
    (void)state;
    take_up_good();
    change(&station, "bpm", 100, 6200000, &first);
    change(&again, "bpm", 100, 6200000, &second);
    CHECK_U64(again.change.effective_frame, station.change.effective_frame);
    CHECK_U64(again.change.settled_frame, station.change.settled_frame);
    CHECK_U64(again.change.change, station.change.change);
    compose_ahead(&station, 15000000, &first);
    compose_ahead(&again, 15000000, &second);
    check_same_phrases();
}

static void test_it_survives_being_taken_up_again_and_again(void **state)
{
    (void)state;
    for (uint64_t frame = 7000000; frame < 40000000; frame += 3000000) {
        take_up_good();
        first.n = second.n = 0;
        compose_ahead(&station, frame, &first);
        compose_ahead(&again, frame, &second);
        CHECK_U64(second.n, first.n);
        for (uint32_t i = 0; i < first.n; i++) {
            assert_memory_equal(&second.phrases[i], &first.phrases[i], sizeof first.phrases[i]);
        }
        station_finish(&station);
        station = again; /* the one that goes on is the one that was taken up */
        prepare(&again);
    }
}

static void test_a_state_of_another_boot_or_rate_gives_only_its_parameters(void **state)
{
    const struct station_circumstances elsewhere[] = {
        {.boot_id = "11234567-89ab-cdef-0123-456789abcdef", .rate_hz = RATE_HZ},
        {.boot_id = here.boot_id, .rate_hz = 48000}};
    char *const text = station_to_json(&station);

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct station_carried carried = {0};
        struct json_reason reason;

        CHECK_INT(take_up(text, &elsewhere[i], &carried, &reason), -ESTALE);
        assert_memory_equal(&carried.params, &station.change.params, sizeof carried.params);
        CHECK_INT(carried.day_s, station.day_s);
        assert_null(again.ahead.entries);
    }
    free(text);
}

static void check_refused(const char *text, const char *what)
{
    static struct station before;
    struct json_reason reason = {""};
    struct station_carried carried;

    before = again;
    CHECK_INT(take_up(text, &here, &carried, &reason), -EPROTO);
    if (strstr(reason.text, what) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", reason.text, what);
    }
    assert_memory_equal(&again, &before, sizeof again);
}

static void check_damaged(cJSON *state, cJSON *parent, const char *member, cJSON *damage)
{
    cJSON *const good = cJSON_DetachItemFromObjectCaseSensitive(parent, member);

    if (damage != NULL) {
        cJSON_AddItemToObject(parent, member, damage);
    }
    char *const text = cJSON_PrintUnformatted(state);

    check_refused(text, member);
    free(text);
    cJSON_DeleteItemFromObjectCaseSensitive(parent, member);
    cJSON_AddItemToObject(parent, member, good);
}

/* Each member of an object in turn: of another type, out of range, missing unless it may. */
static void damage_values(cJSON *state, cJSON *object, bool may_be_missing)
{
    const int n = cJSON_GetArraySize(object);

    for (int i = 0; i < n; i++) { /* what was damaged is put back at the end */
        char member[64];

        snprintf(member, sizeof member, "%s", object->child->string);
        const bool is_text = cJSON_IsString(object->child);

        check_damaged(state, object, member,
                      is_text ? cJSON_CreateString("?\x01") : cJSON_CreateNumber(-1e300));
        check_damaged(state, object, member,
                      is_text ? cJSON_CreateNumber(5) : cJSON_CreateString("5"));
        if (!may_be_missing) {
            check_damaged(state, object, member, NULL);
        }
    }
}

static void damage_each(cJSON *state, cJSON *object)
{
    damage_values(state, object, false);
}

static void test_every_value_of_a_state_that_is_damaged_is_refused_by_name(void **state)
{
    char *const text = station_to_json(&station);
    cJSON *const object = cJSON_Parse(text);
    cJSON *const entries = cJSON_GetObjectItem(object, "entries");

    (void)state;
    free(text);
    damage_each(object, cJSON_GetObjectItem(object, "epoch"));
    damage_each(object, cJSON_GetObjectItem(object, "change"));
    damage_each(object, entries->child);
    damage_values(object, cJSON_GetObjectItem(entries->child, "habits"), true);
    damage_each(object, cJSON_GetObjectItem(entries->child, "composer"));
    damage_each(object, object);
    cJSON_Delete(object);
}

static void test_a_habit_that_a_state_does_not_know_is_the_presets(void **state)
{
    char *const text = station_to_json(&station);
    cJSON *const object = cJSON_Parse(text);
    struct json_reason reason = {""};
    struct station_carried carried;

    (void)state;
    free(text);
    cJSON *const habits =
        cJSON_GetObjectItem(cJSON_GetObjectItem(object, "entries")->child, "habits");

    cJSON_DeleteItemFromObjectCaseSensitive(habits, "loudness");
    char *const older = cJSON_PrintUnformatted(object);

    cJSON_Delete(object);
    CHECK_INT(take_up(older, &here, &carried, &reason), 0);
    CHECK_NEAR(again.ahead.entries[0].params.habits.loudness, habits_plain.loudness, 0);
    free(older);
}

static void test_what_is_no_state_is_refused(void **state)
{
    (void)state;
    check_refused("", "the state");
    check_refused("[]", "the state: must be an object");
    check_refused("{}", "version: is missing");
    check_refused("{\"version\":2}", "version");
}

static void test_a_state_without_entries_is_refused(void **state)
{
    char *const text = station_to_json(&station);
    cJSON *const object = cJSON_Parse(text);

    (void)state;
    free(text);
    cJSON_ReplaceItemInObject(object, "entries", cJSON_CreateArray());
    char *const empty = json_print(object);

    check_refused(empty, "entries: must not be empty");
    free(empty);
}

static void
test_an_entry_that_begins_elsewhere_than_its_composer_stands_is_refused(void **state)
{
    char *const text = station_to_json(&station);
    cJSON *const object = cJSON_Parse(text);
    cJSON *const entry = cJSON_GetObjectItem(object, "entries")->child;
    cJSON *const start = cJSON_GetObjectItem(entry, "start_frame");

    (void)state;
    free(text);
    cJSON_SetNumberValue(start, start->valuedouble + 64);
    char *const moved = json_print(object);

    check_refused(moved, "start_frame: must be where the composer stands");
    free(moved);
}

static void test_every_cut_of_a_state_is_refused(void **state)
{
    char *const text = station_to_json(&station);
    const size_t len = strlen(text);

    (void)state;
    for (size_t cut = 0; cut < len; cut += 97) {
        struct json_reason reason;
        struct station_carried carried;

        CHECK_INT(station_from_json(text, cut, &here, &(struct station_taken){&again, &carried},
                                    &reason),
                  -EPROTO);
    }
    free(text);
}

int main(void)
{
#define STATE_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {
        STATE_TEST(test_a_station_that_was_taken_up_says_the_same_state),
        STATE_TEST(test_it_composes_the_same_bytes_as_if_nothing_had_happened),
        STATE_TEST(test_a_change_does_the_same_to_it),
        STATE_TEST(test_it_survives_being_taken_up_again_and_again),
        STATE_TEST(test_a_state_of_another_boot_or_rate_gives_only_its_parameters),
        STATE_TEST(test_every_value_of_a_state_that_is_damaged_is_refused_by_name),
        STATE_TEST(test_a_habit_that_a_state_does_not_know_is_the_presets),
        STATE_TEST(test_what_is_no_state_is_refused),
        STATE_TEST(test_a_state_without_entries_is_refused),
        STATE_TEST(test_an_entry_that_begins_elsewhere_than_its_composer_stands_is_refused),
        STATE_TEST(test_every_cut_of_a_state_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
