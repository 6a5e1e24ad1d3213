#include "composerd/levels.h"

enum { POINTS = 5 };

static double interpolate(const double *points, double intensity)
{
    const double at = intensity * (POINTS - 1);
    const int below = at >= POINTS - 1 ? POINTS - 2 : (int)at;

    return points[below] + (points[below + 1] - points[below]) * (at - below);
}

void levels_at(double intensity, struct levels *levels)
{
#define LEVEL(name, at0, at25, at50, at75, at100, doc)                                         \
    levels->name = interpolate((const double[POINTS]){at0, at25, at50, at75, at100}, intensity);
#include "composerd/levels.def"
#undef LEVEL
}
