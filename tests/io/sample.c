/* Writes sample files for the scripts of this folder, so that io is tested apart from the simulator.
 *
 *   sample write FILE          a result with every kind of variable
 *   sample again FILE          the same outcome from another machine: provenance differs, order differs
 *   sample other FILE          one number differs
 *   sample tables FILE ROWS    the same with streamed tables of two strategies
 *   sample copy FROM TO        reads a file and writes what was read
 *   sample digest FILE | export FILE FOLDER | check FILE
 *
 * Ends with the exit code of the status and prints its sentence on standard error. */
#include "io/csv.h"
#include "io/results.h"
#include "io/tables.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const strategies[] = {"now", "l\xc3\xa4ter"};
static const char *const causes[] = {"relapse", "death, \"other\""};
static const char *const subgroups[] = {"sex=male", "sex=male, age=old", "sex=male, age=\xc3\xa4lter"};

static void add_texts(sq_variables *v, const char *name, const char *const *texts, size_t n)
{
    const char *axes[] = {name, NULL};
    sq_variables_axis(v, name, n);
    const char **data = sq_variables_add(v, SQ_TEXT, name, "", name, axes);
    for (size_t i = 0; i < n; i++) data[i] = texts[i];
}

static void add_survival(sq_variables *v, double shift)
{
    const char *axes[] = {"scenario", "draw", "strategy", "time", NULL};
    double *survival = sq_variables_add(v, SQ_F64, "survival", "1", "survival", axes);
    int64_t *at_risk = sq_variables_add(v, SQ_I64, "at_risk", "1", "patients at risk", axes);
    for (int i = 0; i < 8; i++) {
        survival[i] = exp(-0.1 * i) + shift;
        at_risk[i] = 3000000000LL - i;
    }
    survival[7] = NAN;
}

/* As many axes as there can be; the values count up. */
static void add_subgroups(sq_variables *v)
{
    const char *axes[] = {"scenario", "draw", "strategy", "subgroup", "cause", "time", NULL};
    add_texts(v, "subgroup", subgroups, 3);
    double *share = sq_variables_add(v, SQ_F64, "cumulative_incidence_by_subgroup", "1", "by subgroup", axes);
    for (int i = 0; i < 48; i++) share[i] = i;
}

static void fill(sq_variables *v, const char *what)
{
    const char *const base[] = {"base"};
    const char *time_axes[] = {"time", NULL}, *cause_axes[] = {"cause", NULL};
    add_texts(v, "scenario", base, 1);
    sq_variables_axis(v, "draw", 1);
    if (strcmp(what, "again") == 0) add_texts(v, "cause", causes, 2);
    add_texts(v, "strategy", strategies, 2);
    if (strcmp(what, "again") != 0) add_texts(v, "cause", causes, 2);
    sq_variables_axis(v, "time", 4);
    double *time = sq_variables_add(v, SQ_F64, "time", "year", "time since index", time_axes);
    for (int i = 0; i < 4; i++) time[i] = i / 3.0;
    int32_t *kind = sq_variables_add(v, SQ_I32, "kind", "1", "kind of cause", cause_axes);
    const char *const kinds[] = {"competing", "main"};
    sq_variables_set_flags(v, kinds, 2);
    kind[0] = 1;
    double *horizon = sq_variables_add(v, SQ_F64, "horizon", "year", "horizon", NULL);
    *horizon = 40;
    sq_variables_axis(v, "nothing", 0);
    const char *nothing_axes[] = {"nothing", NULL};
    sq_variables_add(v, SQ_F64, "empty", "1", "no values at all", nothing_axes);
    add_survival(v, strcmp(what, "other") == 0 ? 1e-15 : 0);
    add_subgroups(v);
}

static sq_provenance provenance(const char *what)
{
    static const sq_fact facts[] = {{"command", "sequela run x.yaml", 0}, {"seed", NULL, 7}};
    static const sq_fact others[] = {{"host", "elsewhere", 0}};
    static const char text[] = "model: sample\n# M\xc3\xbcller\n";
    static const char latin[] = "age\nM\xfcller\n";
    static const sq_input_file inputs[] = {{"models/sample.yaml", text, sizeof text - 1},
                                           {"cohort.CSV", latin, sizeof latin - 1}};
    if (strcmp(what, "again") == 0) return (sq_provenance){.n_facts = 1, .facts = others};
    return (sq_provenance){.n_facts = 2, .facts = facts, .n_inputs = 2, .inputs = inputs};
}

static sq_status add_rows(sq_tables *t, const char *group, long rows, sq_error *err)
{
    static const char *const sexes[] = {"female", "male"};
    static const sq_table_column columns[] = {
        {"patient", SQ_I64, "1", "number of the patient", 0, NULL},
        {"age", SQ_F64, "year", "age at index", 0, NULL},
        {"sex", SQ_I32, "1", "sex", 2, sexes},
    };
    int patients, events;
    char name[64];
    snprintf(name, sizeof name, "patients/%s", group);
    sq_status status = sq_tables_add(t, name, "patient", 3, columns, &patients, err);
    snprintf(name, sizeof name, "events/%s", group);
    if (status == SQ_OK) status = sq_tables_add(t, name, "row", 2, columns, &events, err);
    for (long i = 0; i < rows && status == SQ_OK; i++) {
        sq_cell cells[] = {{.i64 = i}, {.f64 = 30 + sin((double)i)}, {.i32 = (int32_t)(i % 2)}};
        status = sq_tables_row(t, patients, cells, err);
        if (status == SQ_OK && i % 3 == 0) status = sq_tables_row(t, events, cells, err);
    }
    return status;
}

static sq_status write_tables(const char *path, long rows, sq_error *err)
{
    sq_variables v = {0};
    sq_tables *t = NULL;
    sq_provenance p = provenance("write");
    fill(&v, "write");
    sq_status status = sq_tables_open(&t, path, err);
    if (status == SQ_OK) status = add_rows(t, "now", rows, err);
    if (status == SQ_OK) status = add_rows(t, "later", rows / 2, err);
    if (status == SQ_OK)
        status = sq_tables_finish(t, &v, "A sample", &p, err);
    else
        sq_tables_abandon(t);
    sq_variables_free(&v);
    return status;
}

static sq_status write_sample(const char *what, const char *path, sq_error *err)
{
    sq_variables v = {0};
    sq_provenance p = provenance(what);
    fill(&v, what);
    sq_status status = sq_results_write(path, &v, "A sample", &p, err);
    sq_variables_free(&v);
    return status;
}

static sq_status copy(const char *from, const char *to, sq_error *err)
{
    sq_variables v = {0};
    sq_status status = sq_results_read(from, &v, err);
    if (status == SQ_OK) status = sq_results_write(to, &v, "A sample", NULL, err);
    sq_variables_free(&v);
    return status;
}

static sq_status act(int argc, char **argv, sq_error *err)
{
    const char *verb = argv[1], *path = argv[2];
    char hex[65];
    bool leftover;
    sq_status status;
    if (strcmp(verb, "tables") == 0 && argc == 4)
        return write_tables(path, strtol(argv[3], NULL, 10), err);
    if (strcmp(verb, "copy") == 0 && argc == 4) return copy(path, argv[3], err);
    if (strcmp(verb, "export") == 0 && argc == 4)
        return sq_results_export_csv(path, argv[3], NULL, err);
    if (strcmp(verb, "check") == 0) {
        status = sq_results_check_target(path, &leftover, err);
        puts(leftover ? "leftover" : "clean");
        return status;
    }
    if (strcmp(verb, "digest") != 0) return write_sample(verb, path, err);
    status = sq_results_digest(path, hex, err);
    puts(hex);
    return status;
}

int main(int argc, char **argv)
{
    sq_error err = {.status = SQ_OK};
    if (argc < 3) return 2;
    signal(SIGXFSZ, SIG_IGN);
    sq_status status = act(argc, argv, &err);
    if (status != SQ_OK) fprintf(stderr, "sample: %s\n", err.text);
    return sq_status_exit_code(status);
}
