/* Events as JSON: each makes the round trip, and each field that is damaged is refused by
 * name. */
#include "common/event_json.h"
#include "common/json.h"
#include "common/metrics.h"
#include "tests/check.h"
#include "tests/samples.h"

#include <errno.h>
#include <stdlib.h>

static struct event event, untouched; /* too large for a small stack */
static struct phrase phrase;

static char *sample_text(enum event_type type)
{
    const struct event_head head = sample_head(type);
    const struct params_event params = sample_params_event();
    const struct heartbeat heartbeat = sample_heartbeat();
    int64_t counters[METRIC_COUNT] = {5, 6};

    switch (type) {
    case EVENT_PHRASE:
        sample_phrase(&phrase);
        return phrase_to_json(&head, &phrase);
    case EVENT_PARAMS:
        return params_event_to_json(&head, &params);
    default:
        return heartbeat_to_json(&head, &heartbeat, counters);
    }
}

static void read_back(enum event_type type)
{
    const struct event_head head = sample_head(type);
    struct json_reason reason = {"unset"};
    char *const text = sample_text(type);

    memset(&event, 0, sizeof event);
    assert_null(strchr(text, '\n')); /* a line of the journal */
    CHECK_INT(event_from_json(text, strlen(text), &event, &reason), 0);
    CHECK_TEXT(reason.text, "");
    CHECK_INT(event.head.type, type);
    CHECK_TEXT(event.head.run, head.run);
    CHECK_U64(event.head.n, head.n);
    CHECK_U64(event.head.stream, head.stream);
    free(text);
}

static void test_a_phrase_makes_the_round_trip(void **state)
{
    (void)state;
    read_back(EVENT_PHRASE);
    assert_memory_equal(&event.phrase, &phrase, sizeof phrase);
}

static void test_a_full_phrase_makes_the_round_trip(void **state)
{
    const struct event_head head = sample_head(EVENT_PHRASE);
    struct json_reason reason;

    (void)state;
    sample_phrase(&phrase);
    phrase.n_bars = PHRASE_MAX_BARS;
    for (uint32_t i = 0; i < PHRASE_MAX_BARS; i++) {
        phrase.bar_frames[i] = UINT64_C(900000000000000) + i;
        phrase.bar_bpm[i] = 60 + i;
    }
    for (phrase.n_chords = 0; phrase.n_chords < PHRASE_MAX_CHORDS; phrase.n_chords++) {
        phrase.chords[phrase.n_chords] = sample_chord();
        phrase.chords[phrase.n_chords].n_notes = CHORD_MAX_NOTES;
        phrase.chords[phrase.n_chords].n_alternatives = CHORD_MAX_ALTERNATIVES;
    }
    for (phrase.n_notes = 0; phrase.n_notes < PHRASE_MAX_NOTES; phrase.n_notes++) {
        phrase.notes[phrase.n_notes] =
            (struct note){640, UINT32_MAX / 64 * 64, 127, 127, ROLE_COUNT - 1, RULE_COUNT - 1};
    }
    for (phrase.n_ends = 0; phrase.n_ends < PHRASE_MAX_ENDS; phrase.n_ends++) {
        phrase.ends[phrase.n_ends] = (struct note_end){64, ROLE_COUNT - 1, 127};
    }
    char *const text = phrase_to_json(&head, &phrase);

    memset(&event, 0, sizeof event);
    CHECK_INT(event_from_json(text, strlen(text), &event, &reason), 0);
    assert_memory_equal(&event.phrase, &phrase, sizeof phrase);
    free(text);
}

static void test_a_change_of_parameters_makes_the_round_trip(void **state)
{
    const struct params_event sample = sample_params_event();

    (void)state;
    read_back(EVENT_PARAMS);
    CHECK_U64(event.params.change, sample.change);
    CHECK_U64(event.params.effective_frame, sample.effective_frame);
    CHECK_U64(event.params.settled_frame, sample.settled_frame);
    CHECK_U64(event.params.sound_frame, sample.sound_frame);
    CHECK_U64(event.params.glide_frames, sample.glide_frames);
    CHECK_U64(event.params.rate_hz, sample.rate_hz);
    CHECK_TEXT(event.params.origin, sample.origin);
    assert_memory_equal(&event.params.params, &sample.params, sizeof sample.params);
}

static void check_epoch(const struct epoch *actual)
{
    const struct epoch expected = sample_epoch();

    CHECK_U64(actual->stream, expected.stream);
    CHECK_U64(actual->rate_hz, expected.rate_hz);
    CHECK_INT(actual->monotonic_ns, expected.monotonic_ns);
    CHECK_INT(actual->wall_ns, expected.wall_ns);
    CHECK_TEXT(actual->boot_id, expected.boot_id);
}

static void test_a_heartbeat_makes_the_round_trip(void **state)
{
    const struct heartbeat sample = sample_heartbeat();

    (void)state;
    read_back(EVENT_HEARTBEAT);
    check_epoch(&event.heartbeat.epoch);
    CHECK_U64(event.heartbeat.frame, sample.frame);
    CHECK_U64(event.heartbeat.last_n[EVENT_PHRASE], 12);
    CHECK_U64(event.heartbeat.last_n[EVENT_PARAMS], 3);
    CHECK_U64(event.heartbeat.pid, 4711);
    CHECK_TEXT(event.heartbeat.version, "0.1.0");
    CHECK(event.heartbeat.resting);
}

static void test_a_heartbeat_shows_the_composers_metrics_by_name(void **state)
{
    char *const text = sample_text(EVENT_HEARTBEAT);

    (void)state;
    CHECK(strstr(text, "\"metrics\":{\"phrases_composed\":5,\"changes_accepted\":6,") != NULL);
    assert_null(strstr(text, "frames_rendered"));
    free(text);
}

/* Reads a text that is wrong: refused with a reason that says `what`, and nothing written. */
static void check_refused(const char *text, const char *what)
{
    struct json_reason reason = {""};

    memset(&event, 0x5a, sizeof event);
    memset(&untouched, 0x5a, sizeof untouched);
    CHECK_INT(event_from_json(text, strlen(text), &event, &reason), -EPROTO);
    if (strstr(reason.text, what) == NULL) {
        fail_msg("the reason \"%s\" does not say \"%s\"", reason.text, what);
    }
    assert_memory_equal(&event, &untouched, sizeof event);
}

static void test_a_phrase_that_does_not_speak_of_its_texture_is_whole(void **state)
{
    char *const text = sample_text(EVENT_PHRASE);
    cJSON *const object = cJSON_Parse(text);
    struct json_reason reason = {""};

    (void)state;
    free(text);
    cJSON_DeleteItemFromObjectCaseSensitive(object, "thin");
    char *const whole = json_print(object);

    event.phrase.thin = true;
    CHECK_INT(event_from_json(whole, strlen(whole), &event, &reason), 0);
    CHECK(!event.phrase.thin);
    free(whole);
}

/* Puts another value in a member's place and gives the name it should be refused by. */
static void check_damaged(enum event_type type, const char *member, cJSON *damage)
{
    char *const text = sample_text(type);
    cJSON *const object = cJSON_Parse(text);

    free(text);
    if (damage == NULL) {
        cJSON_DeleteItemFromObjectCaseSensitive(object, member);
    } else {
        CHECK(cJSON_ReplaceItemInObjectCaseSensitive(object, member, damage));
    }
    char *const damaged = json_print(object);

    check_refused(damaged, member);
    free(damaged);
}

static void test_each_member_that_is_missing_or_of_another_type_is_refused_by_name(void **state)
{
    (void)state;
    for (int type = 0; type < EVENT_TYPE_COUNT; type++) {
        char *const text = sample_text((enum event_type)type);
        cJSON *const object = cJSON_Parse(text);
        const cJSON *member;

        cJSON_ArrayForEach(member, object)
        {
            if (strcmp(member->string, "thin") !=
                0) { /* absent: false, as before it was known */
                check_damaged((enum event_type)type, member->string, NULL);
            }
            check_damaged((enum event_type)type, member->string, cJSON_CreateNull());
            check_damaged((enum event_type)type, member->string, cJSON_CreateNumber(-1));
            check_damaged((enum event_type)type, member->string, cJSON_CreateString("\x01!"));
        }
        cJSON_Delete(object);
        free(text);
    }
}

static void test_each_event_with_a_member_too_many_is_refused_by_its_name(void **state)
{
    (void)state;
    for (int type = 0; type < EVENT_TYPE_COUNT; type++) {
        char *const text = sample_text((enum event_type)type);
        cJSON *const object = cJSON_Parse(text);

        free(text);
        cJSON_AddTrueToObject(object, "surplus");
        char *const damaged = json_print(object);

        check_refused(damaged, "surplus: is unknown");
        free(damaged);
    }
}

/* Replaces the first occurrence of a piece of the text. */
static void check_piece(enum event_type type, const char *piece, const char *other,
                        const char *what)
{
    char *const text = sample_text(type);
    char *const at = strstr(text, piece);
    static char damaged[4096];

    assert_non_null(at);
    snprintf(damaged, sizeof damaged, "%.*s%s%s", (int)(at - text), text, other,
             at + strlen(piece));
    free(text);
    check_refused(damaged, what);
}

static void test_what_is_wrong_inside_a_phrase_is_refused_with_its_place(void **state)
{
    static const struct {
        const char *piece, *other, *what;
    } damages[] = {
        {"\"midi\":69", "\"midi\":128", "notes[1].midi"},
        {"\"midi\":69", "\"midi\":69.5", "notes[1].midi"},
        {"\"velocity\":90", "\"velocity\":0", "notes[1].velocity"},
        {"\"role\":\"lead\"", "\"role\":\"flute\"", "notes[1].role: must be one of pad"},
        {"\"why\":\"melody.chord\"", "\"why\":\"\"", "notes[1].why"},
        {"{\"frame\":1280", "{\"frame\":1281", "notes[1].frame: must be a multiple of 64"},
        {"{\"frame\":1280", "{\"frame\":576", "notes[1].frame: must not lie before"},
        {"\"frames\":32064", "\"frames\":0", "notes[1].frames"},
        {"\"frames\":32064", "\"frames\":8589934592", "notes[1].frames"},
        {"\"frames\":32064", "\"extra\":0,\"frames\":32064", "notes[1].extra: is unknown"},
        {"\"root\":2", "\"root\":12", "chords[0].root"},
        {"\"degree\":\"iv\"", "\"degree\":\"iviviviv\"", "chords[0].degree"},
        {"\"notes\":[50,57,65]", "\"notes\":[50,\"57\"]", "chords[0].notes"},
        {"\"notes\":[50,57,65]", "\"notes\":[1,2,3,4,5,6,7,8,9]", "chords[0].notes"},
        {"\"probability\":0.25", "\"probability\":1.1", "chords[0].probability"},
        {"\"degree\":\"VI\"", "\"degree\":7", "degree"},
        {"{\"frame\":704", "{\"frame\":703", "ends[0].frame"},
        {"\"midi\":38", "\"midi\":-1", "ends[0].midi"},
        {"\"bars\":2", "\"bars\":3", "bars"},
        {"\"bars\":2", "\"bars\":17", "bars"},
        {"\"bar_frames\":[0,", "\"bar_frames\":[-64,", "bar_frames"},
        {"\"bar_bpm\":[70,", "\"bar_bpm\":[0,", "bar_bpm"},
        {"\"start_frame\":640", "\"start_frame\":641", "start_frame"},
        {"\"key\":\"A\"", "\"key\":\"A#\"", "key"},
        {"\"section\":2", "\"section\":4294967296", "section"},
        {"\"seed\":\"18446744073709551615\"", "\"seed\":\"18446744073709551616\"", "seed"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof damages / sizeof damages[0]; i++) {
        check_piece(EVENT_PHRASE, damages[i].piece, damages[i].other, damages[i].what);
    }
}

static void test_more_notes_chords_or_ends_than_there_is_room_for_are_refused(void **state)
{
    static const struct {
        const char *list;
        int max;
    } lists[] = {
        {"notes", PHRASE_MAX_NOTES}, {"chords", PHRASE_MAX_CHORDS}, {"ends", PHRASE_MAX_ENDS}};

    (void)state;
    for (int i = 0; i < 3; i++) {
        cJSON *const array = cJSON_CreateArray();

        for (int k = 0; k <= lists[i].max; k++) {
            cJSON_AddItemToArray(array, cJSON_CreateObject());
        }
        check_damaged(EVENT_PHRASE, lists[i].list, array);
    }
}

static void test_what_is_wrong_in_parameters_and_heartbeats_is_refused_by_name(void **state)
{
    (void)state;
    check_piece(EVENT_PARAMS, "\"bpm\":72.5", "\"bpm\":59", "bpm: must be 60 to 120");
    check_piece(EVENT_PARAMS, "\"origin\":\"http\"",
                "\"origin\":\"a name of more than thirty-two bytes\"", "origin");
    check_piece(EVENT_PARAMS, "\"sample_rate\":44100", "\"sample_rate\":1", "sample_rate");
    check_piece(EVENT_PARAMS, "\"v\":1", "\"v\":2", "v: must be a number, 1 to 1");
    check_piece(EVENT_HEARTBEAT, "\"monotonic_ns\":\"1", "\"monotonic_ns\":\"x",
                "epoch.monotonic_ns");
    check_piece(EVENT_HEARTBEAT, "\"boot_id\":\"", "\"boot_id\":\"-", "epoch.boot_id");
    check_piece(EVENT_HEARTBEAT, "\"epoch\":{", "\"epoch\":{\"x\":1,", "epoch.x: is unknown");
    check_piece(EVENT_HEARTBEAT, "\"last_n\":{\"phrase\":12", "\"last_n\":{\"phrase\":0.5",
                "last_n.phrase");
    check_piece(EVENT_HEARTBEAT, "\"last_n\":{", "\"last_n\":{\"x\":1,",
                "last_n.x: is unknown");
    check_piece(EVENT_HEARTBEAT, "\"phrases_composed\":5", "\"phrases_composed\":\"5\"",
                "metrics");
    check_piece(EVENT_HEARTBEAT, "\"run\":\"0", "\"run\":\"G", "run: must be hex digits");
}

static void test_what_is_no_event_at_all_is_refused(void **state)
{
    (void)state;
    check_refused("", "the line");
    check_refused("{", "the line");
    check_refused("[]", "must be an object");
    check_refused("7", "must be an object");
    check_refused("{}", "v: is missing");
    check_refused("{\"v\":1,\"type\":\"song\"}",
                  "type: must be one of phrase params heartbeat");
}

static void test_every_cut_of_an_event_is_refused(void **state)
{
    (void)state;
    for (int type = 0; type < EVENT_TYPE_COUNT; type++) {
        char *const text = sample_text((enum event_type)type);
        struct json_reason reason;

        for (size_t len = 0; len < strlen(text); len++) {
            CHECK_INT(event_from_json(text, len, &event, &reason), -EPROTO);
        }
        free(text);
    }
}

/* ---- snapshots ---- */

static struct {
    int n;
    enum event_type types[4];
} given;

static void on_event(void *user, const struct event *one)
{
    CHECK(user == &given);
    given.types[given.n++] = one->head.type;
}

static const struct event_sink sink = {&event, on_event, &given};

static struct snapshot_head sample_snapshot_head(void)
{
    return (struct snapshot_head){.id = "ask-1",
                                  .run = "0123456789abcdef",
                                  .last_n = {[EVENT_PHRASE] = 9, [EVENT_PARAMS] = 2},
                                  .epoch = sample_epoch()};
}

static char *sample_snapshot(void)
{
    const struct snapshot_head head = sample_snapshot_head();
    char *const params = sample_text(EVENT_PARAMS);
    char *const music = sample_text(EVENT_PHRASE);
    const char *const events[] = {params, music, music};
    char *const text = snapshot_to_json(&head, events, 3);

    CHECK(strstr(text, params) != NULL); /* as published, to the byte */
    free(params);
    free(music);
    return text;
}

static void test_a_snapshot_gives_its_events_in_the_order_of_publishing(void **state)
{
    struct snapshot_head head;
    struct json_reason reason;
    char *const text = sample_snapshot();

    (void)state;
    given.n = 0;
    CHECK_INT(snapshot_from_json(text, strlen(text), &head, &sink, &reason), 0);
    CHECK_INT(given.n, 3);
    CHECK_INT(given.types[0], EVENT_PARAMS);
    CHECK_INT(given.types[1], EVENT_PHRASE);
    CHECK_TEXT(head.id, "ask-1");
    CHECK_TEXT(head.run, "0123456789abcdef");
    CHECK_U64(head.last_n[EVENT_PHRASE], 9);
    CHECK_U64(head.last_n[EVENT_PARAMS], 2);
    check_epoch(&head.epoch);
    free(text);
}

static void check_snapshot_refused(const char *piece, const char *other, const char *what)
{
    struct snapshot_head head;
    struct snapshot_head before;
    struct json_reason reason;
    char *const text = sample_snapshot();
    char *const at = strstr(text, piece);
    static char damaged[8192];

    assert_non_null(at);
    snprintf(damaged, sizeof damaged, "%.*s%s%s", (int)(at - text), text, other,
             at + strlen(piece));
    free(text);
    memset(&head, 0x5a, sizeof head);
    memset(&before, 0x5a, sizeof before);
    given.n = 0;
    CHECK_INT(snapshot_from_json(damaged, strlen(damaged), &head, &sink, &reason), -EPROTO);
    CHECK_INT(given.n, 0);
    CHECK(strstr(reason.text, what) != NULL);
    assert_memory_equal(&head, &before, sizeof head);
}

static void test_a_snapshot_with_anything_wrong_gives_nothing_at_all(void **state)
{
    (void)state;
    check_snapshot_refused("\"ok\":true", "\"ok\":false", "ok");
    check_snapshot_refused("\"id\":\"ask-1\",", "", "id");
    check_snapshot_refused("\"events\":[", "\"events\":[{},", "v: is missing");
    check_snapshot_refused("\"midi\":38", "\"midi\":-1",
                           "midi"); /* in the last but one event */
    check_snapshot_refused("\"last_n\":{", "\"last_n\":7,\"x\":{", "last_n");
    check_snapshot_refused("\"epoch\":{", "\"epoch\":{\"x\":1,", "epoch.x");
    check_snapshot_refused("\"ok\":true", "\"ok\":true,\"x\":1", "x: is unknown");
    check_snapshot_refused("{", "[{", "the reply");
}

static void test_an_empty_snapshot_is_good(void **state)
{
    const struct snapshot_head sample = sample_snapshot_head();
    struct snapshot_head head;
    struct json_reason reason;
    char *const text = snapshot_to_json(&sample, NULL, 0);

    (void)state;
    given.n = 0;
    CHECK_INT(snapshot_from_json(text, strlen(text), &head, &sink, &reason), 0);
    CHECK_INT(given.n, 0);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_phrase_makes_the_round_trip),
        cmocka_unit_test(test_a_full_phrase_makes_the_round_trip),
        cmocka_unit_test(test_a_change_of_parameters_makes_the_round_trip),
        cmocka_unit_test(test_a_heartbeat_makes_the_round_trip),
        cmocka_unit_test(test_a_heartbeat_shows_the_composers_metrics_by_name),
        cmocka_unit_test(test_a_phrase_that_does_not_speak_of_its_texture_is_whole),
        cmocka_unit_test(
            test_each_member_that_is_missing_or_of_another_type_is_refused_by_name),
        cmocka_unit_test(test_each_event_with_a_member_too_many_is_refused_by_its_name),
        cmocka_unit_test(test_what_is_wrong_inside_a_phrase_is_refused_with_its_place),
        cmocka_unit_test(test_more_notes_chords_or_ends_than_there_is_room_for_are_refused),
        cmocka_unit_test(test_what_is_wrong_in_parameters_and_heartbeats_is_refused_by_name),
        cmocka_unit_test(test_what_is_no_event_at_all_is_refused),
        cmocka_unit_test(test_every_cut_of_an_event_is_refused),
        cmocka_unit_test(test_a_snapshot_gives_its_events_in_the_order_of_publishing),
        cmocka_unit_test(test_a_snapshot_with_anything_wrong_gives_nothing_at_all),
        cmocka_unit_test(test_an_empty_snapshot_is_good),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
