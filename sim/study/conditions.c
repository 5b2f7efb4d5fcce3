/* The conditions of a run stand outside /provenance, because the numbers beside them follow from them: a reader
 * of the file sees which question they answer, and two results of different questions differ. */
#include "study/conditions.h"

#include "math/kernel.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* The rate of a year for a continuous rate per day. */
static double effective(double rate)
{
    double a_year = sq_exp(rate * SQ_DAYS_PER_YEAR) - 1;
    return round(a_year * 1e12) / 1e12; /* 0.03 as written, not 0.03000000000000003 */
}

static bool add_number(sq_variables *v, const char *name, const char *units, const char *long_name,
                       double number)
{
    double *value = sq_variables_add(v, SQ_F64, name, units, long_name, NULL);
    if (value) *value = number;
    return value != NULL;
}

static const char *const DISCOUNTED[] = {"discounted", NULL};

static bool name_discounted(sq_variables *v)
{
    static const char *const names[SQ_DISCOUNTINGS] = {"costs", "effects"};
    if (sq_variables_axis(v, "discounted", SQ_DISCOUNTINGS) < 0) return false;
    const char **text = sq_variables_add(v, SQ_TEXT, "discounted", "", "what is discounted", DISCOUNTED);
    for (int i = 0; text && i < SQ_DISCOUNTINGS; i++) text[i] = names[i];
    return text != NULL;
}

static bool add_rates(sq_variables *v, const char *name, const char *long_name, const sq_discount *d, int which)
{
    double *rate = sq_variables_add(v, SQ_F64, name, "1/year", long_name, DISCOUNTED);
    for (int i = 0; rate && i < SQ_DISCOUNTINGS; i++)
        rate[i] = which == 0 || isfinite(d[i].change) ? effective(d[i].rate[which]) : NAN;
    return rate != NULL;
}

static bool add_discount(sq_variables *v, const sq_discount *d)
{
    bool changes = isfinite(d[SQ_DISCOUNT_COSTS].change) || isfinite(d[SQ_DISCOUNT_EFFECTS].change);
    bool added = name_discounted(v) &&
                 add_rates(v, "discount_rate", "effective rate of discounting", d, 0) &&
                 add_number(v, "discount_from", "year", "start of discounting, since index",
                            d->from_year ? NAN : d->origin / SQ_DAYS_PER_YEAR);
    if (added && d->from_year)
        added = add_number(v, "discount_from_calendar_year", "1",
                           "calendar year in which discounting starts", d->year);
    if (!added || !changes) return added;
    double *at = sq_variables_add(v, SQ_F64, "discount_change", "year",
                                  "when the rate changes, since discount_from", DISCOUNTED);
    for (int i = 0; at && i < SQ_DISCOUNTINGS; i++)
        at[i] = isfinite(d[i].change) ? d[i].change / SQ_DAYS_PER_YEAR : NAN;
    return at && add_rates(v, "discount_rate_later", "effective rate of discounting after discount_change", d, 1);
}

static bool add_seed(sq_variables *v, uint64_t seed)
{
    const char **text = sq_variables_add(v, SQ_TEXT, "seed", "", "seed of the random numbers", NULL);
    if (text) *text = sq_arena_format(&v->arena, "%" PRIu64, seed);
    return text && *text;
}

/* First what the files override, then what the caller set. */
static bool add_changes(sq_variables *v, const sq_model *m, int n, const char *const *changes)
{
    const char *const axes[] = {"changed", NULL};
    int all = m->n_overrides + n;
    if (all == 0) return true;
    if (sq_variables_axis(v, "changed", (size_t)all) < 0) return false;
    const char **text = sq_variables_add(v, SQ_TEXT, "changed", "", "parameter replaced for this run", axes);
    for (int i = 0; i < all && text; i++) {
        const sq_override *o = &m->overrides[i];
        text[i] = i < m->n_overrides
                      ? sq_arena_format(&v->arena, "%s=%s", o->name, o->value)
                      : sq_arena_format(&v->arena, "%s", changes[i - m->n_overrides]);
        if (!text[i]) return false;
    }
    return text != NULL;
}

static bool add_closing(sq_variables *v, const sq_model *m)
{
    return !m->closes || add_number(v, "follow_up_closes", "1", "calendar year in which follow-up closes",
                                    m->closing_year);
}

/* Names, and what each scenario sets: NaN what it leaves as it is. */
static bool add_scenarios(sq_variables *v, const sq_model *m)
{
    const char *const axes[] = {"scenario", "sweep_parameter", NULL}, *const swept[] = {"sweep_parameter", NULL};
    const char *const alone[] = {"scenario", NULL};
    if (m->n_scenarios == 0) return true;
    if (sq_variables_axis(v, "sweep_parameter", (size_t)m->n_swept) < 0) return false;
    const char **name = sq_variables_add(v, SQ_TEXT, "scenario_name", "", "scenario", alone);
    const char **label = sq_variables_add(v, SQ_TEXT, "scenario_label", "", "scenario in words", alone);
    const char **parameter = sq_variables_add(v, SQ_TEXT, "sweep_parameter", "", "parameter that scenarios set", swept);
    double *value = sq_variables_add(v, SQ_F64, "scenario_value", "1", "value that the scenario sets, in parameter_unit", axes);
    bool added = name && label && parameter && value;
    for (int k = 0; added && k < m->n_swept; k++)
        added = (parameter[k] = sq_arena_format(&v->arena, "%s", m->parameters[m->swept[k]].name)) != NULL;
    for (int i = 0; added && i < m->n_scenarios; i++) {
        const sq_scenario *s = &m->scenarios[i];
        name[i] = sq_arena_format(&v->arena, "%s", s->name);
        label[i] = sq_arena_format(&v->arena, "%s", s->label);
        added = name[i] && label[i];
        for (int k = 0; k < m->n_swept; k++) {
            const sq_assignment *set = sq_settings_of(&s->settings, m->parameters[m->swept[k]].slot);
            value[i * m->n_swept + k] = set ? set->value : NAN;
        }
    }
    return added;
}

sq_status sq_conditions_add(const sq_model *m, int n, const char *const *changes, sq_variables *v, sq_error *err)
{
    bool added = add_number(v, "horizon", "year", "end of follow-up, since index",
                            m->horizon / SQ_DAYS_PER_YEAR) &&
                 add_closing(v, m) && add_seed(v, m->seed) && add_discount(v, m->discount) && add_changes(v, m, n, changes) &&
                 add_scenarios(v, m);
    return added ? SQ_OK : sq_fail(err, SQ_ERR_MEMORY, "no memory for the conditions of the run");
}

const char *sq_conditions_title(const sq_model *m)
{
    return m->experiment_title[0] ? m->experiment_title : m->experiment;
}
