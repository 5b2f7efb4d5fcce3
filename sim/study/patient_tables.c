/* One table of patients and one of events per strategy. A patient's row is who the patient was at baseline and
 * at the end, how long it lived, and its totals; an event's row is time, patient, what happened and the state then. Times
 * become years here, as everywhere in a file. */
#include "study/patient_tables.h"

#include "study/conditions.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct sq_patient_tables {
    const sq_model *model;
    bool patients, events;
    int attributes; /* that have columns */
    sq_tables *tables;
    int *patient_table, *event_table; /* [n_strategies] */
    sq_cell *cells;                   /* one patient's row */
};

enum { FIRST_ATTRIBUTE = 3 }; /* after patient, survival_time, died; and scenario, where there are several */
enum { EVENT_COLUMNS = 4 };

static const sq_table_column scenario_column = {"scenario", SQ_I32, "1", "number of the scenario", 0, NULL};

static int scenario_columns(const sq_model *m) { return m->n_scenarios > 0; }

int sq_patient_columns(const sq_model *m)
{
    int attributes = sq_visible_attributes(m);
    int columns = FIRST_ATTRIBUTE + scenario_columns(m) + attributes + 2 * sq_quantities(m);
    for (int i = 0; i < attributes; i++) columns += m->attributes[i].is_written;
    return columns;
}

static const char *const no_yes[] = {"no", "yes"};

/* Units of a number in the file, where time is in years: "year", "1/year", "EUR", "EUR/year". */
static const char *file_units(const sq_model *m, sq_unit unit, sq_arena *arena)
{
    const char *money = unit.money ? m->currency : "";
    if (unit.time == 0) return unit.money ? money : "1";
    if (unit.time > 0) return "year";
    return sq_arena_format(arena, "%s/year", unit.money ? money : "1");
}

/* How many codes an attribute that is no number has. */
static int codes(const sq_model *m, const sq_attribute *a)
{
    return a->type.class == SQ_TYPE_FLAG ? 2 : m->categories[a->type.category].n_labels;
}

/* Codes and their meanings; where the attribute may be without a value, a last one says so. */
static sq_table_column code_column(const sq_model *m, const sq_attribute *a, const char *when, sq_arena *arena)
{
    bool is_flag = a->type.class == SQ_TYPE_FLAG;
    const char *const *labels = is_flag ? no_yes : m->categories[a->type.category].labels;
    int n = codes(m, a);
    const char **longer = a->may_be_unset ? sq_arena_array(arena, (size_t)n + 1, sizeof *longer) : NULL;
    if (!longer) return (sq_table_column){a->column, SQ_I32, "1", when, n, labels};
    memcpy(longer, labels, (size_t)n * sizeof *longer);
    longer[n] = "unset";
    return (sq_table_column){a->column, SQ_I32, "1", when, n + 1, longer};
}

static sq_table_column attribute_column(const sq_model *m, const sq_attribute *a, const char *when, sq_arena *arena)
{
    if (a->type.class != SQ_TYPE_NUMBER) return code_column(m, a, when, arena);
    const char *units = file_units(m, a->type.unit, arena);
    return (sq_table_column){a->column, SQ_F64, units ? units : "", when, 0, NULL};
}

static sq_table_column end_column(const sq_model *m, const sq_attribute *a, sq_arena *arena)
{
    sq_table_column column = attribute_column(m, a, "at death or the end of follow-up", arena);
    const char *name = sq_arena_format(arena, "%s_at_end", a->column);
    column.name = name ? name : "";
    return column;
}

/* Each attribute at baseline, then those that something writes as they are at the end; the column after them. */
static sq_table_column *attribute_columns(const sq_model *m, sq_table_column *next, sq_arena *arena)
{
    int n = sq_visible_attributes(m);
    for (int i = 0; i < n; i++) *next++ = attribute_column(m, &m->attributes[i], "at baseline", arena);
    for (int i = 0; i < n; i++)
        if (m->attributes[i].is_written) *next++ = end_column(m, &m->attributes[i], arena);
    return next;
}

/* Name of a quantity's column: "qalys", "cost_drug_undiscounted". */
static const char *quantity_name(const sq_model *m, int quantity, bool discounted, sq_arena *arena)
{
    const char *suffix = discounted ? "" : "_undiscounted";
    if (quantity == SQ_QUANTITY_LIFE_YEARS) return sq_arena_format(arena, "life_years%s", suffix);
    if (quantity == SQ_QUANTITY_QALYS) return sq_arena_format(arena, "qalys%s", suffix);
    if (quantity == sq_quantity_total_cost(m)) return sq_arena_format(arena, "total_cost%s", suffix);
    const char *category = m->costs[quantity - SQ_QUANTITY_COST].name;
    return sq_arena_format(arena, "cost_%s%s", category, suffix);
}

static sq_status add_patient_table(sq_patient_tables *t, int strategy, sq_error *err)
{
    const sq_model *m = t->model;
    sq_arena arena = {0};
    int n = sq_patient_columns(m);
    sq_table_column *columns = sq_arena_array(&arena, (size_t)n, sizeof *columns);
    char *group = sq_arena_format(&arena, "patients/%s", m->strategies[strategy].name);
    sq_status status = columns && group ? SQ_OK : sq_fail(err, SQ_ERR_MEMORY, "no memory for the columns");
    if (!status) {
        columns[0] = (sq_table_column){"patient", SQ_I64, "1", "number of the patient", 0, NULL};
        columns[1] = (sq_table_column){"survival_time", SQ_F64, "year", "time from index to death or end of follow-up", 0, NULL};
        columns[2] = (sq_table_column){"died", SQ_I32, "1", "whether the patient died before or at the end of follow-up", 2, no_yes};
        sq_table_column *next = columns + FIRST_ATTRIBUTE;
        if (scenario_columns(m)) *next++ = scenario_column;
        next = attribute_columns(m, next, &arena);
        for (int i = 0; i < 2 * sq_quantities(m); i++) {
            const char *units = i / 2 < SQ_QUANTITY_COST ? "year" : m->currency;
            const char *name = quantity_name(m, i / 2, i % 2 == 0, &arena);
            *next++ = (sq_table_column){name ? name : "", SQ_F64, units, "over the life", 0, NULL};
        }
        status = sq_tables_add(t->tables, group, "patient", n, columns, &t->patient_table[strategy], err);
    }
    sq_arena_free(&arena);
    return status;
}

static sq_status add_event_table(sq_patient_tables *t, int strategy, sq_error *err)
{
    const sq_model *m = t->model;
    sq_arena arena = {0};
    int n = SQ_OCCURRENCES(m);
    const char **names = sq_arena_array(&arena, (size_t)n, sizeof *names);
    const char **states = sq_arena_array(&arena, (size_t)m->n_states, sizeof *states);
    char *group = sq_arena_format(&arena, "event_log/%s", m->strategies[strategy].name);
    sq_status status = SQ_OK;
    if (!names || !states || !group) {
        status = sq_fail(err, SQ_ERR_MEMORY, "no memory for the columns");
    } else {
        for (int i = 0; i < n; i++) names[i] = sq_occurrence_name(m, i);
        for (int i = 0; i < m->n_states; i++) states[i] = m->states[i].name;
        const sq_table_column columns[EVENT_COLUMNS + 1] = {
            {"patient", SQ_I64, "1", "number of the patient", 0, NULL},
            {"time", SQ_F64, "year", "time since index", 0, NULL},
            {"event", SQ_I32, "1", "event, entry into a state, mark, death or index", n, names},
            {"state", SQ_I32, "1", "state when it happened; an entry counts as done", m->n_states, states},
            scenario_column,
        };
        status = sq_tables_add(t->tables, group, "row", EVENT_COLUMNS + scenario_columns(m), columns, &t->event_table[strategy], err);
    }
    sq_arena_free(&arena);
    return status;
}

static sq_cell attribute_cell(const sq_model *m, const sq_attribute *a, double value)
{
    if (a->type.class != SQ_TYPE_NUMBER)
        return (sq_cell){.i32 = isnan(value) ? codes(m, a) : (int32_t)value};
    if (a->type.unit.time > 0) value /= SQ_DAYS_PER_YEAR;
    if (a->type.unit.time < 0) value *= SQ_DAYS_PER_YEAR;
    return (sq_cell){.f64 = value};
}

static sq_status take_patient(sq_patient_tables *t, const sq_row *row, sq_error *err)
{
    const sq_model *m = t->model;
    const sq_life *life = row->life;
    sq_cell *cell = t->cells;
    (cell++)->i64 = row->patient;
    (cell++)->f64 = fmin(life->died, life->end) / SQ_DAYS_PER_YEAR;
    (cell++)->i32 = isfinite(life->died);
    if (scenario_columns(m)) (cell++)->i32 = row->point;
    for (int i = 0; i < t->attributes; i++) *cell++ = attribute_cell(m, &m->attributes[i], row->baseline[i]);
    for (int i = 0, k = 0; i < t->attributes; i++)
        if (m->attributes[i].is_written) *cell++ = attribute_cell(m, &m->attributes[i], row->at_end[k++]);
    for (int i = 0; i < 2 * sq_quantities(m); i++) {
        bool time = i / 2 < SQ_QUANTITY_COST;
        (cell++)->f64 = time ? life->total[i] / SQ_DAYS_PER_YEAR : life->total[i];
    }
    return sq_tables_row(t->tables, t->patient_table[row->strategy], t->cells, err);
}

static sq_status take_events(sq_patient_tables *t, const sq_row *row, sq_error *err)
{
    for (int i = 0; i < row->life->n_log; i++) {
        const sq_log_entry *entry = &row->life->log[i];
        const sq_cell cells[EVENT_COLUMNS + 1] = {
            {.i64 = row->patient},
            {.f64 = entry->time / SQ_DAYS_PER_YEAR},
            {.i32 = entry->occurrence},
            {.i32 = entry->state},
            {.i32 = row->point},
        };
        sq_status status = sq_tables_row(t->tables, t->event_table[row->strategy], cells, err);
        if (status) return status;
    }
    return SQ_OK;
}

static sq_status take(void *context, const sq_row *row, sq_error *err)
{
    sq_patient_tables *t = context;
    sq_status status = t->patients ? take_patient(t, row, err) : SQ_OK;
    if (!status && t->events) status = take_events(t, row, err);
    return status;
}

static void release(sq_patient_tables *t)
{
    free(t->patient_table);
    free(t->event_table);
    free(t->cells);
    free(t);
}

static sq_status add_tables(sq_patient_tables *t, sq_error *err)
{
    sq_status status = SQ_OK;
    for (int s = 0; s < t->model->n_strategies && !status; s++) {
        if (t->patients) status = add_patient_table(t, s, err);
        if (!status && t->events) status = add_event_table(t, s, err);
    }
    return status;
}

sq_status sq_patient_tables_open(sq_patient_tables **out, const sq_model *m, const char *path,
                                 bool patients, bool events, sq_error *err)
{
    size_t n = (size_t)m->n_strategies;
    sq_patient_tables *t = *out = calloc(1, sizeof *t);
    if (!t) return sq_fail(err, SQ_ERR_MEMORY, "no memory for the patient table");
    t->model = m;
    t->attributes = sq_visible_attributes(m);
    t->patients = patients;
    t->events = events;
    t->patient_table = calloc(n, sizeof *t->patient_table);
    t->event_table = calloc(n, sizeof *t->event_table);
    t->cells = calloc((size_t)sq_patient_columns(m), sizeof *t->cells);
    sq_status status = t->patient_table && t->event_table && t->cells
                           ? sq_tables_open(&t->tables, path, err)
                           : sq_fail(err, SQ_ERR_MEMORY, "no memory for the patient table");
    if (!status) status = add_tables(t, err);
    if (status) {
        sq_patient_tables_abandon(t);
        *out = NULL;
    }
    return status;
}

sq_row_sink sq_patient_tables_sink(sq_patient_tables *t)
{
    return (sq_row_sink){.context = t, .take = take, .want_log = t->events};
}

sq_status sq_patient_tables_finish(sq_patient_tables *t, const sq_variables *variables,
                                   const sq_provenance *provenance, sq_error *err)
{
    sq_status status = sq_tables_finish(t->tables, variables, sq_conditions_title(t->model), provenance, err);
    release(t);
    return status;
}

void sq_patient_tables_abandon(sq_patient_tables *t)
{
    if (!t) return;
    sq_tables_abandon(t->tables);
    release(t);
}
