#include "common/params.h"
#include "common/rng.h"
#include "composerd/compose.h"
#include "composerd/state_json.h"
#include "tests/check.h"

#include <stdlib.h>
#include <string.h>

static struct composition composition, other;

/* Padding counts: what is stored and compared by its bytes is made of zeroed memory. */
static bool same_bytes(const void *a, const void *b, size_t size)
{
    return memcmp(a, b, size) == 0;
}

/* JSON text and back. */
static int round_trip(const struct composer *composer, struct composer *read)
{
    char *const text = json_print(composer_to_json(composer));
    const char *wrong = NULL;
    struct json_reason reason;
    cJSON *const object = json_parse(text, strlen(text), &wrong);
    const int rc = composer_from_json(object, read, &reason);

    cJSON_Delete(object);
    free(text);
    return rc;
}

static struct composer composer_after(uint64_t seed, int n_phrases, struct params *params)
{
    struct composer composer;

    params_init(params);
    params->seed = seed;
    params->bpm = 60 + (double)(seed % 600) / 10.1;
    params->intensity = (double)(seed % 97) / 97;
    params->mode = (int32_t)(seed % MODE_COUNT);
    composer_init(&composer, params, seed % 2 == 0 ? 44100 : 48000);
    for (int n = 0; n < n_phrases; n++) {
        compose_phrase(&composer, params, 8, (uint64_t)n, &composition);
    }
    return composer;
}

static void test_a_state_read_back_is_the_same_bytes_and_goes_on_the_same(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 60; seed++) {
        struct params params;
        struct composer composer = composer_after(seed, 1 + (int)seed % 9, &params);
        struct composer read;

        composer = composition.beats[seed % composition.n_beats].before;
        CHECK_INT(round_trip(&composer, &read), 0);
        CHECK(same_bytes(&read, &composer, sizeof read));
        params.key = (int32_t)(seed % 12);
        for (uint64_t n = 100; n < 104; n++) {
            compose_phrase(&composer, &params, 8, n, &composition);
            compose_phrase(&read, &params, 8, n, &other);
            CHECK(same_bytes(&other.phrase, &composition.phrase, sizeof other.phrase));
        }
    }
}

static void test_a_state_years_old_is_exact(void **state)
{
    struct params params;
    struct composer composer = composer_after(1, 1, &params);
    struct composer read;
    const uint64_t years = UINT64_C(48000) * 3600 * 24 * 365 * 10 / 6400 * 6400;

    (void)state;
    composer.frame += years;
    composer.bar_frame += years;
    CHECK_INT(round_trip(&composer, &read), 0);
    CHECK_U64(read.frame, composer.frame);
    compose_phrase(&read, &params, 8, 7, &composition);
    CHECK(composition.phrase.notes[0].frame >= composer.frame);
}

/* What comes of reading the state with one member replaced (or taken out: NULL). */
static int read_with(const char *member, cJSON *value, char reason_text[200])
{
    struct params params;
    const struct composer composer = composer_after(5, 2, &params);
    struct composer read;
    struct json_reason reason = {{0}};
    cJSON *const object = composer_to_json(&composer);

    memset(&read, 0x5a, sizeof read);
    cJSON_DeleteItemFromObjectCaseSensitive(object, member);
    if (value != NULL) {
        cJSON_AddItemToObject(object, member, value);
    }
    char *const text = json_print(object);
    const char *wrong = NULL;
    cJSON *const parsed = json_parse(text, strlen(text), &wrong);
    const int rc = composer_from_json(parsed, &read, &reason);

    cJSON_Delete(parsed);
    free(text);
    memcpy(reason_text, reason.text, sizeof reason.text);
    for (size_t i = 0; i < sizeof read && rc < 0; i++) {
        CHECK_INT(((unsigned char *)&read)[i], 0x5a); /* untouched on failure */
    }
    return rc;
}

static void check_refused(const char *member, cJSON *value, const char *why)
{
    char reason[200];

    CHECK(read_with(member, value, reason) < 0);
    if (strstr(reason, why) == NULL) {
        print_error("%s: \"%s\" does not say \"%s\"\n", member, reason, why);
        fail();
    }
}

static void test_a_damaged_state_is_refused_with_the_reason(void **state)
{
    (void)state;
    check_refused("degree", NULL, "degree: is missing");
    check_refused("degree", cJSON_CreateNumber(7), "degree: must be a whole number, 0 to 6");
    check_refused("degree", cJSON_CreateNumber(1.5), "degree");
    check_refused("degree", cJSON_CreateString("1"), "degree");
    check_refused("degree", cJSON_CreateArray(), "degree");
    check_refused("bpm", cJSON_CreateNumber(44.9), "bpm: must be a number, 45 to 120");
    check_refused("bpm", cJSON_CreateBool(1), "bpm");
    check_refused("frame", cJSON_CreateNumber(-64), "frame");
    check_refused("frame", cJSON_CreateNumber(1e18), "frame");
    check_refused("frame", cJSON_CreateNumber(64), "where its beat begins");
    check_refused("frame", cJSON_CreateNumber(100), "grid");
    check_refused("seed", cJSON_CreateNumber(1), "seed: must be a string of decimal digits");
    check_refused("seed", cJSON_CreateString("18446744073709551616"), "seed");
    check_refused("seed", cJSON_CreateString("-1"), "seed");
    check_refused("voicing", cJSON_CreateArray(), "voicing");
    check_refused("voicing", cJSON_CreateIntArray((int[]){60, 59, 64, 70}, 4), "ascend");
    check_refused("voicing", cJSON_CreateIntArray((int[]){60, 64, 67, 99}, 4), "voicing[3]");
    check_refused("held_role", cJSON_CreateIntArray((int[]){1, 2}, 2), "held_role");
    check_refused("rate_hz", cJSON_CreateNumber(44101), "44100 or 48000");
    check_refused("surprise", cJSON_CreateNumber(1), "surprise: is unknown");
}

static void test_what_is_no_object_is_refused(void **state)
{
    struct composer read;
    struct json_reason reason;
    cJSON *const values[] = {cJSON_CreateArray(), cJSON_CreateNumber(1), cJSON_CreateNull()};

    (void)state;
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        CHECK(composer_from_json(values[i], &read, &reason) < 0);
        CHECK(reason.text[0] != '\0');
        cJSON_Delete(values[i]);
    }
}

static void test_dice_that_are_all_zero_are_refused(void **state)
{
    struct params params;
    struct composer composer = composer_after(3, 1, &params);
    struct composer read;

    (void)state;
    memset(&composer.dice[8], 0, 4 * sizeof composer.dice[0]);
    CHECK(round_trip(&composer, &read) < 0);
}

/* A random value that the table allows. */
static void scramble(struct rng *rng, struct composer *composer,
                     const struct state_field *field, uint32_t i)
{
    char *const at = (char *)composer + field->offset;
    const double value = field->min + (field->max - field->min) * rng_unit(rng);
    const bool extreme = rng_below(rng, 2) == 0;
    const double edge = rng_below(rng, 2) == 0 ? field->min : field->max;

    switch (field->kind) {
    case STATE_WORD:
        ((uint64_t *)(void *)at)[i] = rng_next(rng);
        break;
    case STATE_FRAME:
        ((uint64_t *)(void *)at)[i] = (uint64_t)(extreme ? edge : value);
        break;
    case STATE_INT:
        ((int32_t *)(void *)at)[i] = (int32_t)(extreme ? edge : value);
        break;
    default:
        ((double *)(void *)at)[i] = extreme ? edge : value;
        break;
    }
}

static void test_whatever_the_table_allows_can_be_composed_from(void **state)
{
    struct rng rng;
    int composed = 0;

    (void)state;
    rng_init(&rng, 17);
    for (int i = 0; i < 1500; i++) {
        struct params params;
        struct composer composer = composer_after((uint64_t)i % 50, 1, &params);
        struct composer read;
        const uint32_t n = 1 + rng_below(&rng, 12);

        for (uint32_t k = 0; k < n; k++) {
            const struct state_field *const field =
                &state_fields[rng_below(&rng, STATE_FIELD_COUNT)];

            scramble(&rng, &composer, field,
                     field->count > 0 ? rng_below(&rng, field->count) : 0);
        }
        if (round_trip(&composer, &read) < 0) {
            continue;
        }
        for (uint64_t p = 0; p < 3; p++) {
            compose_phrase(&read, &params, 8, 50 + p, &composition);
            CHECK(composition.phrase.n_bars >= 1 && composition.phrase.frames > 0);
        }
        composed++;
    }
    CHECK(composed > 250);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_state_read_back_is_the_same_bytes_and_goes_on_the_same),
        cmocka_unit_test(test_a_state_years_old_is_exact),
        cmocka_unit_test(test_a_damaged_state_is_refused_with_the_reason),
        cmocka_unit_test(test_what_is_no_object_is_refused),
        cmocka_unit_test(test_dice_that_are_all_zero_are_refused),
        cmocka_unit_test(test_whatever_the_table_allows_can_be_composed_from),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
