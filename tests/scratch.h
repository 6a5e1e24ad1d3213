/*
 * scratch - a folder of a test's own, and files in it.
 *
 * Memory:  texts read are the caller's to free.
 * Errors:  a test that cannot have its folder or files fails.
 */
#ifndef AURALIS_TESTS_SCRATCH_H
#define AURALIS_TESTS_SCRATCH_H

#include "check.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SCRATCH_PATH_BYTES = 320 };

/* The folder of the running test: set by scratch_setup, gone with scratch_teardown. */
static char scratch[64];

static inline int scratch_setup(void **state)
{
    (void)state;
    snprintf(scratch, sizeof scratch, "/tmp/auralis-unit-XXXXXX");
    return mkdtemp(scratch) != NULL ? 0 : -1;
}

static inline int scratch_remove_one(const char *path, const struct stat *facts, int type,
                                     struct FTW *walk)
{
    (void)facts;
    (void)type;
    (void)walk;
    return remove(path);
}

static inline int scratch_teardown(void **state)
{
    (void)state;
    return nftw(scratch, scratch_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* The path of a name in the folder. */
static inline const char *scratch_path(char path[SCRATCH_PATH_BYTES], const char *name)
{
    snprintf(path, SCRATCH_PATH_BYTES, "%s/%s", scratch, name);
    return path;
}

static inline void scratch_write(const char *name, const char *text)
{
    char path[SCRATCH_PATH_BYTES];
    FILE *const file = fopen(scratch_path(path, name), "we");

    assert_non_null(file);
    CHECK_U64(fwrite(text, 1, strlen(text), file), strlen(text));
    CHECK_INT(fclose(file), 0);
}

/* The whole text of a file, or NULL when there is none. */
static inline char *scratch_read(const char *name)
{
    char path[SCRATCH_PATH_BYTES];
    FILE *const file = fopen(scratch_path(path, name), "re");
    char *text = NULL;
    size_t size = 0;

    if (file == NULL) {
        return NULL;
    }
    if (getdelim(&text, &size, '\0', file) < 0) { /* empty */
        free(text);
        text = calloc(1, 1);
    }
    fclose(file);
    return text;
}

static inline bool scratch_exists(const char *name)
{
    char path[SCRATCH_PATH_BYTES];

    return access(scratch_path(path, name), F_OK) == 0;
}

#define SCRATCH_TEST(test)                                                                     \
    cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)

/* Standard error as it was before scratch_catch_stderr(). */
static int scratch_saved_stderr;

/* Standard error goes to the file "stderr" of the folder from here on. */
static inline void scratch_catch_stderr(void)
{
    char path[SCRATCH_PATH_BYTES];
    const int fd =
        open(scratch_path(path, "stderr"), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    CHECK(fd >= 0);
    scratch_saved_stderr = dup(STDERR_FILENO);
    CHECK(dup2(fd, STDERR_FILENO) == STDERR_FILENO);
    close(fd);
}

/* Back as it was: what a failing check prints must be seen. */
static inline void scratch_release_stderr(void)
{
    dup2(scratch_saved_stderr, STDERR_FILENO);
    close(scratch_saved_stderr);
}

#endif
