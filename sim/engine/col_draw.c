/* Draws, for all lanes of a selection at once: uniforms at their addresses, what becomes of them through the
 * copula, and the numbers, flags and options that come of that. The chapter of ref_clock.c of the same name
 * says what a draw is; here every step of it is a column. A lane whose key, probability or law is impossible
 * fails and goes on with one that is not. */
#include "engine/col.h"

#include <float.h>

/* ---- values that must lie between limits ----------------------------------------------------- */

void sq_col_judge(sq_columns *c, const sq_selection *s, double *value, double low, double high, double otherwise)
{
    if (c->lanes->within((sq_column){value, 1}, low, high, s->n)) return;
    for (int i = 0; i < s->n; i++) {
        if (value[i] >= low && value[i] <= high) continue;
        value[i] = otherwise;
        sq_col_fail(c, s, i);
    }
}

sq_column sq_col_within(sq_columns *c, const sq_selection *s, sq_column x, double low, double high,
                        double otherwise)
{
    if (c->lanes->within(x, low, high, x.step ? s->n : 1)) return x;
    double *mended = sq_col_doubles(c, s->n);
    for (int i = 0; i < sq_col_padded(s->n); i++) mended[i] = x.p[i * x.step];
    sq_col_judge(c, s, mended, low, high, otherwise);
    return (sq_column){mended, 1};
}

/* ---- uniforms -------------------------------------------------------------------------------- */

/* Labels of the keys: a lane where one is unset fails. */
static void find_keys(sq_columns *c, sq_selection *s, const sq_site *site, sq_keyed_luck *luck)
{
    for (int k = 0; k < site->n_keys; k++) {
        sq_column attribute = {sq_col_attribute(c, s, site->key_attribute[k]), 1};
        luck->key[k] = sq_col_within(c, s, attribute, 0, site->key_size[k] - 1, 0).p;
    }
}

static void keyed_uniforms(sq_columns *c, sq_selection *s, int index, double *u)
{
    const sq_site *site = &c->model->sites[index];
    sq_mark mark = sq_col_mark(c);
    const sq_visit_plan *visits = &c->plan->visits[index];
    sq_keyed_luck luck = {
        .n_keys = site->n_keys,
        .size = site->key_size,
        .hash = site->hash,
        .visits = visits->first >= 0 ? c->p->visits + visits->first : NULL,
        .many = visits->first >= 0 ? c->p->many_visits + visits->first : NULL,
        .of_lane = c->plan->n_visits,
        .of_slot = visits->of_slot,
        .place = visits->place,
        .life = c->p->lives,
    };
    find_keys(c, s, site, &luck);
    c->lanes->keyed_uniforms(u, sq_col_luck_of(c, s), &luck, s->lane, s->n);
    sq_col_release(c, mark);
}

const double *sq_col_uniforms(sq_columns *c, sq_selection *s, int index)
{
    const sq_site *site = &c->model->sites[index];
    double *u = sq_col_doubles(c, s->n);
    int counter = c->plan->visit_counter[index];
    uint32_t *visits = counter >= 0 ? sq_col_counter(c->p, counter) : NULL;
    if (site->n_keys > 0) keyed_uniforms(c, s, index, u);
    else c->lanes->uniforms(u, sq_col_luck_of(c, s), site->hash[0], visits, s->lane, s->n);
    c->facts.draws += s->n;
    return u;
}

/* ---- luck: survival uniforms and hazards ----------------------------------------------------- */

/* A way of making one column of another. */
typedef void column_map(double *out, const double *in, int n);

static double *mapped(sq_columns *c, const sq_selection *s, column_map *map, const double *in)
{
    double *out = sq_col_doubles(c, s->n);
    map(out, in, s->n);
    return out;
}

static void luck_of_uniform(sq_columns *c, const sq_selection *s, const double *u, const double **survival,
                            const double **hazard)
{
    if (survival) *survival = u;
    if (hazard) *hazard = mapped(c, s, c->lanes->hazards, u);
}

static void luck_of_score(sq_columns *c, const sq_selection *s, const double *score, const double **survival,
                          const double **hazard)
{
    if (survival) *survival = mapped(c, s, c->lanes->survivals, score);
    if (hazard) *hazard = mapped(c, s, c->lanes->score_hazards, score);
}

void sq_col_luck(sq_columns *c, sq_selection *s, int site, const sq_loading *loading, const double **survival,
                 const double **hazard)
{
    const double *u = sq_col_uniforms(c, s, site);
    if (loading->mean.count == 0) {
        luck_of_uniform(c, s, u, survival, hazard);
        return;
    }
    sq_column mean = sq_col_value(c, s, loading->mean, 0), sd = sq_col_value(c, s, loading->sd, 1);
    mean = sq_col_within(c, s, mean, -DBL_MAX, DBL_MAX, 0);
    sd = sq_col_within(c, s, sd, -DBL_MAX, DBL_MAX, 1);
    double *score = sq_col_doubles(c, s->n);
    c->lanes->loaded_scores(score, u, mean, sd, s->n);
    luck_of_score(c, s, score, survival, hazard);
}

/* ---- draws ----------------------------------------------------------------------------------- */

static void draw_luck(sq_columns *c, sq_selection *s, const sq_draw *draw, const double **survival,
                      const double **hazard)
{
    if (draw->member == 0) sq_col_luck(c, s, draw->site, &draw->loading, survival, hazard);
    else sq_col_member_luck(c, s, draw, survival, hazard);
}

const double *sq_col_number(sq_columns *c, sq_selection *s, const sq_draw *draw)
{
    double *value = sq_col_doubles(c, s->n);
    sq_mark mark = sq_col_mark(c);
    const double *hazard = NULL;
    sq_law_columns law;
    sq_law_numbers numbers;
    draw_luck(c, s, draw, NULL, &hazard);
    sq_col_law(c, s, c->model->n_events + (int)(draw - c->model->draws), false, &law, &numbers);
    c->lanes->law_inverse(&law, value, hazard, s->n);
    sq_col_judge(c, s, value, -DBL_MAX, DBL_MAX, 0);
    sq_col_release(c, mark);
    return value;
}

static sq_column probability(sq_columns *c, sq_selection *s, sq_program program)
{
    return sq_col_within(c, s, sq_col_value(c, s, program, 0), 0, 1, 0);
}

const double *sq_col_flag(sq_columns *c, sq_selection *s, const sq_draw *draw)
{
    double *value = sq_col_doubles(c, s->n);
    sq_mark mark = sq_col_mark(c);
    const double *survival = NULL;
    draw_luck(c, s, draw, &survival, NULL);
    sq_column p = probability(c, s, draw->chance);
    const sq_column luck = {survival, 1};
    c->lanes->operate(SQ_OP_LT, value, luck, p, luck, s->n);
    sq_col_release(c, mark);
    return value;
}

static void option_probabilities(sq_columns *c, sq_selection *s, const sq_draw *draw, sq_option_columns *options)
{
    const sq_draw_option *option = &c->model->draw_options[draw->first_option];
    options->n = draw->n_options;
    options->rest = -1;
    for (int k = 0; k < draw->n_options; k++) {
        if (option[k].probability.count == 0) options->rest = k;
        else options->p[k] = probability(c, s, option[k].probability);
    }
}

static void fail_unless(sq_columns *c, const sq_selection *s, const double *truth)
{
    for (int i = 0; i < s->n; i++)
        if (truth[i] == 0) sq_col_fail(c, s, i);
}

const double *sq_col_option(sq_columns *c, sq_selection *s, const sq_draw *draw)
{
    double *chosen = sq_col_doubles(c, s->n);
    sq_mark mark = sq_col_mark(c);
    double *adds_up = sq_col_doubles(c, s->n);
    const double *survival = NULL;
    sq_option_columns options;
    draw_luck(c, s, draw, &survival, NULL);
    option_probabilities(c, s, draw, &options);
    if (!c->lanes->choose(chosen, adds_up, &options, survival, s->n)) fail_unless(c, s, adds_up);
    sq_col_release(c, mark);
    return chosen;
}
