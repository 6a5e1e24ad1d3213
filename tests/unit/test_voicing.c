#include "common/params.h"
#include "composerd/compose.h"
#include "composerd/voicing.h"
#include "tests/check.h"
#include "tests/unit/piece.h"

#include <stdlib.h>
#include <string.h>

static struct composer composer_with_seed(uint64_t seed)
{
    struct params params;
    struct composer composer;

    params_init(&params);
    params.seed = seed;
    composer_init(&composer, &params, 44100);
    return composer;
}

static void test_every_chord_of_every_key_has_a_valid_voicing_from_wherever(void **state)
{
    struct composer composer = composer_with_seed(1);

    (void)state;
    for (int32_t i = 0; i < 12 * MODE_COUNT * DEGREES * CHORD_KIND_COUNT; i++) {
        const struct chord_spec spec = {i % 12, i / 12 % MODE_COUNT,
                                        i / 12 / MODE_COUNT % DEGREES,
                                        i / 12 / MODE_COUNT / DEGREES};

        if (vocabulary_allowed(&spec)) {
            voicing_lead(&composer, &spec);
            CHECK(voicing_valid(&spec, composer.voicing));
        }
    }
}

static void test_the_limits_of_a_voicing_are_its_range_span_gaps_and_tones(void **state)
{
    const struct chord_spec c = {0, MODE_ionian, 0, CHORD_seventh}; /* C E G B */
    const struct chord_spec triad = {0, MODE_ionian, 0, CHORD_triad};

    (void)state;
    CHECK(voicing_valid(&c, (const int32_t[]){55, 59, 64, 72}));
    CHECK(voicing_valid(&c, (const int32_t[]){48, 55, 59, 64}));
    CHECK(!voicing_valid(&c, (const int32_t[]){48, 52, 55, 59})); /* 4 above 48 is too close */
    CHECK(!voicing_valid(&c, (const int32_t[]){52, 59, 60, 67})); /* a semitone inside */
    CHECK(!voicing_valid(&c, (const int32_t[]){48, 55, 64, 71})); /* span 23 */
    CHECK(!voicing_valid(&c, (const int32_t[]){59, 64, 72, 79})); /* above 77 */
    CHECK(!voicing_valid(&c, (const int32_t[]){55, 60, 64, 67})); /* no B */
    CHECK(voicing_valid(&triad, (const int32_t[]){55, 60, 64, 72}));
    CHECK(!voicing_valid(&triad, (const int32_t[]){52, 55, 60, 64})); /* the third twice */
}

static void test_a_chord_that_is_there_already_stays(void **state)
{
    struct composer composer = composer_with_seed(2);
    const struct chord_spec spec = {9, MODE_aeolian, 0, CHORD_seventh};
    int32_t before[VOICES];

    (void)state;
    voicing_lead(&composer, &spec);
    memcpy(before, composer.voicing, sizeof before);
    voicing_lead(&composer, &spec);
    CHECK(memcmp(before, composer.voicing, sizeof before) == 0);
}

static int motion(const int32_t from[VOICES], const int32_t to[VOICES])
{
    int sum = 0;

    for (int v = 0; v < VOICES; v++) {
        sum += abs(to[v] - from[v]);
    }
    return sum;
}

/* The least motion of all valid voicings on these two lowest voices. */
static int least_above(const struct chord_spec *spec, const int32_t from[VOICES],
                       const int32_t lowest[2])
{
    int32_t to[VOICES] = {lowest[0], lowest[1], 0, 0};
    int least = 1000;

    for (to[2] = to[1] + 2; to[2] <= VOICING_HIGHEST_MIDI; to[2]++) {
        for (to[3] = to[2] + 2; to[3] <= VOICING_HIGHEST_MIDI; to[3]++) {
            const int sum = motion(from, to);

            least = sum < least && voicing_valid(spec, to) ? sum : least;
        }
    }
    return least;
}

/* The least motion of all valid voicings, found by trying every one. */
static int least_motion(const struct chord_spec *spec, const int32_t from[VOICES])
{
    int least = 1000;

    for (int32_t low = VOICING_LOWEST_MIDI; low <= VOICING_HIGHEST_MIDI; low++) {
        for (int32_t next = low + 2; next <= VOICING_HIGHEST_MIDI; next++) {
            const int sum = least_above(spec, from, (const int32_t[]){low, next});

            least = sum < least ? sum : least;
        }
    }
    return least;
}

static void test_voices_move_hardly_more_than_they_must(void **state)
{
    struct composer composer = composer_with_seed(3);
    int over = 0;
    int chords = 0;

    (void)state;
    for (int32_t i = 0; i < 200; i++) {
        const struct chord_spec spec = {i * 5 % 12, i % MODE_COUNT, i % DEGREES,
                                        i * 3 % CHORD_sus2};
        int32_t before[VOICES];

        if (!vocabulary_allowed(&spec)) {
            continue;
        }
        memcpy(before, composer.voicing, sizeof before);
        voicing_lead(&composer, &spec);
        over += motion(before, composer.voicing) - least_motion(&spec, before);
        chords++;
    }
    CHECK(chords > 50);
    CHECK(over * 3 < chords);
}

static struct composition composition;

static void test_voices_move_little_keep_tones_and_hardly_ever_plane(void **state)
{
    (void)state;
    for (int32_t mode = 0; mode < MODE_COUNT; mode++) {
        struct params params;
        struct composer composer;
        struct piece piece;
        struct pads_heard pads;

        params_init(&params);
        params.mode = mode;
        params.key = mode * 2;
        params.seed = 100 + (uint64_t)mode;
        composer_init(&composer, &params, 44100);
        piece_init(&piece, 44100);
        for (uint64_t n = 0; n < 150; n++) {
            compose_phrase(&composer, &params, 8, n, &composition);
            piece_add(&piece, &composition.phrase);
        }
        piece_pads(&piece, &pads);
        CHECK(pads.changes > 300);
        CHECK(pads.motion <= 1.5);
        CHECK(pads.planing * 10 < pads.changes);
        CHECK(pads.kept * 4 > pads.changes * 3);
        piece_finish(&piece);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_chord_of_every_key_has_a_valid_voicing_from_wherever),
        cmocka_unit_test(test_the_limits_of_a_voicing_are_its_range_span_gaps_and_tones),
        cmocka_unit_test(test_a_chord_that_is_there_already_stays),
        cmocka_unit_test(test_voices_move_hardly_more_than_they_must),
        cmocka_unit_test(test_voices_move_little_keep_tones_and_hardly_ever_plane),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
