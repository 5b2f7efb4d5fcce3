/* Which engine runs, on which instruction set, as their names say. */
#include "study/study.h"

#include "engine/lanes.h"

#include <stdio.h>
#include <string.h>

static sq_status choose_engine(sq_run_options *options, const char *name, sq_error *err)
{
    for (int i = 0; i < SQ_ENGINES; i++) {
        if (strcmp(name, sq_engine_name((sq_engine)i)) != 0) continue;
        options->engine = (sq_engine)i;
        return SQ_OK;
    }
    return sq_fail(err, SQ_ERR_INPUT, "there is no engine '%s'; expected %s or %s", name,
                   sq_engine_name(SQ_ENGINE_COLUMNAR), sq_engine_name(SQ_ENGINE_REFERENCE));
}

static sq_status choose_lanes(sq_run_options *options, const char *name, sq_error *err)
{
    const sq_lanes *lanes = sq_lanes_named(name);
    if (options->engine != SQ_ENGINE_COLUMNAR)
        return sq_fail(err, SQ_ERR_INPUT, "an instruction set (%s) can be chosen for the columnar engine only", name);
    if (!lanes)
        return sq_fail(err, SQ_ERR_INPUT, "there is no instruction set '%s'; expected avx512, avx2 or scalar", name);
    if (!sq_lanes_run_here(lanes))
        return sq_fail(err, SQ_ERR_INPUT, "this processor cannot run %s; the widest it can is %s", name,
                       sq_lanes_best()->name);
    options->lanes = lanes;
    return SQ_OK;
}

const char *sq_engine_name(sq_engine engine) { return engine == SQ_ENGINE_COLUMNAR ? "columnar" : "reference"; }

/* Numbers that the command line would have refused; 0 is the usual. */
static sq_status judge_numbers(const sq_run_options *options, sq_error *err)
{
    if (options->threads < 0 || options->threads > SQ_MOST_THREADS)
        return sq_fail(err, SQ_ERR_INPUT, "%d is not a number of threads; expected 0 to %d", options->threads,
                       SQ_MOST_THREADS);
    if (options->batch < 0 || options->batch > SQ_LARGEST_BATCH)
        return sq_fail(err, SQ_ERR_INPUT, "%d is not a number of patients in flight; expected 0 to %d",
                       options->batch, SQ_LARGEST_BATCH);
    return SQ_OK;
}

sq_status sq_run_choose(sq_run_options *options, const char *engine, const char *instruction_set, sq_error *err)
{
    sq_status status = judge_numbers(options, err);
    if (!status && engine) status = choose_engine(options, engine, err);
    if (!status && instruction_set) status = choose_lanes(options, instruction_set, err);
    if (options->engine == SQ_ENGINE_COLUMNAR && !options->lanes) options->lanes = sq_lanes_best();
    return status;
}
