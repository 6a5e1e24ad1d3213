/* From events to frames: events at their own frames, the same frames for whoever joins,
 * wherever. */
#include "synthd/render.h"
#include "tests/check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { RATE_HZ = 44100, SECOND = 44096 /* in whole blocks */ };

static const char gm[] = "/usr/share/sounds/sf2/FluidR3_GM.sf2";
static const char texture[] = AURALIS_TEXTURE_FONT;

static struct timbre timbres[TIMBRE_COUNT];
static struct voice *voice;
static struct render render;
static struct phrase phrase;

/* A new station: even FluidSynth remembers nothing. */
static void begin(void)
{
    const struct voice_options options = {
        .rate_hz = RATE_HZ,
        .gain = 0.5,
        .polyphony = 256,
        .fonts = {[TIMBRE_FONT_gm] = gm, [TIMBRE_FONT_texture] = texture},
        .timbres = timbres};

    timbres_init(timbres);
    timbres[TIMBRE_bell].attack = 15; /* here it is the General MIDI font's */
    voice_destroy(voice);
    voice = voice_create(&options);
    CHECK(voice != NULL);
    render_init(&render, voice, timbres, RATE_HZ, 9);
}

static int set_up(void **state)
{
    (void)state;
    begin();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    render_finish(&render);
    voice_destroy(voice);
    voice = NULL;
    return 0;
}

static void add_note(uint64_t frame, uint32_t frames, enum role role, uint8_t midi)
{
    phrase.notes[phrase.n_notes++] = (struct note){
        .frame = frame, .frames = frames, .midi = midi, .velocity = 64, .role = (uint8_t)role};
}

/* An empty phrase of 8 s, its two bars in these shades. */
static void begin_phrase(uint64_t number, double begin, double middle, double end)
{
    memset(&phrase, 0, sizeof phrase);
    phrase.phrase = number;
    phrase.start_frame = number * 8 * SECOND;
    phrase.frames = 8 * SECOND;
    phrase.n_bars = 2;
    phrase.bar_frames[0] = phrase.start_frame;
    phrase.bar_frames[1] = phrase.start_frame + UINT64_C(4) * SECOND;
    phrase.bar_shade[0] = begin;
    phrase.bar_shade[1] = middle;
    phrase.bar_shade[2] = end;
}

/* Chords, a bass and a melody, now darker and now brighter. */
static void give_phrase(uint64_t number)
{
    const uint64_t start = number * 8 * SECOND;

    begin_phrase(number, -0.2, 0.1 * (double)(number % 3), -0.2);
    for (uint64_t i = 0; i < 4; i++) {
        add_note(start, 9 * SECOND, ROLE_pad, (uint8_t)(52 + 4 * i + number % 3));
        add_note(start + (2 * i + 1) * SECOND, SECOND, ROLE_lead, (uint8_t)(69 + 3 * i));
    }
    add_note(start, 7 * SECOND, ROLE_bass, (uint8_t)(33 + number % 5));
    add_note(start + 5 * SECOND, 2 * SECOND, ROLE_bell, (uint8_t)(84 + number % 7));
    CHECK(render_phrase(&render, &phrase));
}

static void give_change(uint64_t number, uint64_t frame, uint32_t glide_frames, double value)
{
    struct params_event event = {
        .change = number, .sound_frame = frame, .glide_frames = glide_frames};

    params_init(&event.params);
    event.params.brightness = event.params.space = event.params.mix_lead = value;
    render_change(&render, &event);
}

static void give_all(void)
{
    give_change(0, 0, 0, 0.5);
    for (uint64_t n = 0; n < 6; n++) {
        give_phrase(n);
    }
    give_change(1, 20 * SECOND, 4 * SECOND, 0.9);
}

/* A block at a time. */
static bool play_block(uint32_t words[BLOCK_FRAMES], struct render_chunk *chunk)
{
    static struct render_batch batch;

    batch.n_blocks = 0;
    render_take(&render, &batch);
    for (int band = 0; band < TIMBRE_BANDS; band++) {
        render_voices(&render, band, &batch);
    }
    return render_mix(&render, &batch, 0, words, chunk);
}

static void play(uint32_t *words, uint32_t n_blocks)
{
    struct render_chunk chunk;

    for (uint32_t b = 0; b < n_blocks; b++) {
        play_block(words + b * BLOCK_FRAMES, &chunk);
    }
}

static int loudest(const uint32_t *words, uint32_t n)
{
    int peak = 0;

    for (uint32_t i = 0; i < n; i++) {
        const int value = (int)(words[i] & 0xffff);

        peak = abs(value < 0x8000 ? value : value - 0x10000) > peak
                   ? abs(value < 0x8000 ? value : value - 0x10000)
                   : peak;
    }
    return peak;
}

static void test_a_note_is_heard_at_its_own_frame(void **state)
{
    static uint32_t words[2 * SECOND];

    (void)state;
    memset(&phrase, 0, sizeof phrase);
    add_note(SECOND, SECOND, ROLE_lead, 72);
    render_phrase(&render, &phrase);
    render_start(&render);
    play(words, 2 * SECOND / BLOCK_FRAMES);
    CHECK_INT(loudest(words, SECOND), 0);
    CHECK(loudest(words + SECOND, 2 * BLOCK_FRAMES) > 10);
}

/* The piece as it would have been played from its beginning, and as one plays it who joins at
 * `join`. */
static void compare_from(uint64_t join, uint32_t n_frames, uint32_t *whole, uint32_t *joined)
{
    give_all();
    render_start(&render);
    for (uint64_t frame = 0; frame < join; frame += BLOCK_FRAMES) {
        play(whole, 1);
    }
    play(whole, n_frames / BLOCK_FRAMES);
    begin();
    render_join(&render, join);
    give_all();
    render_start(&render);
    CHECK_U64(render.frame, join);
    play(joined, n_frames / BLOCK_FRAMES);
}

static void test_who_joins_later_plays_the_same_frames(void **state)
{
    enum { FRAMES = 4 * SECOND };
    static uint32_t whole[FRAMES], joined[FRAMES];
    const uint64_t joins[] = {13 * SECOND, 22 * SECOND + 640, 30 * SECOND};

    (void)state;
    for (int i = 0; i < 3; i++) {
        int apart = 0;

        begin();
        compare_from(joins[i], FRAMES, whole, joined);
        for (uint32_t f = 0; f < FRAMES; f++) {
            const int16_t left = (int16_t)(whole[f] & 0xffff);
            const int16_t other = (int16_t)(joined[f] & 0xffff);

            /* FluidSynth moves into a note's first block from what its slot played before */
            CHECK(abs(left - other) <= (f < BLOCK_FRAMES ? 32 : 8));
            apart += abs(left - other) > 1;
        }
        CHECK(apart <= FRAMES / 20);
        CHECK(loudest(joined, FRAMES) > 500);
    }
}

enum { TRIM_JOIN = 10 * SECOND, TRIM_CHUNKS_HEARD = 120 };

/* Chords as no listener has changed them; what is played, and the trim behind each chunk. */
static void play_untouched(uint64_t from, uint64_t until, uint32_t *words,
                           struct trim_state *states)
{
    for (uint64_t frame = from; frame < until; frame += BLOCK_FRAMES) {
        struct render_chunk chunk;

        if (play_block(words, &chunk)) {
            states[chunk.first_frame / (RATE_HZ / 10)] = chunk.trim;
        }
        words += BLOCK_FRAMES;
    }
}

static void give_phrases(void)
{
    for (uint64_t n = 0; n < 4; n++) {
        give_phrase(n);
    }
}

static void test_who_joins_goes_on_with_the_trim_that_was_learnt(void **state)
{
    enum { FRAMES = 2 * SECOND };
    static uint32_t before[TRIM_JOIN], whole[FRAMES], joined[FRAMES];
    static struct trim_state states[TRIM_CHUNKS_HEARD], again[TRIM_CHUNKS_HEARD];
    const uint64_t last = (TRIM_JOIN + FRAMES) / (RATE_HZ / 10) - 1;

    (void)state;
    give_phrases();
    render_start(&render);
    play_untouched(0, TRIM_JOIN, before, states);
    play_untouched(TRIM_JOIN, TRIM_JOIN + FRAMES, whole, states);
    begin();
    render_join(&render, TRIM_JOIN);
    for (uint64_t chunk = 0; chunk < TRIM_JOIN / (RATE_HZ / 10); chunk++) {
        render_know(&render, chunk * (RATE_HZ / 10), states[chunk]);
    }
    give_phrases();
    render_start(&render);
    play_untouched(TRIM_JOIN, TRIM_JOIN + FRAMES, joined, again);
    CHECK(fabs(states[last].trim_db) > 0.1);
    CHECK_NEAR(again[last].trim_db, states[last].trim_db, 1e-6);
    CHECK_NEAR(again[last].excess, states[last].excess, 1e-6);
    for (uint32_t f = 0; f < FRAMES; f++) {
        CHECK(abs((int16_t)(whole[f] & 0xffff) - (int16_t)(joined[f] & 0xffff)) <= 3);
    }
}

static void test_an_ending_is_not_made_up_for(void **state)
{
    static uint32_t words[TRIM_JOIN];
    static struct trim_state states[TRIM_CHUNKS_HEARD];

    (void)state;
    for (uint64_t n = 0; n < 4; n++) {
        begin_phrase(n, 0, 0, 0);
        phrase.thin = true;
        add_note(phrase.start_frame, 7 * SECOND, ROLE_pad, 60);
        CHECK(render_phrase(&render, &phrase));
    }
    render_start(&render);
    play_untouched(0, TRIM_JOIN, words, states);
    CHECK(loudest(words, TRIM_JOIN) > 500);
    CHECK_NEAR(states[90].trim_db, 0, 0);
    CHECK_NEAR(states[90].excess, 0, 0);
}

static void test_the_same_events_give_the_same_bits(void **state)
{
    enum { FRAMES = 10 * SECOND };
    static uint32_t first[FRAMES], second[FRAMES];

    (void)state;
    give_all();
    render_start(&render);
    play(first, FRAMES / BLOCK_FRAMES);
    begin();
    give_all();
    render_start(&render);
    play(second, FRAMES / BLOCK_FRAMES);
    CHECK(memcmp(first, second, sizeof first) == 0);
}

/* Not before the change, and from there on. */
static void test_a_change_is_heard_from_its_sound_frame_on(void **state)
{
    enum { FRAMES = 4 * SECOND };
    static uint32_t plain[FRAMES], changed[FRAMES];
    uint32_t first = 0;

    (void)state;
    for (int i = 0; i < 2; i++) {
        begin();
        give_change(0, 0, 0, 0.5);
        give_phrase(0);
        if (i == 1) {
            give_change(1, 2 * SECOND, 2205, 0.9);
        }
        render_start(&render);
        play(i == 0 ? plain : changed, FRAMES / BLOCK_FRAMES);
    }
    while (first < FRAMES && plain[first] == changed[first]) {
        first++;
    }
    CHECK(first >= 2 * SECOND);
    CHECK(first <= 2 * SECOND + 2205 + 64);
}

enum { SHADED = 16 * SECOND };

/* High notes across two phrases, the second of which rises to a shade in its first bar. */
static void play_rise(double makeup_db, uint32_t bar_frames, double shade,
                      uint32_t words[SHADED])
{
    begin();
    render_init(&render, voice, timbres, RATE_HZ, makeup_db);
    begin_phrase(0, 0, 0, 0);
    for (uint8_t i = 0; i < 4; i++) {
        add_note(0, 16 * SECOND, ROLE_pad, (uint8_t)(93 + 4 * i));
    }
    CHECK(render_phrase(&render, &phrase));
    begin_phrase(1, 0, shade, shade);
    phrase.bar_frames[1] = phrase.start_frame + bar_frames;
    CHECK(render_phrase(&render, &phrase));
    render_start(&render);
    play(words, SHADED / BLOCK_FRAMES);
}

/* Of 100 ms, the highs weighted more. */
static double bright_energy(const uint32_t *words)
{
    double sum = 0;

    for (int i = 1; i < 4410; i++) {
        const double slope = (int16_t)(words[i] & 0xffff) - (int16_t)(words[i - 1] & 0xffff);

        sum += slope * slope;
    }
    return sum;
}

static void test_a_rise_of_shade_brightens_little_by_little(void **state)
{
    static uint32_t even[SHADED], shaded[SHADED];
    double before_db = 0;

    (void)state;
    play_rise(9, 4 * SECOND, 0.4, shaded);
    play_rise(9, 4 * SECOND, 0, even);
    for (uint32_t at = 8 * SECOND; at + 4410 <= SHADED; at += 4410) {
        const double db = 10 * log10(bright_energy(shaded + at) / bright_energy(even + at));

        CHECK_NEAR(db, before_db, 2); /* of 40 on the way up */
        before_db = db;
    }
    CHECK_NEAR(before_db, 15, 3); /* 7 of the shelf, the rest of the voices' low-passes */
}

/* Not even where the limiter looks ahead. */
static void test_a_shade_is_not_heard_before_its_phrase_begins(void **state)
{
    static uint32_t even[SHADED], shaded[SHADED];
    uint32_t first = 0;

    (void)state;
    play_rise(40, BLOCK_FRAMES, 0.5, shaded);
    play_rise(40, BLOCK_FRAMES, 0, even);
    CHECK(render.chain.limiter.gain < 1);
    while (first < SHADED && even[first] == shaded[first]) {
        first++;
    }
    CHECK(first >= 8 * SECOND);
    CHECK(first <= 8 * SECOND + SOUND_AHEAD_FRAMES + BLOCK_FRAMES);
}

static void test_after_the_last_note_there_are_true_zeros(void **state)
{
    static uint32_t words[SECOND];

    (void)state;
    give_phrase(0);
    render_start(&render);
    for (int s = 0; s < 25; s++) {
        play(words, SECOND / BLOCK_FRAMES);
    }
    CHECK_INT(loudest(words, SECOND), 0);
    CHECK(render.chain.asleep);
    CHECK_INT(voice_count(voice), 0);
}

/* Whoever renders, however much at a time: a batch ends at the same frames for all. */
static void test_batches_give_the_frames_and_chunks_of_single_blocks(void **state)
{
    enum { FRAMES = 12 * SECOND };
    static uint32_t apart[FRAMES + RENDER_BATCH_FRAMES], together[FRAMES + RENDER_BATCH_FRAMES];
    struct render_chunk chunk;
    uint64_t chunks = 0;

    (void)state;
    give_phrases();
    give_change(1, 5 * SECOND, SECOND / 10 / BLOCK_FRAMES * BLOCK_FRAMES, 0.9);
    render_start(&render);
    play(apart, FRAMES / BLOCK_FRAMES + RENDER_BATCH_BLOCKS);
    begin();
    give_phrases();
    give_change(1, 5 * SECOND, SECOND / 10 / BLOCK_FRAMES * BLOCK_FRAMES, 0.9);
    render_start(&render);
    while (render.frame < FRAMES) {
        bool complete;
        const uint64_t frame = render.frame;
        const uint32_t n = render_next(&render, together + frame, &chunk, &complete);

        CHECK_U64(render.frame, frame + n);
        CHECK_U64((render.frame + LIMITER_FRAMES) % RENDER_BATCH_FRAMES, 0);
        chunks += complete;
    }
    CHECK_U64(chunks, render.frame / (RATE_HZ / 10));
    assert_memory_equal(apart, together, FRAMES * sizeof apart[0]);
}

static void test_each_chunk_is_reported_once_with_its_facts(void **state)
{
    uint32_t words[BLOCK_FRAMES];
    struct render_chunk chunk;
    uint64_t next = 0;

    (void)state;
    give_phrase(0);
    give_phrase(1);
    render_start(&render);
    while (render.frame < 10 * SECOND) {
        if (play_block(words, &chunk)) {
            CHECK_U64(chunk.first_frame, next);
            next += RATE_HZ / 10;
            CHECK_U64(chunk.phrase, chunk.first_frame < 8 * SECOND ? 0 : 1);
            CHECK(chunk.peak <= 1 && chunk.limiter_gain <= 1);
        }
    }
    CHECK_U64(next, 10 * SECOND / 4410 * 4410);
    CHECK(chunk.loudness.chunk_lufs > -60 && chunk.loudness.chunk_lufs < 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_note_is_heard_at_its_own_frame, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_who_joins_later_plays_the_same_frames, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_who_joins_goes_on_with_the_trim_that_was_learnt,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_an_ending_is_not_made_up_for, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_the_same_events_give_the_same_bits, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_a_change_is_heard_from_its_sound_frame_on, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_a_rise_of_shade_brightens_little_by_little, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_a_shade_is_not_heard_before_its_phrase_begins,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_after_the_last_note_there_are_true_zeros, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(
            test_batches_give_the_frames_and_chunks_of_single_blocks, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_each_chunk_is_reported_once_with_its_facts, set_up,
                                        tear_down),
    };

    if (access(gm, R_OK) != 0) {
        printf("%s is not installed\n", gm);
        return CHECK_SKIPPED;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
