/* Strict JSON: what the parser below lets pass is refused, and the reader names what it
 * finds wrong. */
#include "common/json.h"
#include "tests/check.h"

#include <stdlib.h>
#include <string.h>

static bool is_taken_bytes(const char *text, size_t len)
{
    const char *reason = "unset";
    cJSON *const value = json_parse(text, len, &reason);

    CHECK((value == NULL) ==
          (reason != NULL)); /* a refusal has a reason, and nothing else has */
    cJSON_Delete(value);
    return value != NULL;
}

static bool is_taken(const char *text)
{
    return is_taken_bytes(text, strlen(text));
}

static void test_every_kind_of_value_is_read(void **state)
{
    static const char *const good[] = {"{}",
                                       "[]",
                                       "null",
                                       "true",
                                       "false",
                                       "\"\"",
                                       "0",
                                       "-0",
                                       "1e5",
                                       "1E+5",
                                       "1.5e-3",
                                       "10",
                                       "-12.25",
                                       " \t\r\n{ \"a\" : [ 1 , \"b\" , { } ] }\n",
                                       "\"\\u00e4\\n\\\\\\\"\"",
                                       "\"\xc3\xa4\"",
                                       "\"\\ud83c\\udfb5\"",
                                       "\"\xf0\x9f\x8e\xb5\"",
                                       "{\"\":1}",
                                       "1.7976931348623157e308"};

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        if (!is_taken(good[i])) {
            fail_msg("refused: %s", good[i]);
        }
    }
}

static void check_all_refused(const char *const *texts, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (is_taken(texts[i])) {
            fail_msg("taken: %s", texts[i]);
        }
    }
}

static void test_nothing_may_trail_or_be_missing(void **state)
{
    static const char *const wrong[] = {
        "",    " ",     "{} x", "{}{}",    "{},",   "[1] 2",      "{\"a\":1}}",
        "{",   "[1",    "\"a",  "{\"a\"}", "[1,]",  "{\"a\":1,}", "[,1]",
        "nul", "truex", "'a'",  "{a:1}",   "[1 2]", "/* */ 1",    "//\n1"};

    (void)state;
    check_all_refused(wrong, sizeof wrong / sizeof wrong[0]);
    CHECK(!is_taken_bytes("{}\0", 3)); /* a 0 byte trails too */
    CHECK(is_taken_bytes("{}x", 2));   /* what lies beyond the length does not */
}

static void test_numbers_are_written_as_the_standard_has_it(void **state)
{
    static const char *const wrong[] = {
        "01",  "-01", "00",       "1.",        "-1.",  "1.e5",       ".5",    "-.5",
        "+1",  "1e",  "1e+",      "-",         "0x10", "1.5.2",      "1e5e5", "--1",
        "NaN", "nan", "Infinity", "-Infinity", "[01]", "{\"a\":1.}", "1-2",   "1+1"};

    (void)state;
    check_all_refused(wrong, sizeof wrong / sizeof wrong[0]);
}

static void test_a_number_too_large_is_refused_by_the_name_of_its_member(void **state)
{
    const char *const text = "{\"a\":1e999}";
    const char *wrong;
    char reason[200] = "";
    cJSON *const object = json_parse(text, strlen(text), &wrong);
    struct json_reader reader = {
        .object = object, .path = "", .reason = reason, .reason_size = sizeof reason};

    (void)state;
    assert_non_null(object);
    CHECK(json_real(&reader, "a", 0, 5) == 0);
    CHECK_TEXT(reason, "a: must be a number, 0 to 5");
    cJSON_Delete(object);
}

static void test_control_characters_are_refused_in_strings_and_around_them(void **state)
{
    (void)state;
    for (int c = 0; c < 0x20; c++) {
        const char inside[] = {'"', 'a', (char)c, 'b', '"'};
        const char around[] = {'[', (char)c, ']'};
        const bool blank = c == '\t' || c == '\n' || c == '\r';

        CHECK(!is_taken_bytes(inside, sizeof inside));
        CHECK(is_taken_bytes(around, sizeof around) == blank);
    }
    CHECK(!is_taken("\"a\x7f\""));
    CHECK(!is_taken("\"a\\\n\"")); /* a line break is not escaped by a backslash */
}

static void test_what_is_not_utf_8_is_refused(void **state)
{
    static const char *const wrong[] = {"\"\x80\"",
                                        "\"\xc3\"",
                                        "\"\xc0\xaf\"",
                                        "\"\xc1\x81\"",
                                        "\"\xe0\x80\xaf\"",
                                        "\"\xed\xa0\x80\"",
                                        "\"\xf0\x80\x80\xaf\"",
                                        "\"\xf4\x90\x80\x80\"",
                                        "\"\xf5\x80\x80\x80\"",
                                        "\"\xff\"",
                                        "\"\xe2\x82\"",
                                        "\"\xf0\x9f\x8e\"",
                                        "\"\xe2(\xa1\"",
                                        "\"\xc3"};

    (void)state;
    check_all_refused(wrong, sizeof wrong / sizeof wrong[0]);
    CHECK(is_taken("\"\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf\""));
}

static void test_a_byte_order_mark_is_refused(void **state)
{
    (void)state;
    CHECK(!is_taken("\xef\xbb\xbf{}"));
    CHECK(is_taken("\"\xef\xbb\xbf\""));
}

static void test_an_escaped_0_character_is_refused_and_an_escaped_backslash_is_not(void **state)
{
    (void)state;
    CHECK(!is_taken("\"a\\u0000b\""));
    CHECK(!is_taken("{\"a\\u0000\":1}"));
    CHECK(is_taken("\"a\\\\u0000b\"")); /* the six characters, not the one */
    CHECK(!is_taken("\"\\\\\\u0000\""));
    CHECK(!is_taken("\"\\ud800\"")); /* half a pair */
    CHECK(!is_taken("\"\\u12\""));
    CHECK(!is_taken("\"\\x41\""));
}

static void test_a_name_may_stand_once_however_it_is_written(void **state)
{
    (void)state;
    CHECK(!is_taken("{\"a\":1,\"a\":1}"));
    CHECK(!is_taken("{\"a\":1,\"b\":2,\"\\u0061\":3}"));
    CHECK(!is_taken("[{\"x\":{\"a\":1,\"a\":2}}]"));
    CHECK(is_taken("{\"a\":1,\"A\":2}"));
    CHECK(is_taken("[{\"a\":1},{\"a\":1}]"));
}

static void test_nesting_ends_at_the_limit_before_anything_recurses(void **state)
{
    static char text[200001];
    const struct {
        const char *open, *close;
        int depth;
    } cases[] = {{"[", "]", JSON_MAX_DEPTH}, {"[", "]", JSON_MAX_DEPTH + 1}, {"[", "", 100000}};

    (void)state;
    for (int i = 0; i < 3; i++) {
        text[0] = '\0';
        char *at = text;

        for (int k = 0; k < cases[i].depth; k++) {
            at = stpcpy(at, cases[i].open);
        }
        for (int k = 0; k < cases[i].depth; k++) {
            at = stpcpy(at, cases[i].close);
        }
        CHECK(is_taken(text) == (cases[i].depth == JSON_MAX_DEPTH));
    }
    CHECK(is_taken("\"[[[[[[[[[[[[[[[[[[[[[[[[\"")); /* in a string it is text */
}

/* ---- the reader ---- */

struct reading {
    struct json_reader reader;
    char reason[120];
    cJSON *object;
};

static void begin(struct reading *reading, const char *text)
{
    const char *wrong;

    memset(reading, 0, sizeof *reading);
    reading->object = json_parse(text, strlen(text), &wrong);
    CHECK(reading->object != NULL);
    reading->reader = (struct json_reader){.object = reading->object,
                                           .path = "x[2]",
                                           .reason = reading->reason,
                                           .reason_size = sizeof reading->reason};
}

static void check_reason(struct reading *reading, const char *reason)
{
    CHECK_TEXT(reading->reason, reason);
    CHECK(!json_reader_ok(&reading->reader));
    cJSON_Delete(reading->object);
}

static void test_the_reader_gives_what_is_there(void **state)
{
    struct reading reading;
    char text[6];

    (void)state;
    begin(&reading, "{\"f\":1000000000000000,\"i\":-3,\"r\":0.5,\"b\":true,\"t\":\"abcde\","
                    "\"h\":\"00000000000000ff\",\"d\":\"18446744073709551615\",\"s\":\"-5\"}");
    CHECK_U64(json_frame(&reading.reader, "f"), UINT64_C(1000000000000000));
    CHECK_INT(json_int(&reading.reader, "i", -3, 3), -3);
    CHECK(json_real(&reading.reader, "r", 0, 1) == 0.5);
    CHECK(json_bool(&reading.reader, "b"));
    json_text(&reading.reader, "t", text, sizeof text);
    CHECK_TEXT(text, "abcde");
    CHECK_U64(json_hex64(&reading.reader, "h"), 255);
    CHECK_U64(json_decimal64(&reading.reader, "d"), UINT64_MAX);
    CHECK_INT(json_decimal_i64(&reading.reader, "s"), -5);
    CHECK(json_reader_ok(&reading.reader));
    cJSON_Delete(reading.object);
}

static void check_frame_refused(const char *text, const char *reason)
{
    struct reading reading;

    begin(&reading, text);
    CHECK_U64(json_frame(&reading.reader, "f"), 0);
    check_reason(&reading, reason);
}

static void test_frames_are_whole_numbers_that_a_double_holds(void **state)
{
    static const char limits[] = "x[2].f: must be a number, 0 to 1e+15";

    (void)state;
    check_frame_refused("{}", "x[2].f: is missing");
    check_frame_refused("{\"F\":1}", "x[2].f: is missing");
    check_frame_refused("{\"f\":-1}", limits);
    check_frame_refused("{\"f\":1000000000000001}", limits);
    check_frame_refused("{\"f\":\"1\"}", limits);
    check_frame_refused("{\"f\":null}", limits);
    check_frame_refused("{\"f\":0.5}", "x[2].f: must be a whole number");
}

static void test_the_first_failure_is_the_one_that_is_told(void **state)
{
    struct reading reading;

    (void)state;
    begin(&reading, "{\"i\":9,\"b\":1}");
    CHECK_INT(json_int(&reading.reader, "i", 0, 3), 0);
    CHECK(!json_bool(&reading.reader, "b"));
    json_only(&reading.reader, (const char *const[]){"i", NULL});
    check_reason(&reading, "x[2].i: must be a number, 0 to 3");
}

static void test_texts_ids_and_choices_name_what_they_must_be(void **state)
{
    static const char *const names[] = {"pad", "lead"};
    struct reading reading;
    char text[4] = "old";

    (void)state;
    begin(&reading, "{\"t\":\"abcd\"}");
    json_text(&reading.reader, "t", text, sizeof text);
    CHECK_TEXT(text, "");
    check_reason(&reading,
                 "x[2].t: must be a string of at most 3 bytes, without control characters");
    begin(&reading, "{\"h\":\"FF\"}");
    json_hex64(&reading.reader, "h");
    check_reason(&reading, "x[2].h: must be a string of 16 hex digits");
    begin(&reading, "{\"d\":42}");
    json_decimal64(&reading.reader, "d");
    check_reason(&reading,
                 "x[2].d: must be a string of at most 23 bytes, without control characters");
    begin(&reading, "{\"c\":\"Pad\"}");
    CHECK_INT(json_choice(&reading.reader, "c", names, 2), 0);
    check_reason(&reading, "x[2].c: must be one of pad lead");
}

static void test_an_escaped_line_break_does_not_get_into_what_may_be_logged(void **state)
{
    static const char *const texts[] = {"{\"t\":\"a\\nb\"}", "{\"t\":\"\\u001b\"}",
                                        "{\"t\":\"\\u007f\"}"};

    (void)state;
    for (int i = 0; i < 3; i++) {
        struct reading reading;
        char text[8];

        begin(&reading, texts[i]);
        json_text(&reading.reader, "t", text, sizeof text);
        CHECK_TEXT(text, "");
        CHECK(!json_reader_ok(&reading.reader));
        cJSON_Delete(reading.object);
    }
}

static void test_arrays_have_a_longest_length_and_objects_only_known_members(void **state)
{
    struct reading reading;

    (void)state;
    begin(&reading, "{\"a\":[1,2,3],\"o\":{}}");
    assert_non_null(json_array(&reading.reader, "a", 3));
    assert_non_null(json_object(&reading.reader, "o"));
    CHECK(json_reader_ok(&reading.reader));
    assert_null(json_array(&reading.reader, "a", 2));
    check_reason(&reading, "x[2].a: must be an array of at most 2");
    begin(&reading, "{\"o\":[]}");
    assert_null(json_object(&reading.reader, "o"));
    check_reason(&reading, "x[2].o: must be an object");
    begin(&reading, "{\"a\":1,\"extra\":2}");
    json_only(&reading.reader, (const char *const[]){"a", NULL});
    check_reason(&reading, "x[2].extra: is unknown");
    begin(&reading, "[]");
    json_only(&reading.reader, (const char *const[]){NULL});
    check_reason(&reading, "x[2]: must be an object");
}

static void test_a_reason_is_cut_to_its_room(void **state)
{
    struct reading reading;
    char text[400] = "{\"";

    (void)state;
    memset(text + 2, 'n', 300);
    memcpy(text + 302, "\":1}", 5);
    begin(&reading, text);
    json_only(&reading.reader, (const char *const[]){NULL});
    CHECK_U64(strlen(reading.reason), sizeof reading.reason - 1);
    cJSON_Delete(reading.object);
}

static void test_what_is_written_is_exact(void **state)
{
    cJSON *const object = cJSON_CreateObject();

    (void)state;
    json_add_frame(object, "f", UINT64_C(999999999999999));
    json_add_hex64(object, "h", 255);
    json_add_decimal64(object, "d", UINT64_MAX);
    json_add_decimal_i64(object, "s", INT64_MIN);
    char *const text = json_print(object);

    CHECK_TEXT(text, "{\"f\":999999999999999,\"h\":\"00000000000000ff\","
                     "\"d\":\"18446744073709551615\",\"s\":\"-9223372036854775808\"}");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_kind_of_value_is_read),
        cmocka_unit_test(test_nothing_may_trail_or_be_missing),
        cmocka_unit_test(test_a_number_too_large_is_refused_by_the_name_of_its_member),
        cmocka_unit_test(test_numbers_are_written_as_the_standard_has_it),
        cmocka_unit_test(test_control_characters_are_refused_in_strings_and_around_them),
        cmocka_unit_test(test_what_is_not_utf_8_is_refused),
        cmocka_unit_test(test_a_byte_order_mark_is_refused),
        cmocka_unit_test(
            test_an_escaped_0_character_is_refused_and_an_escaped_backslash_is_not),
        cmocka_unit_test(test_a_name_may_stand_once_however_it_is_written),
        cmocka_unit_test(test_nesting_ends_at_the_limit_before_anything_recurses),
        cmocka_unit_test(test_the_reader_gives_what_is_there),
        cmocka_unit_test(test_frames_are_whole_numbers_that_a_double_holds),
        cmocka_unit_test(test_the_first_failure_is_the_one_that_is_told),
        cmocka_unit_test(test_texts_ids_and_choices_name_what_they_must_be),
        cmocka_unit_test(test_an_escaped_line_break_does_not_get_into_what_may_be_logged),
        cmocka_unit_test(test_arrays_have_a_longest_length_and_objects_only_known_members),
        cmocka_unit_test(test_a_reason_is_cut_to_its_room),
        cmocka_unit_test(test_what_is_written_is_exact),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
