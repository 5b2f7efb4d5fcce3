/* sequela check: what the model is, where every number comes from, and how large the run will
 * be. Nothing is run and nothing is written. */
#include "cli/console.h"
#include "cli/fits.h"
#include "cli/life_expectancy.h"
#include "cli/predict.h"
#include "cli/rests.h"
#include "cli/value.h"
#include "cli/verbs.h"
#include "lang/calibration.h"
#include "lang/validation.h"

#include "model/block.h"
#include "study/handle.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CLASSES = SQ_FILLER + 1, NAME_WIDTH = 44, VALUE_WIDTH = 20, UNIT_WIDTH = 12, INDENT = 4, PAGE = 100 };

/* ---- the parameters ------------------------------------------------------------------------- */

/* Text indented, broken at blanks to fit the page. */
static void put_wrapped(const char *text, size_t indent)
{
    size_t used = 0;
    while (*text != '\0') {
        size_t n = strcspn(text, " ");
        if (used > 0 && used + 1 + n > PAGE) {
            putchar('\n');
            used = 0;
        }
        if (used == 0)
            used = (size_t)printf("%*s", (int)indent, "") + n;
        else
            used += (size_t)printf(" ") + n;
        printf("%.*s", (int)n, text);
        text += n;
        text += strspn(text, " ");
    }
    if (used > 0) putchar('\n');
}

/* The stated uncertainty: "[0.2, 0.4]", "87 of 179", or nothing. */
static void say_uncertainty(const sq_model *m, const sq_parameter *p, char *text, size_t size)
{
    char low[SQ_VALUE_TEXT], high[SQ_VALUE_TEXT];
    text[0] = '\0';
    switch (p->uncertainty) {
    case SQ_BETA: snprintf(text, size, "%.6g of %.6g", p->u[0], p->u[1]); break;
    case SQ_LOG_NORMAL:
    case SQ_INTERVAL:
        snprintf(text, size, "95 %% interval %s to %s",
                 sq_unit_value_text(m, p->unit, p->u[0], low),
                 sq_unit_value_text(m, p->unit, p->u[1], high));
        break;
    case SQ_RANGE:
        snprintf(text, size, "range %s to %s", sq_unit_value_text(m, p->unit, p->u[0], low),
                 sq_unit_value_text(m, p->unit, p->u[1], high));
        break;
    case SQ_STANDARD_ERROR:
        snprintf(text, size, "standard error %s", sq_unit_value_text(m, p->unit, p->u[0], low));
        break;
    case SQ_DIRICHLET: snprintf(text, size, "%.6g of %.6g in a split", p->u[0], p->u[1]); break;
    case SQ_CERTAIN:
    case SQ_CURVE: break;
    }
}

/* Name, value, unit, class; below them the uncertainty, the source and the note. */
static void print_parameter(const sq_model *m, const sq_parameter *p, const double *block)
{
    char value[SQ_VALUE_TEXT], unit[48], uncertainty[3 * SQ_VALUE_TEXT], table[48];
    snprintf(table, sizeof table, "table of %d value%s", p->n_values, p->n_values == 1 ? "" : "s");
    sq_put_padded(stdout, p->name, NAME_WIDTH, false);
    printf("  ");
    sq_put_padded(stdout,
                  p->slot < 0 ? table : sq_unit_value_text(m, p->unit, block[p->slot], value),
                  VALUE_WIDTH, false);
    printf("  ");
    sq_put_padded(stdout, sq_unit_text(p->unit, unit, sizeof unit), UNIT_WIDTH, false);
    printf("  %s\n", sq_class_word(p->class));
    say_uncertainty(m, p, uncertainty, sizeof uncertainty);
    put_wrapped(uncertainty, INDENT);
    put_wrapped(p->source, INDENT);
    put_wrapped(p->note, INDENT);
}

static void print_parameters(const sq_model *m, const double *block)
{
    if (m->n_parameters == 0) return;
    printf("\nParameters (value under %s, unit, class; then uncertainty, source, note)\n",
           m->strategies[m->reference].name);
    for (int i = 0; i < m->n_parameters; i++)
        if (m->parameters[i].class != SQ_FILLER) print_parameter(m, &m->parameters[i], block);
}

/* What `sweep:` runs, the first of many. */
static void print_scenarios(const sq_model *m)
{
    enum { SHOWN = 30 };
    if (m->n_scenarios > 0) printf("\nScenarios (%d; the values above are those without them):\n", m->n_scenarios);
    for (int i = 0; i < m->n_scenarios && i < SHOWN; i++) {
        const sq_scenario *s = &m->scenarios[i];
        printf("  %s", s->label);
        for (int k = 0, n = 0; k < m->n_swept && s->label != s->name; k++) {
            const sq_parameter *p = &m->parameters[m->swept[k]];
            const sq_assignment *set = sq_settings_of(&s->settings, p->slot);
            char value[SQ_VALUE_TEXT];
            if (set) printf("%s%s = %s", n++ ? ", " : " (", p->name, sq_unit_value_text(m, p->unit, set->value, value));
            if (n && k + 1 == m->n_swept) putchar(')');
        }
        putchar('\n');
    }
    if (m->n_scenarios > SHOWN) printf("  and %d more\n", m->n_scenarios - SHOWN);
}

/* What `anchors:` fits in each scenario, and what that takes. */
static void print_anchors(const sq_model *m)
{
    enum { ROUNDS = 3, STEPS = 4 }; /* rounds that a fit from a neighbour mostly needs; steps tried in each */
    const sq_anchoring *a = &m->anchoring;
    if (!a->path) return;
    char lives[48];
    double trials = 1 + ROUNDS * (2.0 * a->n_parameters + STEPS);
    sq_grouped(trials * a->trial_lives, 0, lives, sizeof lives);
    printf("\nIn each scenario %d figures (%s) are met again by fitting:\n", a->n_targets, a->path);
    for (int i = 0; i < a->n_parameters; i++) printf("  %s\n", m->parameters[a->parameters[i]].name);
    printf("They hold where the chance of a larger misfit is %g or more. About %s lives a scenario besides those of the run.\n",
           a->hold, lives);
}

/* What `override:` puts in the place of parameters, and where it says so. */
static void print_overrides(const sq_model *m)
{
    if (m->n_overrides > 0) puts("\nReplaced by `override:`:");
    for (int i = 0; i < m->n_overrides; i++)
        printf("  %s = %s (%s)\n", m->overrides[i].name, m->overrides[i].value, m->overrides[i].where);
}

/* The parameters of a class and where they are written. */
static void print_names(const sq_model *m, sq_class class, const char *head)
{
    puts(head);
    for (int i = 0; i < m->n_parameters; i++)
        if (m->parameters[i].class == class)
            printf("  %s (%s)\n", m->parameters[i].name, m->parameters[i].where);
}

static void print_classes(const sq_model *m)
{
    int count[CLASSES] = {0};
    for (int i = 0; i < m->n_parameters; i++) count[m->parameters[i].class]++;
    printf("\n%d parameters", m->n_parameters);
    for (int i = 1, n = 0; i <= CLASSES; i++)
        if (count[i % CLASSES] > 0)
            printf("%s %d %s", n++ > 0 ? "," : ":", count[i % CLASSES], sq_class_word((sq_class)(i % CLASSES)));
    puts(".");
    if (count[SQ_STRUCTURAL] > 0) print_names(m, SQ_STRUCTURAL, "Structural:");
    if (count[SQ_UNSOURCED] > 0) print_names(m, SQ_UNSOURCED, "Unsourced:");
}

/* Numbers whose uncertainty is stated, but not so that it could be drawn. */
static void print_undrawable(const sq_model *m)
{
    int n = 0;
    for (int i = 0; i < m->n_evidence; i++) {
        const sq_evidence *e = &m->evidence[i];
        if (e->missing[0] && n++ == 0) puts("\nBefore the uncertainty of these can be drawn (runs do not yet draw it) they need:");
        if (e->missing[0]) printf("  %s (%s): %s\n", e->name, e->where, e->missing);
    }
}

/* ---- the size ------------------------------------------------------------------------------- */

static void print_size(const sq_model *m)
{
    char patients[48], file[32], patient_table[32], event_log[32], memory[32];
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    int threads = processors > 0 && processors < 1024 ? (int)processors : 1;
    sq_prediction plain = sq_predict(m, threads, false, false);
    sq_prediction table = sq_predict(m, threads, true, false);
    sq_prediction log = sq_predict(m, threads, false, true);
    sq_grouped((double)m->n_patients, 0, patients, sizeof patients);
    printf("\nA run lives %s patient%s under ", patients, m->n_patients == 1 ? "" : "s");
    if (m->n_strategies == 1)
        printf("one strategy");
    else
        printf("each of %d strategies", m->n_strategies);
    if (m->n_scenarios > 0) printf(", in each of %d scenario%s", m->n_scenarios, m->n_scenarios == 1 ? "" : "s");
    puts(".");
    printf("Result about %s; patient table up to %s more, event log about %s more (both "
           "compressed).\n",
           sq_size_text(plain.result_bytes, file, sizeof file),
           sq_size_text(table.table_bytes, patient_table, sizeof patient_table),
           sq_size_text(log.table_bytes, event_log, sizeof event_log));
    printf("Memory about %s with %d thread%s.\n",
           sq_size_text(plain.memory_bytes, memory, sizeof memory), threads,
           threads == 1 ? "" : "s");
}

static int print_model(sequela *s, const char *plot)
{
    const sq_model *m = sequela_model(s);
    sq_error err = {.status = SQ_OK};
    char *text = sequela_describe(s);
    double *block = calloc((size_t)m->block_size + 1, sizeof *block);
    int code = SQ_EXIT_FAILED;
    if (text == NULL || block == NULL) {
        sq_say("out of memory");
    } else if (sq_block_fill(m, m->reference, NULL, block, &err) != SQ_OK) {
        code = sq_say_error(&err);
    } else {
        fputs(text, stdout);
        print_parameters(m, block);
        print_classes(m);
        sq_print_rests(m);
        print_overrides(m);
        print_scenarios(m);
        print_anchors(m);
        sq_print_life_expectancies(m, block);
        code = sq_print_fits(m, block);
        print_undrawable(m);
        print_size(m);
        if (code == SQ_EXIT_DONE && plot != NULL) code = sq_plot_fits(m, block, plot);
    }
    free(block);
    free(text);
    return code;
}

static int act(const sq_arguments *a)
{
    int code = SQ_EXIT_INPUT;
    if (sq_is_calibration(a->operands[0])) return sq_check_calibration(a);
    if (sq_is_validation(a->operands[0])) return sq_check_validation(a);
    sequela *s = sq_load_experiment_of(a, false, &code);
    if (s == NULL) return code;
    code = print_model(s, sq_value(a, "plot"));
    int warnings = sequela_warnings(s);
    if (code == SQ_EXIT_DONE)
        printf("\nChecked: no errors, %d warning%s.\n", warnings, warnings == 1 ? "" : "s");
    sequela_free(s);
    return code;
}

static const sq_option options[] = {
    {'n', "patients", "N", "predict sizes for so many patients"},
    {0, "set", "NAME=VALUE", "replace a parameter; may be repeated"},
    {0, "strategy", "NAME", "check only this strategy; may be repeated"},
    {0, "plot", "FILE.svg", "draw every fitted law against its published points"},
    {0, NULL, NULL, NULL},
};

const sq_verb sq_verb_check = {
    "check",
    "EXPERIMENT.yaml",
    1,
    "check an experiment and say what it is",
    "Prints the model in words, every parameter with its value, class and source, the structural\n"
    "and unsourced ones by name, what class of numbers each of `highlights:` rests on, how each\n"
    "published curve is met, and the size of the result. Of a calibration: what would be fitted to\n"
    "what.\n"
    "Warnings go to standard error. Nothing is written but the picture that --plot asks for.",
    options,
    act,
};
