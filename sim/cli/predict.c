/* Sizes from a model's dimensions. Values are counted exactly; what HDF5 adds to each dataset (header, attributes,
 * the names of its axes) and to the file was measured on files of 100 to 190 datasets. */
#include "cli/predict.h"

#include "engine/columns.h"
#include "outcome/life.h"
#include "outcome/outcome.h"
#include "outcome/size.h"
#include "study/patient_tables.h"
#include "study/emulation.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { BYTES = 8, EVENTS_PER_LIFE = 20, EVENT_ROW = 24 };

static int points_of(const sq_model *m) { return m->n_scenarios > 0 ? m->n_scenarios : 1; }

/* What scenarios are called. */
static double scenario_bytes(const sq_model *m)
{
    double bytes = 0;
    for (int i = 0; i < m->n_scenarios; i++)
        bytes += (double)strlen(m->scenarios[i].name) + (double)strlen(m->scenarios[i].label);
    return bytes;
}

static double result_bytes(const sq_model *m)
{
    enum { PER_DATASET = 1000, SETTINGS = 10, PER_PARAMETER = 150, PER_TARGET = 400, PROVENANCE = 4000 };
    sq_outcome_size size = sq_outcome_size_of(m, points_of(m), 1);
    double values = size.values + (double)m->n_scenarios * m->n_swept;
    double bytes = BYTES * values + PER_DATASET * (size.datasets + SETTINGS) + PROVENANCE + scenario_bytes(m) +
                   (double)PER_PARAMETER * m->n_parameters + (double)PER_TARGET * m->n_targets;
    for (int i = 0; i < m->n_files; i++) bytes += (double)m->files[i].size;
    return bytes;
}

static double table_bytes(const sq_model *m, bool patients_table, bool event_log)
{
    double per_life = 0;
    if (patients_table) per_life += (double)BYTES * sq_patient_columns(m);
    if (event_log) per_life += (double)EVENTS_PER_LIFE * EVENT_ROW;
    if (event_log && m->n_scenarios > 0) per_life += 4.0 * EVENTS_PER_LIFE;
    return per_life * (double)m->n_patients * m->n_strategies * points_of(m);
}

/* Of a thread: it begins an item while it ends one and waits for stragglers of a third. */
static double points_in_flight(sq_extent extent)
{
    const double items = 2.5;
    double point_items = ceil((double)extent.patients / SQ_BLOCK);
    return fmin(extent.points, 1 + (items - 1) / point_items);
}

/* Cohorts, and the rows that they are made of, which wait in one buffer an item until it is their turn. */
static double emulation_bytes(const sq_model *m, int threads)
{
    double numbers = m->n_attributes - sq_visible_attributes(m);
    double rows = (threads + 1.0) * SQ_BLOCK * m->n_strategies * BYTES * numbers;
    return m->n_emulations > 0 ? sq_cohorts_bytes(m, m->n_patients) + rows : 0;
}

/* Each thread holds an engine and the accumulators of the points that it is at. The result is held
 * as arrays and as the image of its file, which is written with memory that the threads have left. PROGRAM and WRITING
 * were measured. */
static double memory_bytes(const sq_model *m, int threads)
{
    enum { PROGRAM = 13000000, WRITING = 10000000 };
    const sq_extent extent = {m->n_patients, points_of(m)};
    sq_outcome_memory own = sq_outcome_memory_of(m);
    double points = points_in_flight(extent), blocks = points * BYTES * m->block_size * m->n_strategies;
    double lives = threads * points * own.totals + threads * sq_columns_bytes(m, extent, sq_columns_batch(m, extent), own.block);
    return PROGRAM + blocks + 2 * result_bytes(m) + emulation_bytes(m, threads) + (lives > WRITING ? lives : WRITING);
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
