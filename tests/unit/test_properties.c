/* Stations steered at random, by the thousand: whatever is asked for, and when, the music keeps
 * its limits, what was promised comes, and a station that was stored goes on the same. A set is
 * one station's life, all drawn from its number. AURALIS_FULL=1 takes more; AURALIS_SET=n takes
 * that one alone. Of the first that fails all that was asked is shown. */
#include "common/params_json.h"
#include "common/presets.h"
#include "common/rng.h"
#include "composerd/state_json.h"
#include "composerd/station_json.h"
#include "tests/check.h"
#include "tests/samples.h"
#include "tests/unit/limits.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    SETS = 3000,
    SETS_FULL = 30000,
    SETS_LEAST = 20, /* on however slow a machine */
    SECONDS = 35,    /* no other set is begun after so long */
    SECONDS_FULL = 200,
    STEPS_MAX = 3,
    REQUESTS_MAX = 3,   /* in a step, shortly after one another */
    PUBLISHED_MAX = 64, /* phrases in a step, most of which are taken back again */
    CHANGE_PHRASES_MAX = 16,
    OWN_PRESETS = 3,
    TRACE_SIZE = 8192,
    SHOWN_MAX = 20,
    REST_SECONDS = 30, /* the last chord of an ending, and a bar */
};

struct asked {
    uint64_t at_frame;
    uint64_t seed;
    struct control_request request;
};

/* Requests that follow each other closely, often within a bar. */
struct step {
    uint32_t n;
    struct asked asked[REQUESTS_MAX];
};

struct set {
    uint64_t number;
    struct rng rng;
    struct station station;
    struct limits limits;
    uint64_t now_frame;
    uint64_t earliest_frame; /* where a phrase may take over; 0: only at the end */
    uint64_t next_number;
    uint64_t rest_frame;  /* by then an ending that was asked for has come; 0: none was */
    uint32_t n_published; /* in this step */
    const char *broken;
    bool whole; /* no layer of pads is taken away, and nothing ends */
    char trace[TRACE_SIZE];
    size_t trace_len;
};

static struct set set;
static struct phrase published[PUBLISHED_MAX];
static struct composition composition, other;
static uint64_t total_phrases, total_notes, total_changes, total_restarts;

/* Padding counts: what is compared by its bytes is made of zeroed memory. */
static bool same_bytes(const void *a, const void *b, size_t size)
{
    return memcmp(a, b, size) == 0;
}

static void expect(bool holds, const char *what)
{
    if (!holds && set.broken == NULL) {
        set.broken = what;
    }
}
#define EXPECT(condition) expect(condition, #condition)

/* ---- drawing ---- */

static bool chance(double probability)
{
    return rng_unit(&set.rng) < probability;
}

/* Its limits more often than what lies between. */
static double draw_value(double min, double max)
{
    switch (rng_below(&set.rng, 4)) {
    case 0:
        return min;
    case 1:
        return max;
    default:
        return min + (max - min) * rng_unit(&set.rng);
    }
}

static void trace(const char *name, double value)
{
    const size_t room = sizeof set.trace - set.trace_len;
    const int n = snprintf(set.trace + set.trace_len, room, " %s=%.9g", name, value);

    set.trace_len += n > 0 && (size_t)n < room ? (size_t)n : 0;
}

static void draw_preset_habits(struct habits *habits)
{
    for (int i = 0; i < HABIT_COUNT; i++) {
        const struct habit_spec *const spec = &habit_specs[i];
        double value = draw_value(spec->min, spec->max);

        if (spec->kind != HABIT_KIND_REAL) {
            value = (double)(int)(value + 0.5);
        }
        CHECK_INT(habit_set(habits, i, value), 0);
        trace(spec->name, habit_value(habits, i));
    }
}

static void draw_param(struct params_change *change, int param)
{
    static const double intensities[] = {0, 1, 0.05, 0.25, 0.5, 0.875};
    const struct param_spec *const spec = &param_specs[param];
    struct param_error error;
    double value = draw_value(spec->min, spec->max);

    if (param == PARAM_intensity && chance(0.5)) {
        value = intensities[rng_below(&set.rng, 6)];
    }
    if (spec->kind != PARAM_KIND_REAL) {
        value = (double)(int)(value + 0.5);
    } else if (param == PARAM_mix_pad && set.whole && value < 0.1) {
        value = 0.1;
    }
    trace(spec->name, value);
    switch (spec->kind) {
    case PARAM_KIND_KEY:
        change->values.key = (int32_t)value;
        change->named[param] = true;
        break;
    case PARAM_KIND_MODE:
        change->values.mode = (int32_t)value;
        change->named[param] = true;
        break;
    case PARAM_KIND_REAL:
        CHECK_INT(params_change_number(change, spec->name, value, &error), 0);
        break;
    case PARAM_KIND_PRESET:
        CHECK(params_change_preset(
            change,
            preset_name((int32_t)rng_below(&set.rng, (uint32_t)preset_count() + 1) - 1)));
        trace(change->values.preset, 0);
        break;
    case PARAM_KIND_SEED:
        change->values.seed = rng_next(&set.rng);
        change->named[param] = true;
        break;
    }
}

/* The user's own, as extreme as the configuration allows. */
static void draw_presets(void)
{
    presets_forget_own();
    for (int own = 0; own < OWN_PRESETS; own++) {
        struct params_change change = {0};
        struct param_error error;
        char name[] = "own-0";

        name[4] = (char)('0' + own);
        CHECK_INT(preset_add(name, &error), 0);
        struct params *const values = &preset_own(own)->values;

        trace(name, own);
        for (int param = PARAM_mode; param <= PARAM_mix_percussion; param++) {
            draw_param(&change, param);
        }
        params_apply(values, &change);
        draw_preset_habits(&values->habits);
    }
}

/* One parameter mostly, or all of them. */
static void draw_change(struct params_change *change)
{
    if (chance(0.05)) {
        for (int param = 0; param < PARAM_COUNT; param++) {
            draw_param(change, param);
        }
    } else if (chance(0.2)) {
        draw_param(change, PARAM_preset);
    } else {
        draw_param(change, (int)rng_below(&set.rng, PARAM_COUNT));
    }
}

static void draw_request(struct control_request *request)
{
    static const enum control_op ops[] = {CONTROL_NEXT, CONTROL_RESEED, CONTROL_BEGIN,
                                          CONTROL_END};

    memset(request, 0, sizeof *request);
    if (chance(0.65)) {
        request->op = CONTROL_SET;
        draw_change(&request->change);
        return;
    }
    request->op = ops[rng_below(&set.rng, set.whole ? 3 : 4)];
    trace("op", request->op);
    if (request->op == CONTROL_END) {
        request->after_ms = chance(0.5) ? draw_value(0, 60000) : draw_value(0, 600000);
        trace("after_ms", request->after_ms);
    }
}

static uint64_t draw_frames(double max_seconds)
{
    return (uint64_t)(rng_unit(&set.rng) * max_seconds * set.station.epoch.rate_hz);
}

static void draw_step(struct step *step)
{
    uint64_t frame = set.now_frame;

    step->n = 1 + rng_below(&set.rng, REQUESTS_MAX);
    for (uint32_t i = 0; i < step->n; i++) {
        frame += i == 0 ? draw_frames(chance(0.1) ? 200 : 20) : draw_frames(2);
        trace("\n#   at", (double)frame / set.station.epoch.rate_hz);
        draw_request(&step->asked[i].request);
        step->asked[i].at_frame = frame;
        step->asked[i].seed = rng_next(&set.rng);
    }
}

/* ---- listening ---- */

static void hear(void *user, const struct phrase *phrase)
{
    const struct station *const station = &set.station;
    const struct limits_phrase heard = {station->ahead.latest, &station->ahead.composer,
                                        &station->change.params};

    (void)user;
    total_phrases++;
    total_notes += phrase->n_notes;
    EXPECT(set.n_published < PUBLISHED_MAX);
    if (set.broken != NULL) {
        return;
    }
    memcpy(&published[set.n_published++], phrase, sizeof *phrase);
    EXPECT(phrase->phrase == set.next_number);
    EXPECT(phrase->start_frame == set.limits.piece.end_frame ||
           (set.earliest_frame > 0 && phrase->start_frame >= set.earliest_frame));
    set.next_number = phrase->phrase + 1;
    const char *const broken = limits_add(&set.limits, &heard);

    expect(broken == NULL, broken);
}

static const struct station_listener listener = {NULL, hear};

static uint32_t n_again; /* phrases of the stored station in this step */

static void hear_again(void *user, const struct phrase *phrase)
{
    (void)user;
    EXPECT(n_again < set.n_published &&
           same_bytes(&published[n_again], phrase, sizeof *phrase));
    n_again++;
}

static const struct station_listener again_listener = {NULL, hear_again};

/* ---- living ---- */

static void compose_ahead(struct station *station, uint64_t frame,
                          const struct station_listener *to)
{
    while (set.broken == NULL && station_compose(station, frame, to)) {
    }
}

static void expect_promise(const struct asked *asked, uint64_t first_number)
{
    const struct station *const station = &set.station;
    const struct params_event *const change = &station->change;

    EXPECT(change->effective_frame >= set.earliest_frame);
    EXPECT(change->settled_frame >= change->effective_frame);
    EXPECT(set.next_number - first_number <= CHANGE_PHRASES_MAX);
    EXPECT(station->ahead.entries[0].start_frame <= asked->at_frame);
    if (asked->request.op == CONTROL_END) {
        set.rest_frame =
            change->settled_frame + (uint64_t)REST_SECONDS * station->epoch.rate_hz;
    } else if (asked->request.op == CONTROL_BEGIN) {
        set.rest_frame = 0;
    }
}

static void take_step(struct station *station, const struct step *step,
                      const struct station_listener *to)
{
    for (uint32_t i = 0; i < step->n && set.broken == NULL; i++) {
        const struct asked *const asked = &step->asked[i];

        compose_ahead(station, asked->at_frame, to);
        const uint64_t first_number = set.next_number;

        if (to == &listener) {
            set.now_frame = asked->at_frame;
            set.earliest_frame = asked->at_frame + station->lead_frames;
        }
        station_change(station, &asked->request, asked->at_frame, asked->seed, to);
        if (to == &listener && set.broken == NULL) {
            expect_promise(asked, first_number);
            set.earliest_frame = 0;
            total_changes++;
        }
    }
}

static void take_up(const char *text, struct station *station)
{
    const struct station_circumstances now = {set.station.epoch.boot_id,
                                              set.station.epoch.rate_hz};
    struct station_carried carried;
    const struct station_taken taken = {station, &carried};
    struct json_reason reason;

    memset(station, 0, sizeof *station);
    station->phrase_bars = set.station.phrase_bars;
    station->lead_frames = set.station.lead_frames;
    EXPECT(station_from_json(text, strlen(text), &now, &taken, &reason) == 0);
}

/* The step by a station that was stored before it, which must publish the same. */
static void take_step_again(const char *text, const struct step *step)
{
    struct station station;

    take_up(text, &station);
    if (set.broken == NULL) {
        char *const same = station_to_json(&station);

        EXPECT(strcmp(same, text) == 0);
        free(same);
        n_again = 0;
        take_step(&station, step, &again_listener);
        EXPECT(n_again == set.n_published);
    }
    station_finish(&station);
    total_restarts++;
}

/* The composer's state alone: the same bytes, from which it goes on the same. */
static void store_composer(void)
{
    struct composer composer = set.station.ahead.composer;
    const struct params *const params = &set.station.change.params;
    cJSON *const json = composer_to_json(&composer);
    char *const text = cJSON_PrintUnformatted(json);
    cJSON *const parsed = cJSON_Parse(text);
    struct json_reason reason;
    struct composer read;

    memset(&read, 0, sizeof read);
    EXPECT(composer_from_json(parsed, &read, &reason) == 0);
    EXPECT(same_bytes(&read, &composer, sizeof read));
    compose_phrase(&composer, params, set.station.phrase_bars, set.next_number, &composition);
    compose_phrase(&read, params, set.station.phrase_bars, set.next_number, &other);
    EXPECT(same_bytes(&composition.phrase, &other.phrase, sizeof other.phrase));
    EXPECT(same_bytes(&read, &composer, sizeof read));
    cJSON_Delete(json);
    cJSON_Delete(parsed);
    free(text);
}

static void begin(uint64_t number)
{
    struct epoch epoch = sample_epoch();
    struct params_change change = {0};
    struct params params;

    memset(&set, 0, sizeof set);
    set.number = number;
    rng_init(&set.rng, number);
    set.whole = chance(0.5);
    draw_presets();
    trace("\n#   first", 0);
    params_init(&params);
    for (int param = 0; param < PARAM_COUNT; param++) {
        draw_param(&change, param);
    }
    params_apply(&params, &change);
    epoch.rate_hz = chance(0.5) ? 44100 : 48000;
    set.station.phrase_bars = 8 + rng_below(&set.rng, 9);
    set.station.lead_frames = clock_ms_frames(draw_value(100, 2000), epoch.rate_hz);
    trace("rate", epoch.rate_hz);
    trace("phrase_bars", set.station.phrase_bars);
    CHECK_INT(station_begin(&set.station, &epoch, &params), 0);
    limits_init(&set.limits, epoch.rate_hz);
}

/* To the end of what was asked for. */
static void live_on(void)
{
    const uint32_t rate_hz = set.station.epoch.rate_hz;
    const uint64_t until = set.rest_frame > set.now_frame ? set.rest_frame : set.now_frame;

    do {
        set.n_published = 0;
        set.now_frame += (uint64_t)20 * rate_hz;
        compose_ahead(&set.station, set.now_frame, &listener);
    } while (set.broken == NULL && set.now_frame < until);
    EXPECT(set.rest_frame == 0 || station_resting(&set.station, set.now_frame));
    EXPECT(set.station.ahead.composer.seed == set.station.change.params.seed);
}

static const char *live(uint64_t number)
{
    struct step step;

    begin(number);
    const uint32_t n_steps = 1 + rng_below(&set.rng, STEPS_MAX);

    for (uint32_t i = 0; i < n_steps && set.broken == NULL; i++) {
        char *const text = i > 0 && chance(0.2) ? station_to_json(&set.station) : NULL;

        set.n_published = 0;
        draw_step(&step);
        take_step(&set.station, &step, &listener);
        if (text != NULL && set.broken == NULL) {
            take_step_again(text, &step);
        }
        free(text);
    }
    if (set.broken == NULL) {
        store_composer();
        live_on();
    }
    if (set.broken == NULL) {
        set.broken = limits_of_all(&set.limits);
    }
    limits_finish(&set.limits);
    station_finish(&set.station);
    return set.broken;
}

static void show_broken(const char *broken, int failures)
{
    if (failures <= SHOWN_MAX) {
        printf("# AURALIS_SET=%llu breaks: %s\n", (unsigned long long)set.number, broken);
    }
    if (failures == 1) {
        printf("#%s\n", set.trace);
    }
}

static void show_totals(uint64_t n_sets, int failures)
{
    printf("# | sets | phrases | notes | changes | restarts | failures |\n");
    printf("# | --- | --- | --- | --- | --- | --- |\n");
    printf("# | %llu | %llu | %llu | %llu | %llu | %d |\n", (unsigned long long)n_sets,
           (unsigned long long)total_phrases, (unsigned long long)total_notes,
           (unsigned long long)total_changes, (unsigned long long)total_restarts, failures);
}

static void test_music_keeps_its_limits_and_promises_however_it_is_steered(void **state)
{
    const bool full = getenv("AURALIS_FULL") != NULL;
    const char *const only = getenv("AURALIS_SET");
    const uint64_t first = only != NULL ? strtoull(only, NULL, 10) : 0;
    const time_t until = time(NULL) + (full ? SECONDS_FULL : SECONDS);
    uint64_t n_sets = 0;
    int failures = 0;

    (void)state;
    do {
        const char *const broken = live(first + n_sets++);

        if (broken != NULL) {
            show_broken(broken, ++failures);
        }
    } while (only == NULL && n_sets < (full ? SETS_FULL : SETS) &&
             (n_sets < SETS_LEAST || time(NULL) < until));
    show_totals(n_sets, failures);
    CHECK_INT(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_music_keeps_its_limits_and_promises_however_it_is_steered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
