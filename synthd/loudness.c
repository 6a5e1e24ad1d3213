#include "synthd/loudness.h"

#include <math.h>
#include <string.h>

#define PI 3.141592653589793

static const double floor_lufs = -120;
static const double tiny = 1e-15;

/* The two filters of BS.1770 for any rate, from the analogue prototypes behind its table for 48
 * kHz (De Man, "Evaluation of implementations of the EBU R128 loudness measurement", 2018). */
void loudness_init(struct loudness *loudness, uint32_t rate_hz)
{
    struct loudness_stage *const shelf = &loudness->shelf;
    struct loudness_stage *const high = &loudness->highpass;

    memset(loudness, 0, sizeof *loudness);
    {
        const double k = tan(PI * 1681.974450955533 / rate_hz);
        const double q = 0.7071752369554196;
        const double vh = pow(10, 3.999843853973347 / 20);
        const double vb = pow(vh, 0.4996667741545416);
        const double a0 = 1 + k / q + k * k;

        shelf->b[0] = (vh + vb * k / q + k * k) / a0;
        shelf->b[1] = 2 * (k * k - vh) / a0;
        shelf->b[2] = (vh - vb * k / q + k * k) / a0;
        shelf->a[0] = 2 * (k * k - 1) / a0;
        shelf->a[1] = (1 - k / q + k * k) / a0;
    }
    {
        const double k = tan(PI * 38.13547087602444 / rate_hz);
        const double q = 0.5003270373238773;
        const double a0 = 1 + k / q + k * k;

        high->b[0] = 1;
        high->b[1] = -2;
        high->b[2] = 1;
        high->a[0] = 2 * (k * k - 1) / a0;
        high->a[1] = (1 - k / q + k * k) / a0;
    }
}

static double filtered(struct loudness_stage *stage, int side, double x)
{
    double *const z = stage->z[side];
    const double y = stage->b[0] * x + z[0];

    z[0] = stage->b[1] * x - stage->a[0] * y + z[1];
    z[1] = stage->b[2] * x - stage->a[1] * y;
    if (fabs(z[0]) < tiny && fabs(z[1]) < tiny) { /* silence: nothing to decay for ever */
        z[0] = z[1] = 0;
    }
    return y;
}

void loudness_add(struct loudness *loudness, const float *left, const float *right,
                  uint32_t n_frames)
{
    for (uint32_t i = 0; i < n_frames; i++) {
        const double l =
            filtered(&loudness->highpass, 0, filtered(&loudness->shelf, 0, (double)left[i]));
        const double r =
            filtered(&loudness->highpass, 1, filtered(&loudness->shelf, 1, (double)right[i]));

        loudness->sum += l * l + r * r;
    }
    loudness->frames += n_frames;
}

float loudness_read(struct loudness *loudness)
{
    const double mean = loudness->frames > 0 ? loudness->sum / loudness->frames : 0;
    const double lufs = mean > 0 ? -0.691 + 10 * log10(mean) : floor_lufs;

    loudness->sum = 0;
    loudness->frames = 0;
    return (float)(lufs < floor_lufs ? floor_lufs : lufs);
}
