/* What stands behind the public handle, for the command line: it describes, traces and draws models, which
 * the public interface does not show. */
#ifndef SQ_STUDY_HANDLE_H
#define SQ_STUDY_HANDLE_H

#include "model/model.h"
#include "sequela.h"

/* The model of a loaded experiment; NULL if loading failed. Belongs to the handle. */
const sq_model *sequela_model(const sequela *s);

#endif
