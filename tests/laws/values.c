/* Prints what laws say, for R to compare: family, arguments a, b, time, hazard H(t), and q(H(t)). */
#include "math/law.h"

#include <math.h>
#include <stdio.h>

typedef struct sample {
    const char *name;
    sq_family family;
    double a, b, middle; /* arguments, and a time in the middle of the law */
} sample;

static const sample SAMPLES[] = {
    {"exp", SQ_EXPONENTIAL, .004, 0, 170},    {"weibull", SQ_WEIBULL, .62, 400, 300},
    {"weibull", SQ_WEIBULL, 3.4, 25.5, 20},   {"lnorm", SQ_LOGNORMAL, 270, 1.1, 270},
    {"lnorm", SQ_LOGNORMAL, 33, .25, 33},     {"llogis", SQ_LOGLOGISTIC, .7, 300, 300},
    {"llogis", SQ_LOGLOGISTIC, 4.5, 61, 61},  {"gamma", SQ_GAMMA, .4, .004, 40},
    {"gamma", SQ_GAMMA, 6.5, .02, 300},       {"gamma", SQ_GAMMA, 130, .5, 260},
    {"gamma", SQ_GAMMA, 4000, 2, 2000},       {"unif", SQ_UNIFORM, 20, 42, 28},
    {"norm", SQ_NORMAL, 50, 12, 50},          {"gengamma_weibull", SQ_GENERALISED_GAMMA, 90, .4, 80},
    {"gengamma_gamma", SQ_GENERALISED_GAMMA, 90, .5, 80},
};

static sq_law law_of(const sample *s)
{
    sq_law law = {.family = s->family, .arg = {s->a, s->b}, .hazard_ratio = 1, .time_ratio = 1};
    if (s->family == SQ_GENERALISED_GAMMA)
        law.arg[2] = s->b == .5 ? s->b : 1; /* q = sigma: gamma; q = 1: Weibull */
    return law;
}

int main(void)
{
    for (size_t i = 0; i < sizeof SAMPLES / sizeof SAMPLES[0]; i++) {
        const sample *s = &SAMPLES[i];
        sq_law law = law_of(s);
        for (double share = .2; share < 4; share *= 1.3) {
            double t = s->family == SQ_UNIFORM ? 20 + 22 * share / 4 : s->middle * share;
            double h = sq_law_hazard(&law, t);
            printf("%s %.17g %.17g %.17g %.17g %.17g\n", s->name, s->a, s->b, t, h,
                   sq_law_inverse(&law, h));
        }
    }
    return 0;
}
