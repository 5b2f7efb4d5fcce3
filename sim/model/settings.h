/* Settings: numbers that take the place of parameters of a loaded model, for a scenario, a draw or a trial point of a
 * calibration. Nothing is compiled again: sq_block_fill takes them instead of what the files, `override:` and `--set`
 * say, runs the prologue, and so whatever depends on them follows. A strategy's own `set:` stands above them. */
#ifndef SQ_MODEL_SETTINGS_H
#define SQ_MODEL_SETTINGS_H

#include "base/error.h"

#include <stddef.h>

struct sq_model;

typedef struct sq_assignment {
    int slot;     /* in the block */
    double value; /* in internal units: days, and per day */
} sq_assignment;

/* Zero-initialise before use; belongs to one model. */
typedef struct sq_settings {
    const char *name;     /* of the scenario, for messages; NULL: none. Not copied */
    sq_assignment *items; /* by slot */
    size_t count, capacity;
} sq_settings;

/* Finds the parameter of a name as `--set` takes it ("causal_share", "cr[reinduction,ge50]"): its place among the model's
 * parameters. Fails with SQ_ERR_INPUT, and says why and which name is near, where there is none, where it has several
 * numbers or is a table, where published statements are solved for it, and where every strategy sets its own. */
sq_status sq_settings_find(const struct sq_model *model, const char *name, int *parameter, sq_error *err);

/* Sets a parameter that was found, or sets it anew. Fails with SQ_ERR_INPUT, naming it, if the value is none that a file
 * may give it (a probability above one, a negative time), or with SQ_ERR_MEMORY; then nothing has changed. */
sq_status sq_settings_set(sq_settings *settings, const struct sq_model *model, int parameter, double value,
                          sq_error *err);

/* What a slot is set to; NULL if it is not, or without settings (NULL). */
const sq_assignment *sq_settings_of(const sq_settings *settings, int slot);

/* Makes `to` the assignments of `from`, which may be those of the same model alone; the name stays. */
sq_status sq_settings_copy(sq_settings *to, const sq_settings *from, sq_error *err);

/* Frees what it holds; of settings that sq_settings_set made. */
void sq_settings_free(sq_settings *settings);

#endif
