/* News: what the bus told, kept for those who come later; what composerd replied. */
#include "streamd/news.h"
#include "streamd/news_json.h"
#include "streamd/reply_json.h"
#include "tests/check.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct fixture {
    struct news news;
    struct event event;
    uint64_t last_n[EVENT_TYPE_COUNT]; /* published so far */
};

/* All that has been published is known. */
static void end_snapshot(struct fixture *fixture)
{
    news_end_snapshot(&fixture->news, "r", fixture->last_n);
}

static int set_up(void **state)
{
    *state = calloc(1, sizeof(struct fixture));
    if (*state == NULL) {
        return -1;
    }
    end_snapshot(*state);
    return 0;
}

static int tear_down(void **state)
{
    news_finish(&((struct fixture *)*state)->news);
    free(*state);
    return 0;
}

static struct event *publish(struct fixture *fixture, enum event_type type, uint64_t stream)
{
    fixture->event.head = (struct event_head){
        .type = type, .stream = stream, .run = "r", .n = ++fixture->last_n[type]};
    return &fixture->event;
}

static struct event *publish_phrase(struct fixture *fixture, uint64_t number, uint64_t start,
                                    uint64_t frames)
{
    struct event *const event = publish(fixture, EVENT_PHRASE, 7);

    event->phrase.phrase = number;
    event->phrase.start_frame = start;
    event->phrase.frames = frames;
    return event;
}

static enum news_kind take_phrase(struct fixture *fixture, uint64_t number, uint64_t start,
                                  uint64_t frames)
{
    return news_take(&fixture->news, publish_phrase(fixture, number, start, frames), "{}", 2,
                     0);
}

static enum news_kind take_params(struct fixture *fixture, uint64_t stream, uint64_t change)
{
    struct event *const event = publish(fixture, EVENT_PARAMS, stream);

    event->params = (struct params_event){.change = change};
    return news_take(&fixture->news, event, NULL, 0, 0);
}

static void test_phrases_are_kept_until_they_are_over(void **state)
{
    struct fixture *const fixture = *state;

    CHECK_INT(take_phrase(fixture, 0, 0, 100), NEWS_PHRASE);
    CHECK_INT(take_phrase(fixture, 1, 100, 100), NEWS_PHRASE);
    CHECK_INT(fixture->news.n_phrases, 2);
    news_forget(&fixture->news, 99);
    CHECK_INT(fixture->news.n_phrases, 2);
    news_forget(&fixture->news, 100);
    CHECK_INT(fixture->news.n_phrases, 1);
    CHECK_U64(fixture->news.phrases[0].number, 1);
}

static void test_a_repeated_phrase_is_no_news(void **state)
{
    struct fixture *const fixture = *state;

    take_phrase(fixture, 0, 0, 100);
    take_phrase(fixture, 1, 100, 100);
    CHECK_INT(take_phrase(fixture, 0, 0, 100), NEWS_NOTHING);
    CHECK_INT(take_phrase(fixture, 1, 100, 100), NEWS_NOTHING);
    CHECK_INT(fixture->news.n_phrases, 2);
}

static void test_a_phrase_takes_the_place_of_those_it_cancels(void **state)
{
    struct fixture *const fixture = *state;

    take_phrase(fixture, 0, 0, 100);
    take_phrase(fixture, 1, 100, 100);
    take_phrase(fixture, 2, 200, 100);
    CHECK_INT(take_phrase(fixture, 3, 100, 50), NEWS_PHRASE);
    CHECK_INT(fixture->news.n_phrases, 2);
    CHECK_U64(fixture->news.phrases[0].number, 0);
    CHECK_U64(fixture->news.phrases[1].number, 3);
}

static void test_there_is_room_for_the_newest_phrases(void **state)
{
    struct fixture *const fixture = *state;

    for (uint64_t i = 0; i < NEWS_PHRASES + 3; i++) {
        take_phrase(fixture, i, i * 100, 100);
    }
    CHECK_INT(fixture->news.n_phrases, NEWS_PHRASES);
    CHECK_U64(fixture->news.phrases[0].number, 3);
}

/* Whoever subscribes while composerd publishes hears of a later phrase first. */
static void test_what_was_missed_comes_with_the_snapshot_and_in_order(void **state)
{
    struct fixture *const fixture = *state;

    publish_phrase(fixture, 0, 0, 100); /* and nobody took it */
    assert_false(news_want_snapshot(&fixture->news));
    CHECK_INT(take_phrase(fixture, 1, 100, 100), NEWS_NOTHING);
    assert_true(news_want_snapshot(&fixture->news));
    for (uint64_t i = 0; i < 2; i++) {
        fixture->event.phrase.phrase = i;
        fixture->event.phrase.start_frame = i * 100;
        CHECK_INT(news_take_again(&fixture->news, &fixture->event), NEWS_PHRASE);
    }
    end_snapshot(fixture);
    assert_false(news_want_snapshot(&fixture->news));
    CHECK_INT(take_phrase(fixture, 2, 200, 100), NEWS_PHRASE);
    CHECK_INT(fixture->news.n_phrases, 3);
    CHECK_U64(fixture->news.phrases[0].number, 0);
}

static void test_a_snapshot_that_was_overtaken_is_not_enough(void **state)
{
    struct fixture *const fixture = *state;
    const uint64_t then[EVENT_TYPE_COUNT] = {[EVENT_PHRASE] = 1};

    publish_phrase(fixture, 0, 0, 100);
    take_phrase(fixture, 1, 100, 100);
    news_end_snapshot(&fixture->news, "r", then);
    assert_true(news_want_snapshot(&fixture->news));
}

static void test_only_a_new_change_is_news(void **state)
{
    struct fixture *const fixture = *state;

    CHECK_INT(take_params(fixture, 7, 3), NEWS_PARAMS);
    CHECK_INT(take_params(fixture, 7, 3), NEWS_NOTHING); /* said again for a new subscriber */
    CHECK_INT(take_params(fixture, 7, 2), NEWS_NOTHING);
    CHECK_INT(take_params(fixture, 7, 4), NEWS_PARAMS);
}

static void test_another_stream_begins_anew(void **state)
{
    struct fixture *const fixture = *state;

    take_phrase(fixture, 5, 0, 100);
    take_params(fixture, 7, 3);
    CHECK_INT(take_params(fixture, 8, 0), NEWS_PARAMS);
    CHECK_INT(fixture->news.n_phrases, 0);
}

static void test_composerd_is_away_without_heartbeats(void **state)
{
    struct fixture *const fixture = *state;

    assert_true(news_composerd_is_away(&fixture->news, 0));
    news_take(&fixture->news, publish(fixture, EVENT_HEARTBEAT, 7), "{}", 2, NS_PER_S);
    assert_false(news_composerd_is_away(&fixture->news, 2 * NS_PER_S));
    assert_true(news_composerd_is_away(&fixture->news, 5 * NS_PER_S));
}

static void test_counters_come_from_the_heartbeat(void **state)
{
    const char *const text =
        "{\"metrics\":{\"phrases_composed\":12,\"ahead\":\"x\",\"other\":1}}";
    int64_t counters[METRIC_COUNT] = {0};

    (void)state;
    counters[METRIC_composerd_ahead] = 5;
    news_counters_from_json(text, strlen(text), counters);
    CHECK_INT(counters[METRIC_composerd_phrases_composed], 12);
    CHECK_INT(counters[METRIC_composerd_ahead], 5);
    news_counters_from_json("rubbish", 7, counters);
    CHECK_INT(counters[METRIC_composerd_phrases_composed], 12);
}

static void test_a_reply_is_passed_on_under_the_clients_own_id(void **state)
{
    const char *const text = "{\"id\":\"w-1\",\"ok\":true,\"effective_frame\":64,\"secret\":1}";
    char id[REPLY_ID_BYTES] = "";
    bool ok = false;

    (void)state;
    CHECK_INT(reply_id_from_json(text, strlen(text), id), 0);
    assert_string_equal(id, "w-1");
    char *const ack = reply_ack_json(text, strlen(text), "\"mine\"");

    assert_string_equal(ack, "{\"type\":\"control_ack\",\"id\":\"mine\",\"ok\":true,"
                             "\"effective_frame\":64}");
    free(ack);
    char *const http = reply_http_json(text, strlen(text), &ok);

    assert_string_equal(http, "{\"ok\":true,\"effective_frame\":64}");
    assert_true(ok);
    free(http);
}

static void test_what_is_no_reply_is_refused(void **state)
{
    static const char *const bad[] = {
        "", "7", "[]", "{}", "{\"id\":7}", "{\"ok\":true}", "{\"id\":\"\"}"};
    char id[REPLY_ID_BYTES] = "kept";
    bool ok = true;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        CHECK_INT(reply_id_from_json(bad[i], strlen(bad[i]), id), -EPROTO);
    }
    assert_string_equal(id, "kept");
    assert_null(reply_ack_json("{\"id\":\"a\"}", 10, ""));
    assert_null(reply_http_json("{\"ok\":7}", 8, &ok));
}

#define NEWS_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        NEWS_TEST(test_phrases_are_kept_until_they_are_over),
        NEWS_TEST(test_a_repeated_phrase_is_no_news),
        NEWS_TEST(test_a_phrase_takes_the_place_of_those_it_cancels),
        NEWS_TEST(test_there_is_room_for_the_newest_phrases),
        NEWS_TEST(test_what_was_missed_comes_with_the_snapshot_and_in_order),
        NEWS_TEST(test_a_snapshot_that_was_overtaken_is_not_enough),
        NEWS_TEST(test_only_a_new_change_is_news),
        NEWS_TEST(test_another_stream_begins_anew),
        NEWS_TEST(test_composerd_is_away_without_heartbeats),
        NEWS_TEST(test_counters_come_from_the_heartbeat),
        NEWS_TEST(test_a_reply_is_passed_on_under_the_clients_own_id),
        NEWS_TEST(test_what_is_no_reply_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
