/* The journal: whole lines in files by frame, whatever crashes, full disks and readers do to
 * it. */
#include "common/journal.h"
#include "tests/check.h"
#include "tests/scratch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>

static struct journal journal;
static char dir[SCRATCH_PATH_BYTES];

static int setup(void **state)
{
    memset(&journal, 0, sizeof journal);
    if (scratch_setup(state) != 0) {
        return -1;
    }
    scratch_path(dir, "journal");
    return journal_open(&journal, dir, 44100);
}

static int teardown(void **state)
{
    journal_finish(&journal);
    return scratch_teardown(state);
}

/* All lines that a reader gets, each behind a blank. */
static char lines_read[4096];

static int collect(void *user, const char *line, size_t len)
{
    CHECK(user == &journal);
    CHECK_U64(strlen(line), len);
    snprintf(lines_read + strlen(lines_read), sizeof lines_read - strlen(lines_read), " %s",
             line);
    return 0;
}

static void check_lines(uint64_t from_frame, const char *expected)
{
    lines_read[0] = '\0';
    CHECK_INT(journal_read(dir, from_frame, collect, &journal), 0);
    CHECK_TEXT(lines_read, expected);
}

static void begin_file(uint64_t frame, const char *line)
{
    CHECK_INT(journal_begin_file(&journal, frame), 0);
    CHECK_INT(journal_append(&journal, line), 0);
}

static int count_files(const char *path)
{
    struct dirent *entry;
    int n = 0;
    DIR *const folder = opendir(path);

    assert_non_null(folder);
    while ((entry = readdir(folder)) != NULL) {
        n += entry->d_name[0] != '.';
    }
    closedir(folder);
    return n;
}

static void test_an_empty_journal_wants_a_file_and_has_nothing_to_read(void **state)
{
    (void)state;
    CHECK(journal_wants_file(&journal));
    CHECK_INT(journal_append(&journal, "x"), -EBADF);
    CHECK_INT(journal_read(dir, 0, collect, &journal), -ENOENT);
    CHECK_INT(journal_read("/nonexistent/journal", 0, collect, &journal), -ENOENT);
}

static void test_lines_are_read_back_in_order(void **state)
{
    (void)state;
    begin_file(0, "one");
    CHECK(!journal_wants_file(&journal));
    CHECK_INT(journal_append(&journal, "two"), 0);
    CHECK_U64(journal.file_bytes, 8);
    check_lines(0, " one two");
    check_lines(UINT64_MAX, " one two");
    CHECK(scratch_exists("journal/00000000000000000000.jsonl"));
}

static void
test_reading_begins_with_the_last_file_that_does_not_lie_beyond_the_frame(void **state)
{
    (void)state;
    begin_file(0, "a");
    begin_file(1000, "b");
    begin_file(20000, "c");
    check_lines(0, " a b c");
    check_lines(999, " a b c");
    check_lines(1000, " b c");
    check_lines(19999, " b c");
    check_lines(20000, " c");
}

static void test_when_every_file_lies_beyond_the_frame_all_are_read(void **state)
{
    (void)state;
    begin_file(500, "a");
    begin_file(600, "b");
    check_lines(3, " a b");
}

static void
test_files_are_read_in_the_order_of_writing_even_when_time_seems_to_go_back(void **state)
{
    (void)state;
    begin_file(5000, "a");
    CHECK_INT(journal_begin_file(&journal, 4000), 0);
    CHECK(journal.file_bytes != 0); /* it goes on with the newest */
    CHECK_INT(journal_append(&journal, "b"), 0);
    begin_file(6000, "c");
    check_lines(0, " a b c");
    journal_finish(&journal);
    CHECK_INT(journal_open(&journal, dir, 44100), 0);
    begin_file(100, "d"); /* after a restart too */
    check_lines(0, " a b c d");
}

static void test_a_full_file_asks_for_the_next_one(void **state)
{
    static char line[60000];

    (void)state;
    memset(line, 'x', sizeof line - 1);
    begin_file(0, "params");
    for (int i = 0; i < 4; i++) {
        CHECK(!journal_wants_file(&journal));
        CHECK_INT(journal_append(&journal, line), 0);
    }
    CHECK_INT(journal_append(&journal, line), 0);
    CHECK(journal_wants_file(&journal));
}

/* Finishes, changes the one file there is, and opens again. */
static void reopen_with(const char *text)
{
    journal_finish(&journal);
    scratch_write("journal/00000000000000000000.jsonl", text);
    CHECK_INT(journal_open(&journal, dir, 44100), 0);
}

static void
test_a_half_written_last_line_is_left_out_and_cut_before_more_is_written(void **state)
{
    (void)state;
    begin_file(0, "one");
    reopen_with("one\ntwo\nthr");
    check_lines(0, " one two");
    CHECK_U64(journal.file_bytes, 8);
    CHECK_INT(journal_append(&journal, "four"), 0);
    check_lines(0, " one two four");
}

static void test_a_half_line_longer_than_a_block_is_cut_too(void **state)
{
    static char text[20000];

    (void)state;
    memset(text, 'x', sizeof text - 1);
    text[0] = 'y';
    text[1] = '\n';
    begin_file(0, "");
    reopen_with(text);
    CHECK_U64(journal.file_bytes, 2);
    CHECK_INT(journal_append(&journal, "two"), 0);
    check_lines(0, " y two");
}

static void test_a_file_of_nothing_but_half_a_line_becomes_empty(void **state)
{
    (void)state;
    begin_file(0, "");
    reopen_with("on");
    CHECK_U64(journal.file_bytes, 0);
    CHECK_INT(journal_append(&journal, "new"), 0);
    check_lines(0, " new");
}

static void test_a_reader_leaves_out_what_is_being_written(void **state)
{
    char path[SCRATCH_PATH_BYTES];

    (void)state;
    begin_file(0, "one");
    const int fd = open(scratch_path(path, "journal/00000000000000000000.jsonl"),
                        O_WRONLY | O_APPEND | O_CLOEXEC);

    CHECK_INT(write(fd, "{\"half", 6), 6);
    check_lines(0, " one");
    CHECK_INT(write(fd, "\"}\n", 3), 3);
    check_lines(0, " one {\"half\"}");
    close(fd);
}

static int stop_at_second(void *user, const char *line, size_t len)
{
    int *const n = user;

    (void)line;
    (void)len;
    return ++*n == 2 ? 77 : 0;
}

static void test_reading_stops_when_the_reader_wants_no_more(void **state)
{
    int n = 0;

    (void)state;
    begin_file(0, "a");
    CHECK_INT(journal_append(&journal, "b"), 0);
    CHECK_INT(journal_append(&journal, "c"), 0);
    begin_file(1, "d");
    CHECK_INT(journal_read(dir, 0, stop_at_second, &n), 77);
    CHECK_INT(n, 2);
}

static void test_other_files_in_the_folder_are_left_alone(void **state)
{
    (void)state;
    scratch_write("journal/notes.txt", "x\n");
    scratch_write("journal/1.jsonl", "x\n");
    scratch_write("journal/00000000000000000000.jsonl.bak", "x\n");
    CHECK_INT(journal_read(dir, 0, collect, &journal), -ENOENT);
    begin_file(0, "a");
    check_lines(0, " a");
    CHECK_INT(journal_set_aside(&journal, ".bad"), 0);
    CHECK_INT(count_files(dir), 3);
}

static void test_files_older_than_a_day_go(void **state)
{
    const uint64_t hour = UINT64_C(44100) * 3600;

    (void)state;
    begin_file(0, "a");
    begin_file(hour, "b");
    begin_file(2 * hour, "c");
    begin_file(25 * hour, "d"); /* what a holds ended at hour 1: exactly a day ago */
    check_lines(0, " a b c d");
    begin_file(25 * hour + 1, "e");
    check_lines(0, " b c d e");
    begin_file(1000 * hour, "f"); /* the file before it may still be wanted */
    check_lines(0, " e f");
}

static void make_file_of(uint64_t frame, off_t bytes)
{
    char name[64];
    char path[SCRATCH_PATH_BYTES];

    snprintf(name, sizeof name, "journal/%020llu.jsonl", (unsigned long long)frame);
    scratch_write(name, "");
    CHECK_INT(truncate(scratch_path(path, name), bytes), 0);
}

static void test_no_more_than_64_mib_are_kept(void **state)
{
    char path[SCRATCH_PATH_BYTES];
    struct stat facts;
    off_t total = 0;

    (void)state;
    for (uint64_t i = 0; i < 10; i++) { /* sparse: they take no room */
        make_file_of(i, 10 << 20);
    }
    begin_file(100, "new");
    for (uint64_t i = 0; i <= 100; i++) {
        char name[64];

        snprintf(name, sizeof name, "journal/%020llu.jsonl", (unsigned long long)i);
        total += stat(scratch_path(path, name), &facts) == 0 ? facts.st_size : 0;
    }
    CHECK(total <= JOURNAL_MAX_BYTES - JOURNAL_FILE_BYTES);
    CHECK(total > JOURNAL_MAX_BYTES - JOURNAL_FILE_BYTES - (10 << 20));
    CHECK(!scratch_exists("journal/00000000000000000003.jsonl"));
    CHECK(scratch_exists("journal/00000000000000000004.jsonl"));
}

static void test_what_is_set_aside_is_kept_once_and_a_new_journal_begins(void **state)
{
    (void)state;
    begin_file(7, "a");
    begin_file(9, "b");
    CHECK_INT(journal_set_aside(&journal, ".bad"), 0);
    CHECK(journal_wants_file(&journal));
    CHECK_INT(journal_read(dir, 0, collect, &journal), -ENOENT);
    CHECK(scratch_exists("journal.bad/00000000000000000007.jsonl"));
    begin_file(3, "c"); /* from the beginning again */
    CHECK(scratch_exists("journal/00000000000000000003.jsonl"));
    CHECK_INT(journal_set_aside(&journal, ".bad"), 0);
    CHECK(scratch_exists("journal.bad/00000000000000000003.jsonl"));
    CHECK(!scratch_exists("journal.bad/00000000000000000007.jsonl"));
}

/* A disk that is full in the middle of a line. */
static void limit_files_to(rlim_t bytes)
{
    struct rlimit limit;

    CHECK_INT(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes < limit.rlim_max ? bytes : limit.rlim_max;
    CHECK_INT(setrlimit(RLIMIT_FSIZE, &limit), 0);
    signal(SIGXFSZ, SIG_IGN);
}

static void test_a_line_that_does_not_fit_on_the_disk_leaves_no_trace(void **state)
{
    (void)state;
    begin_file(0, "one");
    limit_files_to(10);
    const int rc = journal_append(&journal, "longer than what is left");
    const int again = journal_append(&journal, "longer than what is left");

    limit_files_to(RLIM_INFINITY);
    CHECK(rc < 0 && again < 0);
    check_lines(0, " one");
    CHECK_INT(journal_append(&journal, "two"), 0);
    check_lines(0, " one two");
}

static void test_a_journal_that_cannot_be_written_is_an_error_and_no_more(void **state)
{
    char path[SCRATCH_PATH_BYTES];
    static struct journal broken;

    (void)state;
    scratch_write("file", "");
    CHECK_INT(journal_open(&broken, scratch_path(path, "file"), 44100), -ENOTDIR);
    CHECK_INT(journal_open(&broken, scratch_path(path, "no/journal"), 44100), -ENOENT);
    CHECK_INT(journal_begin_file(&broken, 0), -ENOENT);
    CHECK_INT(journal_append(&broken, "x"), -EBADF);
    journal_finish(&broken);
    begin_file(0, "a");
    CHECK_INT(rmdir(scratch_path(path, "journal")), -1); /* not empty */
    CHECK_INT(remove(scratch_path(path, "journal/00000000000000000000.jsonl")), 0);
    CHECK_INT(rmdir(scratch_path(path, "journal")), 0);
    CHECK_INT(journal_append(&journal, "b"),
              0); /* nobody will read it, and nobody is stopped */
    CHECK_INT(journal_begin_file(&journal, 1), 0); /* in a folder that is made again */
    CHECK_INT(journal_append(&journal, "c"), 0);
    CHECK(scratch_exists("journal/00000000000000000001.jsonl"));
}

static void test_a_link_in_the_place_of_a_file_is_not_followed(void **state)
{
    char path[SCRATCH_PATH_BYTES];

    (void)state;
    scratch_write("precious", "text\n");
    CHECK_INT(symlink("../precious", scratch_path(path, "journal/00000000000000000000.jsonl")),
              0);
    CHECK_INT(journal_open(&journal, dir, 44100), -ELOOP);
    CHECK_INT(journal_begin_file(&journal, 0), -ELOOP);
    char *const text = scratch_read("precious");

    CHECK_TEXT(text, "text\n");
    free(text);
}

int main(void)
{
#define JOURNAL_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {
        JOURNAL_TEST(test_an_empty_journal_wants_a_file_and_has_nothing_to_read),
        JOURNAL_TEST(test_lines_are_read_back_in_order),
        JOURNAL_TEST(test_reading_begins_with_the_last_file_that_does_not_lie_beyond_the_frame),
        JOURNAL_TEST(test_when_every_file_lies_beyond_the_frame_all_are_read),
        JOURNAL_TEST(
            test_files_are_read_in_the_order_of_writing_even_when_time_seems_to_go_back),
        JOURNAL_TEST(test_a_full_file_asks_for_the_next_one),
        JOURNAL_TEST(test_a_half_written_last_line_is_left_out_and_cut_before_more_is_written),
        JOURNAL_TEST(test_a_half_line_longer_than_a_block_is_cut_too),
        JOURNAL_TEST(test_a_file_of_nothing_but_half_a_line_becomes_empty),
        JOURNAL_TEST(test_a_reader_leaves_out_what_is_being_written),
        JOURNAL_TEST(test_reading_stops_when_the_reader_wants_no_more),
        JOURNAL_TEST(test_other_files_in_the_folder_are_left_alone),
        JOURNAL_TEST(test_files_older_than_a_day_go),
        JOURNAL_TEST(test_no_more_than_64_mib_are_kept),
        JOURNAL_TEST(test_what_is_set_aside_is_kept_once_and_a_new_journal_begins),
        JOURNAL_TEST(test_a_line_that_does_not_fit_on_the_disk_leaves_no_trace),
        JOURNAL_TEST(test_a_journal_that_cannot_be_written_is_an_error_and_no_more),
        JOURNAL_TEST(test_a_link_in_the_place_of_a_file_is_not_followed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
