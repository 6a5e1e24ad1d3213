#include "common/whole_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int whole_file_write(const char *path, const char *text)
{
    const size_t len = strlen(text);
    const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0640);
    int rc = 0;

    if (fd < 0) {
        return -errno;
    }
    const ssize_t n = write(fd, text, len);

    if (n != (ssize_t)len) {
        rc = n < 0 ? -errno : -ENOSPC;
    }
    if (close(fd) != 0 && rc == 0) {
        rc = -errno;
    }
    return rc;
}

int whole_file_replace(const char *path, const char *text)
{
    char aside[PATH_MAX];
    const int len = snprintf(aside, sizeof aside, "%s.new", path);

    if (len >= (int)sizeof aside) {
        return -ENAMETOOLONG;
    }
    int rc = whole_file_write(aside, text);

    if (rc == 0 && rename(aside, path) != 0) {
        rc = -errno;
    }
    if (rc != 0) {
        unlink(aside);
    }
    return rc;
}
