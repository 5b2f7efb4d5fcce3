/* Fitted laws against published points, a panel each, as an SVG of our own: a line of markup per mark, so that
 * nothing has to be installed to see whether a fit is one. */
#include "cli/fits.h"

#include "cli/console.h"
#include "cli/svg.h"
#include "io/part.h"
#include "model/block_solve.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    PANEL_WIDTH = 440, PANEL_HEIGHT = 340, MOST_COLUMNS = 3, HEAD = 64,
    LEFT = 62, RIGHT = 18, TOP = 52, BOTTOM = 48, /* margins within a panel */
    CURVE_STEPS = 240,
};

static const char *const LAW_COLOUR = "#1b5e9e", *const POINT_COLOUR = "#b3261e", *const ALONE_COLOUR = "#7a8791";

/* ---- axes ----------------------------------------------------------------------------------- */

/* A panel: its corner, and time from 0 to `until` in units of `size` days. */
typedef struct panel {
    double x, y, until, size;
    const char *unit;
} panel;

static double across(const panel *p, double t)
{
    return p->x + LEFT + (PANEL_WIDTH - LEFT - RIGHT) * t / p->until;
}

static double up(const panel *p, double share)
{
    return p->y + TOP + (PANEL_HEIGHT - TOP - BOTTOM) * (1 - share);
}

/* The variable's unit: days to two months, months to three years, years beyond; a law of something else has its own. */
static void choose_unit(const sq_model *m, const sq_solve *solve, panel *p)
{
    bool is_time = solve->unit.time == 1 && solve->unit.money == 0;
    p->size = 1;
    p->unit = is_time ? "d" : solve->unit.money ? m->currency : "";
    if (is_time && p->until >= 61) p->size = SQ_DAYS_PER_MONTH, p->unit = "mo";
    if (is_time && p->until >= 3 * SQ_DAYS_PER_YEAR) p->size = SQ_DAYS_PER_YEAR, p->unit = "y";
}

/* 1, 2 or 5 times a power of ten, about a sixth of the range; months by quarters and years. */
static double tick_step(double range, bool is_months)
{
    static const double months[] = {1, 2, 3, 6, 12}, tens[] = {1, 2, 5, 10};
    double power = 1, wanted = range / 6;
    for (size_t i = 0; is_months && i < sizeof months / sizeof *months; i++)
        if (months[i] >= wanted) return months[i];
    while (power > wanted) power /= 10;
    while (power * 10 <= wanted) power *= 10;
    for (size_t i = 0; i < 3; i++)
        if (tens[i] * power >= wanted) return tens[i] * power;
    return 10 * power;
}

static void put_tick(FILE *out, double x, double y, const char *anchor, double value)
{
    char text[32], attributes[64];
    snprintf(text, sizeof text, "%.4g", value);
    snprintf(attributes, sizeof attributes, "class=\"tick\" text-anchor=\"%s\"", anchor);
    sq_svg_text(out, x, y, attributes, text);
}

static void put_axes(FILE *out, const panel *p, const sq_solve *solve)
{
    double low = up(p, 0), left = across(p, 0), right = across(p, p->until), range = p->until / p->size;
    double step = tick_step(range, strcmp(p->unit, "mo") == 0);
    char label[64], turned[96];
    for (int i = 0; i <= 5; i++) {
        fprintf(out, "<path class=\"grid\" d=\"M%.1f %.1fH%.1f\"/>\n", left, up(p, i / 5.0), right);
        put_tick(out, left - 7, up(p, i / 5.0) + 4, "end", i / 5.0);
    }
    for (int i = 0; i * step <= range * (1 + 1e-9); i++) {
        fprintf(out, "<path class=\"axis\" d=\"M%.1f %.1fv5\"/>\n", across(p, i * step * p->size), low);
        put_tick(out, across(p, i * step * p->size), low + 18, "middle", i * step);
    }
    fprintf(out, "<path class=\"axis\" d=\"M%.1f %.1fV%.1fH%.1f\"/>\n", left, up(p, 1), low, right);
    snprintf(label, sizeof label, "%s%s%s%s", solve->unit.time == 1 ? "time" : "value", *p->unit ? " (" : "", p->unit,
             *p->unit ? ")" : "");
    sq_svg_text(out, (left + right) / 2, low + 38, "class=\"label\" text-anchor=\"middle\"", label);
    double x = p->x + 18, y = (low + up(p, 1)) / 2;
    snprintf(turned, sizeof turned, "class=\"label\" text-anchor=\"middle\" transform=\"rotate(-90 %.1f %.1f)\"", x, y);
    sq_svg_text(out, x, y, turned,
             solve->is_incidence ? "cumulative incidence" : solve->n_clocks ? "survival, all causes" : "survival");
}

/* ---- marks ---------------------------------------------------------------------------------- */

static void put_curve(FILE *out, const panel *p, const sq_setting *setting, const sq_law *law, const char *class)
{
    fprintf(out, "<path class=\"%s\" d=\"", class);
    for (int i = 0; i <= CURVE_STEPS; i++) {
        double t = p->until * i / CURVE_STEPS, share = sq_setting_curve(setting, law, t);
        if (isfinite(share)) fprintf(out, "%c%.1f %.2f", i ? 'L' : 'M', across(p, t), up(p, share));
    }
    fputs("\"/>\n", out);
}

static void put_point(FILE *out, const panel *p, const sq_solve *solve, sq_survival_point point)
{
    double share = solve->is_incidence ? 1 - point.survival : point.survival, lower, upper;
    double x = across(p, point.time);
    sq_binomial_interval(share * solve->patients, solve->patients, &lower, &upper);
    if (isfinite(lower))
        fprintf(out, "<path class=\"limits\" d=\"M%.1f %.2fV%.2fm-4 0h8M%.1f %.2fh8\"/>\n", x, up(p, lower), up(p, upper),
                x - 4, up(p, lower));
    fprintf(out, "<circle class=\"point\" cx=\"%.1f\" cy=\"%.2f\" r=\"3.6\"/>\n", x, up(p, share));
}

/* The law without the clocks beside it. */
static void put_alone(FILE *out, const panel *p, const sq_stated *stated)
{
    sq_setting alone = {.is_incidence = false};
    put_curve(out, p, &alone, &stated->law, "alone");
}

/* The line under a panel's name; one that is too long for the panel is set smaller (`textLength` would be
 * neater, but programs that turn pictures into others pass it over). */
static void put_arguments(FILE *out, const panel *p, const char *text)
{
    const double room = PANEL_WIDTH - LEFT - 6, usual = 11, width_per_size = .48;
    double fits = room / (width_per_size * fmax(1, (double)strlen(text)));
    char looks[64];
    snprintf(looks, sizeof looks, "class=\"arguments\" style=\"font-size:%.3gpx\"", fmin(usual, fits));
    sq_svg_text(out, p->x + LEFT, p->y + 39, looks, text);
}

static void put_panel(FILE *out, const sq_model *m, const sq_solve *solve, const sq_stated *stated, panel p)
{
    char arguments[512], head[600];
    p.until = 0;
    for (int i = 0; i < stated->n_points; i++) p.until = fmax(p.until, 1.15 * stated->point[i].time);
    choose_unit(m, solve, &p);
    sq_fit_arguments(m, solve, &stated->law, arguments, sizeof arguments);
    if (isfinite(solve->patients))
        snprintf(head, sizeof head, "%s; n = %.0f", arguments, solve->patients);
    else
        snprintf(head, sizeof head, "%s", arguments);
    fputs("<g>\n", out);
    sq_svg_text(out, p.x + LEFT, p.y + 22, "class=\"name\"", solve->name);
    put_arguments(out, &p, head);
    put_axes(out, &p, solve);
    if (solve->n_clocks && !solve->is_incidence) put_alone(out, &p, stated);
    put_curve(out, &p, &stated->setting, &stated->law, "law");
    for (int i = 0; i < stated->n_points; i++) put_point(out, &p, solve, stated->point[i]);
    fputs("</g>\n", out);
}

/* ---- the picture ---------------------------------------------------------------------------- */

static void put_legend(FILE *out, bool has_limits, bool has_alone)
{
    double x = 24, y = 50;
    fprintf(out, "<path class=\"law\" d=\"M%.0f %.0fh26\"/>\n", x, y - 4);
    sq_svg_text(out, x + 32, y, "class=\"legend\"", "fitted");
    x += 84;
    if (has_alone) {
        fprintf(out, "<path class=\"alone\" d=\"M%.0f %.0fh26\"/>\n", x, y - 4);
        sq_svg_text(out, x + 32, y, "class=\"legend\"", "the law without the clocks beside it");
        x += 256;
    }
    if (has_limits) fprintf(out, "<path class=\"limits\" d=\"M%.0f %.0fv14m-4 0h8m-8 -14h8\"/>\n", x + 6, y - 11);
    fprintf(out, "<circle class=\"point\" cx=\"%.0f\" cy=\"%.0f\" r=\"3.6\"/>\n", x + 6, y - 4);
    sq_svg_text(out, x + 17, y, "class=\"legend\"",
             has_limits ? "published, with 95 % limits where the number of patients is known" : "published");
}

static void put_style(FILE *out)
{
    fprintf(out,
            "<style>text{font-family:Helvetica,Arial,sans-serif;fill:#222}.title{font-size:17px;font-weight:bold}"
            ".name{font-size:14px;font-weight:bold}.arguments,.tick{font-size:11px;fill:#555}.label,.legend{font-size:12px}"
            "path{fill:none}.grid{stroke:#e4e7ea}.axis{stroke:#444}.law{stroke:%s;stroke-width:2}"
            ".alone{stroke:%s;stroke-width:1.4;stroke-dasharray:5 4}.limits{stroke:%s;stroke-width:1.2}.point{fill:%s}</style>\n",
            LAW_COLOUR, ALONE_COLOUR, POINT_COLOUR, POINT_COLOUR);
}

static void put_head(FILE *out, const sq_model *m, int columns, int rows)
{
    int width = columns * PANEL_WIDTH, height = HEAD + rows * PANEL_HEIGHT;
    bool has_limits = false, has_alone = false;
    char title[512];
    for (int i = 0; i < m->n_solves; i++) {
        has_limits = has_limits || isfinite(m->solves[i].patients);
        has_alone = has_alone || (m->solves[i].n_clocks && !m->solves[i].is_incidence);
    }
    snprintf(title, sizeof title, "Fitted laws of %s against what was published",
             *m->experiment_title ? m->experiment_title : m->experiment);
    if (columns == 1) width += 240; /* room for the legend */
    fprintf(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" "
                 "height=\"%d\" viewBox=\"0 0 %d %d\" role=\"img\">\n<title>",
            width, height, width, height);
    sq_svg_escaped(out, title);
    fputs("</title>\n", out);
    put_style(out);
    fprintf(out, "<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>\n", width, height);
    sq_svg_text(out, 24, 28, "class=\"title\"", title);
    put_legend(out, has_limits, has_alone);
}

static sq_status put_picture(FILE *out, const sq_model *m, const double *block, sq_stated *stated, sq_error *err)
{
    sq_view view = {.model = m, .block = block};
    int columns = m->n_solves < MOST_COLUMNS ? m->n_solves : MOST_COLUMNS;
    put_head(out, m, columns, (m->n_solves + columns - 1) / columns);
    for (int i = 0; i < m->n_solves; i++) {
        panel p = {.x = PANEL_WIDTH * (i % columns), .y = HEAD + PANEL_HEIGHT * (double)(i / columns)};
        sq_status status = sq_stated_read(&view, &m->solves[i], stated, err);
        if (status != SQ_OK) return status;
        put_panel(out, m, &m->solves[i], stated, p);
    }
    fputs("</svg>\n", out);
    return ferror(out) ? sq_fail(err, SQ_ERR_MEMORY, "out of memory") : SQ_OK;
}

static sq_status write_whole(const char *path, const char *text, size_t size, sq_error *err)
{
    sq_part part;
    sq_status status = sq_part_begin(&part, path, err);
    if (status != SQ_OK) return status;
    status = sq_part_write(&part, text, size, err);
    if (status == SQ_OK) status = sq_part_commit(&part, err);
    if (status != SQ_OK) sq_part_discard(&part);
    sq_part_free(&part);
    return status;
}

int sq_plot_fits(const sq_model *m, const double *block, const char *path)
{
    sq_error err = {.status = SQ_OK};
    char *text = NULL;
    size_t size = 0;
    if (!sq_svg_may_be_written("check: --plot", path)) return SQ_EXIT_INPUT;
    if (m->n_solves == 0) {
        sq_say("check: --plot: no law here is solved from published points, so there is nothing to draw");
        return SQ_EXIT_INPUT;
    }
    sq_stated *stated = calloc(1, sizeof *stated);
    FILE *memory = stated != NULL ? open_memstream(&text, &size) : NULL;
    sq_status status = memory == NULL ? sq_fail(&err, SQ_ERR_MEMORY, "out of memory")
                                      : put_picture(memory, m, block, stated, &err);
    if (memory != NULL && fclose(memory) != 0 && status == SQ_OK)
        status = sq_fail(&err, SQ_ERR_MEMORY, "out of memory");
    if (status == SQ_OK) status = write_whole(path, text, size, &err);
    free(text);
    free(stated);
    return status == SQ_OK ? SQ_EXIT_DONE : sq_say_error(&err);
}
