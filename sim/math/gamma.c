/* Logarithms of the two tails of the incomplete gamma function, and their inverse. Four methods share the
 * plane, each where it is short and loses nothing:
 *
 *     a >= 25, x near a     Temme's uniform expansion: a normal tail with a small correction
 *     a < 1, x < 1.1        the series of gamma(a, x) around x = 0, with log P close to 0 in mind
 *     x < a + 1             the series of positive terms for P
 *     elsewhere             the continued fraction for Q
 *
 * Each gives the logarithm of one tail; the other follows from it without loss, because the tail that is
 * computed is never near 1 except by the second method, whose log P keeps its digits there. The common
 * factor x^a e^-x / Gamma(a + 1) is taken as exp(-a (e^y - 1 - y)) over Stirling's remainder, so that no
 * large numbers cancel. Only kernels of math/kernel.h and exact arithmetic are used: the same bits
 * everywhere. */
#include "math/gamma.h"

#include "math/gamma_series.h"
#include "math/kernel.h"

#include <math.h>
#include <stdbool.h>

static const double HALF_LOG_TWO_PI = 0.91893853320467274178;
static const double LOG_TWO = 0.69314718055994530942;
static const double SMALL_X = 1.1;
enum { MOST_TERMS = 1000, MOST_STEPS = 60 };

/* Logarithms of P and Q, and of dP/dy. */
typedef struct tails {
    double log_p, log_q, log_density;
} tails;

/* A point of the plane, with what several methods need. */
typedef struct place {
    double a, y, x;
    double phi; /* (e^y - 1 - y) / y^2 */
    double log_factor; /* log of x^a e^-x / Gamma(a + 1) */
} place;

/* log(1 - e^u) for u < 0. */
static double log_rest(double u)
{
    return u < -LOG_TWO ? sq_log1p(-sq_exp(u)) : sq_log(-sq_expm1(u));
}

static double polynomial(int n, const double *c, double x)
{
    double sum = c[n - 1];
    for (int i = n - 2; i >= 0; i--)
        sum = sum * x + c[i];
    return sum;
}

/* ---- gamma functions */

/* log Gamma(1 + a) for -.5 <= a - k <= .5 with k = 0 or 1: relative accuracy at 0 and 1 too. */
static double log_gamma_1p(double a)
{
    enum { TERMS = sizeof LOG_GAMMA_2 / sizeof LOG_GAMMA_2[0] };
    if (a <= .5)
        return a * polynomial(TERMS, LOG_GAMMA_2, a) - sq_log1p(a);
    return (a - 1) * polynomial(TERMS, LOG_GAMMA_2, a - 1);
}

/* log of Gamma(a) / (sqrt(2 pi / a) (a / e)^a), for a >= 1. */
static double stirling_remainder(double a)
{
    static const double SERIES[] = {1. / 12,         -1. / 360,         1. / 1260, -1. / 1680, 1. / 1188,
                                    -691. / 360360, 1. / 156, -3617. / 122400, 43867. / 244188};
    if (a >= 10) {
        double z = 1 / a;
        return z * polynomial(sizeof SERIES / sizeof SERIES[0], SERIES, z * z);
    }
    double rest = a, product = 1;
    for (; rest > 1.5; rest -= 1)
        product *= rest;
    double log_gamma = log_gamma_1p(rest) + sq_log(product); /* of a + 1 */
    return log_gamma - (.5 * sq_log(a) + HALF_LOG_TWO_PI) - a * (sq_log(a) - 1);
}

/* (e^y - 1 - y) / y^2, 1/2 at 0. */
static double second_rest(double y)
{
    if (fabs(y) >= .5)
        return (sq_expm1(y) - y) / y / y;
    double term = .5, sum = 0;
    for (int k = 3; k <= 18; k++) {
        sum += term;
        term *= y / k;
    }
    return sum;
}

static place place_at(double a, double y)
{
    place at = {a, y, a * sq_exp(y), second_rest(y), 0};
    if (a < 1)
        at.log_factor = a * (sq_log(a) + y) - at.x - log_gamma_1p(a);
    else
        at.log_factor = -(a * y * (y * at.phi)) - (HALF_LOG_TWO_PI + .5 * sq_log(a)) -
                        stirling_remainder(a);
    return at;
}

/* ---- the four methods */

/* log P = log factor + log(1 + x/(a+1) + x^2/((a+1)(a+2)) + ...). */
static tails by_series(const place *at)
{
    double term = 1, sum = 1;
    for (int n = 1; n < MOST_TERMS && term > 1e-17 * sum; n++) {
        term *= at->x / (at->a + n);
        sum += term;
    }
    double log_p = at->log_factor + sq_log(sum);
    return (tails){log_p, log_rest(log_p), 0};
}

/* gamma(a, x) a / x^a = 1 + a sum (-x)^n / ((a + n) n!). */
static tails by_small_series(const place *at)
{
    double power = 1, sum = 0, term = 1;
    for (int n = 1; n < MOST_TERMS && fabs(term) > 1e-18; n++) {
        power *= -at->x / n;
        term = power / (at->a + n);
        sum += term;
    }
    double log_x = sq_log(at->a) + at->y;
    double log_p = at->a * log_x - log_gamma_1p(at->a) + sq_log1p(at->a * sum);
    return (tails){log_p, log_rest(log_p), 0};
}

/* Q = a factor / (x + 1 - a - 1 (1 - a)/(x + 3 - a - 2 (2 - a)/(x + 5 - a - ...))), by Lentz's method. */
static tails by_fraction(const place *at)
{
    double b = at->x + 1 - at->a, d = 1 / b, c = INFINITY, value = d;
    for (int n = 1; n < MOST_TERMS; n++) {
        double above = n * (at->a - n);
        b += 2;
        d = 1 / (above * d + b);
        c = b + above / c;
        double change = c * d;
        value *= change;
        if (fabs(change - 1) < 2e-16)
            break;
    }
    double log_q = at->log_factor + sq_log(at->a * value);
    return (tails){log_rest(log_q), log_q, 0};
}

/* Density over upper tail of the standard normal, z >= 0 (asymptotic series of Mills' ratio). */
static double normal_rate(double z, double log_tail)
{
    if (z < 20)
        return sq_exp(-.5 * z * z - HALF_LOG_TWO_PI - log_tail);
    double r = 1 / (z * z);
    return z * (1 + r * (1 + r * (-2 + r * (10 + r * (-74 + r * 706)))));
}

/* Q = Phi_c(z) + R, P = Phi_c(-z) - R, z = sqrt(a) eta, R = phi(z) / sqrt(a) sum c_k(eta) a^-k. The tail
 * on the side of z is the one computed. */
static tails by_uniform(const place *at, double eta)
{
    double correction = 0, power = 1, root = sqrt(at->a);
    const double *c = TEMME;
    for (int k = 0; k < TEMME_ORDERS && power > 1e-20; k++) {
        correction += power * polynomial(TEMME_LENGTH[k], c, eta);
        c += TEMME_LENGTH[k];
        power /= at->a;
    }
    double z = fabs(eta) * root, log_tail = sq_normal_log_ccdf(z);
    double share = correction / root * normal_rate(z, log_tail);
    double whole = log_tail + sq_log1p(eta < 0 ? -share : share), rest = log_rest(whole);
    return eta < 0 ? (tails){whole, rest, 0} : (tails){rest, whole, 0};
}

static tails tails_at(double a, double y)
{
    place at = place_at(a, y);
    double eta = y * sqrt(2 * at.phi);
    tails both;
    if (!(at.x < 1e300))
        return (tails){0, -INFINITY, -INFINITY};
    if (a >= TEMME_SMALLEST && fabs(eta) <= 1)
        both = by_uniform(&at, eta);
    else if (a < 1 && at.x < SMALL_X)
        both = by_small_series(&at);
    else if (at.x < a + 1)
        both = by_series(&at);
    else
        both = by_fraction(&at);
    both.log_density = sq_log(a) + at.log_factor;
    return both;
}

double sq_gamma_hazard(double a, double y, sq_gamma_tail survival)
{
    tails both = tails_at(a, y);
    return survival == SQ_GAMMA_UPPER ? -both.log_q : -both.log_p;
}

/* ---- the inverse */

/* Wilson and Hilferty's cube of a normal variate; far to the left, and for small shapes, the power of x
 * that P begins with, or x = e + (a - 1) log e as Q ends. */
static double first_guess(double a, tails goal)
{
    double log_x, c = 1 / (9 * a);
    double z = goal.log_p < goal.log_q ? -sq_normal_from_hazard(-goal.log_p)
                                       : sq_normal_from_hazard(-goal.log_q);
    double root = z * sqrt(c) - c;
    if (a >= 1 && root > -.7)
        return 3 * sq_log1p(root);
    if (a >= 1)
        return (goal.log_p + HALF_LOG_TWO_PI + .5 * sq_log(a)) / a - 1;
    log_x = (goal.log_p + log_gamma_1p(a)) / a;
    if (log_x > 0)
        log_x = sq_log(fmax(.5, -goal.log_q + sq_log(a)));
    return log_x - sq_log(a);
}

/* One step of Halley's method from y on f = log tail - its goal; the distance from the goal in f. With
 * r = dP/dy over the tail, f' = r and f'' = r (a - x - r) for P; -r and -r (a - x + r) for Q. */
static double halley(double a, double *y, tails goal)
{
    tails now = tails_at(a, *y);
    bool lower = goal.log_p < goal.log_q;
    double f = lower ? now.log_p - goal.log_p : now.log_q - goal.log_q;
    double rate = sq_exp(now.log_density - (lower ? now.log_p : now.log_q));
    double slope = lower ? rate : -rate;
    double bend = -a * sq_expm1(*y) - slope; /* f'' / f' */
    double newton = f / slope;
    *y -= newton / fmax(1 - .5 * newton * bend, .5);
    return f;
}

double sq_gamma_from_hazard(double a, double e, sq_gamma_tail survival)
{
    if (!(e > 0))
        return e == 0 ? (survival == SQ_GAMMA_UPPER ? -INFINITY : INFINITY) : NAN;
    tails goal = {log_rest(-e), -e, 0};
    if (survival == SQ_GAMMA_LOWER)
        goal = (tails){-e, log_rest(-e), 0};
    double y = first_guess(a, goal);
    for (int i = 0; i < MOST_STEPS; i++)
        if (fabs(halley(a, &y, goal)) < 1e-6)
            break;
    return y;
}
