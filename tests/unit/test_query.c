/* The query of /ws/stream: good values are taken, bad ones told what is allowed. */
#include "streamd/query.h"
#include "tests/check.h"

#include <errno.h>
#include <string.h>

static void take(struct query *query, const char *argument)
{
    char error[QUERY_ERROR_BYTES] = "";

    assert_int_equal(query_argument(query, argument, error), 0);
}

static void check_refused(const char *argument, const char *says)
{
    char error[QUERY_ERROR_BYTES] = "";
    struct query query;

    query_init(&query);
    assert_int_equal(query_argument(&query, argument, error), -EINVAL);
    assert_non_null(strstr(error, says));
    assert_int_equal(query.format, STREAM_JSON);
    assert_false(query.wish.resume);
    assert_int_equal(query.wish.burst_ms, 0);
}

static void test_without_arguments_it_is_json_from_now(void **state)
{
    struct query query;

    (void)state;
    query_init(&query);
    CHECK_INT(query.format, STREAM_JSON);
    assert_false(query.wish.resume);
    assert_false(query.wish.names_stream);
}

static void test_good_arguments_are_taken(void **state)
{
    struct query query;

    (void)state;
    query_init(&query);
    take(&query, "format=pcm");
    take(&query, "from=1000000000000000");
    take(&query, "stream=00000000deadbeef");
    take(&query, "burst=10000");
    take(&query, "v=2"); /* means nothing here */
    CHECK_INT(query.format, STREAM_PCM);
    assert_true(query.wish.resume);
    CHECK_U64(query.wish.from_frame, UINT64_C(1000000000000000));
    assert_true(query.wish.names_stream);
    CHECK_U64(query.wish.stream, 0xdeadbeef);
    CHECK_U64(query.wish.burst_ms, 10000);
}

static void test_bad_arguments_are_told_what_is_allowed(void **state)
{
    (void)state;
    check_refused("format=mp3", "json or pcm");
    check_refused("format=", "json or pcm");
    check_refused("from=", "0 to 10^15");
    check_refused("from=-1", "0 to 10^15");
    check_refused("from=1e3", "0 to 10^15");
    check_refused("from=1000000000000001", "0 to 10^15");
    check_refused("from=99999999999999999999999999", "0 to 10^15");
    check_refused("stream=deadbeef", "16 hexadecimal digits");
    check_refused("stream=00000000DEADBEEF", "16 hexadecimal digits");
    check_refused("burst=10001", "0 to 10000");
    check_refused("burst=\"><script>", "0 to 10000");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_without_arguments_it_is_json_from_now),
        cmocka_unit_test(test_good_arguments_are_taken),
        cmocka_unit_test(test_bad_arguments_are_told_what_is_allowed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
