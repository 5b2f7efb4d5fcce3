/* illness_death.yaml as a straightforward C program: a patient after the other, libm, no tricks. */
#include "illness_death.h"

static double weibull(uint64_t *luck, double shape, double scale)
{
    return scale * pow(-log(uniform(luck)), 1 / shape);
}

static void live(uint64_t *luck, tally *t)
{
    double onset = weibull(luck, ONSET_SHAPE, ONSET_SCALE);
    double death = weibull(luck, HEALTHY_SHAPE, HEALTHY_SCALE);
    double well = fmin(fmin(onset, death), HORIZON), end = well; /* years in health, years of life */
    bool ill = onset < death && onset < HORIZON, dead = death < HORIZON;
    if (ill) {
        death = onset + weibull(luck, ILL_SHAPE, ILL_SCALE);
        dead = death < HORIZON;
        end = fmin(death, HORIZON);
    }

    double at_onset = exp(-DISCOUNT * well);
    double at_end = ill ? exp(-DISCOUNT * end) : at_onset;
    double years[2] = {(1 - at_onset) / DISCOUNT, (at_onset - at_end) / DISCOUNT};
    double plain[2] = {well, end - well};
    double paid = ill ? ONSET_COST * at_onset : 0, paid_plain = ill ? ONSET_COST : 0;
    double care = years[0] * HEALTHY_CARE + years[1] * ILL_CARE;
    double care_plain = plain[0] * HEALTHY_CARE + plain[1] * ILL_CARE;
    add_quantity(t, LIFE, years[0] + years[1]);
    add_quantity(t, LIFE_PLAIN, end);
    add_quantity(t, QALYS, years[0] * HEALTHY_UTILITY + years[1] * ILL_UTILITY);
    add_quantity(t, QALYS_PLAIN, plain[0] * HEALTHY_UTILITY + plain[1] * ILL_UTILITY);
    add_quantity(t, CARE, care);
    add_quantity(t, CARE_PLAIN, care_plain);
    add_quantity(t, ONSET, paid);
    add_quantity(t, ONSET_PLAIN, paid_plain);
    add_quantity(t, TOTAL, care + paid);
    add_quantity(t, TOTAL_PLAIN, care_plain + paid_plain);

    t->count[FALL_ILL] += ill;
    t->count[DIE_HEALTHY] += !ill && dead;
    t->count[DIE_ILL] += ill && dead;
    t->ended[0][interval_of(end)]++;
    t->ended[1][interval_of(well)]++;
}

static void simulate(int64_t patients, uint64_t seed, tally *t)
{
    for (int64_t i = 0; i < patients; i++)
        live(&seed, t);
    for (int i = 0; i < EVENTS; i++) /* each happens once or never */
        t->ever[i] = t->count_square[i] = t->count[i];
}

int main(int argc, char **argv)
{
    return twin_main(argc, argv, &all_names, simulate);
}
