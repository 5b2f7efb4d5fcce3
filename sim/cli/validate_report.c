/* What a person wants to know of a validation: every figure beside the published one, the whole against its bars, and what is
 * known to be missed. Programs get the same with all digits. */
#include "cli/validate_report.h"

#include "cli/measure.h"

#include <math.h>
#include <string.h>

typedef struct printer {
    const sq_validate *v;
    sq_arena arena;
    sq_report report;
    bool failed;
} printer;

static const char *kept(printer *p, const char *text)
{
    if (!text) p->failed = true;
    return text ? text : "";
}

static sq_sheet *new_sheet(printer *p, const char *key, const char *title, const char *row, int n_columns,
                           const sq_heading *columns, int n)
{
    sq_sheet *s = n > 0 ? sq_sheet_new(&p->arena, key, title, row, n_columns, columns, n) : NULL;
    if (!s) {
        p->failed = p->failed || n > 0;
        return NULL;
    }
    s->wraps = true;
    p->report.sheets[p->report.n_sheets++] = s;
    return s;
}

/* ---- figures ----------------------------------------------------------------------------------------------- */

static sq_measure measure_of(const printer *p, const sq_validated *f)
{
    const sq_target *t = f->target->target;
    const sq_model *m = p->v->experiments[f->target->experiment].model;
    sq_estimate_kind kind = f->is_emulated ? m->emulations[t->index].estimates[t->estimate].kind : SQ_ESTIMATE_SURVIVAL;
    bool plain = kind == SQ_ESTIMATE_HAZARD_RATIO || kind == SQ_ESTIMATE_LOG_RANK || kind == SQ_ESTIMATE_SHARE;
    return plain ? sq_measure_plain() : sq_measure_of(f->target->unit, f->target->published);
}

static const char *row_name(printer *p, const sq_validated *f)
{
    return kept(p, sq_arena_format(&p->arena, "%s.%s", p->v->experiments[f->target->experiment].name, f->target->target->name));
}

/* Without a size nothing is claimed. */
static const char *verdict_of(const sq_validated *f)
{
    if (f->verdict == SQ_NO_INTERVAL) return "–";
    if (f->now_met) return "inside, listed as a known miss";
    if (f->is_known_miss) return "known miss";
    if (f->is_missed) return f->verdict == SQ_NOT_REACHED ? "NOT REACHED" : "OUTSIDE";
    return f->verdict == SQ_NOT_REACHED ? "not reached" : sq_verdict_word(f->verdict);
}

static const char *interval_of(printer *p, const sq_validated *f)
{
    const sq_measure measure = measure_of(p, f);
    bool cohorts = f->is_emulated;
    double low = cohorts ? f->predictive[0] : f->target->lower, high = cohorts ? f->predictive[1] : f->target->upper;
    const char *text = kept(p, sq_measure_interval(measure, low, high, &p->arena));
    return cohorts && !isnan(low) ? kept(p, sq_arena_format(&p->arena, "%s *", text)) : text;
}

static void figures_for_people(printer *p)
{
    static const sq_heading columns[] = {
        {.key = "use", .title = "Use"},           {.key = "published", .title = "Published"},
        {.key = "interval", .title = "95 %"},     {.key = "simulated", .title = "Simulated"},
        {.key = "p", .title = "p", .decimals = 3, .fixed = true}, {.key = "verdict", .title = "Verdict"}};
    sq_sheet *s = new_sheet(p, "targets", "Published figures and the same figures simulated", "Figure", 6, columns, p->v->n);
    for (int i = 0; s && i < p->v->n; i++) {
        const sq_validated *f = &p->v->figures[i];
        sq_measure measure = measure_of(p, f);
        s->row_key[i] = s->row_title_of[i] = row_name(p, f);
        *sq_sheet_at(s, i, 0) = sq_words(f->target->target->use);
        *sq_sheet_at(s, i, 1) = sq_words(kept(p, sq_measure_text(measure, f->target->published, NAN, &p->arena)));
        *sq_sheet_at(s, i, 2) = sq_words(interval_of(p, f));
        *sq_sheet_at(s, i, 3) = sq_words(kept(p, sq_measure_text(measure, f->figure.simulated, f->figure.se, &p->arena)));
        *sq_sheet_at(s, i, 4) = sq_number(f->p, NAN);
        *sq_sheet_at(s, i, 5) = sq_words(verdict_of(f));
    }
    if (!s) return;
    s->readers = SQ_FOR_PEOPLE;
    s->note = "95 %: the published interval; with * that of cohorts of the study's size, which judges the published figure. p: two-sided "
              "probability, were the model true, of a figure as far out as the published one; of a curve jointly, at its first point.";
}

static void figures_for_programs(printer *p)
{
    static const sq_heading columns[] = {
        {.key = "experiment"}, {.key = "setting"},   {.key = "use"},      {.key = "class"},     {.key = "unit"},
        {.key = "published"},  {.key = "lower"},     {.key = "upper"},    {.key = "simulated"}, {.key = "predictive_lower"},
        {.key = "predictive_upper"}, {.key = "pit"}, {.key = "p"},        {.key = "residual"},  {.key = "log_score"},
        {.key = "null_log_score"}, {.key = "verdict"}, {.key = "missed"}};
    enum { WIDTH = sizeof columns / sizeof *columns };
    sq_sheet *s = new_sheet(p, "targets", "Published figures and the same figures simulated", "Figure", WIDTH, columns, p->v->n);
    for (int i = 0; s && i < p->v->n; i++) {
        const sq_validated *f = &p->v->figures[i];
        const sq_suite_target *t = f->target;
        const sq_entry entries[WIDTH] = {
            sq_words(p->v->experiments[t->experiment].name), sq_words(p->v->settings[t->experiment]), sq_words(t->target->use),
            sq_words(sq_figure_class_word(f->class)), sq_words(t->unit), sq_number(t->published, NAN), sq_number(t->lower, NAN),
            sq_number(t->upper, NAN), sq_number(f->figure.simulated, f->figure.se), sq_number(f->predictive[0], NAN),
            sq_number(f->predictive[1], NAN), sq_number(f->pit, NAN), sq_number(f->p, NAN), sq_number(f->residual, NAN),
            sq_number(f->log_score, NAN), sq_number(f->null_log_score, NAN), sq_words(sq_verdict_word(f->verdict)),
            sq_words(f->is_missed ? "missed" : f->now_met ? "met" : f->is_known_miss ? "known" : "")};
        s->row_key[i] = s->row_title_of[i] = row_name(p, f);
        for (int k = 0; k < WIDTH; k++) *sq_sheet_at(s, i, k) = entries[k];
    }
    if (s) s->readers = SQ_FOR_PROGRAMS;
}

/* ---- bars -------------------------------------------------------------------------------------------------- */

static const char *bar_title(printer *p, sq_bar_kind b)
{
    const sq_bar *bar = &p->v->bars[b];
    static const char *const titles[SQ_BARS] = {
        [SQ_BAR_PER_PARAMETER] = "fitted figures for each fitted parameter",
        [SQ_BAR_COVERAGE_50] = "unfitted: share inside predictive 50 %, by whole studies",
        [SQ_BAR_COVERAGE_80] = "unfitted: share inside predictive 80 %, by whole studies",
        [SQ_BAR_COVERAGE_95] = "unfitted: share inside predictive 95 %, by whole studies",
        [SQ_BAR_SHARE_ERROR] = "unfitted, informative shares: median absolute error",
        [SQ_BAR_TIME_ERROR] = "unfitted medians: median relative error",
        [SQ_BAR_LOG_SCORE] = "unfitted: log score above that of other studies' rates, mean",
    };
    if (b != SQ_BAR_CHI_SQUARE) return titles[b];
    return kept(p, sq_arena_format(&p->arena, "fitted: p of the joint chi-square, %.1f", bar->statistic));
}

static const char *wanted_of(printer *p, const sq_bar *bar)
{
    if (isinf(bar->upper)) return kept(p, sq_arena_format(&p->arena, "at least %.3g", bar->lower));
    return kept(p, sq_arena_format(&p->arena, "%.3g to %.3g", bar->lower, bar->upper));
}

static void add_bars(printer *p)
{
    static const sq_heading columns[] = {{.key = "value", .title = "Value", .decimals = 3, .fixed = true},
                                         {.key = "wanted", .title = "Wanted"},
                                         {.key = "n", .title = "Of", .whole = true},
                                         {.key = "verdict", .title = "Verdict"}};
    sq_sheet *s = new_sheet(p, "bars", "The whole against its bars", "Bar", 4, columns, SQ_BARS);
    for (int b = 0; s && b < SQ_BARS; b++) {
        const sq_bar *bar = &p->v->bars[b];
        s->row_key[b] = sq_bar_word((sq_bar_kind)b);
        s->row_title_of[b] = bar_title(p, (sq_bar_kind)b);
        *sq_sheet_at(s, b, 0) = sq_number(bar->value, NAN);
        *sq_sheet_at(s, b, 1) = sq_words(bar->n > 0 ? wanted_of(p, bar) : "–");
        *sq_sheet_at(s, b, 2) = sq_number(bar->n, NAN);
        *sq_sheet_at(s, b, 3) = sq_words(bar->n == 0 ? "not judged" : bar->is_missed ? "MISSED" : "met");
    }
    if (s) s->note = "Of: degrees of freedom, figures, or whole studies.";
}

/* ---- known misses ------------------------------------------------------------------------------------------ */

static void add_known(printer *p)
{
    static const sq_heading columns[] = {{.key = "now", .title = "Now"}, {.key = "reason", .title = "Reason"}};
    sq_sheet *s = new_sheet(p, "known_misses", "Known misses", "Figure", 2, columns, p->v->n_known);
    for (int i = 0, row = 0; s && i < p->v->n; i++) {
        const sq_validated *f = &p->v->figures[i];
        if (!f->is_known_miss) continue;
        s->row_key[row] = s->row_title_of[row] = row_name(p, f);
        *sq_sheet_at(s, row, 0) = sq_words(f->now_met ? "met" : "missed");
        *sq_sheet_at(s, row++, 1) = sq_words(f->target->target->known_miss);
    }
}

/* ---- the whole --------------------------------------------------------------------------------------------- */

static void add_notes(printer *p)
{
    const sq_validate *v = p->v;
    const sq_coverage *u = &v->unfitted, *c = &v->contrasts;
    const char *notes[] = {
        sq_arena_format(&p->arena, "%d figures are judged: %d missed without a known reason, %d known misses of which %d are now met. "
                        "Bars missed: %d.", v->n_judged, v->n_missed, v->n_known, v->n_now_met, v->n_bars_missed),
        sq_arena_format(&p->arena, "Unfitted figures inside predictive 50, 80, 95 %%: %d, %d, %d of %d (points of a curve are one).",
                        u->covered[0], u->covered[1], u->covered[2], u->n),
        sq_arena_format(&p->arena, "Contrasts within studies, apart: %d, %d, %d of %d.", c->covered[0], c->covered[1], c->covered[2], c->n),
    };
    for (size_t i = 0; i < sizeof notes / sizeof *notes; i++) p->report.notes[p->report.n_notes++] = kept(p, notes[i]);
}

bool sq_validation_print(const sq_validate *v, const char *title, sq_format format)
{
    printer p = {.v = v, .report = {.title = title}};
    p.report.settings[p.report.n_settings++] =
        kept(&p, sq_arena_format(&p.arena, "%d experiments, %d published figures", v->n_experiments, v->n));
    figures_for_people(&p);
    figures_for_programs(&p);
    add_bars(&p);
    add_known(&p);
    add_notes(&p);
    if (!p.failed) sq_report_print(stdout, &p.report, format);
    sq_arena_free(&p.arena);
    return !p.failed;
}
