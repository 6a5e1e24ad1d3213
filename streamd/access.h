/*
 * access - who may steer: everybody, who shows the station's token, or nobody.
 *
 * Wrong tokens are counted for each address, and past a few nothing is compared any more until
 * some time has gone by; the comparison takes as long whatever is wrong.
 *
 * Memory:  plain values, the caller's.
 * Threads: the event loop's; pure.
 */
#ifndef AURALIS_ACCESS_H
#define AURALIS_ACCESS_H

#include "streamd/peers.h"

#include <stdbool.h>
#include <stdint.h>

enum { ACCESS_TOKEN_BYTES = 64, ACCESS_TOKEN_MIN_CHARS = 12 };

enum access_mode { ACCESS_OPEN, ACCESS_TOKEN, ACCESS_OFF };
extern const char *const access_modes[3]; /* "open", "token", "off" */

struct access {
    enum access_mode mode;
    char token[ACCESS_TOKEN_BYTES]; /* of ACCESS_TOKEN */
};

enum access_verdict {
    ACCESS_GRANTED,
    ACCESS_CLOSED,    /* nobody may */
    ACCESS_UNPROVEN,  /* no token was shown */
    ACCESS_WRONG,     /* another one was */
    ACCESS_TOO_OFTEN, /* too many others were */
    ACCESS_VERDICTS
};

/* How a verdict is told; nothing for ACCESS_GRANTED. */
struct access_refusal {
    int status; /* of HTTP */
    const char *code, *text;
};
extern const struct access_refusal access_refusals[ACCESS_VERDICTS];

/* The mode of a setting: one of access_modes, or "" for open where only this machine reaches
 * the station and token elsewhere. */
enum access_mode access_mode_of(const char *setting, bool reachable);
/* Whether a text can be a token: 12 to 63 letters, digits, '-', '_' or '.'. */
bool access_is_token(const char *text);
/* Judges a client that shows this token, "" for none. */
enum access_verdict access_judge(const struct access *access, struct peer *peer,
                                 const char *shown, int64_t now_ns);
/* The token in "Bearer TOKEN", "" when there is none. */
const char *access_bearer(const char *authorization);

#endif
