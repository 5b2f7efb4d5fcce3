/* The whole against its bars. Figures of one study depend on one another in ways nobody knows, so coverage is counted by
 * whole studies: each gives the share of its figures that is covered. Whatever the dependence, the sum of such shares
 * spreads no more than a binomial count of the studies, which is the case of full dependence; the band is that count's. */
#include "estimate/chi_square.h"
#include "study/score.h"
#include "study/validate.h"

#include <math.h>
#include <string.h>

enum { PER_PARAMETER = 3 };

static bool is_of(const sq_validated *f, const char *use) { return strcmp(f->target->target->use, use) == 0; }

static void set_bar(sq_bar *bar, double value, double lower, double upper, int n)
{
    bool missed = n > 0 && !(value >= lower && value <= upper);
    *bar = (sq_bar){.value = n > 0 ? value : NAN, .lower = lower, .upper = upper, .n = n, .statistic = NAN, .is_missed = missed};
}

/* ---- fitted ----------------------------------------------------------------------------------------------- */

static void judge_fit(sq_validate *v, const sq_validate_options *o)
{
    double sum = 0;
    int n = 0, parameters = o->fitted_parameters;
    for (int i = 0; i < v->n; i++) {
        const sq_validated *f = &v->figures[i];
        if (!is_of(f, "fitted") || f->class == SQ_FIGURE_CONTRAST || isnan(f->residual)) continue;
        sum += f->residual * f->residual;
        n++;
    }
    int df = n - parameters > 0 ? n - parameters : 0;
    set_bar(&v->bars[SQ_BAR_CHI_SQUARE], sq_chi_square_make(sum, df).p, o->bars.p, 1, df);
    v->bars[SQ_BAR_CHI_SQUARE].statistic = sum;
    set_bar(&v->bars[SQ_BAR_PER_PARAMETER], parameters > 0 ? (double)n / parameters : NAN, PER_PARAMETER, INFINITY,
            parameters > 0 ? n : 0);
}

/* ---- coverage --------------------------------------------------------------------------------------------- */

static void count_covered(sq_coverage *c, double p)
{
    c->n++;
    for (int q = 0; q < 3; q++) c->covered[q] += p >= 1 - sq_coverage_levels[q];
}

/* Of an experiment's unfitted figures that are no contrasts. */
static sq_coverage coverage_of(const sq_validate *v, int experiment)
{
    const sq_suite_experiment *e = &v->experiments[experiment];
    sq_coverage c = {0};
    for (int i = e->first_target; i < e->first_target + e->n_targets; i++) {
        const sq_validated *f = &v->figures[i];
        if (is_of(f, "unfitted") && f->class != SQ_FIGURE_CONTRAST && !isnan(f->p)) count_covered(&c, f->p);
    }
    return c;
}

static void judge_coverage(sq_validate *v, const sq_validate_options *o)
{
    double covered[3] = {0};
    int studies = 0;
    for (int e = 0; e < v->n_experiments; e++) {
        sq_coverage c = coverage_of(v, e);
        v->unfitted.n += c.n;
        studies += c.n > 0;
        for (int q = 0; q < 3 && c.n > 0; q++) {
            v->unfitted.covered[q] += c.covered[q];
            covered[q] += (double)c.covered[q] / c.n;
        }
    }
    for (int q = 0; q < 3; q++) {
        int lower = 0, upper = 0;
        sq_binomial_band(studies, sq_coverage_levels[q], o->bars.p / 3, &lower, &upper);
        set_bar(&v->bars[SQ_BAR_COVERAGE_50 + q], covered[q] / studies, (double)lower / studies, (double)upper / studies, studies);
    }
    for (int i = 0; i < v->n; i++)
        if (v->figures[i].is_judged && v->figures[i].class == SQ_FIGURE_CONTRAST && !isnan(v->figures[i].p))
            count_covered(&v->contrasts, v->figures[i].p);
}

/* ---- errors and scores ------------------------------------------------------------------------------------ */

/* Median error of the unfitted figures of a class that tell much; a figure that is not reached is wrong beyond measure. */
static void judge_error(sq_validate *v, sq_figure_class class, double most, double *room, sq_bar *bar)
{
    int n = 0;
    for (int i = 0; i < v->n; i++) {
        const sq_validated *f = &v->figures[i];
        if (is_of(f, "unfitted") && f->class == class && f->is_informative)
            room[n++] = isnan(f->error) ? INFINITY : f->error;
    }
    set_bar(bar, sq_median_of(room, n), 0, most, n);
}

static void judge_scores(sq_validate *v)
{
    double sum = 0;
    int n = 0;
    for (int i = 0; i < v->n; i++) {
        const sq_validated *f = &v->figures[i];
        if (!is_of(f, "unfitted") || isnan(f->log_score) || isnan(f->null_log_score)) continue;
        sum += f->log_score - f->null_log_score;
        n++;
    }
    set_bar(&v->bars[SQ_BAR_LOG_SCORE], sum / n, 0, INFINITY, n);
}

static void count_figures(sq_validate *v)
{
    for (int i = 0; i < v->n; i++) {
        const sq_validated *f = &v->figures[i];
        v->n_judged += f->is_judged && f->verdict != SQ_NO_INTERVAL;
        v->n_missed += f->is_missed;
        v->n_known += f->is_known_miss;
        v->n_now_met += f->now_met;
    }
    for (int b = 0; b < SQ_BARS; b++) v->n_bars_missed += v->bars[b].is_missed;
}

sq_status sq_validate_judge(sq_validate *v, const sq_validate_options *o, sq_error *err)
{
    double *room = sq_arena_array(&v->arena, (size_t)v->n + 1, sizeof *room);
    if (!room) return sq_fail(err, SQ_ERR_MEMORY, "no memory for the bars");
    judge_fit(v, o);
    judge_coverage(v, o);
    judge_error(v, SQ_FIGURE_SHARE, o->bars.share_error, room, &v->bars[SQ_BAR_SHARE_ERROR]);
    judge_error(v, SQ_FIGURE_TIME, o->bars.time_error, room, &v->bars[SQ_BAR_TIME_ERROR]);
    judge_scores(v);
    count_figures(v);
    return SQ_OK;
}
