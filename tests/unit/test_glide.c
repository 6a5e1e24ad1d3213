/* What listeners steer at once: how long each value moves, and that it moves without a step, as
 * heard behind the whole chain. */
#include "composerd/station.h"
#include "synthd/chain.h"
#include "synthd/changes.h"
#include "tests/check.h"
#include "tests/stems.h"

#include <math.h>
#include <string.h>

enum {
    RATE_HZ = 44100,
    GLIDE = STATION_GLIDE_MS * RATE_HZ / 1000,
    CHANGE = 2 * RATE_HZ / BLOCK_FRAMES * BLOCK_FRAMES,
    FRAMES = 3 * RATE_HZ / BLOCK_FRAMES * BLOCK_FRAMES,
};

struct steered {
    const char *name;
    size_t offset; /* in struct params */
    double from, to, hz;
    enum role role;
};

/* Tones that each control moves, between its ends. */
static const struct steered controls[] = {
    {"intensity", offsetof(struct params, intensity), 0, 1, 440, ROLE_lead},
    {"brightness", offsetof(struct params, brightness), 0, 1, 700, ROLE_lead},
    {"space", offsetof(struct params, space), 0, 1, 440, ROLE_pad},
    {"width", offsetof(struct params, width), 0, 1, 440, ROLE_swell},
    {"mix.pad", offsetof(struct params, mix_pad), 0, 1, 440, ROLE_pad},
    {"mix.lead", offsetof(struct params, mix_lead), 0, 1, 440, ROLE_lead},
    {"mix.bass", offsetof(struct params, mix_bass), 0, 1, 110, ROLE_bass},
    {"mix.bell", offsetof(struct params, mix_bell), 0, 1, 440, ROLE_bell},
    {"mix.texture", offsetof(struct params, mix_texture), 0, 1, 440, ROLE_swell},
    {"mix.percussion", offsetof(struct params, mix_percussion), 0, 1, 300, ROLE_brush},
};
enum { CONTROLS = sizeof controls / sizeof controls[0] };

static struct chain chain;
static struct changes changes;
static float sides[2][FRAMES];

static void steer(const struct steered *control, uint64_t number, double value)
{
    struct params_event event = {
        .change = number, .sound_frame = number * CHANGE, .glide_frames = GLIDE};

    params_init(&event.params);
    *(double *)((char *)&event.params + control->offset) = value;
    changes_apply(&changes, &event);
}

/* A steady tone, one side a quarter ahead of the other; what comes out, its delay taken off. */
static void play(const struct steered *control)
{
    static struct stereo blocks[TIMBRE_COUNT];
    struct stem stems[TIMBRE_COUNT];
    static struct timbre timbres[TIMBRE_COUNT];
    struct chain_input input = {.stems = stems, .tempo = {.bpm = 90, .age_frames = RATE_HZ}};
    struct stereo out;

    memset(blocks, 0, sizeof blocks);
    stems_of(blocks, stems);
    changes_init(&changes);
    steer(control, 0, control->from);
    steer(control, 1, control->to);
    changes_start(&changes, 0);
    timbres_init(timbres);
    mixer_init(&chain.mixer, timbres, RATE_HZ);
    chain_init(&chain, 0, RATE_HZ);
    changes_at(&changes, 0, &input.sound[0]);
    for (uint64_t at = 0; at < FRAMES + LIMITER_FRAMES; at += BLOCK_FRAMES) {
        for (uint64_t i = 0; i < BLOCK_FRAMES; i++) {
            const double phase = 2 * M_PI * control->hz * (double)(at + i) / RATE_HZ;

            blocks[timbre_of_role(control->role)].left[i] = (float)(0.05 * sin(phase));
            blocks[timbre_of_role(control->role)].right[i] = (float)(0.05 * cos(phase));
        }
        changes_at(&changes, at + BLOCK_FRAMES, &input.sound[1]);
        input.frame = at;
        chain_block(&chain, &input, &out);
        input.sound[0] = input.sound[1];
        if (at >= LIMITER_FRAMES) {
            memcpy(sides[0] + at - LIMITER_FRAMES, out.left, sizeof out.left);
            memcpy(sides[1] + at - LIMITER_FRAMES, out.right, sizeof out.right);
        }
    }
}

/* The largest bend between neighbouring samples: what the tone's pitch and level make of it,
 * and what a change of gain adds. */
static double roughest(int from, int to)
{
    double most = 0;

    for (int side = 0; side < 2; side++) {
        for (int i = from; i < to; i++) {
            const double bend = (double)sides[side][i + 1] - 2 * (double)sides[side][i] +
                                (double)sides[side][i - 1];

            most = fmax(most, fabs(bend));
        }
    }
    return most;
}

static double loudest(void)
{
    double peak = 0;

    for (int i = CHANGE - RATE_HZ / 4; i < FRAMES; i++) {
        peak = fmax(peak, fmax(fabs((double)sides[0][i]), fabs((double)sides[1][i])));
    }
    return peak;
}

/* A gain that moves from 0 to 1 in a straight line over the glide bends by 1 / GLIDE at its
 * ends; one that moves in stairs of a block would by BLOCK_FRAMES times as much, and one that
 * jumps by 1. The squares of mixer_gain() are twice as steep at one end. */
static void test_no_control_makes_a_step(void **state)
{
    double worst = 0;

    (void)state;
    for (int i = 0; i < CONTROLS; i++) {
        play(&controls[i]);
        const double steady = fmax(roughest(CHANGE - RATE_HZ / 4, CHANGE - 10),
                                   roughest(CHANGE + RATE_HZ / 2, FRAMES - 10));
        const double moving = roughest(CHANGE - 10, CHANGE + RATE_HZ / 2);
        const double added = (moving - steady) / loudest();

        CHECK(added < 3.0 / GLIDE);
        worst = fmax(worst, added);
    }
    printf("| controls, each from end to end | largest bend added %.0f dB of the tone; a step "
           "would be 0 dB, stairs of a block %.0f dB |\n",
           20 * log10(worst), 20 * log10((double)BLOCK_FRAMES / GLIDE));
}

/* The first and the last frame at which any value is another one than at the frame before. */
static void find_motion(uint64_t *first, uint64_t *last)
{
    struct sound before, now;

    changes_at(&changes, CHANGE, &before);
    for (uint64_t at = CHANGE + 1; at < FRAMES; at++) {
        changes_at(&changes, at, &now);
        for (int k = 0; k < SOUND_COUNT; k++) {
            if (now.values[k] < before.values[k] || now.values[k] > before.values[k]) {
                *first = *first == 0 ? at : *first;
                *last = at;
            }
        }
        before = now;
    }
}

static void test_each_control_moves_within_30_to_100_ms(void **state)
{
    (void)state;
    CHECK(STATION_GLIDE_MS >= 30 && STATION_GLIDE_MS <= 100);
    for (int i = 0; i < CONTROLS; i++) {
        uint64_t first = 0;
        uint64_t last = 0;

        changes_init(&changes);
        steer(&controls[i], 0, controls[i].from);
        steer(&controls[i], 1, controls[i].to);
        changes_start(&changes, 0);
        find_motion(&first, &last);
        CHECK_U64(first, CHANGE + 1);
        CHECK_U64(last, CHANGE + GLIDE);
    }
    printf("| controls | each moves for %d ms |\n", STATION_GLIDE_MS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_control_makes_a_step),
        cmocka_unit_test(test_each_control_moves_within_30_to_100_ms),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
