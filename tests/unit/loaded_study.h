/* A study written to a temporary folder and loaded, for tests that look at what the loader makes of texts. */
#ifndef SQ_TESTS_LOADED_STUDY_H
#define SQ_TESTS_LOADED_STUDY_H

#include "text_files.h"

#include "lang/load.h"

#include <stdlib.h>
#include <string.h>

typedef struct study {
    char folder[64];
    sq_model *model;
    char *said; /* rendered diagnostics */
    sq_status status;
} study;

static const char loaded_head[] = "experiment: t\nmodel: m.yaml\nhorizon: 10 y\n";

/* Loads `experiment` (after the head) with `model`, both as texts. */
static inline study load_with(const char *model, const char *experiment, const sq_load_options *options)
{
    study s = {.folder = "sequela-load-XXXXXX"};
    char text[4096], path[128];
    assert_non_null(mkdtemp(s.folder));
    write_file(s.folder, "m.yaml", model);
    write_file(s.folder, "ages.csv",
               "# years\nage,sex,rate\n0,f,0.1\n0,m,0.2\n50,f,0.3\n50,m,0.4\n");
    write_file(s.folder, "people.csv", "years,sex\n40,m\n\"50\",f\n");
    snprintf(text, sizeof text, "%s%s", loaded_head, experiment);
    write_file(s.folder, "e.yaml", text);
    snprintf(path, sizeof path, "%s/e.yaml", s.folder);
    sq_diags diags = {0};
    sq_error err = {0};
    s.status = sq_load_experiment(path, options, &s.model, &diags, &err);
    s.said = sq_diags_render(&diags);
    sq_diags_free(&diags); /* the model must not depend on them */
    return s;
}

static inline study load(const char *model, const char *experiment)
{
    study s = load_with(model, experiment, NULL);
    if (s.status) print_error("%s\n", s.said);
    assert_int_equal(s.status, SQ_OK);
    return s;
}

static inline void drop(study *s)
{
    static const char *const names[] = {"m.yaml", "e.yaml", "ages.csv", "people.csv"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) remove_file(s->folder, names[i]);
    rmdir(s->folder);
    sq_model_free(s->model);
    free(s->said);
}

#define SMALL                                                                                      \
    "model: small\n"                                                                               \
    "currency: EUR\n"                                                                              \
    "categories: {drug: [none, a, b], sex: [f, m]}\n"                                              \
    "attributes:\n"                                                                                \
    "  drug: {type: drug, initial: none}\n"                                                        \
    "  sex: {type: sex, initial: f}\n"                                                             \
    "  age: {type: time, initial: 40 y}\n"                                                         \
    "  n: {type: count, initial: 0}\n"                                                             \
    "  z1: {latent: normal}\n"                                                                     \
    "  z2: {latent: normal}\n"                                                                     \
    "states: {well: , ill: , dead: {death: true}}\n"                                               \
    "start: {state: well}\n"

#define ONLY "strategies: {only: }\n"

#endif
