/*
 * The ring in the moments that matter: one side is stopped in the middle of its copying, and
 * the other acts. A page of the ring that cannot be touched stops it there, at the same frame
 * each time; what happens meanwhile happens in the signal handler, which gives the page back.
 */
#include "common/ring.h"
#include "tests/check.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>

enum {
    RATE_HZ = 44100,
    PAGE_FRAMES = RING_PAGE_BYTES / (int)sizeof(uint32_t),
    CAPACITY = 4 * PAGE_FRAMES
};

static struct ring *ring;
static void *stop_at;
static void (*meanwhile)(void);
static sigjmp_buf death;

static void on_fault(int number, siginfo_t *info, void *context)
{
    (void)context;
    if (stop_at == NULL || (char *)info->si_addr < (char *)stop_at ||
        (char *)info->si_addr >= (char *)stop_at + RING_PAGE_BYTES) {
        signal(number, SIG_DFL); /* a real one: it happens again, and ends the test */
        return;
    }
    mprotect(stop_at, RING_PAGE_BYTES, PROT_READ | PROT_WRITE);
    stop_at = NULL;
    meanwhile();
}

/* Whoever comes to this page of frames next stops there. */
static void stop_at_page(int page, void (*then)(void))
{
    /* here, in the test itself: cmocka has handlers of its own around each */
    const struct sigaction action = {.sa_sigaction = on_fault,
                                     .sa_flags = SA_SIGINFO | SA_NODEFER};

    sigaction(SIGSEGV, &action, NULL);
    stop_at = (void *)(uintptr_t)&ring->frames[page * PAGE_FRAMES];
    meanwhile = then;
    assert_int_equal(mprotect(stop_at, RING_PAGE_BYTES, PROT_NONE), 0);
}

static uint32_t frame_at(uint64_t position)
{
    return (uint32_t)(position * UINT64_C(0x9e3779b97f4a7c15) >> 32);
}

static void write_pages(int pages)
{
    static uint32_t block[CAPACITY];
    const uint64_t start = ring_published(ring);

    for (int i = 0; i < pages * PAGE_FRAMES; i++) {
        block[i] = frame_at(start + (uint64_t)i);
    }
    ring_write(ring, block, (uint32_t)(pages * PAGE_FRAMES));
}

static int set_up(void **state)
{
    const struct ring_format format = {.epoch = {.stream = 7, .rate_hz = RATE_HZ},
                                       .capacity_frames = CAPACITY};

    (void)state;
    ring = mmap(NULL, ring_bytes(CAPACITY), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
                -1, 0);
    assert_true(ring != MAP_FAILED);
    assert_int_equal(ring_init(ring, &format), 0);
    write_pages(4);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    return munmap(ring, ring_bytes(CAPACITY));
}

static void write_two_pages(void)
{
    write_pages(2);
}

static void test_a_reader_that_is_lapped_while_it_copies_is_told(void **state)
{
    static uint32_t out[CAPACITY];
    uint64_t cursor_frames = 0;

    (void)state;
    stop_at_page(1, write_two_pages);
    CHECK_INT(ring_read(ring, &cursor_frames, out, CAPACITY), -EOVERFLOW);
    CHECK_U64(cursor_frames, 2 * PAGE_FRAMES);
}

static int read_meanwhile;

static void read_first_page(void)
{
    static uint32_t out[PAGE_FRAMES];
    uint64_t cursor_frames = 0;

    read_meanwhile = ring_read(ring, &cursor_frames, out, PAGE_FRAMES);
}

static void test_what_a_writer_is_overwriting_is_refused_from_before_it_begins(void **state)
{
    (void)state;
    read_meanwhile = 0;
    stop_at_page(1, read_first_page);
    write_pages(2);
    CHECK_INT(read_meanwhile, -EOVERFLOW);
}

static void die(void)
{
    siglongjmp(death, 1);
}

static void
test_what_a_writer_had_half_overwritten_as_it_died_is_not_trusted_again(void **state)
{
    static uint32_t out[PAGE_FRAMES];
    uint64_t cursor_frames = PAGE_FRAMES; /* overwritten, and not published */

    (void)state;
    if (sigsetjmp(death, 1) == 0) {
        stop_at_page(2, die);
        write_pages(3);
        fail_msg("the writer did not stop");
    }
    CHECK_U64(ring_adopt(ring), CAPACITY);
    ring_write(ring, out, 64);
    CHECK_INT(ring_read(ring, &cursor_frames, out, PAGE_FRAMES), -EOVERFLOW);
    CHECK_U64(cursor_frames, 3 * PAGE_FRAMES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_reader_that_is_lapped_while_it_copies_is_told,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_what_a_writer_is_overwriting_is_refused_from_before_it_begins, set_up,
            tear_down),
        cmocka_unit_test_setup_teardown(
            test_what_a_writer_had_half_overwritten_as_it_died_is_not_trusted_again, set_up,
            tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
