/* Sizes from a model's dimensions. The large parts are counted exactly (values are 8 bytes);
 * HDF5's own overhead is taken as a constant for each variable. */
#include "cli/predict.h"

#include "outcome/life.h"
#include "outcome/outcome.h"

#include <stdio.h>

enum { BYTES = 8, EVENTS_PER_LIFE = 20, EVENT_ROW = 24, BINS = 100 };

static double curve_values(const sq_model *m)
{
    double per_time = 5.0 * m->n_endpoints + 3.0 * m->n_causes + m->n_states;
    return per_time * m->n_grid;
}

static double result_bytes(const sq_model *m)
{
    enum { PER_VARIABLE = 2500, VARIABLES = 90, MOMENTS = 10 };
    double quantities = sq_quantities(m);
    double values = curve_values(m) + 3.0 * SQ_OCCURRENCES(m) +
                    quantities * (MOMENTS + m->n_quantiles + BINS) +
                    (double)m->n_endpoints * m->n_quantiles;
    double bytes = BYTES * values * m->n_strategies + (double)PER_VARIABLE * VARIABLES +
                   250.0 * (m->n_parameters + m->n_targets);
    for (int i = 0; i < m->n_files; i++) bytes += (double)m->files[i].size;
    return bytes;
}

static double table_bytes(const sq_model *m, bool patients_table, bool event_log)
{
    double per_life = 0;
    if (patients_table) per_life += BYTES * (3.0 + m->n_attributes + 2.0 * sq_quantities(m));
    if (event_log) per_life += (double)EVENTS_PER_LIFE * EVENT_ROW;
    return per_life * (double)m->n_patients * m->n_strategies;
}

/* Each thread holds one set of accumulators: a block of patients in columns, and counts. */
static double memory_bytes(const sq_model *m, int threads)
{
    enum { PROGRAM = 30 << 20, HISTOGRAM = 64 << 10 };
    double lanes = 2.0 * sq_quantities(m) * SQ_BLOCK * BYTES * m->n_strategies;
    double counts = BYTES * (curve_values(m) + 3.0 * SQ_OCCURRENCES(m)) * m->n_strategies;
    double histograms = (double)HISTOGRAM * sq_quantities(m) * m->n_strategies;
    double blocks = (double)BYTES * m->block_size * m->n_strategies;
    return PROGRAM + blocks + 2 * result_bytes(m) + (threads + 1) * (lanes + counts + histograms);
}

sq_prediction sq_predict(const sq_model *model, int threads, bool patients_table, bool event_log)
{
    return (sq_prediction){.result_bytes = result_bytes(model),
                           .table_bytes = table_bytes(model, patients_table, event_log),
                           .memory_bytes = memory_bytes(model, threads)};
}

const char *sq_size_text(double bytes, char *text, size_t size)
{
    static const char *const units[] = {"bytes", "kB", "MB", "GB", "TB"};
    size_t unit = 0;
    for (; bytes >= 999.5 && unit + 1 < sizeof units / sizeof *units; unit++) bytes /= 1000;
    snprintf(text, size, "%.*f %s", unit > 0 && bytes < 9.95 ? 1 : 0, bytes, units[unit]);
    return text;
}
