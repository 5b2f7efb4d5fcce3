/* Numbers and outcomes of illness_death.yaml, for the programs that do it by hand. */
#ifndef ILLNESS_DEATH_H
#define ILLNESS_DEATH_H

#include "twin.h"

static const double ONSET_SHAPE = 1.3, ONSET_SCALE = 12, HEALTHY_SHAPE = 1.8, HEALTHY_SCALE = 30;
static const double ILL_SHAPE = .9, ILL_SCALE = 6;
static const double HEALTHY_UTILITY = .9, ILL_UTILITY = .6;
static const double HEALTHY_CARE = 400, ILL_CARE = 9000, ONSET_COST = 15000;
static const double DISCOUNT = .029558802241544391; /* log 1.03: continuous rate a year */

enum { LIFE, LIFE_PLAIN, QALYS, QALYS_PLAIN, CARE, CARE_PLAIN, ONSET, ONSET_PLAIN, TOTAL, TOTAL_PLAIN, QUANTITIES };
enum { FALL_ILL, DIE_HEALTHY, DIE_ILL, EVENTS };

static const char *const quantity_names[] = {
    "life_years", "life_years_undiscounted", "qalys", "qalys_undiscounted", "cost/care",
    "cost_undiscounted/care", "cost/onset", "cost_undiscounted/onset", "total_cost", "total_cost_undiscounted",
};
static const char *const event_names[] = {"fall_ill", "die_healthy", "die_ill"};
static const char *const endpoint_names[] = {"os", "illness_free"};
static const twin_names all_names = {quantity_names, event_names, endpoint_names, QUANTITIES, EVENTS};

#endif
