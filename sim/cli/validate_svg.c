/* A forest of published figures and simulated ones, study by study, and coverage beside it: a line of markup per mark.
 * Shares stand on a scale of their own, everything else as a ratio to the published figure. */
#include "cli/validate_report.h"

#include "cli/svg.h"
#include "io/text_file.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROW = 17, TOP = 92, NAMES = 330, AXIS = 360, GAP = 60, WIDTH = NAMES + 2 * AXIS + 2 * GAP, FOOT = 40, COVERAGE = 190 };

static double share_at(double share) { return NAMES + AXIS * fmin(fmax(share, 0), 1); }

/* From a quarter to four times the published figure. */
static double ratio_at(double ratio)
{
    double doublings = ratio > 0 ? log2(ratio) : -2;
    return NAMES + AXIS + GAP + AXIS * (fmin(fmax(doublings, -2), 2) + 2) / 4;
}

static double place_of(const sq_validated *f, double value)
{
    return f->class == SQ_FIGURE_SHARE ? share_at(value) : ratio_at(value / f->target->published);
}

static void put_limits(FILE *out, const sq_validated *f, double y)
{
    double low = f->is_emulated ? f->predictive[0] : f->target->lower, high = f->is_emulated ? f->predictive[1] : f->target->upper;
    if (isnan(low) || isnan(high)) return;
    fprintf(out, "<path class=\"%s\" d=\"M%.1f %.1fH%.1f\"/>\n", f->is_emulated ? "cohorts" : "limits", place_of(f, low), y,
            place_of(f, high));
}

static void put_figure(FILE *out, const sq_validated *f, double y)
{
    const char *class = f->is_missed ? "missed" : f->is_judged ? "met" : "shown";
    sq_svg_text(out, 34, y + 4, "class=\"row\"", f->target->target->name);
    put_limits(out, f, y);
    fprintf(out, "<path class=\"published\" d=\"M%.1f %.1fv8\"/>\n", place_of(f, f->target->published), y - 4);
    if (!isnan(f->figure.simulated))
        fprintf(out, "<circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"3.4\"/>\n", class, place_of(f, f->figure.simulated), y);
}

static double put_study(FILE *out, const sq_validate *v, const sq_suite_experiment *e, double y)
{
    if (e->n_targets == 0) return y;
    sq_svg_text(out, 20, y + 4, "class=\"study\"", e->name);
    y += ROW;
    for (int i = e->first_target; i < e->first_target + e->n_targets; i++, y += ROW) put_figure(out, &v->figures[i], y);
    return y;
}

static void put_axes(FILE *out, double bottom)
{
    static const char *const ratios[] = {"1/4", "1/2", "1", "2", "4"};
    char text[16];
    for (int i = 0; i <= 4; i++) {
        double share = i / 4.0, at = ratio_at(exp2(i - 2));
        snprintf(text, sizeof text, "%.0f %%", 100 * share);
        fprintf(out, "<path class=\"grid\" d=\"M%.1f %dV%.1fM%.1f %dV%.1f\"/>\n", share_at(share), TOP, bottom, at, TOP, bottom);
        sq_svg_text(out, share_at(share), TOP - 8, "class=\"tick\" text-anchor=\"middle\"", text);
        sq_svg_text(out, at, TOP - 8, "class=\"tick\" text-anchor=\"middle\"", ratios[i]);
    }
    sq_svg_text(out, share_at(.5), TOP - 24, "class=\"tick\" text-anchor=\"middle\"", "shares");
    sq_svg_text(out, ratio_at(1), TOP - 24, "class=\"tick\" text-anchor=\"middle\"", "other figures, as ratio to the published one");
}

/* The share of unfitted figures covered, and the band it should lie in. */
static void put_coverage(FILE *out, const sq_validate *v, double y)
{
    char text[96];
    sq_svg_text(out, 20, y, "class=\"study\"", "Unfitted figures inside predictive intervals, by whole studies");
    for (int q = 0; q < 3; q++) {
        const sq_bar *bar = &v->bars[SQ_BAR_COVERAGE_50 + q];
        double at = y + 24 * (q + 1);
        if (bar->n == 0) continue;
        snprintf(text, sizeof text, "%.0f %% of %d studies", 100 * sq_coverage_levels[q], bar->n);
        sq_svg_text(out, 34, at + 4, "class=\"row\"", text);
        fprintf(out, "<path class=\"limits\" d=\"M%.1f %.1fH%.1f\"/>\n", share_at(bar->lower), at, share_at(bar->upper));
        fprintf(out, "<path class=\"published\" d=\"M%.1f %.1fv8\"/>\n", share_at(sq_coverage_levels[q]), at - 4);
        fprintf(out, "<circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"3.4\"/>\n", bar->is_missed ? "missed" : "met", share_at(bar->value), at);
    }
}

static void put_head(FILE *out, const char *title, double height)
{
    fprintf(out,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%.0f\" "
            "viewBox=\"0 0 %d %.0f\" role=\"img\">\n<title>",
            (int)WIDTH, height, (int)WIDTH, height);
    sq_svg_escaped(out, title);
    fputs("</title>\n<style>text{font-family:Helvetica,Arial,sans-serif;fill:#222}.title{font-size:17px;font-weight:bold}"
          ".study{font-size:12px;font-weight:bold}.row,.tick{font-size:11px;fill:#444}.grid{stroke:#e4e7ea}"
          ".limits{stroke:#b3261e;stroke-width:1.6}.cohorts{stroke:#b3261e;stroke-width:1.6;stroke-dasharray:4 2}"
          ".published{stroke:#b3261e;stroke-width:1.6}.met{fill:#1b5e9e}.shown{fill:#9aa5ae}"
          ".missed{fill:#fff;stroke:#1b5e9e;stroke-width:2}</style>\n", out);
    fprintf(out, "<rect width=\"%d\" height=\"%.0f\" fill=\"#fff\"/>\n", (int)WIDTH, height);
    sq_svg_text(out, 20, 26, "class=\"title\"", title);
    sq_svg_text(out, 20, 46, "class=\"tick\"",
                "red: published, with 95 % (dashed: of cohorts of its size); blue: simulated, open where missed; grey: not judged");
}

static void put_forest(FILE *out, const sq_validate *v, const char *title)
{
    int rows = v->n;
    double y = TOP + ROW;
    for (int e = 0; e < v->n_experiments; e++) rows += v->experiments[e].n_targets > 0;
    double bottom = TOP + (double)ROW * rows + ROW;
    put_head(out, title, bottom + COVERAGE - FOOT);
    put_axes(out, bottom);
    for (int e = 0; e < v->n_experiments; e++) y = put_study(out, v, &v->experiments[e], y);
    put_coverage(out, v, bottom + FOOT);
    fputs("</svg>\n", out);
}

sq_status sq_validation_draw(const sq_validate *v, const char *title, const char *path, sq_error *err)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (!out) return sq_fail(err, SQ_ERR_MEMORY, "no memory for '%s'", path);
    put_forest(out, v, title);
    bool whole = ferror(out) == 0;
    whole = fclose(out) == 0 && whole;
    sq_status status = whole ? sq_text_file_write(path, text, size, err) : sq_fail(err, SQ_ERR_MEMORY, "no memory for '%s'", path);
    free(text);
    return status;
}
