#include "composerd/state_file.h"

#include "common/file_lock.h"
#include "common/whole_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_BYTES = 320 };

static const char *const names[STATE_COPIES] = {"state.json", "state.previous.json"};

static void make_path(char path[PATH_BYTES], const char *dir, const char *name)
{
    snprintf(path, PATH_BYTES, "%.255s/%.60s", dir, name);
}

int state_lock(const char *dir)
{
    struct file_lock lock = {0}; /* never let go of: it lasts as long as the process */
    char path[PATH_BYTES];

    if (mkdir(dir, 0750) != 0 && errno != EEXIST) {
        return -errno;
    }
    make_path(path, dir, "lock");
    return file_lock_take(&lock, path);
}

int state_save(const char *dir, const char *text)
{
    char fresh[PATH_BYTES];
    char latest[PATH_BYTES];
    char previous[PATH_BYTES];

    make_path(fresh, dir, "state.new.json");
    make_path(latest, dir, names[STATE_LATEST]);
    make_path(previous, dir, names[STATE_PREVIOUS]);
    const int rc = whole_file_write(fresh, text);

    if (rc != 0) {
        unlink(fresh);
        return rc;
    }
    if (rename(latest, previous) != 0 && errno != ENOENT) {
        return -errno;
    }
    return rename(fresh, latest) != 0 ? -errno : 0;
}

int state_load(const char *dir, enum state_copy copy, char **text, size_t *len)
{
    char path[PATH_BYTES];
    struct stat facts;

    make_path(path, dir, names[copy]);
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

    if (fd < 0) {
        return -errno;
    }
    int rc = fstat(fd, &facts) != 0 ? -errno : 0;

    if (rc == 0 && (!S_ISREG(facts.st_mode) || facts.st_size > STATE_MAX_BYTES)) {
        rc = -EFBIG;
    }
    char *const buffer = rc == 0 ? malloc((size_t)facts.st_size + 1) : NULL;
    const ssize_t n = buffer != NULL ? read(fd, buffer, (size_t)facts.st_size) : -1;

    close(fd);
    if (n < 0) {
        free(buffer);
        return rc != 0 ? rc : -EIO;
    }
    buffer[n] = '\0';
    *text = buffer;
    *len = (size_t)n;
    return 0;
}

int state_set_aside(const char *dir, enum state_copy copy)
{
    char path[PATH_BYTES];
    char bad[PATH_BYTES + 8];

    make_path(path, dir, names[copy]);
    snprintf(bad, sizeof bad, "%s.bad", path);
    return rename(path, bad) != 0 ? -errno : 0;
}
