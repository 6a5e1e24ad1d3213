/* Parameters as JSON: what is written is read back, what is wrong is named, the schema says
 * the same. */
#include "common/params_json.h"
#include "tests/check.h"

#include <stdlib.h>
#include <string.h>

static cJSON *parse(const char *text)
{
    const char *reason;
    cJSON *const value = json_parse(text, strlen(text), &reason);

    CHECK(value != NULL);
    return value;
}

static void test_every_parameter_makes_the_round_trip(void **state)
{
    struct param_errors errors = {0};
    struct params_change change = {0};
    struct params params;
    struct params back;

    (void)state;
    params_init(&params);
    CHECK(params_change_preset(&change, "bright"));
    params_apply(&params, &change);
    params.key = 6;
    params.mode = MODE_lydian;
    params.bpm = 84.123456;
    params.space = 0.3;
    params.mix_percussion = 0;
    params.seed = UINT64_MAX;
    memset(&back, 0, sizeof back);
    cJSON *const object = params_to_json(&params);

    CHECK_INT(params_from_json(object, &back, &errors), 0);
    assert_memory_equal(&back, &params, sizeof params);
    cJSON_Delete(object);
}

static void test_values_that_came_in_with_17_digits_are_stored_exactly(void **state)
{
    (void)state;
    for (int i = 1; i < 1000; i++) {
        struct param_errors errors = {0};
        struct params_change change = {0};
        struct params params;
        struct params back;

        params_init(&params);
        params_change_number(&change, "space", i / 1000.0 + 1e-16 * i, &errors.list[0]);
        params_apply(&params, &change);
        char *const text = json_print(params_to_json(&params));
        cJSON *const object = parse(text);

        CHECK_INT(params_from_json(object, &back, &errors), 0);
        CHECK(back.space == params.space);
        cJSON_Delete(object);
        free(text);
    }
}

static void test_no_preset_is_read_back_as_none(void **state)
{
    struct param_errors errors = {0};
    struct params params;
    struct params back;

    (void)state;
    params_init(&params);
    cJSON *const object = params_to_json(&params);

    CHECK_TEXT(cJSON_GetObjectItem(object, "preset")->valuestring, "none");
    CHECK_INT(params_from_json(object, &back, &errors), 0);
    CHECK_TEXT(back.preset, PRESET_NONE);
    cJSON_Delete(object);
}

static void test_a_preset_of_another_configuration_keeps_its_name_when_read_back(void **state)
{
    static const char *const wrong[] = {"", "a b", "01234567890123456789012345678901"};
    struct param_errors errors = {0};
    struct params params;
    struct params back;

    (void)state;
    params_init(&params);
    cJSON *const object = params_to_json(&params);

    cJSON_ReplaceItemInObject(object, "preset", cJSON_CreateString("of-elsewhere"));
    CHECK_INT(params_from_json(object, &back, &errors), 0);
    CHECK_TEXT(back.preset, "of-elsewhere");
    assert_memory_equal(&back.habits, &habits_plain, sizeof back.habits);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        cJSON_ReplaceItemInObject(object, "preset", cJSON_CreateString(wrong[i]));
        errors.n = 0;
        CHECK_INT(params_from_json(object, &back, &errors), 1);
        CHECK_TEXT(errors.list[0].param, "preset");
    }
    cJSON_Delete(object);
}

static void test_each_parameter_that_is_missing_is_named_and_nothing_is_written(void **state)
{
    struct params params;
    struct params back;

    (void)state;
    params_init(&params);
    for (int id = 0; id < PARAM_COUNT; id++) {
        struct param_errors errors = {0};
        cJSON *const object = params_to_json(&params);
        struct params untouched;

        cJSON_DeleteItemFromObject(object, param_specs[id].name);
        memset(&back, 0x5a, sizeof back);
        untouched = back;
        CHECK_INT(params_from_json(object, &back, &errors), 1);
        CHECK_TEXT(errors.list[0].param, param_specs[id].name);
        CHECK_TEXT(errors.list[0].error, "is missing");
        assert_memory_equal(&back, &untouched, sizeof back);
        cJSON_Delete(object);
    }
}

static void check_change_refused(const char *text, const char *error)
{
    struct params_change change = {0};
    struct param_errors errors = {0};
    cJSON *const object = parse(text);

    params_change_json(&change, object->child->string, object->child, &errors);
    CHECK_INT(errors.n, 1);
    CHECK_TEXT(errors.list[0].param, object->child->string);
    CHECK(strstr(errors.list[0].error, error) != NULL);
    CHECK(!change.named[PARAM_bpm] && !change.named[PARAM_key]);
    cJSON_Delete(object);
}

static void test_values_of_the_wrong_type_are_refused_with_the_type_they_must_have(void **state)
{
    (void)state;
    check_change_refused("{\"bpm\":\"70\"}", "must be a number, 60 to 120");
    check_change_refused("{\"bpm\":null}", "must be a number, 60 to 120");
    check_change_refused("{\"bpm\":true}", "must be a number, 60 to 120");
    check_change_refused("{\"bpm\":[70]}", "must be a number, 60 to 120");
    check_change_refused("{\"bpm\":121}", "must be 60 to 120");
    check_change_refused("{\"key\":9}", "must be a string");
    check_change_refused("{\"key\":null}", "must be A to G");
    check_change_refused("{\"seed\":42}", "must be a string");
    check_change_refused("{\"tempo\":70}", "is unknown");
    check_change_refused("{\"\":70}", "is unknown");
}

static void test_more_errors_than_there_is_room_for_do_no_harm(void **state)
{
    struct params_change change = {0};
    struct param_errors errors = {0};
    cJSON *const value = cJSON_CreateNumber(1);

    (void)state;
    for (int i = 0; i < 3 * PARAM_ERRORS_MAX; i++) {
        params_change_json(&change, "what", value, &errors);
    }
    CHECK_INT(errors.n, PARAM_ERRORS_MAX);
    cJSON_Delete(value);
}

static void test_errors_are_told_as_pairs_of_parameter_and_error(void **state)
{
    const struct param_errors errors = {.n = 1, .list = {{"bpm", "must be 60 to 120"}}};
    char *const text = json_print(param_errors_to_json(&errors));

    (void)state;
    CHECK_TEXT(text, "[{\"param\":\"bpm\",\"error\":\"must be 60 to 120\"}]");
    free(text);
}

static void check_property(const cJSON *property, int id)
{
    const struct param_spec *const spec = &param_specs[id];

    assert_non_null(property);
    CHECK_TEXT(cJSON_GetObjectItemCaseSensitive(property, "description")->valuestring,
               spec->doc);
    assert_non_null(cJSON_GetObjectItemCaseSensitive(property, "x-effect"));
    if (spec->kind == PARAM_KIND_REAL) {
        CHECK(cJSON_GetObjectItemCaseSensitive(property, "minimum")->valuedouble == spec->min);
        CHECK(cJSON_GetObjectItemCaseSensitive(property, "maximum")->valuedouble == spec->max);
        CHECK(cJSON_GetObjectItemCaseSensitive(property, "default")->valuedouble ==
              spec->initial);
    } else {
        CHECK_TEXT(cJSON_GetObjectItemCaseSensitive(property, "type")->valuestring, "string");
    }
}

static void test_the_schema_has_every_parameter_with_its_limits(void **state)
{
    cJSON *const schema = params_schema_json();
    const cJSON *const properties = cJSON_GetObjectItemCaseSensitive(schema, "properties");

    (void)state;
    CHECK_INT(cJSON_GetArraySize(properties), PARAM_COUNT);
    for (int id = 0; id < PARAM_COUNT; id++) {
        check_property(cJSON_GetObjectItemCaseSensitive(properties, param_specs[id].name), id);
    }
    CHECK(cJSON_IsFalse(cJSON_GetObjectItemCaseSensitive(schema, "additionalProperties")));
    cJSON_Delete(schema);
}

static void test_every_choice_of_the_schema_is_taken(void **state)
{
    static const char *const names[] = {"key", "mode", "preset"};
    cJSON *const schema = params_schema_json();
    const cJSON *const properties = cJSON_GetObjectItemCaseSensitive(schema, "properties");

    (void)state;
    for (int i = 0; i < 3; i++) {
        const cJSON *const property = cJSON_GetObjectItemCaseSensitive(properties, names[i]);
        const cJSON *choice;

        cJSON_ArrayForEach(choice, cJSON_GetObjectItemCaseSensitive(property, "enum"))
        {
            struct params_change change = {0};
            struct param_error error;
            const int rc = params_change_text(&change, names[i], choice->valuestring, &error);

            CHECK_INT(rc, 0);
        }
    }
    cJSON_Delete(schema);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_parameter_makes_the_round_trip),
        cmocka_unit_test(test_values_that_came_in_with_17_digits_are_stored_exactly),
        cmocka_unit_test(test_no_preset_is_read_back_as_none),
        cmocka_unit_test(test_a_preset_of_another_configuration_keeps_its_name_when_read_back),
        cmocka_unit_test(test_each_parameter_that_is_missing_is_named_and_nothing_is_written),
        cmocka_unit_test(
            test_values_of_the_wrong_type_are_refused_with_the_type_they_must_have),
        cmocka_unit_test(test_more_errors_than_there_is_room_for_do_no_harm),
        cmocka_unit_test(test_errors_are_told_as_pairs_of_parameter_and_error),
        cmocka_unit_test(test_the_schema_has_every_parameter_with_its_limits),
        cmocka_unit_test(test_every_choice_of_the_schema_is_taken),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
