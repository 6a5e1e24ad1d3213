#include "synthd/soundfont_check.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum {
    HEAD_BYTES = 8, /* of a chunk: its name and size */
    NAME_BYTES = 4,
    RECORDS_AT_ONCE = 64,
    RECORD_BYTES_MAX = 46,
    VERSION_MIN = 2,
    VERSION_MAX = 3, /* 3: samples are compressed */
    GENERATOR_INSTRUMENT = 41,
    GENERATOR_SAMPLE = 53,
    SAMPLE_COMPRESSED = 0x10, /* its limits are bytes, not samples */
    SAMPLE_IN_ROM = 0x8000,
};

/* The lists of pdta, in order. */
enum list_id { PHDR, PBAG, PMOD, PGEN, INST, IBAG, IMOD, IGEN, SHDR, LIST_COUNT };

static const struct {
    char name[NAME_BYTES + 1];
    uint32_t record_bytes;
    bool may_be_empty; /* FluidSynth does without the record that should end it */
} shapes[LIST_COUNT] = {
    [PHDR] = {"phdr", 38, false}, [PBAG] = {"pbag", 4, false},  [PMOD] = {"pmod", 10, true},
    [PGEN] = {"pgen", 4, true},   [INST] = {"inst", 22, false}, [IBAG] = {"ibag", 4, false},
    [IMOD] = {"imod", 10, true},  [IGEN] = {"igen", 4, true},   [SHDR] = {"shdr", 46, false},
};

struct chunk {
    char name[NAME_BYTES + 1];
    uint64_t offset; /* of what it holds */
    uint32_t n_bytes;
};

struct check {
    const struct soundfont_source *source;
    struct soundfont_reason *reason;
    uint32_t sample_bytes;
    struct chunk lists[LIST_COUNT];
};

__attribute__((format(printf, 2, 3))) static int refuse(struct check *check, const char *format,
                                                        ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(check->reason->text, sizeof check->reason->text, format, arguments);
    va_end(arguments);
    return -EPROTO;
}

static uint32_t u16_at(const uint8_t *at)
{
    return at[0] | (uint32_t)at[1] << 8;
}

static uint32_t u32_at(const uint8_t *at)
{
    return u16_at(at) | u16_at(at + 2) << 16;
}

static int read_at(struct check *check, uint64_t offset, void *dst, size_t n)
{
    if (check->source->read(check->source->user, offset, dst, n)) {
        return 0;
    }
    refuse(check, "it cannot be read at byte %llu", (unsigned long long)offset);
    return -EIO;
}

/* The chunk whose head lies at `offset`; all of it must lie before `end`. */
static int read_chunk(struct check *check, uint64_t offset, uint64_t end, struct chunk *chunk)
{
    uint8_t head[HEAD_BYTES];

    if (offset > end || end - offset < HEAD_BYTES) {
        return refuse(check, "it ends where a chunk should begin, at byte %llu",
                      (unsigned long long)offset);
    }
    const int rc = read_at(check, offset, head, sizeof head);

    if (rc != 0) {
        return rc;
    }
    for (int i = 0; i < NAME_BYTES; i++) {
        chunk->name[i] = (char)(head[i] >= ' ' && head[i] < 0x7f ? head[i] : '?');
    }
    chunk->name[NAME_BYTES] = '\0';
    chunk->offset = offset + HEAD_BYTES;
    chunk->n_bytes = u32_at(head + NAME_BYTES);
    if (chunk->n_bytes > end - chunk->offset) {
        return refuse(check, "its chunk %s is cut off", chunk->name);
    }
    return 0;
}

/* The LIST of this name at *offset, which then moves behind it. */
static int read_list(struct check *check, const char *name, uint64_t *offset,
                     struct chunk *list)
{
    char is[NAME_BYTES + 1] = "";
    int rc = read_chunk(check, *offset, check->source->n_bytes, list);

    if (rc == 0 && (strcmp(list->name, "LIST") != 0 || list->n_bytes < NAME_BYTES)) {
        rc = refuse(check, "it has no list %s", name);
    }
    if (rc == 0) {
        rc = read_at(check, list->offset, is, NAME_BYTES);
    }
    if (rc == 0 && memcmp(is, name, NAME_BYTES) != 0) {
        rc = refuse(check, "it has no list %s", name);
    }
    if (rc == 0) {
        *offset = list->offset + list->n_bytes;
        list->offset += NAME_BYTES;
        list->n_bytes -= NAME_BYTES;
    }
    return rc;
}

static int check_version(struct check *check, const struct chunk *chunk)
{
    uint8_t version[4];

    if (chunk->n_bytes != sizeof version) {
        return refuse(check, "its version has %u bytes", chunk->n_bytes);
    }
    const int rc = read_at(check, chunk->offset, version, sizeof version);
    const uint32_t major = u16_at(version);

    return rc != 0 || (major >= VERSION_MIN && major <= VERSION_MAX)
               ? rc
               : refuse(check, "its version is %u", major);
}

static int check_info(struct check *check, const struct chunk *info)
{
    const uint64_t end = info->offset + info->n_bytes;
    struct chunk chunk = {0};

    for (uint64_t at = info->offset; at < end; at = chunk.offset + chunk.n_bytes) {
        int rc = read_chunk(check, at, end, &chunk);

        if (rc == 0 && strcmp(chunk.name, "ifil") == 0) {
            rc = check_version(check, &chunk);
        }
        if (rc != 0) {
            return rc;
        }
    }
    return 0;
}

static int check_sdta(struct check *check, const struct chunk *sdta)
{
    struct chunk samples = {0};
    const int rc = read_chunk(check, sdta->offset, sdta->offset + sdta->n_bytes, &samples);

    if (rc == 0 && strcmp(samples.name, "smpl") != 0) {
        return refuse(check, "it has no samples");
    }
    check->sample_bytes = samples.n_bytes;
    return rc;
}

static uint32_t count_of(const struct check *check, enum list_id id)
{
    return check->lists[id].n_bytes / shapes[id].record_bytes;
}

static int check_list(struct check *check, enum list_id id)
{
    const struct chunk *const list = &check->lists[id];

    if (strcmp(list->name, shapes[id].name) != 0) {
        return refuse(check, "it has no list %s", shapes[id].name);
    }
    if (list->n_bytes % shapes[id].record_bytes != 0) {
        return refuse(check, "its list %s is no whole number of records", list->name);
    }
    return list->n_bytes > 0 || shapes[id].may_be_empty
               ? 0
               : refuse(check, "its list %s is empty", list->name);
}

static int find_lists(struct check *check, const struct chunk *pdta)
{
    const uint64_t end = pdta->offset + pdta->n_bytes;
    uint64_t at = pdta->offset;

    for (int id = 0; id < LIST_COUNT; id++) {
        int rc = read_chunk(check, at, end, &check->lists[id]);

        rc = rc == 0 ? check_list(check, (enum list_id)id) : rc;
        if (rc != 0) {
            return rc;
        }
        at = check->lists[id].offset + check->lists[id].n_bytes;
    }
    return 0;
}

/* Calls `visit` for every record of a list. */
static int each_record(struct check *check, enum list_id id,
                       int (*visit)(struct check *check, enum list_id id, const uint8_t *record,
                                    uint32_t i, uint32_t *state),
                       uint32_t *state)
{
    uint8_t records[RECORDS_AT_ONCE * RECORD_BYTES_MAX];
    const uint32_t record_bytes = shapes[id].record_bytes;
    const uint32_t n = count_of(check, id);

    for (uint32_t i = 0; i < n; i++) {
        const uint32_t in_buffer = i % RECORDS_AT_ONCE;
        const uint32_t left = n - i < RECORDS_AT_ONCE ? n - i : RECORDS_AT_ONCE;
        int rc = in_buffer > 0
                     ? 0
                     : read_at(check, check->lists[id].offset + (uint64_t)i * record_bytes,
                               records, (size_t)left * record_bytes);

        rc = rc == 0 ? visit(check, id, records + (size_t)in_buffer * record_bytes, i, state)
                     : rc;
        if (rc != 0) {
            return rc;
        }
    }
    return 0;
}

/* Index number n of a record, at `byte`, says where the next list's part of it begins. */
struct index_place {
    enum list_id into;
    uint32_t byte;
};

static const struct index_place places[LIST_COUNT][2] = {
    [PHDR] = {{PBAG, 24}, {PBAG, 24}},
    [PBAG] = {{PGEN, 0}, {PMOD, 2}},
    [INST] = {{IBAG, 20}, {IBAG, 20}},
    [IBAG] = {{IGEN, 0}, {IMOD, 2}},
};

/* Whether the last index of a list ends the list that it points into, which has a last record
 * of its own unless it may lack one. */
static bool ends(const struct check *check, enum list_id into, uint32_t index)
{
    const uint32_t n = count_of(check, into);

    return index + 1 == n || (index == n && shapes[into].may_be_empty);
}

/* Indices begin at 0, never fall, and end with the list that they point into. state: the
 * indices of the record before. */
static int check_indices(struct check *check, enum list_id id, const uint8_t *record,
                         uint32_t i, uint32_t *state)
{
    const bool last = i + 1 == count_of(check, id);

    for (int k = 0; k < 2; k++) {
        const struct index_place *const place = &places[id][k];
        const uint32_t index = u16_at(record + place->byte);

        if ((i == 0 && index != 0) || index < state[k]) {
            return refuse(check, "its list %s has a wrong index", shapes[id].name);
        }
        if (last && !ends(check, place->into, index)) {
            return refuse(check, "its lists %s and %s do not fit together", shapes[id].name,
                          shapes[place->into].name);
        }
        state[k] = index;
    }
    return 0;
}

static int check_generator(struct check *check, enum list_id id, const uint8_t *record,
                           uint32_t i, uint32_t *state)
{
    const uint32_t wanted = id == PGEN ? GENERATOR_INSTRUMENT : GENERATOR_SAMPLE;
    const uint32_t n = count_of(check, id == PGEN ? INST : SHDR);

    (void)i;
    (void)state;
    return u16_at(record) != wanted || u16_at(record + 2) + 1 < n
               ? 0
               : refuse(check, "its list %s names what is not there", shapes[id].name);
}

static int check_sample(struct check *check, enum list_id id, const uint8_t *record, uint32_t i,
                        uint32_t *state)
{
    const uint32_t type = u16_at(record + 44);
    const uint32_t unit = (type & SAMPLE_COMPRESSED) != 0 ? 1 : 2;
    const uint32_t start = u32_at(record + 20);
    const uint32_t end = u32_at(record + 24);
    const bool last = i + 1 == count_of(check, id); /* it only ends the list */

    (void)state;
    return last || (type & SAMPLE_IN_ROM) != 0 ||
                   (start <= end && end <= check->sample_bytes / unit)
               ? 0
               : refuse(check, "its sample %u lies outside of it", i);
}

static int check_pdta(struct check *check, const struct chunk *pdta)
{
    static const struct {
        enum list_id id;
        int (*visit)(struct check *check, enum list_id id, const uint8_t *record, uint32_t i,
                     uint32_t *state);
    } visits[] = {{PHDR, check_indices}, {PBAG, check_indices},   {INST, check_indices},
                  {IBAG, check_indices}, {PGEN, check_generator}, {IGEN, check_generator},
                  {SHDR, check_sample}};
    int rc = find_lists(check, pdta);

    for (size_t i = 0; i < sizeof visits / sizeof visits[0] && rc == 0; i++) {
        uint32_t state[2] = {0};

        rc = each_record(check, visits[i].id, visits[i].visit, state);
    }
    return rc;
}

static int check_riff(struct check *check, uint64_t *first)
{
    const uint64_t n_bytes = check->source->n_bytes;
    uint8_t head[HEAD_BYTES + NAME_BYTES];

    if (n_bytes < sizeof head) {
        return refuse(check, n_bytes == 0 ? "it is empty" : "it is no SoundFont");
    }
    const int rc = read_at(check, 0, head, sizeof head);

    if (rc != 0) {
        return rc;
    }
    if (memcmp(head, "RIFF", NAME_BYTES) != 0 ||
        memcmp(head + HEAD_BYTES, "sfbk", NAME_BYTES) != 0) {
        return refuse(check, "it is no SoundFont");
    }
    if (u32_at(head + NAME_BYTES) != n_bytes - HEAD_BYTES) {
        return refuse(check, "it has %llu bytes and says %llu", (unsigned long long)n_bytes,
                      (unsigned long long)u32_at(head + NAME_BYTES) + HEAD_BYTES);
    }
    *first = sizeof head;
    return 0;
}

int soundfont_check(const struct soundfont_source *source, struct soundfont_reason *reason)
{
    struct check check = {.source = source, .reason = reason};
    static const struct {
        const char *name;
        int (*look)(struct check *check, const struct chunk *list);
    } parts[] = {{"INFO", check_info}, {"sdta", check_sdta}, {"pdta", check_pdta}};
    uint64_t offset = 0;
    int rc = check_riff(&check, &offset);

    for (size_t i = 0; i < sizeof parts / sizeof parts[0] && rc == 0; i++) {
        struct chunk list = {0};

        rc = read_list(&check, parts[i].name, &offset, &list);
        rc = rc == 0 ? parts[i].look(&check, &list) : rc;
    }
    return rc;
}
