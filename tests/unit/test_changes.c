/* Changes: loudness, timbre and mix at each frame. */
#include "common/presets.h"
#include "synthd/changes.h"
#include "tests/check.h"

#include <string.h>

static struct changes changes;

static struct params_event event_at(uint64_t number, uint64_t sound_frame,
                                    uint32_t glide_frames, double intensity)
{
    struct params_event event = {
        .change = number, .sound_frame = sound_frame, .glide_frames = glide_frames};

    params_init(&event.params);
    event.params.intensity = intensity;
    return event;
}

static void apply(uint64_t number, uint64_t sound_frame, uint32_t glide_frames,
                  double intensity)
{
    const struct params_event event = event_at(number, sound_frame, glide_frames, intensity);

    CHECK(changes_apply(&changes, &event));
}

static double intensity_at(uint64_t frame)
{
    struct sound sound;

    changes_at(&changes, frame, &sound);
    return sound.values[SOUND_INTENSITY];
}

static int set_up(void **state)
{
    (void)state;
    changes_init(&changes);
    return 0;
}

static void test_the_defaults_hold_until_something_is_known(void **state)
{
    (void)state;
    changes_start(&changes, 0);
    CHECK_NEAR(intensity_at(64), 0.5, 0);
}

static void test_the_first_change_says_what_is_and_does_not_glide(void **state)
{
    (void)state;
    apply(0, 1000, 64000, 0.8);
    changes_start(&changes, 0);
    CHECK_NEAR(intensity_at(0), 0.8, 0);
}

static void test_a_change_moves_in_a_straight_line_from_its_sound_frame_on(void **state)
{
    (void)state;
    apply(0, 0, 0, 0.0);
    changes_start(&changes, 0);
    apply(1, 640, 1280, 1.0);
    CHECK_NEAR(intensity_at(640), 0.0, 0);
    CHECK_NEAR(intensity_at(960), 0.25, 1e-12);
    CHECK_NEAR(intensity_at(1920), 1.0, 0);
    CHECK_NEAR(intensity_at(6400), 1.0, 0);
}

static void test_a_change_within_a_glide_goes_on_from_where_it_is(void **state)
{
    (void)state;
    apply(0, 0, 0, 0.0);
    changes_start(&changes, 0);
    apply(1, 640, 1280, 1.0);
    apply(2, 1280, 640, 0.0);
    CHECK_NEAR(intensity_at(1280), 0.5, 1e-12);
    CHECK_NEAR(intensity_at(1600), 0.25, 1e-12);
    CHECK_NEAR(intensity_at(1920), 0.0, 1e-12);
}

static void test_a_change_takes_away_those_that_would_begin_after_it(void **state)
{
    (void)state;
    apply(0, 0, 0, 0.0);
    changes_start(&changes, 0);
    apply(1, 6400, 0, 1.0);
    apply(2, 3200, 0, 0.3);
    CHECK_NEAR(intensity_at(64000), 0.3, 0);
}

static void test_a_late_change_begins_at_once_and_is_counted(void **state)
{
    (void)state;
    apply(0, 0, 0, 0.0);
    changes_start(&changes, 0);
    intensity_at(6400);
    apply(1, 640, 640, 1.0);
    CHECK_U64(changes.changes_late, 1);
    CHECK_NEAR(intensity_at(6400), 0.0, 0);
    CHECK_NEAR(intensity_at(6720), 0.5, 1e-12);
}

static void test_a_repeated_change_is_left_out(void **state)
{
    const struct params_event again = event_at(1, 12800, 0, 0.9);

    (void)state;
    apply(0, 0, 0, 0.0);
    changes_start(&changes, 0);
    apply(1, 640, 0, 1.0);
    CHECK(!changes_apply(&changes, &again));
    CHECK_NEAR(intensity_at(64000), 1.0, 0);
}

static void test_joining_later_finds_the_same_values(void **state)
{
    double there[100];

    (void)state;
    apply(0, 0, 0, 0.2);
    changes_start(&changes, 0);
    apply(1, 640, 3200, 0.9);
    apply(2, 1920, 1280, 0.1);
    for (uint64_t i = 0; i < 100; i++) {
        there[i] = intensity_at(i * 64);
    }
    changes_init(&changes);
    apply(0, 0, 0, 0.2);
    apply(1, 640, 3200, 0.9);
    apply(2, 1920, 1280, 0.1);
    changes_start(&changes, 2560);
    for (uint64_t i = 40; i < 100; i++) {
        CHECK_NEAR(intensity_at(i * 64), there[i], 0);
    }
    CHECK_U64(changes.changes_late, 0);
}

static void test_each_role_follows_its_mix_parameter(void **state)
{
    struct params_event event = event_at(0, 0, 0, 0.5);
    struct sound sound;

    (void)state;
    event.params.mix_percussion = 0.1;
    event.params.mix_pad = 0.3;
    changes_apply(&changes, &event);
    changes_start(&changes, 0);
    changes_at(&changes, 0, &sound);
    CHECK_NEAR(sound.values[SOUND_MIX + ROLE_pad], 0.3, 0);
    CHECK_NEAR(sound.values[SOUND_MIX + ROLE_kick], 0.1, 0);
    CHECK_NEAR(sound.values[SOUND_MIX + ROLE_brush], 0.1, 0);
    CHECK_NEAR(sound.values[SOUND_MIX + ROLE_lead], 0.8, 0);
}

static void test_more_changes_than_there_is_room_for_end_at_the_last_one(void **state)
{
    (void)state;
    apply(0, 0, 0, 0.0);
    changes_start(&changes, 0);
    for (uint64_t i = 1; i <= CHANGES_PENDING + 10; i++) {
        apply(i, i * 640, 0, i == CHANGES_PENDING + 10 ? 0.7 : 0.4);
    }
    CHECK_NEAR(intensity_at(640 * (CHANGES_PENDING + 10)), 0.7, 0);
}

/* A change to a preset as composerd says it. */
static void apply_preset(uint64_t number, const char *name, double intensity)
{
    struct params_event event = event_at(number, number * 64000, 6400, 0.5);
    struct params_change change = {0};

    params_change_preset(&change, name);
    params_apply(&event.params, &change);
    if (intensity >= 0) {
        event.params.intensity = intensity;
    }
    CHECK(changes_apply(&changes, &event));
}

static double value_at(uint64_t frame, enum sound_id id)
{
    struct sound sound;

    changes_at(&changes, frame, &sound);
    return sound.values[id];
}

/* What a preset's sound is made louder by. */
static double gain_of(const struct habits *habits)
{
    return habits->gain + (habits->loudness - habits_plain.loudness);
}

static void test_a_presets_loudness_and_gain_glide_with_it(void **state)
{
    const struct habits *const bright = &preset_find("bright")->values.habits;
    const struct habits *const sleep = &preset_find("sleep")->values.habits;

    (void)state;
    apply_preset(0, "bright", -1);
    apply_preset(1, "sleep", -1);
    changes_start(&changes, 0);
    CHECK_NEAR(value_at(64000, SOUND_LOUDNESS), bright->loudness, 0);
    CHECK_NEAR(value_at(64000, SOUND_GAIN), gain_of(bright), 1e-9);
    CHECK_NEAR(value_at(64000 + 3200, SOUND_LOUDNESS), (bright->loudness + sleep->loudness) / 2,
               1e-9);
    CHECK_NEAR(value_at(64000 + 3200, SOUND_GAIN), (gain_of(bright) + gain_of(sleep)) / 2,
               1e-9);
    CHECK_NEAR(value_at(64000 + 6400, SOUND_LOUDNESS), sleep->loudness, 0);
    CHECK_NEAR(value_at(64000 + 6400, SOUND_GAIN), gain_of(sleep), 1e-9);
}

static void test_a_preset_that_is_not_known_sounds_like_none(void **state)
{
    (void)state;
    apply_preset(0, "of-another-configuration", -1);
    changes_start(&changes, 0);
    CHECK_NEAR(value_at(0, SOUND_LOUDNESS), habits_plain.loudness, 0);
    CHECK_NEAR(value_at(0, SOUND_GAIN), habits_plain.gain, 0);
}

static void
test_it_is_known_whether_a_listener_has_changed_the_loudness_of_a_preset(void **state)
{
    (void)state;
    apply_preset(0, "none", -1);
    apply_preset(1, "sleep", -1);
    apply_preset(2, "sleep", 0.4);
    apply_preset(3, "sleep", -1);
    changes_start(&changes, 0);
    CHECK_NEAR(value_at(0, SOUND_UNTOUCHED), 1, 0);
    CHECK_NEAR(value_at(64000 + 3200, SOUND_UNTOUCHED), 1, 0);
    CHECK_NEAR(value_at(128000, SOUND_UNTOUCHED), 1, 0);
    CHECK(value_at(128000 + 64, SOUND_UNTOUCHED) < 1);
    CHECK(value_at(192000 + 6336, SOUND_UNTOUCHED) < 1);
    CHECK_NEAR(value_at(192000 + 6400, SOUND_UNTOUCHED), 1, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_the_defaults_hold_until_something_is_known, set_up),
        cmocka_unit_test_setup(test_the_first_change_says_what_is_and_does_not_glide, set_up),
        cmocka_unit_test_setup(test_a_change_moves_in_a_straight_line_from_its_sound_frame_on,
                               set_up),
        cmocka_unit_test_setup(test_a_change_within_a_glide_goes_on_from_where_it_is, set_up),
        cmocka_unit_test_setup(test_a_change_takes_away_those_that_would_begin_after_it,
                               set_up),
        cmocka_unit_test_setup(test_a_late_change_begins_at_once_and_is_counted, set_up),
        cmocka_unit_test_setup(test_a_repeated_change_is_left_out, set_up),
        cmocka_unit_test_setup(test_joining_later_finds_the_same_values, set_up),
        cmocka_unit_test_setup(test_each_role_follows_its_mix_parameter, set_up),
        cmocka_unit_test_setup(test_more_changes_than_there_is_room_for_end_at_the_last_one,
                               set_up),
        cmocka_unit_test_setup(test_a_presets_loudness_and_gain_glide_with_it, set_up),
        cmocka_unit_test_setup(test_a_preset_that_is_not_known_sounds_like_none, set_up),
        cmocka_unit_test_setup(
            test_it_is_known_whether_a_listener_has_changed_the_loudness_of_a_preset, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
