/* The parameter file and the draws, as texts. The file is an `override:` of the language, so that an experiment takes the
 * calibrated values by including it; the record of the fit stands above as comments, for whoever opens it in a year. */
#include "study/calibrate_results.h"

#include "base/text.h"
#include "io/text_file.h"
#include "study/provenance.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *sq_fit_end_word(sq_fit_end end)
{
    static const char *const words[] = {"converged", "not converged", "stopped before its end", "failed before its end"};
    return words[end];
}

const char *sq_direction_text(const sq_fit *fit, int direction, char *text, size_t size)
{
    const sq_direction *d = &fit->directions[direction];
    size_t used = 0;
    text[0] = '\0';
    for (int i = 0; i < fit->n && used < size; i++) {
        if (fabs(d->along[i]) < .2) continue;
        int n = snprintf(text + used, size - used, "%s%+.2f %s", used ? " " : "", d->along[i],
                         fit->calibration->parameters[i].name);
        used += n > 0 ? (size_t)n : 0;
    }
    return text;
}

/* ---- the parameter file -------------------------------------------------------------------------------------- */

static const char *unit_word(sq_unit unit)
{
    static const char *const kinds[] = {"number", "probability", "count", "utility"};
    const char *const *words = sq_unit_words();
    sq_unit one;
    if (unit.time == 0 && unit.money == 0) return kinds[unit.kind];
    for (int i = 0; words[i]; i++)
        if (sq_unit_from_word(words[i], &one) && sq_unit_equal(one, unit)) return words[i];
    return "number";
}

static void put_record(FILE *out, const sq_fit *fit, sq_fit_end end)
{
    const sq_calibration *c = fit->calibration;
    fprintf(out, "# Written by `sequela calibrate %s` (%.*s).\n", c->path, (int)strcspn(sq_version_text(), "\n"),
            sq_version_text());
    fprintf(out, "# %s: %d parameters to %d targets; %s.\n", c->title, c->n_parameters, c->n_targets, sq_fit_end_word(end));
    fprintf(out, "# %" PRId64 " patients in each experiment, seed %" PRIu64 "; %zu evaluations from %d starts by %s.\n",
            c->patients, c->seed, fit->trace.count, fit->n_starts, sq_fit_method_word(c->method));
    fprintf(out, "# Minus twice the log likelihood: %.2f at the values before, %.2f after", fit->before.objective, fit->best.objective);
    if (fit->df > 0) fprintf(out, "; chi-square %.2f on %d degrees of freedom, p %.3g", fit->chi_square, fit->df, fit->p);
    fprintf(out, ".\n");
    if (fit->n_starts > 1 && end <= SQ_FIT_NOT_CONVERGED)
        fprintf(out, "# %d of %d starts ended there.\n", fit->n_agree, fit->n_starts);
}

static void put_open_directions(FILE *out, const sq_fit *fit)
{
    char text[512];
    for (int d = 0; fit->has_posterior && d < fit->n; d++)
        if (fit->directions[d].is_open)
            fprintf(out, "# Not determined by the targets: %s.\n", sq_direction_text(fit, d, text, sizeof text));
}

static const char *literal(const sq_fit *fit, int i, double value, char text[SQ_LITERAL_TEXT])
{
    return sq_fit_literal(fit->calibration, i, value, SQ_LITERAL_DIGITS, text);
}

static void put_parameter(FILE *out, const sq_fit *fit, int i)
{
    const sq_calibration *c = fit->calibration;
    const sq_fit_parameter *p = &c->parameters[i];
    const sq_fitted *f = &fit->fitted[i];
    char value[SQ_LITERAL_TEXT], lower[SQ_LITERAL_TEXT], upper[SQ_LITERAL_TEXT];
    fprintf(out, "  \"%s\":\n    value: %s\n", p->name, literal(fit, i, f->value, value));
    if (isfinite(f->lower))
        fprintf(out, "    interval: [%s, %s]\n", literal(fit, i, f->lower, lower), literal(fit, i, f->upper, upper));
    if (p->is_number) fprintf(out, "    unit: %s\n", unit_word(p->unit));
    fprintf(out, "    class: calibrated\n    source: \"Calibrated to %d targets (%s), %" PRId64 " patients, seed %" PRIu64 "\"\n",
            c->n_targets, c->name, c->patients, c->seed);
    if (f->at_bound) fprintf(out, "    note: At a bound of the search, %s to %s.\n", literal(fit, i, p->from, lower),
                             literal(fit, i, p->to, upper));
    else if (f->is_open) fprintf(out, "    note: Not determined by the targets; see the record above.\n");
    else if (f->beyond_source) fprintf(out, "    note: Outside the interval of its source.\n");
}

/* What was written to memory, as a file. */
static sq_status write_out(FILE *out, char **text, size_t *size, const char *path, sq_error *err)
{
    bool whole = ferror(out) == 0;
    whole = fclose(out) == 0 && whole;
    sq_status status = whole ? sq_text_file_write(path, *text, *size, err) : sq_fail(err, SQ_ERR_MEMORY, "no memory for '%s'", path);
    free(*text);
    return status;
}

sq_status sq_fit_write_parameters(const sq_fit *fit, sq_fit_end end, const char *path, sq_error *err)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (!out) return sq_fail(err, SQ_ERR_MEMORY, "no memory for '%s'", path);
    put_record(out, fit, end);
    put_open_directions(out, fit);
    fprintf(out, "override:\n");
    for (int i = 0; i < fit->n; i++) put_parameter(out, fit, i);
    return write_out(out, &text, &size, path, err);
}

/* ---- the draws ------------------------------------------------------------------------------------------------ */

static void put_draws(FILE *out, const sq_fit *fit)
{
    char number[SQ_NUMBER_TEXT];
    for (int k = 0; k < fit->calibration->draws; k++)
        for (int i = 0; i < fit->n; i++)
            fprintf(out, "%s%s", sq_text_of_number(sq_fit_value(&fit->calibration->parameters[i], fit->draws[k * fit->n + i]), number),
                    i + 1 < fit->n ? "," : "\n");
}

sq_status sq_fit_write_draws(const sq_fit *fit, const char *path, sq_error *err)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (!out) return sq_fail(err, SQ_ERR_MEMORY, "no memory for '%s'", path);
    fprintf(out, "# %d draws from the posterior of %s; times in days, rates per day\n", fit->calibration->draws, fit->calibration->name);
    for (int i = 0; i < fit->n; i++) {
        const char *name = fit->calibration->parameters[i].name, *quote = strchr(name, ',') ? "\"" : "";
        fprintf(out, "%s%s%s%s", quote, name, quote, i + 1 < fit->n ? "," : "\n");
    }
    put_draws(out, fit);
    return write_out(out, &text, &size, path, err);
}
