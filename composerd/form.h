/*
 * form - the slow shape: tempo, sections of 16 bars, arcs of four, clearings, drift, shade, and
 * how full the texture is: it thins towards an ending and grows out of a rest.
 *
 * Threads: pure.
 */
#ifndef AURALIS_FORM_H
#define AURALIS_FORM_H

#include "common/params.h"
#include "composerd/state.h"

/* Where the tempo is going: the parameter, or slower towards an ending. */
double form_target_bpm(const struct composer *composer, const struct params *params);
/* The same on average until a long chord ends: an ending goes on slowing. */
double form_planned_bpm(const struct composer *composer, const struct params *params);

/* At a bar line, before anything of the bar: renews what was asked for, counts, and moves the
 * tempo. */
void form_begin_bar(struct composer *composer, const struct params *params);
/* After a bar's last beat. */
void form_end_bar(struct composer *composer);

/* Draws everything that a stream begins with from a seed: dice, motifs, bells, drift. A line of
 * melody that is being played goes on. */
void form_plant(struct composer *composer, uint64_t seed);

/* A bar where an ending closes. */
int32_t form_slowest_bar_frames(const struct composer *composer, const struct params *params);
/* How long the texture still grows until it is whole, at most. */
uint64_t form_growth_frames(const struct composer *composer);
/* The mode that is wanted now: the parameter, or in a tinted section the preset's other one. */
int32_t form_mode(const struct composer *composer, const struct params *params);
/* Whether key, mode and tempo are where the parameters want them. */
bool form_settled(const struct composer *composer, const struct params *params);

uint32_t form_arc(const struct composer *composer);
double form_density(const struct composer *composer);  /* factor of the section */
double form_loudness(const struct composer *composer); /* factor of velocity */
double form_drift(const struct composer *composer);    /* the slow walk, -1 to 1 */
bool form_clearing(const struct composer *composer);   /* pads and bells alone */
bool form_silent(const struct composer *composer);     /* resting, or about to wake */
/* Whether the texture is so full (0 to 1) that a layer may be there. */
bool form_fills(const struct composer *composer, double fullness);

#endif
