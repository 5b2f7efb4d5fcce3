/* Intervals by the delta method on the scale that was asked for. */
#include "estimate/probability.h"

#include <math.h>

#include "math/kernel.h"

double sq_interval_deviate(double level)
{
    return level > 0 && level < 1 ? sq_normal_quantile(1 - (1 - level) / 2) : NAN;
}

static void plain_bounds(sq_probability *p, double width)
{
    p->low = p->value - width < 0 ? 0 : p->value - width;
    p->high = p->value + width > 1 ? 1 : p->value + width;
}

static void log_bounds(sq_probability *p, double width)
{
    if (!(p->value > 0)) return;
    double middle = sq_log(p->value), relative = width / p->value;
    double high = sq_exp(middle + relative);
    p->low = sq_exp(middle - relative);
    p->high = high > 1 ? 1 : high;
}

static void log_log_bounds(sq_probability *p, double width)
{
    if (!(p->value > 0 && p->value < 1)) return;
    double logarithm = sq_log(p->value), middle = sq_log(-logarithm);
    double relative = width / p->value / logarithm;
    p->low = sq_exp(-sq_exp(middle - relative));
    p->high = sq_exp(-sq_exp(middle + relative));
}

sq_probability sq_probability_make(double value, double se, sq_interval_scale scale, double deviate)
{
    sq_probability p = {value, se, NAN, NAN};
    switch (scale) {
    case SQ_INTERVAL_PLAIN: plain_bounds(&p, deviate * se); break;
    case SQ_INTERVAL_LOG: log_bounds(&p, deviate * se); break;
    case SQ_INTERVAL_LOG_LOG: log_log_bounds(&p, deviate * se); break;
    }
    return p;
}
