/* The history: what a snapshot from any frame must hold, and what is forgotten. */
#include "composerd/history.h"
#include "tests/check.h"
#include "tests/samples.h"

static struct history history;
static const char *list[HISTORY_EVENTS];

static int setup(void **state)
{
    (void)state;
    memset(&history, 0, sizeof history);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    history_finish(&history);
    return 0;
}

/* What is selected from a frame on, one after the other. */
static void check_selected(uint64_t from_frame, const char *expected)
{
    char text[200] = "";
    const size_t n = history_select(&history, from_frame, list);

    for (size_t i = 0; i < n; i++) {
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s ", list[i]);
    }
    CHECK_TEXT(text, expected);
}

static void add_sample(void)
{
    CHECK_INT(history_add(&history, EVENT_PARAMS, 0, "p0"), 0);
    CHECK_INT(history_add(&history, EVENT_PHRASE, 1000, "m1000"), 0);
    CHECK_INT(history_add(&history, EVENT_PHRASE, 2000, "m2000"), 0);
    CHECK_INT(history_add(&history, EVENT_PARAMS, 1500, "p1500"), 0);
    CHECK_INT(history_add(&history, EVENT_PHRASE, 3000, "m3000"), 0);
    CHECK_INT(history_add(&history, EVENT_PARAMS, 2500, "p2500"), 0);
}

static void test_an_empty_history_selects_nothing(void **state)
{
    (void)state;
    check_selected(0, "");
    assert_null(history_last_params(&history));
}

static void
test_a_snapshot_has_the_valid_parameters_all_later_ones_and_what_still_sounds(void **state)
{
    (void)state;
    add_sample();
    check_selected(0, "p0 m1000 m2000 p1500 m3000 p2500 ");
    check_selected(999, "p0 m1000 m2000 p1500 m3000 p2500 ");
    check_selected(1000, "p0 m2000 p1500 m3000 p2500 "); /* ended there: sounds no more */
    check_selected(1499, "p0 m2000 p1500 m3000 p2500 ");
    check_selected(1500, "m2000 p1500 m3000 p2500 ");
    check_selected(2600, "m3000 p2500 ");
    check_selected(9000, "p2500 ");
    CHECK_TEXT(history_last_params(&history), "p2500");
}

static void test_a_change_that_took_effect_before_an_earlier_one_is_the_valid_one(void **state)
{
    (void)state;
    CHECK_INT(history_add(&history, EVENT_PARAMS, 0, "p0"), 0);
    CHECK_INT(history_add(&history, EVENT_PARAMS, 5000, "p5000"), 0); /* from a bar line on */
    CHECK_INT(history_add(&history, EVENT_PARAMS, 3000, "p3000"), 0); /* at once */
    check_selected(2000, "p0 p5000 p3000 ");
    check_selected(4000, "p3000 ");
    check_selected(6000, "p3000 "); /* it holds what p5000 changed, too */
}

static void test_before_the_first_parameters_the_first_ones_are_given(void **state)
{
    (void)state;
    CHECK_INT(history_add(&history, EVENT_PARAMS, 7000, "p7000"), 0);
    CHECK_INT(history_add(&history, EVENT_PARAMS, 8000, "p8000"), 0);
    check_selected(10, "p7000 p8000 ");
}

static void test_the_history_keeps_copies(void **state)
{
    char text[] = "first";

    (void)state;
    CHECK_INT(history_add(&history, EVENT_PARAMS, 0, text), 0);
    text[0] = 'x';
    CHECK_TEXT(history_last_params(&history), "first");
}

static void test_the_oldest_are_forgotten_and_the_newest_never(void **state)
{
    char text[20];

    (void)state;
    for (int i = 0; i < 3 * HISTORY_EVENTS; i++) {
        snprintf(text, sizeof text, "m%d", i);
        CHECK_INT(history_add(&history, EVENT_PHRASE, (uint64_t)i + 1, text), 0);
        CHECK(history.n <= HISTORY_EVENTS);
        CHECK_TEXT(history.events[history.n - 1].json, text);
        CHECK(history.n >= HISTORY_EVENTS / 2 || history.n == (size_t)i + 1);
    }
    for (size_t i = 1; i < history.n; i++) {
        CHECK_U64(history.events[i].frame, history.events[i - 1].frame + 1);
    }
}

static void test_parameters_are_not_forgotten_however_much_music_follows(void **state)
{
    (void)state;
    CHECK_INT(history_add(&history, EVENT_PARAMS, 0, "old"), 0);
    CHECK_INT(history_add(&history, EVENT_PARAMS, 10, "valid"), 0);
    for (uint64_t i = 0; i < UINT64_C(5) * HISTORY_EVENTS; i++) {
        CHECK_INT(history_add(&history, EVENT_PHRASE, 100 + i, "m"), 0);
    }
    CHECK_TEXT(history_last_params(&history), "valid");
    CHECK_TEXT(history.events[0].json, "valid");
    CHECK(history_select(&history, 50, list) > 1);
    CHECK_TEXT(list[0], "valid");
}

static void test_a_phrase_matters_until_it_and_its_last_note_end(void **state)
{
    static struct phrase phrase;

    (void)state;
    sample_phrase(&phrase);
    CHECK_U64(phrase_matters_until(&phrase), 640 + 320000);
    phrase.notes[0].frames = 640000;
    CHECK_U64(phrase_matters_until(&phrase), 640 + 640000);
    phrase.n_notes = 0; /* a rest */
    CHECK_U64(phrase_matters_until(&phrase), 640 + 320000);
}

int main(void)
{
#define HISTORY_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {
        HISTORY_TEST(test_an_empty_history_selects_nothing),
        HISTORY_TEST(
            test_a_snapshot_has_the_valid_parameters_all_later_ones_and_what_still_sounds),
        HISTORY_TEST(test_a_change_that_took_effect_before_an_earlier_one_is_the_valid_one),
        HISTORY_TEST(test_before_the_first_parameters_the_first_ones_are_given),
        HISTORY_TEST(test_the_history_keeps_copies),
        HISTORY_TEST(test_the_oldest_are_forgotten_and_the_newest_never),
        HISTORY_TEST(test_parameters_are_not_forgotten_however_much_music_follows),
        HISTORY_TEST(test_a_phrase_matters_until_it_and_its_last_note_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
