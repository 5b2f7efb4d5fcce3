/* Facts are gathered in one place, so that what stands in a file and what `--version` prints cannot differ. */
#include "study/provenance.h"

#include "base/cpu.h"
#include "study/build_facts.h"

#include <gsl/gsl_version.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Adds a text fact; the text is copied. */
static void say(sq_provenance_room *room, const char *name, const char *text)
{
    const char *kept = sq_arena_text(&room->arena, text, strlen(text));
    room->facts[room->provenance.n_facts++] = (sq_fact){name, kept ? kept : "", 0};
}

static void count(sq_provenance_room *room, const char *name, double number)
{
    room->facts[room->provenance.n_facts++] = (sq_fact){name, NULL, number};
}

static void say_time(sq_provenance_room *room, const char *name, double seconds)
{
    char text[64];
    time_t t = (time_t)seconds;
    struct tm utc;
    gmtime_r(&t, &utc);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
    say(room, name, text);
}

double sq_wall_clock(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

const char *sq_version_text(void)
{
    return "sequela " SQ_VERSION "\n"
           "commit " SQ_GIT_COMMIT "\n"
           "compiler " SQ_COMPILER "\n"
           "HDF5 " SQ_HDF5_VERSION "\n"
           "GSL " GSL_VERSION "\n"
           "SLEEF " SQ_SLEEF_VERSION "\n"
           "libyaml " SQ_YAML_VERSION "\n"
           "NLopt " SQ_NLOPT_VERSION "\n";
}

static sq_status add_inputs(sq_provenance_room *room, const sq_provenance_inputs *from, sq_error *err)
{
    size_t n = (size_t)from->n_files;
    sq_input_file *inputs = sq_arena_array(&room->arena, n > 0 ? n : 1, sizeof *inputs);
    if (!inputs) return sq_fail(err, SQ_ERR_MEMORY, "no memory for the provenance");
    for (size_t i = 0; i < n; i++)
        inputs[i] = (sq_input_file){from->files[i].path, from->files[i].text, from->files[i].size};
    room->provenance.inputs = inputs;
    room->provenance.n_inputs = from->n_files;
    return SQ_OK;
}

sq_status sq_provenance_fill(sq_provenance_room *room, const sq_model *m, const sq_run_facts *facts,
                             const char *command_line, double started, sq_error *err)
{
    return sq_provenance_fill_from(room, &(sq_provenance_inputs){m->n_files, m->files, m->seed}, facts, command_line,
                                   started, err);
}

sq_status sq_provenance_fill_from(sq_provenance_room *room, const sq_provenance_inputs *from, const sq_run_facts *facts,
                                  const char *command_line, double started, sq_error *err)
{
    char text[256] = "";
    memset(room, 0, sizeof *room);
    room->provenance.facts = room->facts;
    say(room, "version", SQ_VERSION);
    say(room, "git_commit", SQ_GIT_COMMIT);
    say(room, "compiler", SQ_COMPILER);
    say(room, "hdf5_version", SQ_HDF5_VERSION);
    say(room, "gsl_version", GSL_VERSION);
    say(room, "sleef_version", SQ_SLEEF_VERSION);
    say(room, "yaml_version", SQ_YAML_VERSION);
    say(room, "nlopt_version", SQ_NLOPT_VERSION);
    say(room, "instruction_sets", sq_cpu_instruction_sets(text, sizeof text));
    say(room, "engine", facts->engine);
    say(room, "instruction_set", facts->instruction_set);
    say(room, "command_line", command_line ? command_line : "");
    gethostname(text, sizeof text - 1);
    say(room, "host", text);
    say_time(room, "started", started);
    say_time(room, "ended", sq_wall_clock());
    snprintf(text, sizeof text, "%" PRIu64, from->seed); /* as text: a number would be rounded */
    say(room, "seed", text);
    count(room, "threads", facts->threads);
    count(room, "patients", (double)facts->patients);
    count(room, "lives", (double)facts->lives);
    count(room, "firings", (double)facts->firings);
    count(room, "wall_seconds", facts->wall_seconds);
    count(room, "cpu_seconds", facts->cpu_seconds);
    count(room, "busiest_thread_seconds", facts->busiest_thread_seconds);
    count(room, "busy_seconds", facts->busy_seconds);
    return add_inputs(room, from, err);
}

void sq_provenance_free(sq_provenance_room *room) { sq_arena_free(&room->arena); }
