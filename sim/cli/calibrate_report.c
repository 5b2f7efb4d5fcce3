/* What a person wants to know of a fit: the values and how sure they are, the figures before and after, whether the whole
 * is met, and what the figures leave open. */
#include "cli/calibrate_report.h"

#include "cli/console.h"
#include "cli/sheet.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { DIGITS = 4 }; /* of values, for people */

typedef struct printer {
    const sq_fit *fit;
    sq_arena arena;
    sq_report report;
    bool failed;
} printer;

static const char *kept(printer *p, const char *text)
{
    if (!text) p->failed = true;
    return text ? text : "";
}

/* ---- parameters ---------------------------------------------------------------------------------------------- */

static const char *remark_of(printer *p, int i)
{
    const sq_fitted *f = &p->fit->fitted[i];
    const char *bound = f->at_bound ? "at a bound; " : "", *open = f->is_open ? "not determined; " : "";
    const char *source = f->beyond_source ? "outside its source's interval; " : "";
    char *text = sq_arena_format(&p->arena, "%s%s%s", bound, open, source);
    if (text && text[0]) text[strlen(text) - 2] = '\0';
    return kept(p, text);
}

static const char *literal(printer *p, int i, double value)
{
    char text[SQ_LITERAL_TEXT];
    return kept(p, sq_arena_format(&p->arena, "%s", sq_fit_literal(p->fit->calibration, i, value, DIGITS, text)));
}

static const char *interval_of(printer *p, int i, double lower, double upper)
{
    char from[SQ_LITERAL_TEXT], to[SQ_LITERAL_TEXT];
    if (isnan(lower)) return "–";
    sq_fit_literal(p->fit->calibration, i, lower, DIGITS, from);
    sq_fit_literal(p->fit->calibration, i, upper, DIGITS, to);
    return kept(p, sq_arena_format(&p->arena, "%s to %s", from, to));
}

static void print_parameters(printer *p)
{
    static const sq_heading columns[] = {{.key = "before", .title = "before"},
                                         {.key = "after", .title = "after"},
                                         {.key = "interval", .title = "95 % interval"},
                                         {.key = "bounds", .title = "bounds"},
                                         {.key = "remark", .title = "remark"}};
    const sq_calibration *c = p->fit->calibration;
    sq_sheet *sheet = sq_sheet_new(&p->arena, "parameters", "Calibrated parameters", "parameter", 5, columns, p->fit->n);
    if (!sheet) p->failed = true;
    for (int i = 0; i < p->fit->n && !p->failed; i++) {
        const sq_fitted *f = &p->fit->fitted[i];
        sheet->row_key[i] = sheet->row_title_of[i] = c->parameters[i].name;
        *sq_sheet_at(sheet, i, 0) = sq_words(literal(p, i, c->parameters[i].start));
        *sq_sheet_at(sheet, i, 1) = sq_words(literal(p, i, f->value));
        *sq_sheet_at(sheet, i, 2) = sq_words(interval_of(p, i, f->lower, f->upper));
        *sq_sheet_at(sheet, i, 3) = sq_words(interval_of(p, i, c->parameters[i].from, c->parameters[i].to));
        *sq_sheet_at(sheet, i, 4) = sq_words(remark_of(p, i));
    }
    if (sheet) p->report.sheets[p->report.n_sheets++] = sheet;
}

/* ---- targets -------------------------------------------------------------------------------------------------- */

/* People read shares as percent and short times in months. */
static double scale_of(const sq_suite_target *t, const char **word)
{
    bool is_year = strcmp(t->unit, "year") == 0;
    *word = t->is_share ? "%" : is_year ? (t->published < 2 ? "mo" : "y") : strcmp(t->unit, "1") == 0 ? "" : t->unit;
    return t->is_share ? 100 : is_year && t->published < 2 ? 12 : 1;
}

static const char *figure(printer *p, const sq_suite_target *t, double value)
{
    const char *word;
    double scale = scale_of(t, &word);
    if (isnan(value)) return "not reached";
    return kept(p, sq_arena_format(&p->arena, "%.4g%s%s", value * scale, word[0] ? " " : "", word));
}

static const char *published(printer *p, const sq_suite_target *t)
{
    const char *word;
    double scale = scale_of(t, &word);
    if (isnan(t->lower)) return figure(p, t, t->published);
    return kept(p, sq_arena_format(&p->arena, "%.4g (%.3g to %.3g)%s%s", t->published * scale, t->lower * scale,
                                   t->upper * scale, word[0] ? " " : "", word));
}

static void print_targets(printer *p)
{
    static const sq_heading columns[] = {{.key = "published", .title = "published"},
                                         {.key = "before", .title = "before"},
                                         {.key = "after", .title = "after"},
                                         {.key = "residual", .title = "residual", .decimals = 2, .fixed = true}};
    const sq_likelihood *l = &p->fit->likelihood;
    const sq_suite_target *targets;
    sq_suite_targets(p->fit->suite, &targets);
    sq_sheet *sheet = sq_sheet_new(&p->arena, "targets", "Fitted targets", "target", 4, columns, l->n);
    if (!sheet) p->failed = true;
    for (int i = 0; i < l->n && !p->failed; i++) {
        int k = l->terms[i].target;
        sheet->row_key[i] = sheet->row_title_of[i] = targets[k].target->name;
        *sq_sheet_at(sheet, i, 0) = sq_words(published(p, &targets[k]));
        *sq_sheet_at(sheet, i, 1) = sq_words(figure(p, &targets[k], p->fit->before.figures[k].simulated));
        *sq_sheet_at(sheet, i, 2) = sq_words(figure(p, &targets[k], p->fit->after[k].simulated));
        *sq_sheet_at(sheet, i, 3) = sq_number(p->fit->residual[i], NAN);
    }
    if (!sheet) return;
    sheet->note = "Residuals in standard errors of published figure and simulation together.";
    p->report.sheets[p->report.n_sheets++] = sheet;
}

/* ---- notes ---------------------------------------------------------------------------------------------------- */

static void note(printer *p, const char *text)
{
    enum { MOST = sizeof p->report.notes / sizeof *p->report.notes };
    if (p->report.n_notes < (int)MOST) p->report.notes[p->report.n_notes++] = kept(p, text);
}

/* Trial values with which some life, or a number that follows from them, is impossible. */
static void note_impossible(printer *p)
{
    size_t n = 0;
    for (size_t i = 0; i < p->fit->trace.count; i++) n += isfinite(p->fit->trace.items[i].objective) ? 0 : 1;
    if (n > 0) note(p, sq_arena_format(&p->arena, "At %zu points the model could not be run: narrower bounds would leave them out.", n));
}

static void note_fit(printer *p, sq_fit_end end)
{
    const sq_fit *f = p->fit;
    note(p, sq_arena_format(&p->arena, "Search: %s; %zu evaluations; minus twice the log likelihood from %.2f to %.2f.%s",
                            sq_fit_end_word(end), f->trace.count, f->before.objective, f->best.objective,
                            end == SQ_FIT_NOT_CONVERGED ? " Give it more `evaluations:` or `starts:`." : ""));
    if (f->n_starts > 1 && end <= SQ_FIT_NOT_CONVERGED)
        note(p, sq_arena_format(&p->arena, "Starts: %d of %d ended within 1 of the best.", f->n_agree, f->n_starts));
    if (f->df > 0)
        note(p, sq_arena_format(&p->arena, "Fit: chi-square %.2f on %d degrees of freedom, p = %.3g%s", f->chi_square, f->df, f->p,
                                f->p < .05 ? ": the targets contradict each other, or the model." : "."));
    else
        note(p, "Fit: as many parameters as targets: nothing is left over to judge the fit by.");
    if (f->has_posterior)
        note(p, sq_arena_format(&p->arena, "With other random numbers the chi-square is %.2f on average.", f->fresh_misfit));
}

static void note_open(printer *p)
{
    char text[512];
    for (int d = 0; p->fit->has_posterior && d < p->fit->n; d++)
        if (p->fit->directions[d].is_open)
            note(p, sq_arena_format(&p->arena, "Not determined by the targets: %s.", sq_direction_text(p->fit, d, text, sizeof text)));
}

static void note_posterior(printer *p)
{
    const sq_calibration *c = p->fit->calibration;
    double worth = p->fit->effective;
    if (!p->fit->has_posterior) return;
    if (c->posterior == SQ_POSTERIOR_GAUSSIAN)
        note(p, sq_arena_format(&p->arena, "Posterior: %d draws from the normal law at the optimum, within the bounds.", c->draws));
    else
        note(p, sq_arena_format(&p->arena, "Posterior: %d draws by importance resampling of %d runs, worth %.0f independent ones%s", c->draws,
                                c->runs, worth, worth < 100 ? ": too few for its tails; give it more `runs:`." : "."));
}

bool sq_calibration_print(const sq_fit *fit, sq_fit_end end)
{
    printer p = {.fit = fit};
    const sq_calibration *c = fit->calibration;
    p.report.title = c->title;
    p.report.settings[p.report.n_settings++] =
        kept(&p, sq_arena_format(&p.arena, "%d parameters, %d fitted targets of %d experiments; %" PRId64 " patients each, seed %" PRIu64,
                                 c->n_parameters, c->n_targets, c->n_experiments, c->patients, c->seed));
    print_parameters(&p);
    print_targets(&p);
    note_fit(&p, end);
    note_impossible(&p);
    note_open(&p);
    note_posterior(&p);
    if (!p.failed) sq_report_print(stdout, &p.report, SQ_FORMAT_TABLE);
    sq_arena_free(&p.arena);
    return !p.failed;
}

/* ---- before anything is run ----------------------------------------------------------------------------------- */

static const char *prior_of(printer *p, int i)
{
    const sq_fit_parameter *f = &p->fit->calibration->parameters[i];
    return f->has_prior ? interval_of(p, i, f->source[0], f->source[1]) : "flat";
}

static void describe_parameters(printer *p)
{
    static const sq_heading columns[] = {{.key = "start", .title = "start"},
                                         {.key = "bounds", .title = "bounds"},
                                         {.key = "scale", .title = "scale"},
                                         {.key = "prior", .title = "prior"}};
    const sq_calibration *c = p->fit->calibration;
    sq_sheet *sheet = sq_sheet_new(&p->arena, "parameters", "Parameters to be calibrated", "parameter", 4, columns, p->fit->n);
    if (!sheet) p->failed = true;
    for (int i = 0; i < p->fit->n && !p->failed; i++) {
        sheet->row_key[i] = sheet->row_title_of[i] = c->parameters[i].name;
        *sq_sheet_at(sheet, i, 0) = sq_words(literal(p, i, c->parameters[i].start));
        *sq_sheet_at(sheet, i, 1) = sq_words(interval_of(p, i, c->parameters[i].from, c->parameters[i].to));
        *sq_sheet_at(sheet, i, 2) = sq_words(sq_fit_scale_word(c->parameters[i].scale));
        *sq_sheet_at(sheet, i, 3) = sq_words(prior_of(p, i));
    }
    if (sheet) p->report.sheets[p->report.n_sheets++] = sheet;
}

static void describe_targets(printer *p)
{
    static const sq_heading columns[] = {{.key = "published", .title = "published"},
                                         {.key = "scale", .title = "compared as"},
                                         {.key = "curve", .title = "curve"},
                                         {.key = "experiment", .title = "experiment"}};
    const sq_likelihood *l = &p->fit->likelihood;
    const sq_suite_target *targets;
    const sq_suite_experiment *experiments;
    sq_suite_targets(p->fit->suite, &targets);
    sq_suite_experiments(p->fit->suite, &experiments);
    sq_sheet *sheet = sq_sheet_new(&p->arena, "targets", "Targets to be met", "target", 4, columns, l->n);
    if (!sheet) p->failed = true;
    for (int i = 0; i < l->n && !p->failed; i++) {
        const sq_suite_target *t = &targets[l->terms[i].target];
        sheet->row_key[i] = sheet->row_title_of[i] = t->target->name;
        *sq_sheet_at(sheet, i, 0) = sq_words(published(p, t));
        *sq_sheet_at(sheet, i, 1) = sq_words(sq_term_scale_word(l->terms[i].scale));
        *sq_sheet_at(sheet, i, 2) = sq_words(l->terms[i].factor ? t->target->curve : "–");
        *sq_sheet_at(sheet, i, 3) = sq_words(experiments[t->experiment].name);
    }
    if (sheet) p->report.sheets[p->report.n_sheets++] = sheet;
}

bool sq_calibration_describe(const sq_fit *fit)
{
    printer p = {.fit = fit, .report = {.title = fit->calibration->title}};
    describe_parameters(&p);
    describe_targets(&p);
    note(&p, sq_arena_format(&p.arena, "%s from %d start%s, %" PRId64 " patients in each experiment, seed %" PRIu64 ".",
                             sq_fit_method_word(fit->calibration->method), fit->calibration->starts,
                             fit->calibration->starts == 1 ? "" : "s", fit->calibration->patients, fit->calibration->seed));
    if (!p.failed) sq_report_print(stdout, &p.report, SQ_FORMAT_TABLE);
    sq_arena_free(&p.arena);
    return !p.failed;
}
