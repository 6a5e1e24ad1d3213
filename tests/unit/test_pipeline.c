/* Batches through stages: each stage has each batch once and in order, by one thread or two. */
#include "synthd/pipeline.h"
#include "tests/check.h"

#include <errno.h>
#include <string.h>

enum { SLOTS = 3, STAGES = 3, LAST = STAGES - 1, BATCHES = 5000 };

/* What stages remember and hand on: plain memory, so that ThreadSanitizer sees what is not
 * ordered. */
struct factory {
    struct pipeline pipeline;
    uint64_t batches[SLOTS][STAGES]; /* a batch: its number, and what each stage made of it */
    uint64_t memory[STAGES];         /* of each stage */
    uint64_t had[STAGES];            /* batches */
    uint64_t in_order;               /* came out as they should */
    uint64_t ends_at;                /* the last stage ends it all with this batch */
};

static uint64_t mixed(uint64_t memory, uint64_t number)
{
    return (memory ^ number) * UINT64_C(0x9e3779b97f4a7c15) + 1;
}

static int work(void *user, int stage, int slot)
{
    struct factory *const factory = user;
    uint64_t *const batch = factory->batches[slot];

    if (stage < LAST) { /* both see the number, each leaves its own behind */
        factory->memory[stage] = mixed(factory->memory[stage], batch[LAST] + (uint64_t)stage);
        batch[stage] = factory->memory[stage];
    } else {
        factory->memory[LAST] = mixed(factory->memory[LAST], batch[0] ^ batch[1]);
        factory->in_order += batch[LAST] == factory->had[LAST];
        if (batch[LAST] == factory->ends_at) {
            return -EIO;
        }
    }
    factory->had[stage]++;
    return 0;
}

static int fill(struct factory *factory, uint64_t number)
{
    int slot = -1;
    const int rc = pipeline_take(&factory->pipeline, &slot);

    if (rc == 0) {
        factory->batches[slot][LAST] = number;
        pipeline_put(&factory->pipeline);
    }
    return rc;
}

/* The last stage's memory after so many batches. */
static uint64_t run(struct factory *factory, int n_threads)
{
    const struct pipeline_work stages = {factory, SLOTS, STAGES, work};

    memset(factory, 0, sizeof *factory);
    factory->ends_at = BATCHES;
    pipeline_open(&factory->pipeline, &stages, n_threads);
    for (uint64_t i = 0; i < BATCHES; i++) {
        CHECK_INT(fill(factory, i), 0);
        if (i % 1000 == 999) {
            CHECK_INT(pipeline_drain(&factory->pipeline), 0);
            CHECK_U64(factory->had[LAST], i + 1);
        }
    }
    pipeline_finish(&factory->pipeline);
    return factory->memory[LAST];
}

static void test_every_stage_has_every_batch_once_and_in_order(void **state)
{
    struct factory factory;

    (void)state;
    for (int n_threads = 1; n_threads <= 2; n_threads++) {
        run(&factory, n_threads);
        CHECK_U64(factory.in_order, BATCHES);
        for (int stage = 0; stage < STAGES; stage++) {
            CHECK_U64(factory.had[stage], BATCHES);
        }
    }
}

static void test_two_threads_make_what_one_makes(void **state)
{
    struct factory factory;
    const uint64_t alone = run(&factory, 1);

    (void)state;
    CHECK_U64(run(&factory, 2), alone);
}

static void test_what_ends_a_batch_is_told_and_ends_it_all(void **state)
{
    struct factory factory = {.ends_at = 7};
    const struct pipeline_work stages = {&factory, SLOTS, STAGES, work};
    uint64_t n = 0;

    (void)state;
    for (int n_threads = 1; n_threads <= 2; n_threads++) {
        memset(factory.had, 0, sizeof factory.had);
        pipeline_open(&factory.pipeline, &stages, n_threads);
        for (n = 0; n < 100 && fill(&factory, n) == 0; n++) {
        }
        CHECK(n > 7 && n <= 7 + SLOTS);
        CHECK_INT(fill(&factory, n), -EIO);
        CHECK_INT(pipeline_drain(&factory.pipeline), -EIO);
        pipeline_finish(&factory.pipeline);
        CHECK_U64(factory.had[LAST], 7);
    }
}

static void test_one_that_was_never_opened_can_be_finished(void **state)
{
    struct pipeline pipeline = {0};

    (void)state;
    pipeline_finish(&pipeline);
    CHECK(pipeline_processors() >= 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_stage_has_every_batch_once_and_in_order),
        cmocka_unit_test(test_two_threads_make_what_one_makes),
        cmocka_unit_test(test_what_ends_a_batch_is_told_and_ends_it_all),
        cmocka_unit_test(test_one_that_was_never_opened_can_be_finished),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
