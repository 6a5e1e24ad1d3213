/* Any bytes in a journal's file: whole lines are given, the rest is cut, and more can be
 * written. */
#include "common/event_json.h"
#include "common/journal.h"
#include "fuzz.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static char dir[] = "/tmp/auralis-fuzz-journal-XXXXXX";
static char path[80];
static struct event event;

struct reading {
    int n;
    bool last_is_new;
};

static int on_line(void *user, const char *line, size_t len)
{
    struct reading *const reading = user;
    struct json_reason reason;

    event_from_json(line, len, &event, &reason);
    reading->n++;
    reading->last_is_new = strcmp(line, "new") == 0;
    return 0;
}

static void remove_folder(void)
{
    unlink(path);
    rmdir(dir);
}

static void write_file(const uint8_t *data, size_t size)
{
    FILE *const file = fopen(path, "we");

    FUZZ_CHECK(file != NULL && fwrite(data, 1, size, file) == size);
    fclose(file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct journal journal;
    struct reading before = {0}, after = {0};

    if (path[0] == '\0') {
        FUZZ_CHECK(mkdtemp(dir) != NULL);
        snprintf(path, sizeof path, "%s/00000000000000000000.jsonl", dir);
        atexit(remove_folder);
    }
    write_file(data, size);
    FUZZ_CHECK(journal_read(dir, 0, on_line, &before) == 0);
    FUZZ_CHECK(journal_open(&journal, dir, 44100) == 0);
    FUZZ_CHECK(journal_append(&journal, "new") == 0);
    FUZZ_CHECK(journal_read(dir, 0, on_line, &after) == 0);
    FUZZ_CHECK(after.n == before.n + 1 && after.last_is_new);
    journal_finish(&journal);
    return 0;
}
