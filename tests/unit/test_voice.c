/* The voices, with the real font: overlapping pitches, the same samples for the same notes. */
#include "synthd/tone.h"
#include "synthd/voice.h"
#include "tests/check.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

enum { RATE_HZ = 44100 };

static const char *const fonts[] = {"/usr/share/sounds/sf2/FluidR3_GM.sf2"};

static struct timbre timbres[TIMBRE_COUNT];

static struct voice *make_voice(int n_fonts)
{
    const struct voice_options options = {.rate_hz = RATE_HZ,
                                          .gain = 0.5,
                                          .polyphony = 256,
                                          .fonts = fonts,
                                          .n_fonts = n_fonts,
                                          .timbres = timbres};
    struct voice *const voice = voice_create(&options);

    CHECK(voice != NULL);
    return voice;
}

static void note(struct voice *voice, bool on, uint32_t id, enum timbre_id timbre, uint8_t midi)
{
    const struct timeline_event event = {
        .on = on, .timbre = (uint8_t)timbre, .midi = midi, .velocity = 70, .id = id};

    voice_event(voice, &event);
}

/* The next blocks as one timbre's left side; what is silent is zeros. */
static void play(struct voice *voice, enum timbre_id timbre, float *left, int n_blocks)
{
    struct stereo stems[TIMBRE_COUNT];

    for (int b = 0; b < n_blocks; b++) {
        if (!voice_block(voice, stems)) {
            memset(stems, 0, sizeof stems);
        }
        memcpy(left + (size_t)b * BLOCK_FRAMES, stems[timbre].left, sizeof stems[timbre].left);
    }
}

static void test_an_idle_voice_is_silent(void **state)
{
    struct voice *const voice = make_voice(1);
    struct stereo stems[TIMBRE_COUNT];

    (void)state;
    CHECK(!voice_block(voice, stems));
    CHECK_INT(voice_count(voice), 0);
    voice_destroy(voice);
}

static void test_each_timbre_sounds_in_its_own_stem(void **state)
{
    (void)state;
    for (int timbre = 0; timbre < TIMBRE_COUNT; timbre++) {
        struct voice *const voice = make_voice(1);
        struct stereo stems[TIMBRE_COUNT];
        float peaks[TIMBRE_COUNT] = {0};

        note(voice, true, 1, (enum timbre_id)timbre, 60);
        for (int b = 0; b < 700 && voice_block(voice, stems); b++) {
            for (int i = 0; i < TIMBRE_COUNT; i++) {
                peaks[i] = larger(peaks[i], block_peak(&stems[i]));
            }
        }
        for (int i = 0; i < TIMBRE_COUNT; i++) {
            CHECK(i == timbre ? peaks[i] > 0.001f : peaks[i] <= 0);
        }
        voice_destroy(voice);
    }
}

/* The end of one of two equal notes leaves the other one sounding. */
static void test_a_pitch_may_overlap_itself(void **state)
{
    struct voice *const voice = make_voice(1);
    static float left[700 * BLOCK_FRAMES];

    (void)state;
    note(voice, true, 1, TIMBRE_pad, 60);
    play(voice, TIMBRE_pad, left, 100);
    const uint32_t one = voice_count(voice);

    note(voice, true, 2, TIMBRE_pad, 60);
    play(voice, TIMBRE_pad, left, 100);
    CHECK_INT(voice_count(voice), 2 * one);
    note(voice, false, 1, TIMBRE_pad, 60);
    for (int i = 0; i < 6; i++) {
        play(voice, TIMBRE_pad, left, 700); /* releases fade */
    }
    CHECK_INT(voice_count(voice), one);
    note(voice, false, 2, TIMBRE_pad, 60);
    for (int i = 0; i < 8; i++) {
        play(voice, TIMBRE_pad, left, 700);
    }
    CHECK_INT(voice_count(voice), 0);
    voice_destroy(voice);
}

/* But for a note's first block, which FluidSynth ramps from what its slot played before. */
static void test_the_same_notes_give_the_same_samples_whatever_was_before(void **state)
{
    enum { BLOCKS = 600 };
    static float first[BLOCKS][BLOCK_FRAMES], second[BLOCKS][BLOCK_FRAMES];
    struct voice *const voice = make_voice(1);

    (void)state;
    note(voice, true, 1, TIMBRE_lead, 72);
    play(voice, TIMBRE_lead, first[0], BLOCKS);
    voice_silence(voice);
    note(voice, true, 7, TIMBRE_bell, 90);
    play(voice, TIMBRE_bell, second[0], 333);
    voice_silence(voice);
    play(voice, TIMBRE_lead, second[0], 5);
    note(voice, true, 9, TIMBRE_lead, 72);
    play(voice, TIMBRE_lead, second[0], BLOCKS);
    for (int b = 1; b < BLOCKS; b++) {
        for (int i = 0; i < BLOCK_FRAMES; i++) {
            CHECK_NEAR(first[b][i], second[b][i], 0);
        }
    }
    voice_destroy(voice);
}

static void test_a_note_begins_with_the_block_it_is_given_before(void **state)
{
    static float left[3][BLOCK_FRAMES];
    struct voice *const voice = make_voice(1);

    (void)state;
    note(voice, true, 1, TIMBRE_bell, 90); /* so that blocks are not just left out */
    play(voice, TIMBRE_lead, left[0], 1);
    note(voice, true, 2, TIMBRE_lead, 64);
    play(voice, TIMBRE_lead, left[1], 2);
    for (int i = 0; i < BLOCK_FRAMES; i++) {
        CHECK_NEAR(left[0][i], 0, 0);
    }
    CHECK(fabsf(left[1][BLOCK_FRAMES - 1]) > 0);
    CHECK(fabsf(left[2][BLOCK_FRAMES - 1]) > 1e-4f);
    voice_destroy(voice);
}

static void test_an_end_without_a_beginning_is_nothing(void **state)
{
    struct voice *const voice = make_voice(1);
    struct stereo stems[TIMBRE_COUNT];

    (void)state;
    note(voice, false, 5, TIMBRE_pad, 60);
    CHECK(!voice_block(voice, stems));
    voice_destroy(voice);
}

static void test_without_a_font_everything_is_silent_and_goes_on(void **state)
{
    struct voice *const voice = make_voice(0);
    struct stereo stems[TIMBRE_COUNT];

    (void)state;
    CHECK_INT(voice_font(voice), -1);
    note(voice, true, 1, TIMBRE_pad, 60);
    CHECK(!voice_block(voice, stems));
    note(voice, false, 1, TIMBRE_pad, 60);
    CHECK(!voice_block(voice, stems));
    voice_destroy(voice);
}

static void test_a_broken_font_is_left_out_for_the_next(void **state)
{
    const char *const both[] = {"/dev/null", "/etc/hostname", fonts[0]};
    const struct voice_options options = {.rate_hz = RATE_HZ,
                                          .gain = 0.5,
                                          .polyphony = 64,
                                          .fonts = both,
                                          .n_fonts = 3,
                                          .timbres = timbres};
    struct voice *const voice = voice_create(&options);

    (void)state;
    CHECK_INT(voice_font(voice), 2);
    voice_destroy(voice);
}

static void test_voices_cut_off_are_counted(void **state)
{
    const struct voice_options options = {.rate_hz = RATE_HZ,
                                          .gain = 0.5,
                                          .polyphony = 16,
                                          .fonts = fonts,
                                          .n_fonts = 1,
                                          .timbres = timbres};
    struct voice *const voice = voice_create(&options);
    struct stereo stems[TIMBRE_COUNT];

    (void)state;
    for (uint32_t i = 0; i < 20; i++) {
        note(voice, true, i, TIMBRE_pad, (uint8_t)(40 + i));
        voice_block(voice, stems);
    }
    CHECK(voice_stolen(voice) >= 15);
    CHECK(voice_count(voice) <= 16);
    voice_destroy(voice);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_idle_voice_is_silent),
        cmocka_unit_test(test_each_timbre_sounds_in_its_own_stem),
        cmocka_unit_test(test_a_pitch_may_overlap_itself),
        cmocka_unit_test(test_the_same_notes_give_the_same_samples_whatever_was_before),
        cmocka_unit_test(test_a_note_begins_with_the_block_it_is_given_before),
        cmocka_unit_test(test_an_end_without_a_beginning_is_nothing),
        cmocka_unit_test(test_without_a_font_everything_is_silent_and_goes_on),
        cmocka_unit_test(test_a_broken_font_is_left_out_for_the_next),
        cmocka_unit_test(test_voices_cut_off_are_counted),
    };

    if (access(fonts[0], R_OK) != 0) {
        printf("%s is not installed\n", fonts[0]);
        return CHECK_SKIPPED;
    }
    timbres_init(timbres);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
