/* Replies: a request that comes again gets the answer it was given. */
#include "composerd/replies.h"
#include "tests/check.h"

#include <string.h>

static struct replies replies;

static int setup(void **state)
{
    (void)state;
    memset(&replies, 0, sizeof replies);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    replies_finish(&replies);
    return 0;
}

static void test_a_reply_is_found_by_its_id_and_by_no_other(void **state)
{
    char text[] = "{\"ok\":true}";

    (void)state;
    replies_add(&replies, "a", text);
    text[1] = 'x'; /* a copy was kept */
    CHECK_TEXT(replies_find(&replies, "a"), "{\"ok\":true}");
    assert_null(replies_find(&replies, "b"));
    assert_null(replies_find(&replies, "A"));
    assert_null(replies_find(&replies, "aa"));
}

static void test_a_request_without_an_id_is_nobodys(void **state)
{
    (void)state;
    assert_null(replies_find(&replies, ""));
    replies_add(&replies, "", "{}");
    assert_null(replies_find(&replies, ""));
    CHECK_U64(replies.next, 0);
}

static void test_the_longest_id_there_is_is_remembered_whole(void **state)
{
    char id[CONTROL_ID_SIZE];

    (void)state;
    memset(id, 'x', sizeof id - 1);
    id[sizeof id - 1] = '\0';
    replies_add(&replies, id, "{}");
    CHECK_TEXT(replies_find(&replies, id), "{}");
    id[sizeof id - 2] = '\0';
    assert_null(replies_find(&replies, id));
}

static void test_the_oldest_reply_makes_room_for_the_newest(void **state)
{
    char id[20];

    (void)state;
    for (int i = 0; i < REPLIES_KEPT + 3; i++) {
        snprintf(id, sizeof id, "id-%d", i);
        replies_add(&replies, id, id);
    }
    assert_null(replies_find(&replies, "id-2"));
    CHECK_TEXT(replies_find(&replies, "id-3"), "id-3");
    CHECK_TEXT(replies_find(&replies, id), id);
}

static void test_finishing_leaves_nothing_and_may_be_done_twice(void **state)
{
    (void)state;
    replies_add(&replies, "a", "{}");
    replies_finish(&replies);
    assert_null(replies_find(&replies, "a"));
    replies_finish(&replies);
}

int main(void)
{
#define REPLIES_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {
        REPLIES_TEST(test_a_reply_is_found_by_its_id_and_by_no_other),
        REPLIES_TEST(test_a_request_without_an_id_is_nobodys),
        REPLIES_TEST(test_the_longest_id_there_is_is_remembered_whole),
        REPLIES_TEST(test_the_oldest_reply_makes_room_for_the_newest),
        REPLIES_TEST(test_finishing_leaves_nothing_and_may_be_done_twice),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
