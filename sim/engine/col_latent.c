/* What is drawn together at baseline: latents, other members of the correlation, and the rows of a patient
 * file. The correlation's factor is in each lane's parameter block; own normal scores are kept in the nursery
 * as far as they are drawn. */
#include "engine/col.h"

/* An entry of the correlation's factor. */
static sq_column factor_at(sq_columns *c, const sq_selection *s, int row, int column)
{
    int slot = c->model->factor + row * c->model->n_members + column;
    if (s->block) return sq_col_uniform(c, s->block[slot]);
    double *value = sq_col_doubles(c, s->n);
    c->lanes->gather_blocks(value, s->blocks, slot, s->n);
    return (sq_column){value, 1};
}

static double *score_of(const sq_columns *c, int member)
{
    return c->p->score + sq_col_row(c->p, member);
}

/* sum += factor * score, of a member drawn before. */
static void add_score(sq_columns *c, const sq_selection *s, sq_column factor, int member, double *sum)
{
    const double *score = score_of(c, member);
    for (int i = 0; i < s->n; i++) sum[i] += factor.p[i * factor.step] * score[s->lane[i]];
}

static double *zeros(sq_columns *c, const sq_selection *s)
{
    double *value = sq_col_doubles(c, s->n);
    for (int i = 0; i < sq_col_padded(s->n); i++) value[i] = 0;
    return value;
}

/* Draws a member's own score and keeps it. */
static const double *own_score(sq_columns *c, sq_selection *s, int member, const double *u)
{
    double *own = sq_col_doubles(c, s->n);
    c->lanes->normal_scores(own, u, s->n);
    sq_col_scatter(s, score_of(c, member), own);
    return own;
}

/* Whether the member is correlated with none of those drawn before it: 1, lane by lane. A score whose factor is 0
 * adds nothing to the bit. */
static const double *mix_of_others(sq_columns *c, const sq_selection *s, int member, double *alone)
{
    double *mean = zeros(c, s);
    for (int i = 0; i < sq_col_padded(s->n); i++) alone[i] = 1;
    for (int j = 0; j < member; j++) {
        sq_column factor = factor_at(c, s, member, j);
        if (factor.step == 0 && factor.p[0] == 0) continue;
        add_score(c, s, factor, j, mean);
        for (int i = 0; i < s->n; i++) alone[i] *= factor.p[i * factor.step] == 0;
    }
    return mean;
}

/* `value` where the member is correlated, else `own`. */
static void keep_own(const sq_selection *s, const double *alone, const double *own, double *value)
{
    for (int i = 0; i < s->n; i++)
        if (alone[i] != 0) value[i] = own[i];
}

void sq_col_member_luck(sq_columns *c, sq_selection *s, const sq_draw *draw, const double **survival,
                        const double **hazard)
{
    int member = draw->member - 1, n = s->n;
    const double *u = sq_col_uniforms(c, s, draw->site), *own = own_score(c, s, member, u);
    double *alone = sq_col_doubles(c, n), *score = sq_col_doubles(c, n), *mixed = sq_col_doubles(c, n);
    const double *mean = mix_of_others(c, s, member, alone);
    sq_column factor = factor_at(c, s, member, member);
    for (int i = 0; i < n; i++) score[i] = mean[i] + factor.p[i * factor.step] * own[i];
    for (int i = n; i < sq_col_padded(n); i++) score[i] = 0;
    if (survival) {
        c->lanes->survivals(mixed, score, n);
        keep_own(s, alone, u, mixed);
        *survival = mixed;
    }
    if (hazard) {
        double *hazard_alone = sq_col_doubles(c, n), *hazard_mixed = sq_col_doubles(c, n);
        c->lanes->hazards(hazard_alone, u, n);
        c->lanes->score_hazards(hazard_mixed, score, n);
        keep_own(s, alone, hazard_alone, hazard_mixed);
        *hazard = hazard_mixed;
    }
}

void sq_col_latents(sq_columns *c, sq_selection *s)
{
    const sq_model *m = c->model;
    for (int i = 0; i < m->n_latents; i++) {
        sq_mark mark = sq_col_mark(c);
        own_score(c, s, i, sq_col_uniforms(c, s, m->latent_site + i));
        double *z = zeros(c, s);
        for (int j = 0; j <= i; j++) add_score(c, s, factor_at(c, s, i, j), j, z);
        sq_col_scatter(s, c->p->attribute[m->latents[i]], z);
        sq_col_release(c, mark);
    }
}

/* ---- rows of the patient file ---------------------------------------------------------------- */

static void take_row(const sq_columns *c, int lane, int64_t row)
{
    const sq_patients *p = &c->model->patients;
    const double *value = p->value + row * p->n_columns;
    for (int i = 0; i < p->n_columns; i++) c->p->attribute[p->attribute[i]][lane] = value[i];
}

void sq_col_patient_rows(sq_columns *c, sq_selection *s, int64_t first_patient)
{
    const sq_patients *p = &c->model->patients;
    if (p->n_rows == 0) return;
    sq_mark mark = sq_col_mark(c);
    const double *u = p->resample ? sq_col_uniforms(c, s, c->model->csv_site) : NULL;
    for (int i = 0; i < s->n; i++) {
        int lane = s->lane[i];
        int64_t row = u ? sq_resampled_row(p, u[i]) : (first_patient + c->p->place[lane]) % p->n_rows;
        take_row(c, lane, row);
    }
    sq_col_release(c, mark);
}
