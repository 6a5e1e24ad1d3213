/* The token's file: made once, kept, read by the group, and anew when it is gone or is none. */
#include "streamd/token_file.h"
#include "tests/scratch.h"

#include <errno.h>

static void test_a_token_is_made_once_and_is_the_same_after_that(void **state)
{
    char dir[SCRATCH_PATH_BYTES];
    char path[SCRATCH_PATH_BYTES];
    char made[ACCESS_TOKEN_BYTES];
    char read_again[ACCESS_TOKEN_BYTES];
    struct stat facts;

    (void)state;
    scratch_path(dir, "a/stream");
    CHECK_INT(token_file_load(dir, made), TOKEN_FILE_MADE);
    assert_true(access_is_token(made));
    CHECK_INT(token_file_load(dir, read_again), 0);
    assert_string_equal(read_again, made);
    assert_int_equal(stat(scratch_path(path, "a/stream/token"), &facts), 0);
    CHECK_INT(facts.st_mode & 0137, 0); /* others may not read it, nor the group write it */
    assert_false(scratch_exists("a/stream/token.new"));
}

static void test_a_token_that_was_removed_is_followed_by_another(void **state)
{
    char path[SCRATCH_PATH_BYTES];
    char one[ACCESS_TOKEN_BYTES];
    char other[ACCESS_TOKEN_BYTES];

    (void)state;
    CHECK_INT(token_file_load(scratch, one), TOKEN_FILE_MADE);
    assert_int_equal(unlink(scratch_path(path, "token")), 0);
    CHECK_INT(token_file_load(scratch, other), TOKEN_FILE_MADE);
    assert_string_not_equal(one, other);
}

static void test_a_token_of_the_operators_own_is_taken(void **state)
{
    char token[ACCESS_TOKEN_BYTES];

    (void)state;
    scratch_write("token", "our-living-room\n");
    CHECK_INT(token_file_load(scratch, token), 0);
    assert_string_equal(token, "our-living-room");
}

static void test_what_is_no_token_is_set_aside(void **state)
{
    static const char *const bad[] = {"", "short\n", "\x01\x02\x03 rubbish rubbish"};
    char token[ACCESS_TOKEN_BYTES];

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        scratch_write("token", bad[i]);
        CHECK_INT(token_file_load(scratch, token), TOKEN_FILE_MADE);
        char *const kept = scratch_read("token.bad");

        assert_string_equal(kept, bad[i]);
        free(kept);
        CHECK_INT(token_file_load(scratch, token), 0);
    }
}

static void test_a_link_is_not_followed(void **state)
{
    char path[SCRATCH_PATH_BYTES];
    char token[ACCESS_TOKEN_BYTES];

    (void)state;
    scratch_write("elsewhere", "our-living-room\n");
    assert_int_equal(symlink("elsewhere", scratch_path(path, "token")), 0);
    CHECK_INT(token_file_load(scratch, token), -ELOOP);
}

static void test_where_nothing_can_be_kept_that_is_said(void **state)
{
    char dir[SCRATCH_PATH_BYTES];
    char token[ACCESS_TOKEN_BYTES];

    (void)state;
    scratch_write("file", "");
    CHECK_INT(token_file_load(scratch_path(dir, "file/below"), token), -ENOTDIR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRATCH_TEST(test_a_token_is_made_once_and_is_the_same_after_that),
        SCRATCH_TEST(test_a_token_that_was_removed_is_followed_by_another),
        SCRATCH_TEST(test_a_token_of_the_operators_own_is_taken),
        SCRATCH_TEST(test_what_is_no_token_is_set_aside),
        SCRATCH_TEST(test_a_link_is_not_followed),
        SCRATCH_TEST(test_where_nothing_can_be_kept_that_is_said),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
