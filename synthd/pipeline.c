#include "synthd/pipeline.h"

#include "common/clock.h"

#include <assert.h>
#include <sched.h>
#include <time.h>

static int64_t thread_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

int pipeline_processors(void)
{
    cpu_set_t set;

    return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
}

static struct pipeline_stage *last_of(struct pipeline *pipeline)
{
    return &pipeline->stages[pipeline->work.n_stages - 1];
}

/* How many batches a stage may have had by now. */
static uint64_t allowed(struct pipeline *pipeline, const struct pipeline_stage *stage)
{
    uint64_t least = pipeline->put;

    if (stage == last_of(pipeline)) {
        for (struct pipeline_stage *other = pipeline->stages; other < stage; other++) {
            least = other->done < least ? other->done : least;
        }
    }
    return least;
}

/* A stage that could go on: of those the last, which frees slots, else the one most behind. */
static struct pipeline_stage *find_ready(struct pipeline *pipeline)
{
    struct pipeline_stage *found = NULL;

    for (struct pipeline_stage *stage = last_of(pipeline); stage >= pipeline->stages; stage--) {
        const bool ready = !stage->busy && stage->done < allowed(pipeline, stage);

        if (ready &&
            (found == NULL || (found != last_of(pipeline) && stage->done < found->done))) {
            found = stage;
        }
    }
    return pipeline->result == 0 ? found : NULL;
}

/* Does one thing that can be done. False when there is none. */
static bool work_once(struct pipeline *pipeline)
{
    const struct pipeline_work *const work = &pipeline->work;
    struct pipeline_stage *const stage = find_ready(pipeline);

    if (stage == NULL) {
        return false;
    }
    const int slot = (int)(stage->done % (uint64_t)work->n_slots);

    stage->busy = true;
    pthread_mutex_unlock(&pipeline->lock);
    const int64_t began_ns = thread_ns();
    const int result = work->work(work->user, (int)(stage - pipeline->stages), slot);
    const int64_t took_ns = thread_ns() - began_ns;

    pthread_mutex_lock(&pipeline->lock);
    stage->busy = false;
    stage->done++;
    stage->work_ns += took_ns;
    pipeline->result = pipeline->result != 0 ? pipeline->result : result;
    pthread_cond_broadcast(&pipeline->moved);
    return true;
}

static void *help(void *user)
{
    struct pipeline *const pipeline = user;

    pthread_mutex_lock(&pipeline->lock);
    while (!pipeline->closing) {
        if (!work_once(pipeline)) {
            pthread_cond_wait(&pipeline->moved, &pipeline->lock);
        }
    }
    pthread_mutex_unlock(&pipeline->lock);
    return NULL;
}

void pipeline_open(struct pipeline *pipeline, const struct pipeline_work *work, int n_threads)
{
    assert(work->n_slots > 0 && work->n_stages > 0 && work->n_stages <= PIPELINE_STAGES);
    *pipeline = (struct pipeline){.work = *work, .open = true};
    pthread_mutex_init(&pipeline->lock, NULL);
    pthread_cond_init(&pipeline->moved, NULL);
    pipeline->helped = n_threads >= PIPELINE_THREADS &&
                       pthread_create(&pipeline->helper, NULL, help, pipeline) == 0;
}

/* Works or waits until no more than `n_left` batches are on their way. */
static int work_until(struct pipeline *pipeline, uint64_t n_left)
{
    pthread_mutex_lock(&pipeline->lock);
    while (pipeline->result == 0 && pipeline->put - last_of(pipeline)->done > n_left) {
        if (!work_once(pipeline)) {
            pthread_cond_wait(&pipeline->moved, &pipeline->lock);
        }
    }
    const int result = pipeline->result;

    pthread_mutex_unlock(&pipeline->lock);
    return result;
}

int pipeline_take(struct pipeline *pipeline, int *slot)
{
    const uint64_t n_slots = (uint64_t)pipeline->work.n_slots;
    const int result = work_until(pipeline, n_slots - 1);

    if (result == 0) {
        *slot = (int)(pipeline->put % n_slots);
    }
    return result;
}

void pipeline_put(struct pipeline *pipeline)
{
    pthread_mutex_lock(&pipeline->lock);
    pipeline->put++;
    pthread_cond_broadcast(&pipeline->moved);
    pthread_mutex_unlock(&pipeline->lock);
}

int pipeline_drain(struct pipeline *pipeline)
{
    return work_until(pipeline, 0);
}

void pipeline_finish(struct pipeline *pipeline)
{
    if (!pipeline->open) {
        return;
    }
    pthread_mutex_lock(&pipeline->lock);
    pipeline->closing = true;
    pthread_cond_broadcast(&pipeline->moved);
    pthread_mutex_unlock(&pipeline->lock);
    if (pipeline->helped) {
        pthread_join(pipeline->helper, NULL);
    }
    pthread_cond_destroy(&pipeline->moved);
    pthread_mutex_destroy(&pipeline->lock);
    pipeline->open = false;
}

int64_t pipeline_work_ns(const struct pipeline *pipeline, int stage)
{
    return pipeline->stages[stage].work_ns;
}
