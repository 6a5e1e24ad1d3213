#include "synthd/sink.h"

#include "synthd/flac.h"
#include "synthd/wav.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

_Static_assert((int)SINK_MAX_FRAMES <= (int)FLAC_MAX_FRAMES, "FLAC takes what the sink takes");

static bool ends_in(const char *path, const char *ending)
{
    const size_t length = strlen(path);
    const size_t n = strlen(ending);

    return length > n && strcmp(path + length - n, ending) == 0;
}

static enum sink_kind kind_of(const char *path)
{
    if (strcmp(path, "-") == 0) {
        return SINK_RAW;
    }
    if (ends_in(path, ".wav")) {
        return SINK_WAV;
    }
    return ends_in(path, ".flac") ? SINK_FLAC : SINK_NONE;
}

int sink_check(const char *path)
{
    return kind_of(path) == SINK_NONE ? -EINVAL : 0;
}

static int failed(void)
{
    return errno > 0 ? -errno : -EIO;
}

static int write_header(struct sink *sink)
{
    uint8_t header[WAV_HEADER_BYTES];

    wav_header(header, sink->rate_hz, sink->frames);
    return fwrite(header, sizeof header, 1, sink->file) == 1 ? 0 : failed();
}

int sink_open(struct sink *sink, const char *path, uint32_t rate_hz)
{
    *sink = (struct sink){.kind = kind_of(path), .rate_hz = rate_hz};
    if (sink->kind == SINK_FLAC) {
        sink->flac = flac_create(path, rate_hz);
        return sink->flac != NULL ? 0 : failed();
    }
    if (sink->kind == SINK_NONE) {
        return -EINVAL;
    }
    sink->file = sink->kind == SINK_RAW ? stdout : fopen(path, "wbe");
    if (sink->file == NULL) {
        return failed();
    }
    return sink->kind == SINK_WAV ? write_header(sink) : 0;
}

static int write_words(FILE *file, const uint32_t *words, uint32_t n_frames)
{
    uint8_t bytes[SINK_MAX_FRAMES * WAV_FRAME_BYTES];

    for (uint32_t i = 0; i < n_frames; i++) {
        for (int b = 0; b < WAV_FRAME_BYTES; b++) {
            bytes[WAV_FRAME_BYTES * i + (uint32_t)b] = (uint8_t)(words[i] >> (8 * b));
        }
    }
    return fwrite(bytes, WAV_FRAME_BYTES, n_frames, file) == n_frames ? 0 : failed();
}

int sink_write(struct sink *sink, const uint32_t *words, uint32_t n_frames)
{
    if (sink->kind == SINK_WAV && sink->frames + n_frames > WAV_MAX_FRAMES) {
        return -EFBIG;
    }
    const int rc = sink->kind == SINK_FLAC ? flac_write(sink->flac, words, n_frames)
                                           : write_words(sink->file, words, n_frames);

    sink->frames += rc == 0 ? n_frames : 0;
    return rc;
}

int sink_close(struct sink *sink)
{
    int rc = 0;

    if (sink->kind == SINK_FLAC) {
        return flac_close(sink->flac);
    }
    if (sink->kind == SINK_WAV) {
        rc = fseek(sink->file, 0, SEEK_SET) == 0 ? write_header(sink) : failed();
    }
    return fflush(sink->file) != 0 && rc == 0 ? failed() : rc;
}

void sink_finish(struct sink *sink)
{
    flac_destroy(sink->flac);
    if (sink->kind == SINK_WAV && sink->file != NULL) {
        fclose(sink->file);
    }
    *sink = (struct sink){0};
}
