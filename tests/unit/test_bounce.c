/* Rendering to a file: the same bytes by one thread and by two, wherever it begins and ends. */
#include "synthd/offline.h"
#include "tests/samples.h"
#include "tests/scratch.h"

#include <errno.h>

enum { RATE_HZ = 44100, SECOND = 44096 /* in whole blocks */, PHRASES = 2 };

static const char gm[] = "/usr/share/sounds/sf2/FluidR3_GM.sf2";
static struct timbre timbres[TIMBRE_COUNT];

static void add_note(struct phrase *phrase, uint64_t frame, uint32_t frames, uint8_t role,
                     uint8_t midi)
{
    phrase->notes[phrase->n_notes++] =
        (struct note){phrase->start_frame + frame, frames, midi, 70, role, RULE_chord_voice};
}

/* Two seconds of chord, bell and bass. */
static void make_phrase(struct phrase *phrase, uint64_t number)
{
    sample_phrase(phrase);
    phrase->phrase = number;
    phrase->start_frame = number * 2 * SECOND;
    phrase->frames = 2 * SECOND;
    phrase->n_bars = 1;
    phrase->bar_frames[0] = phrase->start_frame;
    phrase->n_chords = 1;
    phrase->chords[0].frame = phrase->start_frame;
    phrase->chords[0].frames = 2 * SECOND;
    phrase->n_notes = 0;
    phrase->n_ends = 0;
    for (int i = 0; i < 4; i++) {
        add_note(phrase, 1088, 2 * SECOND, ROLE_pad, (uint8_t)(52 + 5 * i + (int)number));
    }
    add_note(phrase, SECOND, SECOND, ROLE_bell, (uint8_t)(80 + number));
    add_note(phrase, 1088, SECOND, ROLE_bass, (uint8_t)(33 + number));
}

/* A journal: a change, then phrases. */
static void write_journal(const char *end)
{
    static struct phrase phrase;
    struct event_head head = sample_head(EVENT_PARAMS);
    struct params_event change = sample_params_event();
    char *lines[PHRASES + 1];
    char path[SCRATCH_PATH_BYTES];
    FILE *const file = fopen(scratch_path(path, "journal"), "we");

    change.sound_frame = change.effective_frame = change.settled_frame = 0;
    lines[0] = params_event_to_json(&head, &change);
    head.type = EVENT_PHRASE;
    for (uint64_t i = 0; i < PHRASES; i++) {
        make_phrase(&phrase, i);
        lines[1 + i] = phrase_to_json(&head, &phrase);
    }
    for (int i = 0; i <= PHRASES; i++) {
        fprintf(file, "%s\n", lines[i]);
        free(lines[i]);
    }
    fputs(end, file);
    CHECK_INT(fclose(file), 0);
}

struct stretch {
    uint64_t from_frame, frames;
};

static int render_to(const char *name, struct stretch stretch, int n_threads,
                     struct offline_reason *reason)
{
    char in[SCRATCH_PATH_BYTES];
    char out[SCRATCH_PATH_BYTES];
    const struct offline_options options = {
        .in = fopen(scratch_path(in, "journal"), "re"),
        .path = scratch_path(out, name),
        .kit = {.gain = 0.5,
                .polyphony = 256,
                .fonts = {.gm = gm, .piano = "", .texture = ""},
                .timbres = timbres},
        .makeup_db = 9,
        .from_frame = stretch.from_frame,
        .frames = stretch.frames,
        .n_threads = n_threads,
    };
    timbres_init(timbres);
    const int rc = offline_render(&options, reason);

    fclose(options.in);
    return rc;
}

/* A file's bytes; the caller's to free. */
static char *read_file(const char *name, size_t *size)
{
    char path[SCRATCH_PATH_BYTES];
    FILE *const file = fopen(scratch_path(path, name), "re");
    char *const bytes = calloc(1, 1 << 23);

    *size = fread(bytes, 1, 1 << 23, file);
    fclose(file);
    return bytes;
}

static size_t check_same(const char *left_name, const char *right_name)
{
    size_t left_size;
    size_t right_size;
    char *const left = read_file(left_name, &left_size);
    char *const right = read_file(right_name, &right_size);

    CHECK_U64(left_size, right_size);
    CHECK(memcmp(left, right, left_size) == 0);
    free(left);
    free(right);
    return left_size;
}

static void test_two_threads_write_what_one_writes(void **state)
{
    static const struct stretch stretches[] = {
        {UINT64_MAX, UINT64_MAX}, /* until it has faded */
        {100000, UINT64_MAX},     {100001, 55555},
        {UINT64_MAX, 1},          {100000, 12 * SECOND}, /* long after it has faded */
    };

    (void)state;
    write_journal("");
    for (size_t i = 0; i < sizeof stretches / sizeof stretches[0]; i++) {
        struct offline_reason reason;

        CHECK_INT(render_to("one.wav", stretches[i], 1, &reason), 0);
        CHECK_INT(render_to("two.wav", stretches[i], 2, &reason), 0);
        const size_t size = check_same("one.wav", "two.wav");

        if (stretches[i].frames != UINT64_MAX) {
            CHECK_U64(size, 44 + 4 * stretches[i].frames);
        } else {
            CHECK(size > 4 * 2 * SECOND);
        }
    }
}

static void test_a_journal_that_breaks_is_refused_by_either(void **state)
{
    const struct stretch whole = {UINT64_MAX, UINT64_MAX};

    (void)state;
    write_journal("{}\n");
    for (int n_threads = 1; n_threads <= 2; n_threads++) {
        struct offline_reason reason;

        CHECK_INT(render_to("one.wav", whole, n_threads, &reason), -EPROTO);
        CHECK(strstr(reason.text, "line 4") != NULL);
    }
}

static void test_a_disk_that_is_full_is_told_by_either(void **state)
{
    const struct stretch whole = {UINT64_MAX, UINT64_MAX};
    char path[SCRATCH_PATH_BYTES];

    (void)state;
    write_journal("");
    CHECK_INT(symlink("/dev/full", scratch_path(path, "full.wav")), 0);
    for (int n_threads = 1; n_threads <= 2; n_threads++) {
        struct offline_reason reason;

        CHECK_INT(render_to("full.wav", whole, n_threads, &reason), -ENOSPC);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRATCH_TEST(test_two_threads_write_what_one_writes),
        SCRATCH_TEST(test_a_journal_that_breaks_is_refused_by_either),
        SCRATCH_TEST(test_a_disk_that_is_full_is_told_by_either),
    };

    return access(gm, R_OK) == 0 ? cmocka_run_group_tests(tests, NULL, NULL) : CHECK_SKIPPED;
}
