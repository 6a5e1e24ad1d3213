/*
 * levels - how many notes and how loud, by intensity; from levels.def.
 *
 * Threads: pure.
 */
#ifndef AURALIS_LEVELS_H
#define AURALIS_LEVELS_H

struct levels {
#define LEVEL(name, ...) double name;
#include "composerd/levels.def"
#undef LEVEL
};

/* The levels at an intensity of 0 to 1. */
void levels_at(double intensity, struct levels *levels);

#endif
