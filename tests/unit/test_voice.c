/* The voices, with the real font: overlapping pitches, the same samples for the same notes. */
#include "synthd/tone.h"
#include "synthd/voice.h"
#include "tests/check.h"
#include "tests/stems.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

enum { RATE_HZ = 44100 };

static const char gm[] = "/usr/share/sounds/sf2/FluidR3_GM.sf2";

static struct timbre timbres[TIMBRE_COUNT];
static struct voice_options options;

static int set_up(void **state)
{
    (void)state;
    timbres_init(timbres);
    options = (struct voice_options){
        .rate_hz = RATE_HZ, .gain = 0.5, .polyphony = 256, .fonts = {gm}, .timbres = timbres};
    return 0;
}

static struct voice *make_voice(void)
{
    struct voice *const voice = voice_create(&options);

    CHECK(voice != NULL);
    return voice;
}

static void note(struct voice *voice, bool on, uint32_t id, enum timbre_id timbre, uint8_t midi)
{
    const struct timeline_event event = {.on = on,
                                         .timbre = (uint8_t)timbre,
                                         .midi = midi,
                                         .velocity = 70,
                                         .glide_from = TIMELINE_NO_GLIDE,
                                         .id = id};

    voice_event(voice, &event);
}

static bool block(struct voice *voice, struct stereo blocks[TIMBRE_COUNT])
{
    bool sounding = false;

    for (int band = 0; band < TIMBRE_BANDS; band++) {
        sounding |= play_band(voice, band, blocks);
    }
    return sounding;
}

/* The next blocks as one timbre's left side. */
static void play(struct voice *voice, enum timbre_id timbre, float *left, int n_blocks)
{
    struct stereo stems[TIMBRE_COUNT];

    for (int b = 0; b < n_blocks; b++) {
        block(voice, stems);
        memcpy(left + (size_t)b * BLOCK_FRAMES, stems[timbre].left, sizeof stems[timbre].left);
    }
}

static void check_same(const float *a, const float *b, int n)
{
    for (int i = 0; i < n; i++) {
        CHECK_NEAR(a[i], b[i], 0);
    }
}

static void test_an_idle_voice_is_silent(void **state)
{
    struct voice *const voice = make_voice();
    struct stereo stems[TIMBRE_COUNT];

    (void)state;
    CHECK(!block(voice, stems));
    CHECK_INT(voice_count(voice), 0);
    voice_destroy(voice);
}

static void test_each_timbre_sounds_in_its_own_stem(void **state)
{
    (void)state;
    for (int timbre = 0; timbre < TIMBRE_COUNT; timbre++) {
        struct voice *const voice = make_voice();
        struct stereo stems[TIMBRE_COUNT];
        float peaks[TIMBRE_COUNT] = {0};

        note(voice, true, 1, (enum timbre_id)timbre, 60);
        for (int b = 0; b < 700 && block(voice, stems); b++) {
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
    struct voice *const voice = make_voice();
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
    struct voice *const voice = make_voice();

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
    struct voice *const voice = make_voice();

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
    struct voice *const voice = make_voice();
    struct stereo stems[TIMBRE_COUNT];

    (void)state;
    note(voice, false, 5, TIMBRE_pad, 60);
    CHECK(!block(voice, stems));
    voice_destroy(voice);
}

static void test_without_a_font_everything_is_silent_and_goes_on(void **state)
{
    struct stereo stems[TIMBRE_COUNT];

    (void)state;
    options.fonts[TIMBRE_FONT_gm] = NULL;
    struct voice *const voice = make_voice();

    CHECK_INT(voice_font(voice, TIMBRE_pad), -1);
    note(voice, true, 1, TIMBRE_pad, 60);
    CHECK(!block(voice, stems));
    note(voice, false, 1, TIMBRE_pad, 60);
    CHECK(!block(voice, stems));
    voice_destroy(voice);
}

static void test_a_font_that_cannot_be_used_is_replaced_by_another(void **state)
{
    (void)state;
    options.fonts[TIMBRE_FONT_piano] = "/nonexistent.sf2";
    options.fonts[TIMBRE_FONT_texture] = NULL;
    timbres[TIMBRE_lead].font = TIMBRE_FONT_piano;
    struct voice *const voice = make_voice();

    CHECK(voice_font_failed(voice, TIMBRE_FONT_piano));
    CHECK(!voice_font_failed(voice, TIMBRE_FONT_gm));
    for (int timbre = 0; timbre < TIMBRE_COUNT; timbre++) {
        CHECK_INT(voice_font(voice, (enum timbre_id)timbre), TIMBRE_FONT_gm);
    }
    voice_destroy(voice);
}

static void test_a_program_that_is_not_there_is_played_by_the_texture_font(void **state)
{
    (void)state;
    options.fonts[TIMBRE_FONT_texture] = gm; /* whose programs are all there */
    timbres[TIMBRE_pad].bank = 99;
    struct voice *const voice = make_voice();

    CHECK_INT(voice_font(voice, TIMBRE_pad), TIMBRE_FONT_texture);
    CHECK_INT(voice_font(voice, TIMBRE_bass), TIMBRE_FONT_gm);
    voice_destroy(voice);
}

static void test_voices_cut_off_are_counted(void **state)
{
    struct stereo stems[TIMBRE_COUNT];

    (void)state;
    options.polyphony = 16;
    struct voice *const voice = make_voice();

    for (uint32_t i = 0; i < 20; i++) {
        note(voice, true, i, TIMBRE_pad, (uint8_t)(40 + i));
        block(voice, stems);
    }
    CHECK(voice_stolen(voice) >= 15);
    CHECK(voice_count(voice) <= 16);
    voice_destroy(voice);
}

/* Each band by itself, one after the other for the whole time, as threads would. */
static void test_bands_give_the_same_in_any_order(void **state)
{
    enum { BLOCKS = 200 };
    static struct stereo together[BLOCKS][TIMBRE_COUNT], apart[BLOCKS][TIMBRE_COUNT];
    struct voice *voice = make_voice();

    (void)state;
    for (int timbre = 0; timbre < TIMBRE_COUNT; timbre++) {
        note(voice, true, (uint32_t)timbre, (enum timbre_id)timbre, 60);
    }
    for (int b = 0; b < BLOCKS; b++) {
        block(voice, together[b]);
    }
    voice_destroy(voice);
    voice = make_voice();
    for (int timbre = 0; timbre < TIMBRE_COUNT; timbre++) {
        note(voice, true, (uint32_t)timbre, (enum timbre_id)timbre, 60);
    }
    for (int band = TIMBRE_BANDS - 1; band >= 0; band--) {
        for (int b = 0; b < BLOCKS; b++) {
            play_band(voice, band, apart[b]);
        }
    }
    for (int b = 0; b < BLOCKS; b++) {
        for (int timbre = 0; timbre < TIMBRE_COUNT; timbre++) {
            check_same(together[b][timbre].left, apart[b][timbre].left, BLOCK_FRAMES);
        }
    }
    voice_destroy(voice);
}

/* ---- low-passes ---- */

/* How much of the energy lies in the differences of samples: more, the brighter it is. */
static double brightness_of(const float *left, int n)
{
    double energy = 0;
    double steps = 0;

    for (int i = 1; i < n; i++) {
        energy += (double)left[i] * left[i];
        steps += pow((double)left[i] - left[i - 1], 2);
    }
    return steps / energy;
}

static double largest_step(const float *left, int n)
{
    double step = 0;

    for (int i = 2; i < n; i++) {
        step = fmax(step, fabs((double)left[i] - 2.0 * left[i - 1] + left[i - 2]));
    }
    return step;
}

static void test_a_voice_opens_and_closes_as_it_is_told(void **state)
{
    enum { BLOCKS = 400 };
    static float shut[BLOCKS * BLOCK_FRAMES], still[BLOCKS * BLOCK_FRAMES],
        wide[BLOCKS * BLOCK_FRAMES];
    float *const takes[] = {shut, still, wide};
    double bright[3];

    (void)state;
    for (int i = 0; i < 3; i++) {
        struct voice *const voice = make_voice();

        voice_open(voice, timbre_specs[TIMBRE_pad].band, voice_open_steps(i - 1));
        note(voice, true, 1, TIMBRE_pad, 60);
        play(voice, TIMBRE_pad, takes[i], BLOCKS);
        bright[i] = brightness_of(takes[i] + (ptrdiff_t)200 * BLOCK_FRAMES, 200 * BLOCK_FRAMES);
        voice_destroy(voice);
    }
    CHECK(bright[0] < 0.8 * bright[1]);
    CHECK(bright[2] > 1.1 * bright[1]);
}

/* A knob turned from one end to the other within 30 ms, in steps of a block. */
static void test_opening_makes_no_click(void **state)
{
    enum { BLOCKS = 600, FROM = 300, GLIDE = 21 };
    static float moved[BLOCKS * BLOCK_FRAMES];
    struct voice *const voice = make_voice();
    const int band = timbre_specs[TIMBRE_pad].band;

    (void)state;
    voice_open(voice, band, voice_open_steps(-1));
    note(voice, true, 1, TIMBRE_pad, 60);
    play(voice, TIMBRE_pad, moved, FROM);
    for (int b = FROM; b < BLOCKS; b++) {
        voice_open(voice, band, voice_open_steps(fmin(-1 + 2.0 * (b - FROM) / GLIDE, 1)));
        play(voice, TIMBRE_pad, moved + (ptrdiff_t)b * BLOCK_FRAMES, 1);
    }
    const float *const glide = moved + (ptrdiff_t)FROM * BLOCK_FRAMES;
    const float *const after = glide + (ptrdiff_t)2 * GLIDE * BLOCK_FRAMES;

    CHECK(largest_step(glide, 2 * GLIDE * BLOCK_FRAMES) <=
          1.5 * largest_step(after, 200 * BLOCK_FRAMES));
    voice_destroy(voice);
}

/* ---- glides ---- */

/* By the places, between samples, where the wave rises through zero. */
static double pitch_hz(const float *left, int from, int n)
{
    double first = -1;
    double last = 0;
    int periods = -1;

    for (int i = from + 1; i < from + n; i++) {
        if (left[i - 1] < 0 && left[i] >= 0) {
            last = i - left[i] / ((double)left[i] - left[i - 1]);
            first = first < 0 ? last : first;
            periods++;
        }
    }
    return RATE_HZ * periods / (last - first);
}

static double cents(double hz, double than_hz)
{
    return 1200 * log2(hz / than_hz);
}

/* A note of the lead as an ocarina, nearly a sine, that glides from a pitch or does not. */
static void play_lead(float *left, int n_blocks, uint8_t from)
{
    const struct timeline_event event = {.on = true,
                                         .timbre = TIMBRE_lead,
                                         .midi = 79,
                                         .velocity = 70,
                                         .glide_from = from,
                                         .id = 1};

    timbres[TIMBRE_lead].program = 79;
    timbres[TIMBRE_lead].attack = 0.05;
    timbres[TIMBRE_lead].glide_ms = 50;
    struct voice *const voice = make_voice();

    voice_event(voice, &event);
    play(voice, TIMBRE_lead, left, n_blocks);
    voice_destroy(voice);
}

static void test_a_glide_begins_at_the_pitch_before_and_ends_in_tune(void **state)
{
    enum { BLOCKS = 700, MS = RATE_HZ / 1000 };
    static float plain[BLOCKS * BLOCK_FRAMES], fifth[BLOCKS * BLOCK_FRAMES],
        tone[BLOCKS * BLOCK_FRAMES];

    (void)state;
    play_lead(plain, BLOCKS, TIMELINE_NO_GLIDE);
    play_lead(fifth, BLOCKS, 72);
    play_lead(tone, BLOCKS, 80);
    /* on the way: within the first 12 ms lower, or higher */
    CHECK(cents(pitch_hz(fifth, 3 * MS, 10 * MS), pitch_hz(plain, 3 * MS, 10 * MS)) < -300);
    /* a semitone is short: at its pitch after 5 ms and a little */
    CHECK_NEAR(cents(pitch_hz(tone, 12 * MS, 40 * MS), pitch_hz(plain, 12 * MS, 40 * MS)), 0,
               5);
    /* there after 50 ms, and to the cent */
    CHECK_NEAR(cents(pitch_hz(fifth, 60 * MS, 800 * MS), pitch_hz(plain, 60 * MS, 800 * MS)), 0,
               0.5);
    CHECK_NEAR(cents(pitch_hz(tone, 60 * MS, 800 * MS), pitch_hz(plain, 60 * MS, 800 * MS)), 0,
               0.5);
}

/* What glided leaves nothing behind: the next note is as if it had not. */
static void test_a_glide_leaves_nothing_behind(void **state)
{
    enum { BLOCKS = 300 };
    static float alone[BLOCKS][BLOCK_FRAMES], after[BLOCKS][BLOCK_FRAMES];
    struct timeline_event gliding = {.on = true,
                                     .timbre = TIMBRE_lead,
                                     .midi = 72,
                                     .velocity = 70,
                                     .glide_from = 67,
                                     .id = 1};
    struct voice *const voice = make_voice();

    (void)state;
    note(voice, true, 2, TIMBRE_lead, 74);
    play(voice, TIMBRE_lead, alone[0], BLOCKS);
    voice_silence(voice);
    for (int i = 0; i < 8; i++, gliding.id++) { /* on every lane */
        gliding.midi ^= 1;
        voice_event(voice, &gliding);
        play(voice, TIMBRE_lead, after[0], 20);
    }
    voice_silence(voice);
    note(voice, true, 99, TIMBRE_lead, 74);
    play(voice, TIMBRE_lead, after[0], BLOCKS);
    check_same(alone[1], after[1], (BLOCKS - 1) * BLOCK_FRAMES);
    voice_destroy(voice);
}

/* FluidSynth would end the note that is glided from, were it on the same channel. */
static void test_the_note_that_is_glided_from_sounds_on(void **state)
{
    static float left[400 * BLOCK_FRAMES];
    const struct timeline_event gliding = {.on = true,
                                           .timbre = TIMBRE_lead,
                                           .midi = 72,
                                           .velocity = 70,
                                           .glide_from = 70,
                                           .id = 2};
    struct voice *const voice = make_voice();

    (void)state;
    timbres[TIMBRE_lead].release = 0.05;
    note(voice, true, 1, TIMBRE_lead, 70);
    play(voice, TIMBRE_lead, left, 20);
    const uint32_t one = voice_count(voice);

    voice_event(voice, &gliding);
    play(voice, TIMBRE_lead, left, 400);
    CHECK_INT(voice_count(voice), 2 * one);
    voice_destroy(voice);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_an_idle_voice_is_silent, set_up),
        cmocka_unit_test_setup(test_each_timbre_sounds_in_its_own_stem, set_up),
        cmocka_unit_test_setup(test_a_pitch_may_overlap_itself, set_up),
        cmocka_unit_test_setup(test_the_same_notes_give_the_same_samples_whatever_was_before,
                               set_up),
        cmocka_unit_test_setup(test_a_note_begins_with_the_block_it_is_given_before, set_up),
        cmocka_unit_test_setup(test_an_end_without_a_beginning_is_nothing, set_up),
        cmocka_unit_test_setup(test_without_a_font_everything_is_silent_and_goes_on, set_up),
        cmocka_unit_test_setup(test_a_font_that_cannot_be_used_is_replaced_by_another, set_up),
        cmocka_unit_test_setup(test_a_program_that_is_not_there_is_played_by_the_texture_font,
                               set_up),
        cmocka_unit_test_setup(test_voices_cut_off_are_counted, set_up),
        cmocka_unit_test_setup(test_bands_give_the_same_in_any_order, set_up),
        cmocka_unit_test_setup(test_a_voice_opens_and_closes_as_it_is_told, set_up),
        cmocka_unit_test_setup(test_opening_makes_no_click, set_up),
        cmocka_unit_test_setup(test_a_glide_begins_at_the_pitch_before_and_ends_in_tune,
                               set_up),
        cmocka_unit_test_setup(test_a_glide_leaves_nothing_behind, set_up),
        cmocka_unit_test_setup(test_the_note_that_is_glided_from_sounds_on, set_up),
    };

    if (access(gm, R_OK) != 0) {
        printf("%s is not installed\n", gm);
        return CHECK_SKIPPED;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
