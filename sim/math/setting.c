/* Published curves under competing clocks. The incidence is integrated over the law's own distribution
 * function v = 1 - S(u), as the integral of B(Q(v)) dv with Q its inverse: B lies between 0 and 1 whatever the
 * law, no density is needed, and a hazard that is infinite at time 0 does no harm. The range is cut at the
 * corners of the rivals' hazards. */
#include "math/setting.h"

#include "math/kernel.h"
#include "math/quadrature.h"

#include <math.h>

static const double TOLERANCE = 1e-11;

/* ---- corners */

static void insert_knot(sq_setting *s, double t)
{
    int i = s->n_knots;
    if (i == SQ_SETTING_KNOTS) return;
    for (int k = 0; k < s->n_knots; k++)
        if (s->knot[k] == t) return;
    for (; i > 0 && s->knot[i - 1] > t; i--) s->knot[i] = s->knot[i - 1];
    s->knot[i] = t;
    s->n_knots++;
}

void sq_setting_prepare(sq_setting *s, double until)
{
    s->n_knots = 0;
    for (int i = 0; i < s->n_patients * s->n_rivals; i++) {
        const sq_rival *rival = &s->rival[i];
        bool has_table = sq_family_has_table(rival->law.family);
        for (int k = 0; has_table && k < rival->law.table.n; k++) {
            double t = (rival->law.table.x[k] + rival->law.shift) * rival->law.time_ratio - rival->age;
            if (t > 0 && t < until) insert_knot(s, t);
        }
    }
}

/* ---- curves */

static double patient_survival(const sq_setting *s, int patient, double t)
{
    double hazard = 0;
    for (int i = 0; i < s->n_rivals; i++) {
        const sq_rival *rival = &s->rival[patient * s->n_rivals + i];
        hazard += sq_law_spent(&rival->law, rival->age, rival->age + t);
    }
    return sq_exp(-hazard);
}

double sq_setting_survival(const sq_setting *s, double t)
{
    if (s->n_rivals == 0) return 1;
    double sum = 0;
    for (int i = 0; i < s->n_patients; i++) sum += s->share[i] * patient_survival(s, i, t);
    return sum;
}

typedef struct incidence {
    const sq_setting *setting;
    const sq_law *law;
    double whole; /* the share up to which an integral from the law's beginning goes */
} incidence;

static double left_at_quantile(const void *context, double v)
{
    const incidence *i = context;
    double t = sq_law_inverse(i->law, -sq_log1p(-v));
    return isfinite(t) ? sq_setting_survival(i->setting, t) : 0;
}

/* v = whole w^4: where the law begins, its quantile rises with an infinite slope in v, but gently in w. */
static double near_start(const void *context, double w)
{
    const incidence *i = context;
    double w3 = w * w * w;
    return 4 * w3 * i->whole * left_at_quantile(context, i->whole * w3 * w);
}

static double share_fired(const sq_law *law, double t)
{
    return t > 0 ? -sq_expm1(-sq_law_hazard(law, t)) : 0;
}

double sq_setting_incidence(const sq_setting *s, const sq_law *law, double t0, double t1)
{
    incidence context = {s, law, 0};
    double sum = 0, from = share_fired(law, t0);
    for (int i = 0; i <= s->n_knots; i++) {
        double t = i < s->n_knots ? fmin(s->knot[i], t1) : t1;
        if (t <= t0) continue;
        double to = share_fired(law, t);
        if (isnan(to)) return NAN;
        context.whole = to;
        sum += from > 0 ? sq_integrate(left_at_quantile, &context, from, to, TOLERANCE)
                        : sq_integrate(near_start, &context, 0, 1, TOLERANCE);
        from = to;
        if (t >= t1) break;
    }
    return sum;
}

double sq_setting_curve(const sq_setting *s, const sq_law *law, double t)
{
    if (s->is_incidence) return sq_setting_incidence(s, law, 0, t);
    return sq_exp(-sq_law_hazard(law, t)) * sq_setting_survival(s, t);
}
