/*
 * pipeline - batches that go through stages in order, by two threads where there are two
 * processors.
 *
 * A batch is done when all stages have had it. All but the last may have it at the same time;
 * the last has it when they are through. A stage takes one batch after the other, so what it
 * remembers belongs to it, whichever thread it runs in: what comes out is the same with one
 * thread.
 *
 * Unit:    batches are the caller's, known by their slot: 0 to n_slots - 1, used in turn.
 * Memory:  the caller's struct; pipeline_finish() accepts a zeroed one.
 * Threads: the caller's one does all calls, and works while it waits; work() is called from it
 *          and from one more.
 * Errors:  0, or what work() ended it with. Where no second thread is to be had, one does all.
 */
#ifndef AURALIS_PIPELINE_H
#define AURALIS_PIPELINE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

enum { PIPELINE_STAGES = 4, PIPELINE_THREADS = 2 };

struct pipeline_work {
    void *user;
    int n_slots, n_stages;
    /* Does a stage's share of the batch in a slot: 0, or else nothing more is begun. */
    int (*work)(void *user, int stage, int slot);
};

struct pipeline_stage {
    bool busy;
    uint64_t done;   /* batches */
    int64_t work_ns; /* processor time that it took */
};

struct pipeline {
    struct pipeline_work work;
    bool open;
    bool helped; /* there is a second thread */
    pthread_t helper;
    pthread_mutex_t lock; /* of all that follows */
    pthread_cond_t moved; /* something below has */
    bool closing;
    int result;   /* of the first work() that ended it all */
    uint64_t put; /* batches */
    struct pipeline_stage stages[PIPELINE_STAGES];
};

/* Processors that this process may use. */
int pipeline_processors(void);
/* n_threads: more than PIPELINE_THREADS are not used. */
void pipeline_open(struct pipeline *pipeline, const struct pipeline_work *work, int n_threads);
/* Waits for the next slot to be free: its number is *slot. To be filled, then put. */
int pipeline_take(struct pipeline *pipeline, int *slot);
void pipeline_put(struct pipeline *pipeline);
/* Waits for all that was put. */
int pipeline_drain(struct pipeline *pipeline);
/* Ends; what has not begun is left undone. */
void pipeline_finish(struct pipeline *pipeline);

/* Processor time that a stage took; after pipeline_finish(). */
int64_t pipeline_work_ns(const struct pipeline *pipeline, int stage);

#endif
