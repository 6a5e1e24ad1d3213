/*
 * timbres - what plays the roles: fonts, programs, envelopes and places in the mix, from
 * timbres.def and timbre_keys.def.
 *
 * Unit:    as in timbre_keys.def.
 * Memory:  plain values.
 * Threads: pure.
 * Errors:  0, or -EINVAL.
 */
#ifndef AURALIS_TIMBRES_H
#define AURALIS_TIMBRES_H

#include "common/phrase.h"

#include <stddef.h>
#include <stdint.h>

enum timbre_id {
#define TIMBRE(name, ...) TIMBRE_##name,
#include "common/timbres.def"
#undef TIMBRE
    TIMBRE_COUNT
};

enum timbre_key {
#define TIMBRE_KEY(member, ...) TIMBRE_KEY_##member,
#include "common/timbre_keys.def"
#undef TIMBRE_KEY
    TIMBRE_KEY_COUNT
};

enum { TIMBRE_BANDS = 2 };

enum timbre_font { TIMBRE_FONT_gm, TIMBRE_FONT_piano, TIMBRE_FONT_texture, TIMBRE_FONT_COUNT };
enum timbre_between { TIMBRE_BETWEEN_none, TIMBRE_BETWEEN_linear, TIMBRE_BETWEEN_cubic };

/* A WORD is the number of one of its choices. */
#define TIMBRE_TYPE_WORD int32_t
#define TIMBRE_TYPE_INT  int32_t
#define TIMBRE_TYPE_REAL double

struct timbre {
#define TIMBRE_KEY(member, kind, ...) TIMBRE_TYPE_##kind member;
#include "common/timbre_keys.def"
#undef TIMBRE_KEY
};

enum timbre_kind { TIMBRE_KIND_WORD, TIMBRE_KIND_INT, TIMBRE_KIND_REAL };

struct timbre_key_spec {
    const char *name;
    enum timbre_kind kind;
    size_t offset; /* in struct timbre */
    double min, max;
    const char *choices; /* of a WORD, separated by blanks */
    const char *doc;
};
extern const struct timbre_key_spec timbre_key_specs[TIMBRE_KEY_COUNT];

struct timbre_spec {
    const char *name;
    enum role role; /* whose notes it plays, and whose mix parameter moves it */
    int band;       /* below TIMBRE_BANDS: which of the synths renders it */
    struct timbre values;
    const char *doc;
};
/* As they come with Auralis. */
extern const struct timbre_spec timbre_specs[TIMBRE_COUNT];

/* All of them as they come. */
void timbres_init(struct timbre timbres[TIMBRE_COUNT]);
/* A role's own. */
enum timbre_id timbre_of_role(enum role role);
/* What plays a note. */
enum timbre_id timbre_of(const struct note *note);

/* The value of a key, a word by its number; setting it is refused out of its range. */
double timbre_value(const struct timbre *timbre, int key);
int timbre_set(struct timbre *timbre, int key, double value);

#endif
