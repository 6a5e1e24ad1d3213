/* One listener: what it is told and in which order, what it says in pieces, when it has to
 * go. */
#include "streamd/listener.h"
#include "tests/check.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_MESSAGE = 64 };

static int set_up(void **state)
{
    struct listener *const listener = calloc(1, sizeof *listener);
    struct query query;

    query_init(&query);
    assert_int_equal(listener_init(listener, &query, MAX_MESSAGE), 0);
    *state = listener;
    return 0;
}

static int tear_down(void **state)
{
    listener_finish(*state);
    free(*state);
    return 0;
}

/* Chunks [0, head) of a stream, as the loop sees them. */
static struct chunk_store *make_store(uint64_t head)
{
    const struct epoch epoch = {.stream = 7, .rate_hz = 44100};
    struct chunk_store *const store = chunk_store_create(&epoch, 0);

    assert_non_null(store);
    for (uint64_t i = 0; i < head; i++) {
        chunk_store_publish(store, 0, 0, false);
    }
    chunk_store_share(store);
    return store;
}

static void say(struct listener *listener, const char *text)
{
    listener_say(listener, strdup(text));
}

static void check_text(struct listener *listener, const struct chunk_store *store,
                       const char *expected)
{
    struct text *text = NULL;
    uint64_t seq = 0;

    assert_int_equal(listener_next(listener, store, &seq, &text), LISTENER_TEXT);
    assert_int_equal(text_len(text), strlen(expected));
    assert_memory_equal(text_bytes(text), expected, strlen(expected));
    outbox_pop(&listener->outbox);
}

static void test_words_come_before_chunks_and_a_close_after_words(void **state)
{
    struct listener *const listener = *state;
    struct chunk_store *const store = make_store(5);
    struct text *text = NULL;
    uint64_t seq = 0;

    listener->greeted = true;
    listener->cursor.next = 3;
    say(listener, "one");
    say(listener, "two");
    check_text(listener, store, "one");
    check_text(listener, store, "two");
    CHECK_INT(listener_next(listener, store, &seq, &text), LISTENER_CHUNK);
    CHECK_U64(seq, 3);
    say(listener, "bye");
    listener_close(listener, LISTENER_CLOSE_GOING_AWAY, "stopping");
    listener_close(listener, LISTENER_CLOSE_POLICY, "later reasons do not count");
    check_text(listener, store, "bye");
    CHECK_INT(listener_next(listener, store, &seq, &text), LISTENER_CLOSE);
    CHECK_INT(listener->close_code, LISTENER_CLOSE_GOING_AWAY);
    assert_string_equal(listener->close_reason, "stopping");
    chunk_store_destroy(store);
}

static void test_nothing_is_sent_before_hello(void **state)
{
    struct listener *const listener = *state;
    struct chunk_store *const store = make_store(5);
    struct text *text = NULL;
    uint64_t seq = 0;

    CHECK_INT(listener_next(listener, store, &seq, &text), LISTENER_IDLE);
    CHECK_INT(listener_next(listener, NULL, &seq, &text), LISTENER_IDLE);
    assert_false(listener_wants(listener, store));
    chunk_store_destroy(store);
}

static void test_a_gap_is_told_before_the_chunk_behind_it(void **state)
{
    struct listener *const listener = *state;
    struct chunk_store *const store = make_store(5);
    struct text *text = NULL;
    uint64_t seq = 0;

    listener->greeted = true;
    listener->cursor.next = 3;
    listener->cursor.dropped = (struct fanout_gap){1, 3, FANOUT_SLOW};
    check_text(listener, store,
               "{\"type\":\"gap\",\"from_frame\":4410,\"to_frame\":13230,\"lost_frames\":8820,"
               "\"reason\":\"slow\"}");
    CHECK_INT(listener_next(listener, store, &seq, &text), LISTENER_CHUNK);
    CHECK_U64(seq, 3);
    chunk_store_destroy(store);
}

static void test_a_message_is_put_together_from_its_pieces(void **state)
{
    struct listener *const listener = *state;

    assert_false(listener_receive(listener, "{\"ty", 4, false));
    assert_false(listener_receive(listener, "", 0, false));
    assert_true(listener_receive(listener, "pe\"}", 4, true));
    CHECK_INT((int64_t)listener->rx_len, 8);
    assert_memory_equal(listener->rx, "{\"type\"}", 8);
    assert_false(listener->rx_too_large);
}

static void test_a_message_that_is_too_large_is_not_kept(void **state)
{
    struct listener *const listener = *state;
    const char piece[40] = {0};

    assert_false(listener_receive(listener, piece, sizeof piece, false));
    assert_false(listener_receive(listener, piece, sizeof piece, false));
    assert_true(listener->rx_too_large);
    assert_true(listener_receive(listener, piece, 1, true));
    CHECK_INT((int64_t)listener->rx_len, sizeof piece);
}

static void test_who_keeps_sending_rubbish_has_to_go(void **state)
{
    struct listener *const listener = *state;

    for (int i = 0; i < 100; i++) { /* one a second is forgiven */
        listener_rubbish(listener, (i + 1) * NS_PER_S);
    }
    CHECK_INT(listener->close_code, 0);
    for (int i = 0; i < LISTENER_RUBBISH_MAX; i++) {
        listener_rubbish(listener, 100 * NS_PER_S);
    }
    CHECK_INT(listener->close_code, LISTENER_CLOSE_POLICY);
}

static void test_who_leaves_everything_unread_has_to_go(void **state)
{
    struct listener *const listener = *state;

    for (int i = 0; i < OUTBOX_TEXTS; i++) {
        say(listener, "x");
    }
    CHECK_INT(listener->close_code, 0);
    say(listener, "x");
    CHECK_INT(listener->close_code, LISTENER_CLOSE_POLICY);
}

static void test_a_text_lives_as_long_as_somebody_holds_it(void **state)
{
    struct listener *const listener = *state;
    struct text *const text = text_create("shared", 6);

    listener_tell(listener, text);
    listener_tell(listener, NULL); /* without memory there is nothing to tell */
    text_drop(text);
    check_text(listener, NULL, "shared");
}

#define LISTENER_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LISTENER_TEST(test_words_come_before_chunks_and_a_close_after_words),
        LISTENER_TEST(test_nothing_is_sent_before_hello),
        LISTENER_TEST(test_a_gap_is_told_before_the_chunk_behind_it),
        LISTENER_TEST(test_a_message_is_put_together_from_its_pieces),
        LISTENER_TEST(test_a_message_that_is_too_large_is_not_kept),
        LISTENER_TEST(test_who_keeps_sending_rubbish_has_to_go),
        LISTENER_TEST(test_who_leaves_everything_unread_has_to_go),
        LISTENER_TEST(test_a_text_lives_as_long_as_somebody_holds_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
