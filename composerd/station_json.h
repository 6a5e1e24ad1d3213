/*
 * station_json - what a station must know to go on after a restart <-> JSON: the stream, the
 * parameters and what each phrase that is not over was composed from.
 *
 * Memory:  the text is the caller's to free. station_from_json() fills a zeroed station and
 *          composes its phrases again; on failure only *carried may have been written.
 * Threads: pure.
 * Errors:  0, -ENOMEM, or -EPROTO with the reason.
 */
#ifndef AURALIS_STATION_JSON_H
#define AURALIS_STATION_JSON_H

#include "common/event_json.h"
#include "composerd/station.h"

enum { STATION_STATE_VERSION = 1 };

char *station_to_json(const struct station *station);

/* How to take up a state: under which boot, at which rate. */
struct station_circumstances {
    const char *boot_id;
    uint32_t rate_hz;
};
/* What a stream leaves to the next one. */
struct station_carried {
    struct params params;
    int32_t day_s; /* as in struct station */
};
/* What becomes of it. */
struct station_taken {
    struct station *station;         /* zeroed before */
    struct station_carried *carried; /* of a state that cannot be gone on with */
};
/* -ESTALE: a good state of another boot or rate; what it leaves is in *carried then. */
int station_from_json(const char *text, size_t len, const struct station_circumstances *now,
                      const struct station_taken *taken, struct json_reason *reason);

#endif
