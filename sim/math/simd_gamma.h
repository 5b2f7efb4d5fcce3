/* The incomplete gamma function as a law of waiting times needs it: hazards, which are minus logarithms
 * of its two tails P(a, x) and Q(a, x) = 1 - P(a, x), and their inverses. Far in a tail, where P or Q
 * itself underflows, its logarithm keeps its digits; near the beginning, where a hazard is tiny, so
 * does the hazard. Relative accuracy some 1e-14, checked against 50 digits for a from 1e-3 to 1e12.
 *
 * x is given as y = log(x / a). For a generalised gamma law with small q, a = 1/q^2 is huge and x very
 * nearly a; y = q w then carries what x no longer can.
 *
 * Four methods share the plane, each where it is short and loses nothing:
 *
 *     a >= 25, x near a     Temme's uniform expansion: a normal tail with a small correction
 *                           (SIAM J Math Anal 1979;10:757-766)
 *     a < 1, x < 1.1        the series of gamma(a, x) around x = 0, with log P close to 0 in mind
 *     x < a + 1             the series of positive terms for P
 *     elsewhere             Legendre's continued fraction for Q
 *                           (DiDonato AR, Morris AH. ACM Trans Math Softw 1986;12:377-393)
 *
 * Each gives the logarithm of one tail; the other follows from it without loss, because the tail that is
 * computed is never near 1 except by the second method, whose log P keeps its digits there. The common
 * factor x^a e^-x / Gamma(a + 1) is taken as exp(-a (e^y - 1 - y)) over Stirling's remainder, so that no
 * large numbers cancel. A lane whose series has ended keeps its sum while others go on. */
#ifndef SQ_MATH_SIMD_GAMMA_H
#define SQ_MATH_SIMD_GAMMA_H

#include "math/gamma_series.h"
#include "math/simd_kernel.h"

enum { V_GAMMA_TERMS = 1000, V_GAMMA_STEPS = 60 };

/* A shape a, 0 < a <= 1e200, with what is asked of it again and again. */
typedef struct v_shape {
    v_d a, log_a;
    v_d log_gamma; /* a < 1: log Gamma(1 + a); else Stirling's remainder */
} v_shape;

/* A point of the plane, with what several methods need. */
typedef struct v_gamma_place {
    v_d y, x;
    v_d phi;        /* (e^y - 1 - y) / y^2 */
    v_d log_factor; /* log of x^a e^-x / Gamma(a + 1) */
} v_gamma_place;

/* log(1 - e^u) for u < 0. */
static inline v_d v_log_rest(v_d u)
{
    v_m low = v_lt(u, v_set(-V_LOG_TWO));
    v_d rest = u;
    if (v_any(low))
        rest = v_log1p(-v_exp(u));
    if (!v_all(low))
        rest = v_if(low, rest, v_log(-v_expm1(u)));
    return rest;
}

/* c[n-1] x^(n-1) + ... + c[0] by Horner's rule, each step rounded twice. */
static inline v_d v_horner(int n, const double *c, v_d x)
{
    v_d sum = v_set(c[n - 1]);
    for (int i = n - 2; i >= 0; i--)
        sum = sum * x + c[i];
    return sum;
}

/* ---- gamma functions */

/* log Gamma(1 + a) for -.5 <= a - k <= .5 with k = 0 or 1: relative accuracy at 0 and 1 too. */
static inline v_d v_log_gamma_1p(v_d a)
{
    enum { TERMS = sizeof LOG_GAMMA_2 / sizeof LOG_GAMMA_2[0] };
    v_m low = v_le(a, v_set(.5));
    v_d b = v_if(low, a, a - 1), r = b * v_horner(TERMS, LOG_GAMMA_2, b);
    if (v_any(low))
        r = v_if(low, r - v_log1p(a), r);
    return r;
}

/* log Gamma(1 + a) for 1 <= a < 10, from the recurrence. */
static inline v_d v_log_gamma_middle(v_d a)
{
    v_d rest = a, product = v_set(1);
    for (int i = 0; i < 10; i++) {
        v_m large = v_gt(rest, v_set(1.5));
        if (v_none(large))
            break;
        product = v_if(large, product * rest, product);
        rest = v_if(large, rest - 1, rest);
    }
    return v_log_gamma_1p(rest) + v_log(product);
}

/* log of Gamma(a) / (sqrt(2 pi / a) (a / e)^a), for a >= 1. */
static inline v_d v_stirling_remainder(v_d a, v_d log_a)
{
    static const double SERIES[] = {1. / 12,        -1. / 360, 1. / 1260,        -1. / 1680,    1. / 1188,
                                    -691. / 360360, 1. / 156,  -3617. / 122400, 43867. / 244188};
    v_m large = v_ge(a, v_set(10));
    v_d z = 1 / a, r = z * v_horner(sizeof SERIES / sizeof SERIES[0], SERIES, z * z);
    if (v_all(large))
        return r;
    v_d middle = v_log_gamma_middle(a) - (.5 * log_a + V_HALF_LOG_TWO_PI) - a * (log_a - 1);
    return v_if(large, r, middle);
}

static inline v_shape v_shape_of(v_d a)
{
    v_shape shape = {a, v_log(a), a};
    v_m small = v_lt(a, v_set(1));
    if (v_any(small))
        shape.log_gamma = v_log_gamma_1p(a);
    if (!v_all(small))
        shape.log_gamma = v_if(small, shape.log_gamma, v_stirling_remainder(a, shape.log_a));
    return shape;
}

/* (e^y - 1 - y) / y^2, 1/2 at 0. */
static inline v_d v_second_rest(v_d y)
{
    v_m far = v_ge(v_abs(y), v_set(.5));
    v_d term = v_set(.5), sum = v_set(0);
    if (v_any(far))
        sum = (v_expm1(y) - y) / y / y;
    if (v_all(far))
        return sum;
    v_d near = v_set(0);
    for (int k = 3; k <= 18; k++) {
        near = near + term;
        term = term * (y / (double)k);
    }
    return v_if(far, sum, near);
}

static inline v_gamma_place v_gamma_place_at(const v_shape *shape, v_d y)
{
    v_d a = shape->a;
    v_gamma_place at = {.y = y, .x = a * v_exp(y), .phi = v_second_rest(y)};
    v_d small = a * (shape->log_a + y) - at.x - shape->log_gamma;
    v_d large = -(a * y * (y * at.phi)) - (V_HALF_LOG_TWO_PI + .5 * shape->log_a) - shape->log_gamma;
    at.log_factor = v_if(v_lt(a, v_set(1)), small, large);
    return at;
}

/* ---- the four methods: each the logarithm of a tail, good in the lanes that run */

/* log P = log factor + log(1 + x/(a+1) + x^2/((a+1)(a+2)) + ...). */
static inline v_d v_by_series(v_d a, const v_gamma_place *at, v_m runs)
{
    v_d term = v_set(1), sum = v_set(1);
    for (int n = 1; n < V_GAMMA_TERMS && v_any(runs); n++) {
        term = term * (at->x / (a + (double)n));
        sum = v_if(runs, sum + term, sum);
        runs = v_and(runs, v_gt(term, 1e-17 * sum));
    }
    return at->log_factor + v_log(sum);
}

/* gamma(a, x) a / x^a = 1 + a sum (-x)^n / ((a + n) n!). */
static inline v_d v_by_small_series(const v_shape *shape, const v_gamma_place *at, v_m runs)
{
    v_d a = shape->a, power = v_set(1), sum = v_set(0);
    for (int n = 1; n < V_GAMMA_TERMS && v_any(runs); n++) {
        power = power * (-at->x / (double)n);
        v_d term = power / (a + (double)n);
        sum = v_if(runs, sum + term, sum);
        runs = v_and(runs, v_gt(v_abs(term), v_set(1e-18)));
    }
    v_d log_x = shape->log_a + at->y;
    return a * log_x - shape->log_gamma + v_log1p(a * sum);
}

/* Q = a factor / (x + 1 - a - 1 (1 - a)/(x + 3 - a - 2 (2 - a)/(x + 5 - a - ...))), by Lentz's method. */
static inline v_d v_by_fraction(v_d a, const v_gamma_place *at, v_m runs)
{
    v_d b = at->x + 1 - a, d = 1 / b, c = v_set(INFINITY), value = d;
    for (int n = 1; n < V_GAMMA_TERMS && v_any(runs); n++) {
        v_d above = (double)n * (a - (double)n);
        b = b + 2;
        d = 1 / (above * d + b);
        c = b + above / c;
        v_d change = c * d;
        value = v_if(runs, value * change, value);
        runs = v_and_not(runs, v_lt(v_abs(change - 1), v_set(2e-16)));
    }
    return at->log_factor + v_log(a * value);
}

/* Density over upper tail of the standard normal, z >= 0 (asymptotic series of Mills' ratio). */
static inline v_d v_normal_rate(v_d z, v_d log_tail)
{
    v_m near = v_lt(z, v_set(20));
    v_d r = 1 / (z * z), rate = z * (1 + r * (1 + r * (-2 + r * (10 + r * (-74 + r * 706)))));
    if (v_any(near))
        rate = v_if(near, v_exp(-.5 * z * z - V_HALF_LOG_TWO_PI - log_tail), rate);
    return rate;
}

/* sum of c_k(eta) a^-k. */
static inline v_d v_temme_correction(v_d a, v_d eta, v_m runs)
{
    v_d correction = v_set(0), power = v_set(1);
    const double *c = TEMME;
    for (int k = 0; k < TEMME_ORDERS && v_any(runs); k++) {
        v_d term = power * v_horner(TEMME_LENGTH[k], c, eta);
        correction = v_if(runs, correction + term, correction);
        c += TEMME_LENGTH[k];
        power = power / a;
        runs = v_and(runs, v_gt(power, v_set(1e-20)));
    }
    return correction;
}

/* Q = Phi_c(z) + R, P = Phi_c(-z) - R, z = sqrt(a) eta, R = phi(z) / sqrt(a) sum c_k(eta) a^-k. The tail
 * on the side of z is the one computed: log P where eta < 0. */
static inline v_d v_by_uniform(v_d a, v_d eta, v_m runs)
{
    v_d root = v_sqrt(a), correction = v_temme_correction(a, eta, runs);
    v_d z = v_abs(eta) * root, log_tail = v_normal_log_ccdf(z);
    v_d share = correction / root * v_normal_rate(z, log_tail);
    return log_tail + v_log1p(v_if(v_lt(eta, v_set(0)), -share, share));
}

/* The logarithm of a tail, P in the lower lanes and Q in the others; and of dP/dy. */
typedef struct v_tail {
    v_d log_tail, log_density;
} v_tail;

/* Good in the wanted lanes. */
static inline v_tail v_tail_at(const v_shape *shape, v_d y, v_m lower, v_m wanted)
{
    v_d a = shape->a;
    v_gamma_place at = v_gamma_place_at(shape, y);
    v_d eta = y * v_sqrt(2 * at.phi), tail = v_set(-INFINITY);
    v_m over = v_not(v_lt(at.x, v_set(1e300))), rest = v_and_not(wanted, over), gives_p = v_same(false);
    v_m uniform = v_and(rest, v_and(v_ge(a, v_set(TEMME_SMALLEST)), v_le(v_abs(eta), v_set(1))));
    rest = v_and_not(rest, uniform);
    v_m small = v_and(rest, v_and(v_lt(a, v_set(1)), v_lt(at.x, v_set(1.1))));
    rest = v_and_not(rest, small);
    v_m series = v_and(rest, v_lt(at.x, a + 1)), fraction = v_and_not(rest, series);
    if (v_any(uniform)) {
        tail = v_if(uniform, v_by_uniform(a, eta, uniform), tail);
        gives_p = v_and(uniform, v_lt(eta, v_set(0)));
    }
    if (v_any(small))
        tail = v_if(small, v_by_small_series(shape, &at, small), tail);
    if (v_any(series))
        tail = v_if(series, v_by_series(a, &at, series), tail);
    if (v_any(fraction))
        tail = v_if(fraction, v_by_fraction(a, &at, fraction), tail);
    gives_p = v_or(gives_p, v_or(small, series));
    v_m other = v_and(wanted, v_or(v_and_not(gives_p, lower), v_and_not(lower, gives_p)));
    if (v_any(other))
        tail = v_if(other, v_log_rest(tail), tail);
    v_tail r = {tail, shape->log_a + at.log_factor};
    if (v_any(over)) {
        r.log_tail = v_if(over, v_if(lower, v_set(0), v_set(-INFINITY)), r.log_tail);
        r.log_density = v_if(over, v_set(-INFINITY), r.log_density);
    }
    return r;
}

/* -log P(a, a exp(y)) in the lower lanes, -log Q in the others. */
static inline v_d v_gamma_tail_hazard(const v_shape *shape, v_d y, v_m lower, v_m wanted)
{
    return -v_tail_at(shape, y, lower, wanted).log_tail;
}

/* ---- the inverse */

/* Where the smaller of the two tails is to be. */
typedef struct v_goal {
    v_d log_p, log_q;
    v_m lower; /* P is the smaller one */
} v_goal;

static inline v_goal v_goal_of(v_d e, v_m lower_is_survival)
{
    v_d tail = -e, rest = v_log_rest(-e);
    v_d log_p = v_if(lower_is_survival, tail, rest), log_q = v_if(lower_is_survival, rest, tail);
    return (v_goal){log_p, log_q, v_lt(log_p, log_q)};
}

/* For small shapes the power of x that P begins with, or x = e + (a - 1) log e as Q ends. */
static inline v_d v_guess_small(const v_shape *shape, const v_goal *goal)
{
    v_d log_x = (goal->log_p + shape->log_gamma) / shape->a;
    v_m end = v_gt(log_x, v_set(0));
    if (v_any(end))
        log_x = v_if(end, v_log(v_max(v_set(.5), -goal->log_q + shape->log_a)), log_x);
    return log_x - shape->log_a;
}

/* Wilson and Hilferty's cube of a normal variate; far to the left what P begins with. */
static inline v_d v_guess_large(const v_shape *shape, const v_goal *goal)
{
    v_d a = shape->a, c = 1 / (9 * a);
    v_d normal = v_normal_from_hazard(-v_if(goal->lower, goal->log_p, goal->log_q));
    v_d root = v_if(goal->lower, -normal, normal) * v_sqrt(c) - c;
    v_m middle = v_gt(root, v_set(-.7));
    v_d y = (goal->log_p + V_HALF_LOG_TWO_PI + .5 * shape->log_a) / a - 1;
    if (v_any(middle))
        y = v_if(middle, 3 * v_log1p(root), y);
    return y;
}

static inline v_d v_first_guess(const v_shape *shape, const v_goal *goal)
{
    v_m small = v_lt(shape->a, v_set(1));
    v_d y = shape->a;
    if (v_any(small))
        y = v_guess_small(shape, goal);
    if (!v_all(small))
        y = v_if(small, y, v_guess_large(shape, goal));
    return y;
}

/* One step of Halley's method from y on f = log tail - its goal; the distance from the goal in f. With
 * r = dP/dy over the tail, f' = r and f'' = r (a - x - r) for P; -r and -r (a - x + r) for Q. */
static inline v_d v_halley(const v_shape *shape, v_d *y, const v_goal *goal, v_m wanted)
{
    v_tail now = v_tail_at(shape, *y, goal->lower, wanted);
    v_d f = now.log_tail - v_if(goal->lower, goal->log_p, goal->log_q);
    v_d rate = v_exp(now.log_density - now.log_tail), slope = v_if(goal->lower, rate, -rate);
    v_d bend = -shape->a * v_expm1(*y) - slope; /* f'' / f' */
    v_d newton = f / slope;
    *y = *y - newton / v_max(1 - .5 * newton * bend, v_set(.5));
    return f;
}

/* The y at which v_gamma_tail_hazard is e > 0: Halley's method on the logarithm of the smaller tail, which
 * is concave in y, so that it converges from anywhere. */
static inline v_d v_gamma_from_hazard(const v_shape *shape, v_d e, v_m lower_is_survival)
{
    v_m seeks = v_gt(e, v_set(0)), refused = v_not(seeks);
    v_goal goal = v_goal_of(e, lower_is_survival);
    v_d y = v_first_guess(shape, &goal);
    for (int i = 0; i < V_GAMMA_STEPS && v_any(seeks); i++) {
        v_d next = y, f = v_halley(shape, &next, &goal, seeks);
        y = v_if(seeks, next, y);
        seeks = v_and_not(seeks, v_or(v_lt(v_abs(f), v_set(1e-6)), v_isnan(y)));
    }
    if (v_none(refused))
        return y;
    v_d end = v_if(lower_is_survival, v_set(INFINITY), v_set(-INFINITY));
    return v_if(refused, v_if(v_eq(e, v_set(0)), end, v_set(NAN)), y);
}

#endif
