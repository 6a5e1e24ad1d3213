/*
 * samples - one good event of each kind, to be changed by the test that needs it otherwise.
 */
#ifndef AURALIS_TESTS_SAMPLES_H
#define AURALIS_TESTS_SAMPLES_H

#include "common/event_json.h"

#include <string.h>

static inline struct event_head sample_head(enum event_type type)
{
    return (struct event_head){.type = type,
                               .run = "0123456789abcdef",
                               .n = 3,
                               .stream = UINT64_C(0xfedcba9876543210)};
}

static inline struct epoch sample_epoch(void)
{
    return (struct epoch){.stream = UINT64_C(0xfedcba9876543210),
                          .rate_hz = 44100,
                          .monotonic_ns = INT64_C(1234567890123),
                          .wall_ns = INT64_C(1700000000123456789),
                          .boot_id = "01234567-89ab-cdef-0123-456789abcdef"};
}

static inline struct params_event sample_params_event(void)
{
    struct params_event event = {.change = 4,
                                 .effective_frame = 64000,
                                 .settled_frame = 128000,
                                 .sound_frame = 64000,
                                 .glide_frames = 2240,
                                 .origin = "http",
                                 .rate_hz = 44100};
    struct params_change preset = {0};

    params_init(&event.params);
    params_change_preset(&preset, "sleep");
    params_apply(&event.params, &preset);
    event.params.seed = UINT64_MAX;
    event.params.key = 10;
    event.params.bpm = 72.5;
    return event;
}

static inline struct heartbeat sample_heartbeat(void)
{
    return (struct heartbeat){.epoch = sample_epoch(),
                              .frame = 987654,
                              .last_n = {[EVENT_PHRASE] = 12, [EVENT_PARAMS] = 3},
                              .pid = 4711,
                              .version = "0.1.0",
                              .resting = true};
}

static inline struct chord sample_chord(void)
{
    return (struct chord){.frame = 640,
                          .frames = 320000,
                          .degree = "iv",
                          .name = "Dm9",
                          .root = 2,
                          .n_notes = 3,
                          .notes = {50, 57, 65},
                          .why = CHORD_RULE_pivot,
                          .probability = 0.25,
                          .n_alternatives = 2,
                          .alternatives = {{"VI", 0.5}, {"III", 0.25}}};
}

/* Two bars, a chord, two notes and an end. */
static inline void sample_phrase(struct phrase *phrase)
{
    memset(phrase, 0, sizeof *phrase);
    phrase->phrase = 7;
    phrase->start_frame = 640;
    phrase->frames = 320000;
    phrase->n_bars = 2;
    phrase->bar_frames[0] = 0;
    phrase->bar_frames[1] = 151232;
    phrase->bar_bpm[0] = 70;
    phrase->bar_bpm[1] = 71.5;
    phrase->bar_shade[1] = -0.125;
    phrase->bar_shade[2] = 0.0625;
    phrase->thin = true;
    phrase->key = 9;
    phrase->mode = MODE_aeolian;
    phrase->section = 2;
    phrase->arc = 1;
    phrase->seed = UINT64_MAX;
    phrase->n_chords = 1;
    phrase->chords[0] = sample_chord();
    phrase->n_notes = 2;
    phrase->notes[0] = (struct note){640, 64000, 50, 70, ROLE_pad, RULE_chord_voice};
    phrase->notes[1] = (struct note){1280, 32064, 69, 90, ROLE_lead, RULE_melody_chord};
    phrase->n_ends = 1;
    phrase->ends[0] = (struct note_end){704, ROLE_bass, 38};
}

#endif
