/* The experiment's own numbers: titles, horizon, patients, seed, discounting. They are constants: nothing
 * here may depend on a parameter. */
#include "base/text.h"
#include "lang/build.h"
#include "math/kernel.h"

#include <math.h>
#include <string.h>

static const double ODD_RATE = 0.5; /* a year: nobody discounts so steeply */

static const char *title(sq_build *b, sq_single single)
{
    const sq_node *node = b->one[single].node;
    const char *text = node ? sq_scalar_text(b, node, "a title") : NULL;
    return text ? sq_build_keep(b, text) : "";
}

static const char *name_of(sq_build *b, sq_single single, const char *what)
{
    sq_said said = b->one[single];
    const char *text = said.node ? sq_scalar_text(b, said.node, what) : NULL;
    if (!text) return "";
    if (!*text) sq_diag_error(b->diags, said.place, "the %s has an empty name", what);
    return sq_build_keep(b, text);
}

bool sq_time_constant(sq_build *b, const sq_node *node, double *days)
{
    if (!sq_expr_constant(&b->compiler, node, sq_type_time(), days)) return false;
    return *days >= 0 || sq_diag_error(b->diags, node->place, "this time cannot be negative");
}

/* A time at which something happens: on the time grid, as firings are. */
static bool instant_constant(sq_build *b, const sq_node *node, double *days)
{
    if (!sq_time_constant(b, node, days)) return false;
    *days = sq_on_time_grid(*days);
    return true;
}

static bool build_horizon(sq_build *b)
{
    sq_said said = b->one[SQ_ONE_HORIZON];
    if (!said.node)
        return sq_diag_error(b->diags, b->one[SQ_ONE_EXPERIMENT].place,
                             "the experiment has no `horizon:` (as in `horizon: 40 y`)");
    if (!instant_constant(b, said.node, &b->model->horizon)) return false;
    if (b->model->horizon <= 10000 * SQ_DAYS_PER_YEAR) return true;
    return sq_diag_error(b->diags, said.node->place, "a horizon above 10000 y is not possible");
}

/* ---- the calendar ----------------------------------------------------------------------- */

/* A calendar year with decimals. Plain digits alone: 2024-06-30 would be a subtraction. */
static bool year_constant(sq_build *b, const sq_node *node, double *year)
{
    const char *text = sq_scalar_text(b, node, "a calendar year");
    if (!text) return false;
    size_t n = strlen(text);
    if (n > 0 && sq_text_number(text, n, year) == n && fabs(*year) <= 1e5) return true;
    return sq_diag_error(b->diags, node->place,
                         "'%.60s' is no calendar year; write it with decimals, as in 2024.5 for the "
                         "middle of 2024",
                         text);
}

bool sq_need_entry_year(sq_build *b, sq_place place, const char *what, int *attribute)
{
    *attribute = sq_find_attribute(b, "entry_year");
    const sq_attribute *a = *attribute < 0 ? NULL : &b->attributes.items[*attribute];
    bool fits = a && a->type.class == SQ_TYPE_NUMBER && sq_unit_equal(a->type.unit, sq_type_plain().unit);
    if (fits) sq_attribute_is_read(b, *attribute);
    return fits || sq_diag_error(b->diags, place,
                                 "%s needs an attribute `entry_year` of type number: the calendar year at "
                                 "index, with decimals",
                                 what);
}

static bool build_closing(sq_build *b)
{
    sq_model *m = b->model;
    sq_said said = b->one[SQ_ONE_CLOSES];
    if (!said.node || said.node->kind == SQ_NODE_NULL) return true;
    m->closes = true;
    return sq_need_entry_year(b, said.place, "`closes:`", &m->entry_year) &&
           year_constant(b, said.node, &m->closing_year);
}

static bool build_counts(sq_build *b)
{
    sq_model *m = b->model;
    uint64_t patients = 100000;
    bool fine = true;
    m->seed = 1;
    if (b->one[SQ_ONE_PATIENTS].node)
        fine = sq_integer_constant(b, b->one[SQ_ONE_PATIENTS].node, "patients", 1, SQ_MOST_PATIENTS,
                                   &patients);
    if (b->one[SQ_ONE_SEED].node)
        fine = sq_integer_constant(b, b->one[SQ_ONE_SEED].node, "seed", 0, INT64_MAX, &m->seed) &&
               fine;
    m->n_patients = b->options->patients > 0 ? b->options->patients : (int64_t)patients;
    if (b->options->seed) m->seed = *b->options->seed;
    return fine;
}

/* ---- discounting ------------------------------------------------------------------------ */

static bool read_rate(sq_build *b, const sq_node *map, bool effective, double *per_day)
{
    const sq_node *node = sq_node_get(map, "rate");
    double rate;
    if (!node) return sq_diag_error(b->diags, map->place, "discounting needs `rate:`");
    if (!sq_expr_constant(&b->compiler, node, sq_type_probability(), &rate)) return false;
    if (rate < 0) return sq_diag_error(b->diags, node->place, "a discount rate cannot be negative");
    if (rate > ODD_RATE)
        sq_diag_warning(b->diags, node->place, "%g %% a year: is %g %% meant?", 100 * rate, rate);
    *per_day = (effective ? sq_log1p(rate) : rate) / SQ_DAYS_PER_YEAR;
    return true;
}

/* `rate:` and `then:` of a map. */
static bool read_rates(sq_build *b, const sq_node *map, bool effective, sq_discount *d)
{
    static const char *const known_then[] = {"from", "rate", NULL};
    const sq_node *then = sq_node_get(map, "then");
    if (!read_rate(b, map, effective, &d->rate[0])) return false;
    d->rate[1] = d->rate[0];
    if (!then) return true;
    if (!sq_node_expect(then, SQ_NODE_MAP, "then: {from: …, rate: …}", b->diags)) return false;
    sq_node_known_keys(then, "a later discount rate", known_then, b->diags);
    const sq_node *change = sq_node_get(then, "from");
    if (!change) return sq_diag_error(b->diags, then->place, "a later rate needs `from:`");
    return instant_constant(b, change, &d->change) && read_rate(b, then, effective, &d->rate[1]);
}

/* `costs: {rate: …}` and `effects: {rate: …}`, of which one that is not given stays undiscounted. */
static bool read_apart(sq_build *b, const sq_node *map, bool effective)
{
    static const char *const words[SQ_DISCOUNTINGS] = {"costs", "effects"};
    static const char *const known[] = {"rate", "then", NULL};
    bool fine = true;
    for (int i = 0; i < SQ_DISCOUNTINGS; i++) {
        const sq_node *own = sq_node_get(map, words[i]);
        if (!own) continue;
        if (!sq_node_expect(own, SQ_NODE_MAP, "a discount rate: {rate: …}", b->diags)) return false;
        sq_node_known_keys(own, words[i], known, b->diags);
        fine = read_rates(b, own, effective, &b->model->discount[i]) && fine;
    }
    return fine;
}

/* One rate for all, or one for costs and one for effects. */
static bool read_discount(sq_build *b, const sq_node *map, bool effective)
{
    sq_discount *d = b->model->discount;
    bool apart = sq_node_get(map, "costs") || sq_node_get(map, "effects");
    const sq_node *rate = sq_node_get(map, "rate"), *then = sq_node_get(map, "then");
    if (apart && (rate || then))
        return sq_diag_error(b->diags, rate ? rate->place : then->place,
                             "either one `rate:` for all, or `costs:` and `effects:` with their own");
    if (apart) return read_apart(b, map, effective);
    if (!read_rates(b, map, effective, &d[SQ_DISCOUNT_COSTS])) return false;
    d[SQ_DISCOUNT_EFFECTS] = d[SQ_DISCOUNT_COSTS];
    return true;
}

/* `index`, a time after index, or {year: Y}. */
static bool read_discount_origin(sq_build *b, const sq_node *from, sq_discount *d)
{
    static const char *const known[] = {"year", NULL};
    if (!from) return true;
    if (from->kind == SQ_NODE_SCALAR && strcmp(from->text, "index") == 0) return true;
    if (from->kind != SQ_NODE_MAP) return instant_constant(b, from, &d->origin);
    sq_node_known_keys(from, "the origin of discounting", known, b->diags);
    const sq_node *year = sq_node_get(from, "year");
    if (!year) return sq_diag_error(b->diags, from->place, "a calendar origin is {year: …}");
    d->from_year = true;
    return sq_need_entry_year(b, from->place, "discounting from a calendar year", &b->model->entry_year) &&
           year_constant(b, year, &d->year);
}

static bool build_discount(sq_build *b)
{
    static const char *const known[] = {"rate", "costs", "effects", "kind", "from", "then", NULL};
    static const char *const kinds[] = {"effective", "continuous", NULL};
    sq_discount *d = b->model->discount;
    const sq_node *map = b->one[SQ_ONE_DISCOUNT].node;
    for (int i = 0; i < SQ_DISCOUNTINGS; i++) d[i].change = INFINITY;
    if (!map || map->kind == SQ_NODE_NULL) return true;
    if (!sq_node_expect(map, SQ_NODE_MAP, "discount", b->diags)) return false;
    sq_node_known_keys(map, "discount", known, b->diags);
    int kind = sq_choice(b, sq_node_get(map, "kind"), "kind of discounting", kinds, 0);
    if (kind < 0 || !read_discount(b, map, kind == 0)) return false;
    sq_discount origin = {0};
    if (!read_discount_origin(b, sq_node_get(map, "from"), &origin)) return false;
    for (int i = 0; i < SQ_DISCOUNTINGS; i++) {
        d[i].origin = origin.origin;
        d[i].from_year = origin.from_year;
        d[i].year = origin.year;
    }
    return true;
}

bool sq_build_experiment(sq_build *b)
{
    sq_model *m = b->model;
    m->experiment = name_of(b, SQ_ONE_EXPERIMENT, "experiment");
    m->experiment_title = title(b, SQ_ONE_EXPERIMENT_TITLE);
    m->name = name_of(b, SQ_ONE_MODEL, "model");
    m->title = title(b, SQ_ONE_MODEL_TITLE);
    if (b->skim) {
        for (int i = 0; i < SQ_DISCOUNTINGS; i++) m->discount[i].change = INFINITY;
        return true;
    }
    bool fine = build_horizon(b);
    fine = build_closing(b) && fine;
    fine = build_counts(b) && fine;
    fine = build_discount(b) && fine;
    return fine && sq_build_outputs(b);
}
