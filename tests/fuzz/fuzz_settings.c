/* Any bytes as a configuration file: taken, or refused with a text that says why. */
#include "common/settings.h"
#include "fuzz.h"

#include <getopt.h>
#include <sys/mman.h>
#include <unistd.h>

static struct settings settings;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char flag[] = "--config", name[] = "fuzz", path[40];
    char *argv[] = {name, flag, path, NULL};
    const struct settings_program program = {.letter = 'c', .name = name};
    struct settings_error error = {""};
    const int fd = memfd_create("settings", MFD_CLOEXEC);

    FUZZ_CHECK(fd >= 0 && write(fd, data, size) == (ssize_t)size);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    optind = 0;
    if (settings_load(&settings, &program, 3, argv, &error) == 0) {
        FUZZ_CHECK(settings.bus_dir[0] == '/' && settings.ring_name[0] == '/');
    } else {
        FUZZ_CHECK(error.text[0] != '\0');
    }
    close(fd);
    return 0;
}
