/* Adaptive Gauss-Kronrod quadrature. A kink or an infinite slope at an end is met by halving towards it: each
 * halving halves the share of the integral that is still in doubt. */
#include "math/quadrature.h"

#include <math.h>
#include <stdbool.h>

static const double NODE[8] = {
    0.991455371120812639206854697526329, 0.949107912342758524526189684047851,
    0.864864423359769072789712788640926, 0.741531185599394439863864773280788,
    0.586087235467691130294144691258380, 0.405845151377397166906606412076961,
    0.207784955007898467600689403773245, 0,
};
static const double KRONROD[8] = {
    0.022935322010529224963732008058970, 0.063092092629978553290700663189204,
    0.104790010322250183839876322541518, 0.140653259715525918745189590510238,
    0.169004726639267902826583426598550, 0.190350578064785409913256402421014,
    0.204432940075298892414161999234649, 0.209482141084727828012999174891714,
};
/* Gauss's nodes are every second one. */
static const double GAUSS[4] = {
    0.129484966168869693270611432679082, 0.279705391489276667901467771423780,
    0.381830050505118944950369775488975, 0.417959183673469387755102040816327,
};

typedef struct part {
    sq_integrand f;
    const void *context;
    double per_width; /* error allowed for each unit of width */
} part;

static double by_rules(const part *p, double a, double b, double *error)
{
    double middle = .5 * (a + b), half = .5 * (b - a), kronrod = 0, gauss = 0;
    for (int i = 0; i < 8; i++) {
        double x = half * NODE[i], sum = p->f(p->context, middle - x);
        if (i < 7) sum += p->f(p->context, middle + x);
        kronrod += KRONROD[i] * sum;
        if (i % 2 == 1) gauss += GAUSS[i / 2] * sum;
    }
    *error = fabs(half * (kronrod - gauss));
    return half * kronrod;
}

static double integrate(const part *p, double a, double b, int halvings)
{
    double error, value = by_rules(p, a, b, &error);
    bool fine = !(error > p->per_width * (b - a)) || error < 1e-17;
    if (fine || halvings == 0) return value;
    double middle = .5 * (a + b);
    return integrate(p, a, middle, halvings - 1) + integrate(p, middle, b, halvings - 1);
}

double sq_integrate(sq_integrand f, const void *context, double a, double b, double tolerance)
{
    part p = {f, context, tolerance / (b - a)};
    return a < b ? integrate(&p, a, b, 40) : 0;
}
