/*
 * view - the whole station as streamd sees it at one moment: what answers and messages are
 * made from.
 *
 * Memory:  pointers to what others own, for the length of a call.
 * Threads: the event loop's; pure.
 */
#ifndef AURALIS_VIEW_H
#define AURALIS_VIEW_H

#include "common/histogram.h"
#include "streamd/access.h"
#include "streamd/address.h"
#include "streamd/feeder.h"
#include "streamd/news.h"
#include "streamd/query.h"

struct view {
    const char *version;
    uint32_t pid;
    int64_t now_ns, started_ns;
    const struct chunk_store *store; /* NULL: no stream yet */
    const struct feeder_report *ring;
    const struct news *news;
    const struct metrics *metrics; /* streamd's own */
    const struct histogram *lateness, *roundtrip;
    uint32_t n_clients[STREAM_FORMAT_COUNT]; /* listening, by format */
    double avg_depth_ms;
    enum access_mode control;
    const struct listening *listening;
};

enum audio { AUDIO_WAITING, AUDIO_FLOWING, AUDIO_RESTING };
extern const char *const audio_names[3]; /* "waiting", "flowing", "resting" */

/* Whether chunks come when they are due. *reason says why not, "" when they do. */
enum audio view_audio(const struct view *view, const char **reason);
/* What is away although audio still flows or rests; "" when nothing is. */
const char *view_trouble(const struct view *view);
/* Whether the stream has stopped: its next chunk is long due. */
bool view_is_stale(const struct view *view);
/* Whether a second synthd would go on, should the one that plays die. */
bool view_has_standby(const struct view *view);
/* The frame that is due now; 0 when no stream is known. */
uint64_t view_frame(const struct view *view);
/* How much is rendered beyond what is due; below 0 when the synth is behind. */
double view_depth_ms(const struct view *view);
uint32_t view_clients(const struct view *view);
/* The value of a metric of any daemon; false when it is not known. */
bool view_metric(const struct view *view, int metric, int64_t *value);

#endif
