/* What a published curve shows when other clocks ran beside the law that is sought. All clocks start
 * together at time 0 and are independent given the patient, so that with B(t) the share of patients in whom no
 * other clock has fired by t (a mean over kinds of patients),
 *     all causes together     S_all(t) = S(t) B(t)
 *     cumulative incidence    F(t)     = integral from 0 to t of B(u) d(1 - S(u))
 * where S is the law's own survival: the share without the event if nothing else could happen. (Kalbfleisch JD,
 * Prentice RL. The Statistical Analysis of Failure Time Data, 2nd ed, ch. 8: independent latent times.) */
#ifndef SQ_MATH_SETTING_H
#define SQ_MATH_SETTING_H

#include "math/law.h"

enum { SQ_SETTING_KNOTS = 256 };

/* A clock that runs beside: its law, and its age at time 0 (a life table's clock is as old as the patient). */
typedef struct sq_rival {
    sq_law law;
    double age; /* day */
} sq_rival;

typedef struct sq_setting {
    bool is_incidence; /* what was published is F, else S_all */
    int n_patients, n_rivals;
    const double *share;   /* [n_patients], summing to one */
    const sq_rival *rival; /* [n_patients][n_rivals]; NULL if there are none */
    int n_knots;
    double knot[SQ_SETTING_KNOTS]; /* times at which a rival's hazard has a corner: sq_setting_prepare */
} sq_setting;

/* Fills knot: those of the rivals' tables before the time `until`, in order; when they are too many the rest is
 * left to the quadrature. */
void sq_setting_prepare(sq_setting *setting, double until);

/* B(t): share of patients in whom no rival has fired by t; 1 without rivals. */
double sq_setting_survival(const sq_setting *setting, double t);

/* The cumulative incidence of a law's event between two times t0 <= t1, to 1e-11. The law must not be one of a
 * certain time (fixed). */
double sq_setting_incidence(const sq_setting *setting, const sq_law *law, double t0, double t1);

/* What the published curve would be at time t under this law: S_all, or F. */
double sq_setting_curve(const sq_setting *setting, const sq_law *law, double t);

#endif
