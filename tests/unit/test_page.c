/* The page's files: what is served, how, and that nothing else is. */
#include "streamd/page.h"
#include "tests/check.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/auralis-test-page-XXXXXX";
static struct page page;

static void write_file(const char *name, const char *text)
{
    char path[128];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *const out = fopen(path, "w");

    assert_non_null(out);
    fputs(text, out);
    fclose(out);
}

static void remove_file(const char *name)
{
    char path[128];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    unlink(path);
}

static int set_up(void **state)
{
    (void)state;
    memcpy(folder + sizeof folder - 7, "XXXXXX", 6);
    if (mkdtemp(folder) == NULL) {
        return -1;
    }
    write_file("index.html",
               "<!doctype html><p>aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
    write_file("tiny.js", "1");
    write_file("empty.css", "");
    write_file("CMakeLists.txt", "secret");
    write_file("notes.md", "secret");
    write_file(".hidden.js", "secret");
    return 0;
}

static int tear_down(void **state)
{
    static const char *const names[] = {"index.html",     "tiny.js",  "empty.css",
                                        "CMakeLists.txt", "notes.md", ".hidden.js"};

    (void)state;
    page_finish(&page);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        remove_file(names[i]);
    }
    return rmdir(folder);
}

static void test_files_are_served_by_their_type(void **state)
{
    (void)state;
    CHECK_INT(page_load(&page, folder), 0);
    assert_string_equal(page_find(&page, "/")->name, "index.html");
    assert_string_equal(page_find(&page, "/index.html")->content_type,
                        "text/html; charset=utf-8");
    assert_string_equal(page_find(&page, "/tiny.js")->content_type,
                        "text/javascript; charset=utf-8");
    assert_memory_equal(page_find(&page, "/tiny.js")->plain.bytes, "1", 1);
    CHECK_INT((int64_t)page_find(&page, "/empty.css")->plain.len, 0);
}

static void test_what_is_no_part_of_the_page_is_not_served(void **state)
{
    static const char *const paths[] = {"/CMakeLists.txt", "/notes.md", "/.hidden.js", "",
                                        "//index.html",    "/../page",  "/nope.js"};

    (void)state;
    CHECK_INT(page_load(&page, folder), 0);
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        assert_null(page_find(&page, paths[i]));
    }
}

static void test_what_gets_smaller_is_compressed_for_who_takes_it(void **state)
{
    (void)state;
    CHECK_INT(page_load(&page, folder), 0);
    const struct page_file *const html = page_find(&page, "/");
    const struct page_file *const tiny = page_find(&page, "/tiny.js");

    assert_true(html->gzip.len < html->plain.len);
    assert_memory_equal(html->gzip.bytes, "\x1f\x8b", 2);
    assert_ptr_equal(page_body(html, "gzip, deflate, br"), &html->gzip);
    assert_ptr_equal(page_body(html, "br"), &html->plain);
    assert_ptr_equal(page_body(html, "gzip;q=0"), &html->plain);
    assert_ptr_equal(page_body(html, ""), &html->plain);
    assert_ptr_equal(page_body(tiny, "gzip"), &tiny->plain);
}

static void test_the_etag_changes_with_the_content(void **state)
{
    char before[PAGE_ETAG_BYTES];

    (void)state;
    CHECK_INT(page_load(&page, folder), 0);
    snprintf(before, sizeof before, "%s", page_find(&page, "/tiny.js")->plain.etag);
    CHECK_INT(page_load(&page, folder), 0);
    assert_string_equal(page_find(&page, "/tiny.js")->plain.etag, before);
    write_file("tiny.js", "2");
    CHECK_INT(page_load(&page, folder), 0);
    assert_string_not_equal(page_find(&page, "/tiny.js")->plain.etag, before);
}

static void test_a_folder_that_is_none_leaves_the_page_as_it_was(void **state)
{
    (void)state;
    CHECK_INT(page_load(&page, folder), 0);
    CHECK_INT(page_load(&page, "/nonexistent"), -ENOENT);
    assert_non_null(page_find(&page, "/"));
    remove_file("index.html");
    CHECK_INT(page_load(&page, folder), -ENOENT);
    assert_non_null(page_find(&page, "/"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_files_are_served_by_their_type, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_is_no_part_of_the_page_is_not_served, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_what_gets_smaller_is_compressed_for_who_takes_it,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_the_etag_changes_with_the_content, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_a_folder_that_is_none_leaves_the_page_as_it_was,
                                        set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
