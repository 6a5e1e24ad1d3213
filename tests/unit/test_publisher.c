/* The publisher: journal, bus, history, in this order, and files of the journal that can be
 * read alone. */
#include "composerd/publisher.h"
#include "tests/check.h"
#include "tests/samples.h"
#include "tests/scratch.h"

#include <errno.h>
#include <stdlib.h>

static struct publisher publisher;
static struct metrics metrics;
static struct phrase phrase;
static struct event event;
static char dir[SCRATCH_PATH_BYTES];

static int setup(void **state)
{
    memset(&publisher, 0, sizeof publisher);
    memset(&metrics, 0, sizeof metrics);
    publisher.metrics = &metrics;
    publisher.outbox.stream = 7;
    outbox_begin_run(&publisher.outbox, UINT64_C(0xabc));
    if (scratch_setup(state) != 0) {
        return -1;
    }
    scratch_path(dir, "journal");
    return journal_open(&publisher.journal, dir, 44100) == 0
               ? bus_server_open(&publisher.bus, scratch)
               : -1;
}

static int teardown(void **state)
{
    publisher_finish(&publisher);
    return scratch_teardown(state);
}

static void queue_params(uint64_t frame)
{
    struct params_event change = sample_params_event();

    change.effective_frame = change.sound_frame = frame;
    change.settled_frame = frame;
    CHECK_INT(outbox_add_params(&publisher.outbox, &change), 0);
}

/* A phrase with one note, as long as the phrase. */
static void queue_phrase(uint64_t start_frame, uint32_t frames)
{
    sample_phrase(&phrase);
    phrase.start_frame = start_frame;
    phrase.frames = frames;
    phrase.chords[0].frame = start_frame;
    phrase.n_notes = 1;
    phrase.n_ends = 0;
    phrase.notes[0] = (struct note){start_frame, frames, 60, 60, ROLE_pad, RULE_chord_voice};
    CHECK_INT(outbox_add_phrase(&publisher.outbox, &phrase), 0);
}

/* What the journal holds from a frame on: types and numbers. */
static char held[1000];

static int on_line(void *user, const char *line, size_t len)
{
    struct json_reason reason;

    (void)user;
    CHECK_INT(event_from_json(line, len, &event, &reason), 0);
    CHECK_U64(event.head.stream, 7);
    CHECK_TEXT(event.head.run, "0000000000000abc");
    snprintf(held + strlen(held), sizeof held - strlen(held), "%s%llu ",
             event.head.type == EVENT_PARAMS ? "p" : "m", (unsigned long long)event.head.n);
    return 0;
}

static const char *journal_from(uint64_t from_frame)
{
    held[0] = '\0';
    CHECK_INT(journal_read(dir, from_frame, on_line, NULL), 0);
    return held;
}

static void test_nothing_is_said_before_the_flush_and_then_parameters_come_first(void **state)
{
    (void)state;
    queue_phrase(0, 64000);
    queue_phrase(64000, 64000);
    queue_params(0);
    CHECK_U64(publisher.history.n, 0);
    CHECK_INT(journal_read(dir, 0, on_line, NULL), -ENOENT);
    publisher_flush(&publisher);
    CHECK_TEXT(journal_from(0), "p1 m1 m2 ");
    CHECK_U64(publisher.history.n, 3);
    CHECK_U64(publisher.outbox.n_events, 0);
    CHECK_INT(metric_get(&metrics, METRIC_composerd_journal_errors), 0);
}

/* Makes the journal's file as large as it gets, so that the next event begins another. */
static void fill_file(void)
{
    publisher.journal.file_bytes = JOURNAL_FILE_BYTES;
}

static void test_each_file_begins_with_the_parameters(void **state)
{
    (void)state;
    queue_params(0);
    queue_phrase(0, 64000);
    publisher_flush(&publisher);
    fill_file();
    queue_phrase(64000, 64000);
    publisher_flush(&publisher);
    CHECK_TEXT(journal_from(0), "p1 m1 p1 m2 ");
    CHECK_TEXT(journal_from(64000), "p1 m2 ");
    fill_file();
    queue_params(128000);
    publisher_flush(&publisher);
    CHECK_TEXT(journal_from(128000), "p2 ");
}

static void test_a_file_that_was_only_begun_gets_the_parameters_first(void **state)
{
    (void)state;
    queue_params(0);
    queue_phrase(0, 64000);
    publisher_flush(&publisher);
    CHECK_INT(journal_begin_file(&publisher.journal, 64000), 0); /* and there was no room */
    queue_phrase(64000, 64000);
    publisher_flush(&publisher);
    CHECK_TEXT(journal_from(64000), "p1 m2 ");
}

static void
test_a_file_that_begins_with_a_change_does_not_hide_music_published_before(void **state)
{
    (void)state;
    queue_params(0);
    queue_phrase(0, 640000);
    queue_phrase(640000, 640000); /* ahead */
    publisher_flush(&publisher);
    fill_file();
    queue_params(100032); /* a change of timbre, at once */
    publisher_flush(&publisher);
    CHECK_TEXT(journal_from(200000), "p1 m1 m2 p2 "); /* what sounds and what will is there */
    CHECK_TEXT(journal_from(1280000), "p2 ");
}

static void test_changes_in_quick_succession_stay_in_the_order_of_publishing(void **state)
{
    (void)state;
    queue_params(0);
    queue_phrase(0, 640000);
    publisher_flush(&publisher);
    for (uint64_t i = 1; i <= 3;
         i++) { /* each fills a file, and begins earlier than what was ahead */
        fill_file();
        queue_phrase(6400 * i, 64000);
        publisher_flush(&publisher);
    }
    CHECK_TEXT(journal_from(0), "p1 m1 p1 m2 m3 m4 ");
}

static void test_a_journal_that_fails_is_counted_and_stops_nothing(void **state)
{
    (void)state;
    journal_finish(&publisher.journal);
    snprintf(publisher.journal.dir, sizeof publisher.journal.dir, "%s/no/where", scratch);
    log_init("test", "error"); /* what it would warn of is what is tested */
    queue_params(0);
    queue_phrase(0, 64000);
    publisher_flush(&publisher);
    log_init("test", "info");
    CHECK_INT(metric_get(&metrics, METRIC_composerd_journal_errors), 2);
    CHECK_U64(publisher.history.n, 2);
}

static struct {
    uint64_t n;
    enum event_type last;
} given;

static void on_event(void *user, const struct event *one)
{
    (void)user;
    given.n++;
    given.last = one->head.type;
}

static const struct event_sink sink = {&event, on_event, NULL};

static void test_a_snapshot_holds_what_was_published_up_to_its_counts(void **state)
{
    const struct epoch epoch = sample_epoch();
    struct snapshot_head head;
    struct json_reason reason;

    (void)state;
    queue_params(0);
    queue_phrase(0, 64000);
    queue_phrase(64000, 64000);
    publisher_flush(&publisher);
    char *const text = publisher_snapshot(&publisher, "ask", 64000, &epoch);

    given.n = 0;
    CHECK_INT(snapshot_from_json(text, strlen(text), &head, &sink, &reason), 0);
    CHECK_TEXT(head.id, "ask");
    CHECK_TEXT(head.run, "0000000000000abc");
    CHECK_U64(head.last_n[EVENT_PHRASE], 2);
    CHECK_U64(given.n, 2); /* the parameters and the second phrase */
    free(text);
}

int main(void)
{
#define PUBLISHER_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {
        PUBLISHER_TEST(test_nothing_is_said_before_the_flush_and_then_parameters_come_first),
        PUBLISHER_TEST(test_each_file_begins_with_the_parameters),
        PUBLISHER_TEST(test_a_file_that_was_only_begun_gets_the_parameters_first),
        PUBLISHER_TEST(
            test_a_file_that_begins_with_a_change_does_not_hide_music_published_before),
        PUBLISHER_TEST(test_changes_in_quick_succession_stay_in_the_order_of_publishing),
        PUBLISHER_TEST(test_a_journal_that_fails_is_counted_and_stops_nothing),
        PUBLISHER_TEST(test_a_snapshot_holds_what_was_published_up_to_its_counts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
