/* How synthd tells composerd its lead. */
#include "common/lead_file.h"
#include "tests/check.h"
#include "tests/scratch.h"

#include <errno.h>

static void test_what_is_written_is_read(void **state)
{
    int32_t ms = 300;

    (void)state;
    CHECK_INT(lead_file_read(scratch, &ms), -ENOENT);
    CHECK_INT(lead_file_write(scratch, 120), 0);
    CHECK_INT(lead_file_write(scratch, 121), 0);
    CHECK_INT(lead_file_read(scratch, &ms), 0);
    CHECK_INT(ms, 121);
    CHECK(!scratch_exists("lead.new"));
}

static void test_what_is_no_lead_changes_nothing(void **state)
{
    static const char *const wrong[] = {"",     "\n", "x\n",        "0\n",
                                        "-5\n", "12", "99999999\n", "1 2\n"};
    int32_t ms = 300;

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        scratch_write("lead", wrong[i]);
        CHECK_INT(lead_file_read(scratch, &ms), -EPROTO);
    }
    CHECK_INT(ms, 300);
}

static void test_a_folder_that_is_gone_is_an_error(void **state)
{
    (void)state;
    CHECK_INT(lead_file_write("/nowhere/at/all", 120), -ENOENT);
}

int main(void)
{
#define LEAD_TEST(test) cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)
    const struct CMUnitTest tests[] = {
        LEAD_TEST(test_what_is_written_is_read),
        LEAD_TEST(test_what_is_no_lead_changes_nothing),
        LEAD_TEST(test_a_folder_that_is_gone_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
