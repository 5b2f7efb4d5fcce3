/* Prints what the estimators say of a sample, for R to compare: columns by name from CSV on
 * standard input (time, status, and if there are any entry, group, stratum, weight; all others are
 * covariates), one line a result: a word and numbers with 17 digits. values km SCALE LEVEL TAU
 * TIME,...      SCALE: plain, log, log-log values aj SCALE LEVEL TIME,... values cox TIES CAUSE
 * TIES: efron, breslow values logrank RHO GAMMA CAUSE values landmark TIME */
#include "base/vec.h"
#include "estimate/aalen_johansen.h"
#include "estimate/cox.h"
#include "estimate/kaplan_meier.h"
#include "estimate/log_rank.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 64, LINE = 4096, TIMES = 256 };

typedef struct table {
    char header[LINE];
    char *name[COLUMNS];
    SQ_VEC(double) column[COLUMNS];
    int n_columns, n;
} table;

static void stop(const char *why)
{
    fprintf(stderr, "values: %s\n", why);
    exit(2);
}

static void read_header(table *t)
{
    if (!fgets(t->header, LINE, stdin)) stop("no header");
    for (char *name = strtok(t->header, ",\n"); name; name = strtok(NULL, ",\n")) {
        if (t->n_columns == COLUMNS) stop("too many columns");
        t->name[t->n_columns++] = name;
    }
}

static void read_rows(table *t)
{
    char line[LINE];
    for (; fgets(line, LINE, stdin); t->n++) {
        char *rest = line;
        for (int k = 0; k < t->n_columns; k++, rest += *rest == ',') {
            char *start = rest;
            double value = strtod(start, &rest);
            if (rest == start) stop("not a number");
            if (!sq_vec_push(&t->column[k], value)) stop("no memory");
        }
    }
}

static const double *numbers(const table *t, const char *name)
{
    for (int k = 0; k < t->n_columns; k++)
        if (strcmp(t->name[k], name) == 0) return t->column[k].items;
    return NULL;
}

/* A column as codes; *n becomes one more than the largest. */
static const int *codes(const table *t, const char *name, int *n)
{
    const double *value = numbers(t, name);
    int *code = value ? malloc(sizeof *code * (size_t)t->n) : NULL;
    *n = 0;
    for (int i = 0; code && i < t->n; i++) {
        code[i] = (int)value[i];
        if (code[i] + 1 > *n) *n = code[i] + 1;
    }
    return code;
}

static bool is_covariate(const char *name)
{
    static const char *const others[] = {"time", "status", "entry", "group", "stratum", "weight"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (strcmp(name, others[i]) == 0) return false;
    return true;
}

static sq_sample sample_of(const table *t)
{
    int n_status;
    double *covariate = calloc((size_t)t->n * COLUMNS + 1, sizeof *covariate);
    sq_sample s = {.n = t->n,
                   .time = numbers(t, "time"),
                   .entry = numbers(t, "entry"),
                   .weight = numbers(t, "weight"),
                   .covariate = covariate};
    s.status = codes(t, "status", &n_status);
    s.n_causes = n_status > 1 ? n_status - 1 : 1;
    s.group = codes(t, "group", &s.n_groups);
    s.stratum = codes(t, "stratum", &s.n_strata);
    for (int k = 0; k < t->n_columns && covariate; k++)
        if (is_covariate(t->name[k])) {
            size_t bytes = sizeof(double) * (size_t)t->n;
            memcpy(covariate + (size_t)s.n_covariates++ * (size_t)t->n, t->column[k].items, bytes);
        }
    return s;
}

static void say(const char *what, int g, int j, int n, const double *value)
{
    printf("%s %d %d", what, g, j);
    for (int i = 0; i < n; i++) printf(" %.17g", value[i]);
    printf("\n");
}
#define SAY(what, g, j, ...)                                                                       \
    say(what, g, j, (int)(sizeof((double[]){__VA_ARGS__}) / sizeof(double)),                       \
        (double[]){__VA_ARGS__})

static sq_interval interval_of(char **argument)
{
    sq_interval_scale scale = strcmp(argument[0], "plain") == 0 ? SQ_INTERVAL_PLAIN
                              : strcmp(argument[0], "log") == 0 ? SQ_INTERVAL_LOG
                                                                : SQ_INTERVAL_LOG_LOG;
    return (sq_interval){scale, atof(argument[1])};
}

static int times_of(char *list, double *time)
{
    int n = 0;
    for (char *word = strtok(list, ","); word && n < TIMES; word = strtok(NULL, ","))
        time[n++] = atof(word);
    return n;
}

static void print_km_at(const char *what, const sq_km *km, double t, sq_interval interval)
{
    sq_probability s = sq_km_at(km, t, interval);
    sq_estimate h = sq_km_hazard_at(km, t);
    SAY(what, km->group, 0, t, s.value, s.se, s.low, s.high, h.value, h.se, sq_km_at_risk(km, t));
}

static sq_status print_km(const sq_sample *s, char **argument, sq_arena *arena, sq_error *err)
{
    static const double share[] = {.1, .25, .5, .75};
    sq_interval interval = interval_of(argument);
    double time[TIMES];
    int n_times = times_of(argument[3], time);
    const sq_km *km;
    sq_status status = sq_kaplan_meier(s, SQ_ANY_CAUSE, arena, &km, err);
    for (int g = 0; !status && g < (s->group ? s->n_groups : 1); g++) {
        for (int r = 0; r < km[g].table.n_rows; r++) {
            const sq_risk_row *row = &km[g].table.row[r];
            SAY("count", g, r, row->at_risk, row->events, row->censored);
            print_km_at("row", &km[g], row->time, interval);
        }
        for (int i = 0; i < n_times; i++) print_km_at("at", &km[g], time[i], interval);
        for (int i = 0; i < 4; i++) {
            sq_quantile q = sq_km_quantile(&km[g], share[i], interval);
            SAY("quantile", g, i, share[i], q.value, q.low, q.high);
        }
        sq_restricted_mean mean = sq_km_mean(&km[g], atof(argument[2]));
        SAY("mean", g, 0, mean.value, mean.se, mean.is_extended, km[g].emptied);
    }
    return status;
}

static sq_status print_aj(const sq_sample *s, char **argument, sq_arena *arena, sq_error *err)
{
    sq_interval interval = interval_of(argument);
    double time[TIMES];
    int n_times = times_of(argument[2], time);
    const sq_incidence *curve;
    sq_status status = sq_aalen_johansen(s, arena, &curve, err);
    for (int g = 0; !status && g < (s->group ? s->n_groups : 1); g++)
        for (int k = 1; k <= s->n_causes; k++)
            for (int i = 0; i < n_times; i++) {
                sq_probability f = sq_incidence_at(&curve[g], k, time[i], interval);
                SAY("at", g, k, time[i], f.value, f.se, f.low, f.high);
            }
    return status;
}

static void print_test(const char *what, sq_chi_square test)
{
    SAY(what, 0, test.df, test.statistic, test.p);
}

static sq_status print_cox(const sq_sample *s, char **argument, sq_arena *arena, sq_error *err)
{
    sq_cox_request request = {.cause = atoi(argument[1]),
                              .ties =
                                  strcmp(argument[0], "breslow") ? SQ_TIES_EFRON : SQ_TIES_BRESLOW};
    sq_cox fit;
    sq_status status = sq_cox_fit(s, request, arena, &fit, err);
    if (status) return status;
    SAY("end", fit.ending, fit.culprit, fit.n_events, fit.n_steps);
    SAY("likelihood", 0, 0, fit.log_likelihood_0, fit.log_likelihood);
    for (int j = 0; j < fit.n_covariates; j++)
        SAY("coefficient", j, 0, fit.coefficient[j], fit.se[j]);
    print_test("score", fit.score);
    print_test("wald", fit.wald);
    print_test("ratio", fit.likelihood_ratio);
    return SQ_OK;
}

static sq_status print_log_rank(const sq_sample *s, char **argument, sq_arena *arena, sq_error *err)
{
    sq_log_rank_request request = {
        .rho = atof(argument[0]), .gamma = atof(argument[1]), .cause = atoi(argument[2])};
    sq_log_rank result;
    sq_status status = sq_log_rank_test(s, request, arena, &result, err);
    for (int g = 0; !status && g < result.n_groups; g++) {
        SAY("group", g, 0, result.observed[g], result.expected[g]);
        say("variance", g, 0, result.n_groups, result.variance + g * result.n_groups);
    }
    if (!status) print_test("test", result.test);
    return status;
}

static sq_status print_landmark(const sq_sample *s, char **argument, sq_arena *arena, sq_error *err)
{
    sq_sample later;
    sq_status status = sq_landmark(s, atof(argument[0]), arena, &later, err);
    for (int i = 0; !status && i < later.n; i++)
        SAY("patient", i, later.status[i], later.time[i], later.entry ? later.entry[i] : 0,
            later.group ? later.group[i] : 0);
    return status;
}

typedef struct verb {
    const char *name;
    int n_arguments;
    sq_status (*print)(const sq_sample *s, char **argument, sq_arena *arena, sq_error *err);
} verb;

static const verb VERBS[] = {{"km", 4, print_km},
                             {"aj", 3, print_aj},
                             {"cox", 2, print_cox},
                             {"logrank", 3, print_log_rank},
                             {"landmark", 1, print_landmark}};

int main(int n, char **argument)
{
    static table t;
    sq_arena arena = {0};
    sq_error err = {0};
    read_header(&t);
    read_rows(&t);
    sq_sample s = sample_of(&t);
    for (size_t i = 0; i < sizeof VERBS / sizeof VERBS[0]; i++) {
        if (n < 2 || strcmp(argument[1], VERBS[i].name) != 0 || n != 2 + VERBS[i].n_arguments)
            continue;
        if (VERBS[i].print(&s, argument + 2, &arena, &err)) stop(err.text);
        sq_arena_free(&arena);
        return 0;
    }
    stop("no such verb, or not its arguments");
}
