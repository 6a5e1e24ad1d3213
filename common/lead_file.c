#include "common/lead_file.h"

#include "common/whole_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { PATH_BYTES = 320, LEAD_MAX_MS = 10000 };

int lead_file_write(const char *dir, int32_t ms)
{
    char path[PATH_BYTES];
    char text[16];

    snprintf(path, sizeof path, "%s/lead", dir);
    snprintf(text, sizeof text, "%d\n", ms);
    return whole_file_replace(path, text);
}

int lead_file_read(const char *dir, int32_t *ms)
{
    char path[PATH_BYTES];
    char text[16] = "";

    snprintf(path, sizeof path, "%s/lead", dir);
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    if (fd < 0) {
        return -errno;
    }
    const ssize_t n = read(fd, text, sizeof text - 1);
    char *end = NULL;

    close(fd);
    const long value = strtol(text, &end, 10);

    if (n <= 0 || end == text || *end != '\n' || value < 1 || value > LEAD_MAX_MS) {
        return -EPROTO;
    }
    *ms = (int32_t)value;
    return 0;
}
