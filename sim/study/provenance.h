/* What a result file says of its making: versions, machine, settings, and the full text of every input. */
#ifndef SQ_STUDY_PROVENANCE_H
#define SQ_STUDY_PROVENANCE_H

#include "io/results.h"
#include "model/model.h"
#include "study/study.h"

enum { SQ_FACTS = 40 };

/* Room for the facts and their texts; points into itself, the model and the command line, so it must not be
 * copied. */
typedef struct sq_provenance_room {
    sq_fact facts[SQ_FACTS];
    sq_provenance provenance;
    sq_arena arena;
} sq_provenance_room;

/* What was read, and the seed, of work that is not the run of one model. */
typedef struct sq_provenance_inputs {
    int n_files;
    const sq_source_file *files;
    uint64_t seed;
} sq_provenance_inputs;

/* Fills room; free with sq_provenance_free. */
sq_status sq_provenance_fill_from(sq_provenance_room *room, const sq_provenance_inputs *inputs, const sq_run_facts *facts,
                                  const char *command_line, double started, sq_error *err);
/* The same of the run of a model. */
sq_status sq_provenance_fill(sq_provenance_room *room, const sq_model *model, const sq_run_facts *facts,
                             const char *command_line, double started, sq_error *err);
void sq_provenance_free(sq_provenance_room *room);

/* Name, version, commit, compiler and libraries, one per line, for `--version`. */
const char *sq_version_text(void);
/* Seconds since 1970. */
double sq_wall_clock(void);

#endif
