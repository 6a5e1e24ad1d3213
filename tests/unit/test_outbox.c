/* The outbox: heads and numbers, and the order in which events leave. */
#include "common/event_json.h"
#include "composerd/outbox.h"
#include "tests/check.h"
#include "tests/samples.h"

#include <stdlib.h>
#include <string.h>

static struct outbox outbox;
static struct event event;

static int setup(void **state)
{
    (void)state;
    memset(&outbox, 0, sizeof outbox);
    outbox.stream = 7;
    outbox_begin_run(&outbox, UINT64_C(0xabc));
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    outbox_finish(&outbox);
    return 0;
}

static int add_params(uint64_t frame)
{
    struct params_event change = sample_params_event();

    change.effective_frame = frame;
    return outbox_add_params(&outbox, &change);
}

/* One note, as long as the phrase. */
static int add_phrase(uint64_t start_frame)
{
    static struct phrase phrase;

    sample_phrase(&phrase);
    phrase.start_frame = phrase.chords[0].frame = start_frame;
    phrase.n_ends = 0;
    phrase.n_notes = 1;
    phrase.notes[0].frame = start_frame;
    return outbox_add_phrase(&outbox, &phrase);
}

/* What has left: types, numbers and frames. */
static char left[400];

static void on_event(void *user, const struct outbox_event *given)
{
    struct json_reason reason;
    const char type = given->type == EVENT_PARAMS ? 'p' : 'm';

    CHECK(user == &outbox);
    CHECK_INT(event_from_json(given->json, strlen(given->json), &event, &reason), 0);
    CHECK_INT(event.head.type, given->type);
    CHECK_U64(event.head.stream, 7);
    CHECK_TEXT(event.head.run, "0000000000000abc");
    snprintf(left + strlen(left), sizeof left - strlen(left), "%c%llu@%llu-%llu ", type,
             (unsigned long long)event.head.n, (unsigned long long)given->start_frame,
             (unsigned long long)given->kept_until_frame);
}

static const char *flush(void)
{
    const struct outbox_reader reader = {&outbox, on_event};

    left[0] = '\0';
    outbox_flush(&outbox, &reader);
    return left;
}

static void test_a_change_leaves_before_the_phrases_composed_for_it(void **state)
{
    (void)state;
    CHECK_INT(add_phrase(64000), 0);
    CHECK_INT(add_phrase(128000), 0);
    CHECK_INT(add_params(64000), 0);
    CHECK_TEXT(flush(), "p1@64000-64000 m1@64000-384000 m2@128000-448000 ");
    CHECK_TEXT(flush(), "");
}

static void test_each_type_counts_for_itself_and_a_new_run_from_1(void **state)
{
    (void)state;
    add_params(0);
    add_phrase(0);
    add_phrase(64);
    CHECK_U64(outbox.last_n[EVENT_PARAMS], 1);
    CHECK_U64(outbox.last_n[EVENT_PHRASE], 2);
    CHECK_U64(outbox_head(&outbox, EVENT_HEARTBEAT).n, 0);
    CHECK_U64(outbox.last_n[EVENT_HEARTBEAT], 0);
    flush();
    add_phrase(128);
    CHECK_U64(outbox.last_n[EVENT_PHRASE], 3);
    outbox_begin_run(&outbox, 1);
    CHECK_U64(outbox.last_n[EVENT_PHRASE], 0);
    CHECK_TEXT(outbox.run, "0000000000000001");
}

static void test_a_full_one_refuses_what_is_more_and_keeps_what_it_has(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < OUTBOX_EVENTS; i++) {
        CHECK_INT(add_params(i), 0);
    }
    CHECK(add_params(64) < 0);
    CHECK(add_phrase(64) < 0);
    CHECK_U64(outbox.n_events, OUTBOX_EVENTS);
    outbox_finish(&outbox);
    CHECK_INT(add_phrase(64), 0);
}

#define OUTBOX_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        OUTBOX_TEST(test_a_change_leaves_before_the_phrases_composed_for_it),
        OUTBOX_TEST(test_each_type_counts_for_itself_and_a_new_run_from_1),
        OUTBOX_TEST(test_a_full_one_refuses_what_is_more_and_keeps_what_it_has),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
