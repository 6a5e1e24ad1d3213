/* Folders: made with all that is missing above them, and left alone when they are there. */
#include "common/folder.h"
#include "tests/check.h"
#include "tests/scratch.h"

#include <errno.h>
#include <limits.h>

static mode_t mode_of(const char *name)
{
    char path[SCRATCH_PATH_BYTES];
    struct stat facts;

    CHECK_INT(stat(scratch_path(path, name), &facts), 0);
    CHECK(S_ISDIR(facts.st_mode));
    return facts.st_mode & 0777;
}

static void test_a_folder_is_made_with_those_above_it_and_closed_to_others(void **state)
{
    char path[SCRATCH_PATH_BYTES];

    (void)state;
    CHECK_INT(folder_make(scratch_path(path, "a/b/c")), 0);
    CHECK_INT(mode_of("a"), 0750);
    CHECK_INT(mode_of("a/b"), 0750);
    CHECK_INT(mode_of("a/b/c"), 0750);
    CHECK_INT(folder_make(path), 0); /* there already */
    CHECK_INT(folder_make(scratch_path(path, "a/b/d/")), 0);
    CHECK_INT(mode_of("a/b/d"), 0750);
}

static void test_a_folder_below_a_file_cannot_be_made(void **state)
{
    char path[SCRATCH_PATH_BYTES];

    (void)state;
    scratch_write("file", "");
    CHECK_INT(folder_make(scratch_path(path, "file/x")), -ENOTDIR);
}

static void test_a_path_that_is_too_long_is_an_error(void **state)
{
    static char path[2 * PATH_MAX];

    (void)state;
    memset(path, 'x', sizeof path - 1);
    path[0] = '/';
    CHECK_INT(folder_make(path), -ENAMETOOLONG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRATCH_TEST(test_a_folder_is_made_with_those_above_it_and_closed_to_others),
        SCRATCH_TEST(test_a_folder_below_a_file_cannot_be_made),
        SCRATCH_TEST(test_a_path_that_is_too_long_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
