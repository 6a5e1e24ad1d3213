#include "common/trouble.h"

static const int64_t forgotten_ns = 600 * NS_PER_S; /* what is not seen for so long */
static const int64_t hour_ns = 3600 * NS_PER_S;

/* How long trouble has lasted when it is said for the second and the third time. */
static const int64_t later_ns[] = {10 * NS_PER_S, 60 * NS_PER_S};
enum { LATER_STEPS = sizeof later_ns / sizeof later_ns[0] };

static void begin(struct trouble *trouble, bool forgotten, int64_t now_ns)
{
    if (forgotten) {
        trouble->steps = 0;
        trouble->unsaid = 0;
    }
    trouble->present = true;
    trouble->told = false;
    trouble->since_ns = now_ns;
}

/* When it is to be said next. */
static int64_t due_ns(const struct trouble *trouble, int64_t patience_ns)
{
    const int64_t again_ns = trouble->said_ns + hour_ns;

    if (trouble->steps == 0) {
        return trouble->since_ns + patience_ns;
    }
    if (trouble->steps > LATER_STEPS) {
        return again_ns;
    }
    const int64_t later = trouble->since_ns + later_ns[trouble->steps - 1];

    return later < again_ns ? later : again_ns;
}

bool trouble_lasts(struct trouble *trouble, int64_t patience_ns, int64_t now_ns)
{
    const bool forgotten = now_ns - trouble->seen_ns > forgotten_ns;

    if (!trouble->present || forgotten) {
        begin(trouble, forgotten, now_ns);
    }
    trouble->seen_ns = now_ns;
    trouble->unsaid++;
    if (now_ns < due_ns(trouble, patience_ns)) {
        return false;
    }
    trouble->steps++;
    trouble->told = true;
    trouble->said_ns = now_ns;
    trouble->lasted_ns = now_ns - trouble->since_ns;
    trouble->times = trouble->unsaid;
    trouble->unsaid = 0;
    return true;
}

bool trouble_ends(struct trouble *trouble, int64_t now_ns)
{
    const bool told = trouble->present && trouble->told;

    trouble->present = false;
    if (told) {
        trouble->lasted_ns = now_ns - trouble->since_ns;
        trouble->times = trouble->unsaid;
        trouble->unsaid = 0;
    }
    return told;
}
