/* Freezing: the builder's lists become the arrays of the model, and what can be judged without a
 * patient is judged on a filled parameter block: laws with impossible numbers, probabilities that
 * do not add up. */
#include "lang/build.h"
#include "math/kernel.h"
#include "model/block.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A copy of n items in the model's arena; an empty list still has an address. */
static const void *frozen(sq_build *b, const void *items, size_t n, size_t size)
{
    void *copy = sq_arena_array(&b->model->arena, n ? n : 1, size);
    if (!copy)
        b->out_of_memory = true;
    else if (n)
        memcpy(copy, items, n * size);
    return copy;
}

#define FREEZE(list) frozen(b, b->list.items, b->list.count, sizeof *b->list.items)

static void freeze_names(sq_build *b)
{
    sq_model *m = b->model;
    m->categories = FREEZE(categories);
    m->attributes = FREEZE(attributes);
    m->states = FREEZE(states);
    m->events = FREEZE(events);
    m->marks = FREEZE(marks);
    m->losses = FREEZE(losses);
    m->costs = FREEZE(costs);
    m->latents = FREEZE(latents);
    m->members = FREEZE(members);
    m->n_members = (int)b->members.count;
    m->n_categories = (int)b->categories.count;
    m->n_attributes = (int)b->attributes.count;
    m->n_states = (int)b->states.count;
    m->n_events = (int)b->events.count;
    m->n_marks = (int)b->marks.count;
    m->n_losses = (int)b->losses.count;
    m->n_costs = (int)b->costs.count;
    m->n_latents = (int)b->latents.count;
}

static void freeze_code(sq_build *b)
{
    sq_model *m = b->model;
    m->sites = FREEZE(sites);
    m->n_sites = (int)b->sites.count;
    m->n_counters = b->n_counters;
    m->n_code = (int)b->compiler.code.count;
    m->code = FREEZE(compiler.code);
    m->constants = FREEZE(compiler.constants);
    m->actions = FREEZE(actions);
    m->n_actions = (int)b->actions.count;
    m->draws = FREEZE(draws);
    m->draw_options = FREEZE(draw_options);
    m->tables = FREEZE(tables);
    m->n_tables = (int)b->tables.count;
    m->decisions = FREEZE(decisions);
    m->n_decisions = (int)b->decisions.count;
    m->rules = FREEZE(rules);
    m->strategies = FREEZE(strategies);
    m->n_strategies = (int)b->strategies.count;
    m->breaks = FREEZE(compiler.breaks);
    m->n_breaks = (int)b->compiler.breaks.count;
}

static void freeze_sayings(sq_build *b)
{
    size_t n = b->compiler.said.count;
    sq_saying *sayings = sq_arena_array(&b->model->arena, n + 1, sizeof *sayings);
    b->model->n_sayings = (int)n;
    b->model->sayings = sayings;
    for (size_t i = 0; i < n && sayings; i++) {
        sq_expr_said said = b->compiler.said.items[i];
        sayings[i] = (sq_saying){said.program, sq_build_where(b, said.place), sq_build_keep(b, said.text)};
    }
    if (!sayings) b->out_of_memory = true;
}

static void freeze_numbers(sq_build *b)
{
    sq_model *m = b->model;
    m->block_size = b->block_size;
    m->steps = FREEZE(steps);
    m->solves = FREEZE(solves);
    m->n_solves = (int)b->solves.count;
    m->stated_points = FREEZE(stated_points);
    m->stated_patients = FREEZE(stated_patients);
    m->stated_values = FREEZE(stated_values);
    m->stated_clocks = FREEZE(stated_clocks);
    m->evidence = FREEZE(evidence);
    m->n_evidence = (int)b->evidence.count;
    m->parameters = FREEZE(parameters);
    m->n_parameters = (int)b->parameters.count;
    m->overrides = FREEZE(overrides);
    m->n_overrides = (int)b->overrides.count;
    m->highlights = FREEZE(highlights);
    m->n_highlights = (int)b->highlights.count;
    m->groupings = FREEZE(groupings);
    m->n_groupings = (int)b->groupings.count;
    m->subgroups = FREEZE(subgroups);
    m->n_subgroups = (int)b->subgroups.count;
    m->quantiles = FREEZE(quantiles);
    m->n_quantiles = (int)b->quantiles.count;
    m->endpoints = FREEZE(endpoints);
    m->n_endpoints = (int)b->endpoints.count;
    m->causes = FREEZE(causes);
    m->n_causes = (int)b->causes.count;
    m->targets = FREEZE(targets);
    m->n_targets = (int)b->targets.count;
    m->snapshots = FREEZE(snapshots);
    m->emulations = FREEZE(emulations);
    m->n_emulations = (int)b->emulations.count;
}

/* Sources live with the diagnostics, which may be freed before the model. */
static void freeze_files(sq_build *b)
{
    sq_model *m = b->model;
    sq_source_file *files = sq_arena_array(&m->arena, b->files.count + 1, sizeof *files);
    m->n_files = (int)b->files.count;
    m->files = files;
    if (!files) {
        b->out_of_memory = true;
        return;
    }
    for (size_t i = 0; i < b->files.count; i++) {
        sq_source_file file = b->files.items[i];
        files[i] = (sq_source_file){sq_build_keep(b, file.path), NULL, file.size};
        files[i].text = sq_arena_text(&m->arena, file.text, file.size);
        if (!files[i].text) b->out_of_memory = true;
    }
}

/* Marks what an action writes; of a vector every element, for which of them is known in the life only. */
static void mark_written(sq_build *b, const sq_action *action)
{
    bool writes = action->code == SQ_ACT_SET || action->code == SQ_ACT_UNSET || action->code == SQ_ACT_DRAW;
    int size = writes ? 1 : 0;
    if (writes && action->q.count)
        size = sq_vector_size(b, &b->symbols.items[b->attribute_symbols.items[action->a]].symbol);
    for (int i = 0; i < size; i++) b->attributes.items[action->a + i].is_written = true;
    if (action->code == SQ_ACT_DECIDE)
        b->attributes.items[b->decisions.items[action->a].attribute].is_written = true;
}

/* Every block of actions but that of the values at baseline, which holds no branches, is of the life. */
static void find_written(sq_build *b)
{
    size_t i = 0, baseline = (size_t)b->model->baseline_actions;
    while (i < baseline) mark_written(b, &b->actions.items[i++]);
    while (b->actions.items[i].code != SQ_ACT_END) i++;
    while (i < b->actions.count) mark_written(b, &b->actions.items[i++]);
}

bool sq_build_freeze(sq_build *b)
{
    for (size_t i = 0; i < b->strategies.count; i++) {
        sq_strategy *s = &b->strategies.items[i];
        if (!sq_build_steps(b, (int)i, &s->first_step, &s->n_steps)) return false;
    }
    if (!sq_build_evidence(b)) return false;
    if (!b->skim) find_written(b);
    freeze_names(b);
    freeze_code(b);
    freeze_sayings(b);
    freeze_numbers(b);
    freeze_files(b);
    return !b->out_of_memory;
}

/* ---- what can be judged at once --------------------------------------------------------- */

/* An age below 0, a share above 1: no error in itself, but hardly meant. */
static void warn_of_bounds(sq_build *b, const sq_probe *probe, const sq_law *law)
{
    const double ignored = 1e-6;
    double below = sq_law_start(law) < probe->low ? -sq_expm1(-sq_law_hazard(law, probe->low)) : 0;
    double above = isinf(probe->high) ? 0 : sq_exp(-sq_law_hazard(law, probe->high));
    char text[160];
    if (!(below > ignored || above > ignored)) return;
    (void)snprintf(text, sizeof text, "%.3g %% of the values drawn here lie %s", 100 * fmax(below, above),
                   below > above ? "below 0" : "above 1");
    sq_warn_once(b, probe->place, text);
}

/* The ratio before what a hazard ratio over time counts from: no law wears it yet. */
static bool probe_before(sq_build *b, const sq_view *view, const sq_probe *probe)
{
    double before = sq_program_value(view, probe->law.profile.before, 1);
    if (before >= 0 && isfinite(before)) return true;
    return sq_diag_error(b->diags, probe->place, "this %s law is impossible: `before:` of its hazard ratio over time "
                         "is %g, and must be a finite number of at least 0", sq_family_name(probe->law.family), before);
}

static bool probe_law(sq_build *b, const sq_view *view, const sq_probe *probe)
{
    sq_law law;
    sq_law_at(view, &probe->law, &law);
    if (law.table.n_years > 0) law.arg[0] = 0; /* the patient's, which any is as good as */
    const char *problem = sq_law_problem(&law);
    if (!problem && probe->is_bounded) warn_of_bounds(b, probe, &law);
    double start = problem || !probe->is_waiting ? 0 : sq_law_start(&law);
    if (start < 0)
        return sq_diag_error(b->diags, probe->place,
                             "a time to wait cannot be negative: this %s law begins at %g d",
                             sq_family_name(law.family), start);
    if (!problem) return probe_before(b, view, probe);
    return sq_diag_error(b->diags, probe->place, "this %s law is impossible: %s",
                         sq_family_name(law.family), problem);
}

static bool probe_chance(sq_build *b, sq_place place, const char *name, double p)
{
    if (p >= 0 && p <= 1) return true;
    return sq_diag_error(b->diags, place, "%s%s%g is not a probability between 0 and 1", name,
                         *name ? ": " : "", p);
}

static bool probe_draw(sq_build *b, const sq_view *view, const sq_probe *probe)
{
    const sq_model *m = b->model;
    const sq_draw *draw = &m->draws[probe->draw];
    double sum = 0;
    bool fine = true;
    if (draw->kind == SQ_DRAW_CHANCE)
        return probe_chance(b, probe->place, "", sq_program_value(view, draw->chance, 0));
    for (int i = 0; i < draw->n_options; i++) {
        const sq_draw_option *option = &m->draw_options[draw->first_option + i];
        double p = sq_program_value(view, option->probability, 0);
        fine = probe_chance(b, probe->place, option->name, p) && fine;
        sum += p;
    }
    if (!fine) return false;
    bool too_much = sum > 1 + 1e-9, too_little = probe->must_sum_to_one && sum < 1 - 1e-9;
    if (!too_much && !too_little) return true;
    return sq_diag_error(b->diags, probe->place, "these probabilities sum to %.10g%s", sum,
                         too_much ? ", more than one" : "; without a rest they must sum to one");
}

static bool probe_utility(sq_build *b, const sq_view *view, const sq_probe *probe)
{
    double x = sq_program_value(view, probe->utility, 0);
    if (x <= 1) return true;
    return sq_diag_error(b->diags, probe->place, "a utility of %g is above 1, the utility of full "
                         "health", x);
}

static bool probe_loading(sq_build *b, const sq_view *view, const sq_probe *probe)
{
    double own = sq_program_value(view, probe->own_variance, 1);
    if (own >= 0) return true;
    return sq_diag_error(b->diags, probe->place,
                         "these loadings are too large: the latents would give %.4g of a variance of 1 "
                         "(squares of the loadings, with the correlations of the latents)",
                         1 - own);
}

static bool run_probe(sq_build *b, const sq_view *view, const sq_probe *probe)
{
    switch (probe->kind) {
    case SQ_PROBE_LAW: return probe_law(b, view, probe);
    case SQ_PROBE_DRAW: return probe_draw(b, view, probe);
    case SQ_PROBE_UTILITY: return probe_utility(b, view, probe);
    case SQ_PROBE_LOADING: return probe_loading(b, view, probe);
    }
    return true;
}

static bool run_probes(sq_build *b, const sq_view *view)
{
    bool fine = true;
    for (size_t i = 0; i < b->probes.count && !sq_diags_full(b->diags); i++) {
        fine = run_probe(b, view, &b->probes.items[i]) && fine;
    }
    return fine;
}

/* The place of "file:line:column" of a message that begins so; the text after it. */
static sq_place place_of(const sq_build *b, const char *text, const char **rest)
{
    for (size_t i = 0; i < b->files.count; i++) {
        const char *path = b->files.items[i].path;
        size_t n = strlen(path);
        int line = 0, column = 0;
        if (strncmp(text, path, n) != 0 || text[n] != ':') continue;
        char *end;
        line = (int)strtol(text + n + 1, &end, 10);
        if (*end == ':') column = (int)strtol(end + 1, &end, 10);
        if (*end != ':') continue;
        sq_source *source = sq_arena_alloc(&b->diags->arena, sizeof *source);
        if (!source) break;
        *source = (sq_source){path, b->files.items[i].text, b->files.items[i].size, NULL};
        *rest = end + 1 + (end[1] == ' ');
        return (sq_place){source, line, column};
    }
    *rest = text;
    return (sq_place){0};
}

/* Fills the block of a strategy, in a scenario or in none, and judges all that can be. */
static bool probe_block(sq_build *b, int strategy, const sq_scenario *scenario, double *block)
{
    const sq_model *m = b->model;
    sq_error why = {0};
    const sq_view view = {.model = m, .block = block};
    sq_status status = sq_block_fill(m, strategy, scenario ? &scenario->settings : NULL, block, &why);
    if (!status) return run_probes(b, &view);
    const char *rest = why.text;
    sq_place place = place_of(b, why.text, &rest);
    if (status == SQ_ERR_MEMORY) return sq_build_no_memory(b);
    return scenario ? sq_diag_error(b->diags, place, "%s (scenario %s)", rest, scenario->name)
                    : sq_diag_error(b->diags, place, "%s", rest);
}

/* What is merely odd has been said of the numbers as they are written. */
static void probe_without_warnings(sq_build *b)
{
    for (size_t i = 0; i < b->probes.count; i++) b->probes.items[i].is_bounded = false;
}

/* Only the first impossible scenario is told of: the others are mostly so for the same reason. */
static bool probe_scenarios(sq_build *b, double *block)
{
    const sq_model *m = b->model;
    for (int i = 0; i < m->n_scenarios; i++)
        for (int s = 0; s < m->n_strategies; s++) {
            const sq_scenario *scenario = &m->scenarios[i];
            if (probe_block(b, s, scenario, block)) continue;
            return sq_diag_error(b->diags, b->one[SQ_ONE_SWEEP].place, "the scenario '%s' is impossible under %s", scenario->name,
                                 m->strategies[s].name);
        }
    return true;
}

bool sq_build_probe(sq_build *b)
{
    sq_model *m = b->model;
    double *block = calloc((size_t)m->block_size + 1, sizeof *block);
    bool fine = true;
    if (!block) return sq_build_no_memory(b);
    for (int s = 0; s < m->n_strategies && fine; s++) fine = probe_block(b, s, NULL, block);
    probe_without_warnings(b);
    fine = fine && probe_scenarios(b, block);
    free(block);
    return fine;
}
