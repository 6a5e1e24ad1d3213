/* Small files: there as a whole, or as they were. */
#include "common/whole_file.h"
#include "tests/check.h"
#include "tests/scratch.h"

#include <errno.h>

static void check_holds(const char *name, const char *expected)
{
    char *const text = scratch_read(name);

    CHECK_TEXT(text, expected);
    free(text);
}

static void test_a_file_is_made_and_replaced(void **state)
{
    char path[SCRATCH_PATH_BYTES];
    struct stat facts;

    (void)state;
    CHECK_INT(whole_file_replace(scratch_path(path, "file"), "long enough\n"), 0);
    CHECK_INT(whole_file_replace(path, "short\n"), 0);
    check_holds("file", "short\n");
    CHECK_INT(stat(path, &facts), 0);
    CHECK_U64(facts.st_mode & 0137, 0);
    CHECK_INT(access(scratch_path(path, "file.new"), F_OK), -1);
}

static void test_what_was_there_stays_when_it_cannot_be_replaced(void **state)
{
    char path[SCRATCH_PATH_BYTES];

    (void)state;
    scratch_write("file", "old\n");
    CHECK_INT(mkdir(scratch_path(path, "file.new"), 0700), 0);
    CHECK_INT(whole_file_replace(scratch_path(path, "file"), "new\n"), -EISDIR);
    check_holds("file", "old\n");
    CHECK_INT(whole_file_replace(scratch_path(path, "none/file"), "new\n"), -ENOENT);
}

static void test_a_full_disk_is_told(void **state)
{
    (void)state;
    CHECK_INT(whole_file_write("/dev/full", "new\n"), -ENOSPC);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRATCH_TEST(test_a_file_is_made_and_replaced),
        SCRATCH_TEST(test_what_was_there_stays_when_it_cannot_be_replaced),
        SCRATCH_TEST(test_a_full_disk_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
