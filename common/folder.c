#include "common/folder.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

int folder_make(const char *path)
{
    char part[PATH_MAX];

    if (strlen(path) >= sizeof part) {
        return -ENAMETOOLONG;
    }
    snprintf(part, sizeof part, "%s", path);
    for (char *at = part + 1; *at != '\0'; at++) {
        if (*at == '/') {
            *at = '\0';
            if (mkdir(part, 0750) != 0 && errno != EEXIST && errno != EROFS) {
                return -errno;
            }
            *at = '/';
        }
    }
    return mkdir(part, 0750) != 0 && errno != EEXIST ? -errno : 0;
}
