/* sequela trace: one patient's life told event by event. The reference interpreter lives it and
 * calls back wherever something happens; each callback is a line here. */
#include "cli/console.h"
#include "cli/law_text.h"
#include "cli/value.h"
#include "cli/verbs.h"

#include "base/text.h"
#include "engine/ref.h"
#include "model/block.h"
#include "study/handle.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

typedef struct story {
    const sq_model *m;
    bool at_baseline;
} story;

static void line(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void line(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("              ", stdout);
    vprintf(format, args);
    putchar('\n');
    va_end(args);
}

/* ---- callbacks ------------------------------------------------------------------------------ */

static void on_firing(void *context, double now, int event)
{
    story *s = context;
    s->at_baseline = event == SQ_TRACE_BASELINE;
    char time[SQ_VALUE_TEXT];
    putchar('\n');
    sq_put_padded(stdout, sq_time_text(now, time), 12, true);
    if (event == SQ_TRACE_BASELINE)
        puts("  baseline");
    else if (event == SQ_TRACE_START)
        puts("  start: time zero");
    else if (event == SQ_TRACE_HORIZON)
        puts(now < s->m->horizon ? "  closing: alive at the end of follow-up"
                                 : "  horizon: alive at the end of the simulation");
    else
        printf("  %s\n", s->m->events[event].name);
}

static void on_draw(void *context, int site, int slot, uint32_t visit, double u)
{
    const story *s = context;
    const sq_site *place = &s->m->sites[site];
    char where[160] = "";
    if (place->is_note) return;
    /* Row-major in the keys: the last key runs fastest. */
    for (int i = place->n_keys - 1, rest = slot; i >= 0; i--) {
        char label[SQ_VALUE_TEXT], longer[160];
        sq_attribute_text(s->m, place->key_attribute[i], rest % place->key_size[i], label);
        snprintf(longer, sizeof longer, "%.60s%s%.90s", label, where[0] != '\0' ? ", " : "", where);
        memcpy(where, longer, sizeof where);
        rest /= place->key_size[i];
    }
    if (where[0] != '\0')
        line("luck at %s[%s], visit %u: %.6f", place->path, where, visit + 1, u);
    else
        line("luck at %s, visit %u: %.6f", place->path, visit + 1, u);
}

/* Whether luck of this path is what emulated cohorts note. */
static bool is_of_note(const sq_model *m, const char *path)
{
    for (int i = 0; i < m->n_sites; i++)
        if (m->sites[i].is_note && m->sites[i].path == path) return true;
    return false;
}

static void on_law(void *context, const char *what, const sq_law *law, sq_unit unit)
{
    const story *s = context;
    char text[SQ_LAW_TEXT];
    if (is_of_note(s->m, what)) return;
    line("law of %s: %s", what, sq_law_text(s->m, law, unit, text));
}

static void on_arm(void *context, double now, int event, double e, double at)
{
    const story *s = context;
    char due[SQ_VALUE_TEXT], in[SQ_VALUE_TEXT];
    if (isinf(at))
        line("clock %s is set: it will not fire (hazard to spend %.4f)", s->m->events[event].name,
             e);
    else
        line("clock %s is set: due at %s, in %s (hazard to spend %.4f)", s->m->events[event].name,
             sq_time_text(at, due), sq_time_text(at - now, in), e);
}

static void on_follow(void *context, double now, int event, double at)
{
    const story *s = context;
    char due[SQ_VALUE_TEXT];
    (void)now;
    line("clock %s is looked at afresh: due %s%s", s->m->events[event].name, isinf(at) ? "" : "at ",
         sq_time_text(at, due));
}

static void on_cancel(void *context, double now, int event, bool paused)
{
    const story *s = context;
    (void)now;
    line("clock %s is %s", s->m->events[event].name, paused ? "paused" : "stopped");
}

static void on_set(void *context, double now, int attribute, double before, double after)
{
    const story *s = context;
    char old[SQ_VALUE_TEXT], new[SQ_VALUE_TEXT];
    (void)now;
    if (s->m->attributes[attribute].is_note) return;
    sq_attribute_text(s->m, attribute, before, old);
    sq_attribute_text(s->m, attribute, after, new);
    if (s->at_baseline || strcmp(old, new) == 0)
        line("%s is %s", s->m->attributes[attribute].name, new);
    else
        line("%s becomes %s (was %s)", s->m->attributes[attribute].name, new, old);
}

static void on_option(void *context, double now, int draw, int option)
{
    const story *s = context;
    const sq_draw *d = &s->m->draws[draw];
    (void)now;
    line("of %d possibilities at %s: %s", d->n_options, s->m->sites[d->site].path,
         s->m->draw_options[d->first_option + option].name);
}

static void on_decide(void *context, double now, int decision, int rule, int option)
{
    const story *s = context;
    const sq_decision *d = &s->m->decisions[decision];
    (void)now;
    line("decision %s: rule %d says %s", d->name, rule + 1,
         s->m->categories[d->category].labels[option]);
}

static void on_pay(void *context, double now, int cost, double amount)
{
    const story *s = context;
    char text[SQ_VALUE_TEXT];
    (void)now;
    if (cost < 0)
        line("QALYs change by %s at once", sq_time_text(amount, text));
    else
        line("pays %s for %s", sq_unit_value_text(s->m, (sq_unit){.money = 1}, amount, text),
             s->m->costs[cost].name);
}

static void on_lose(void *context, double now, int loss, double amount, double until)
{
    const story *s = context;
    char text[SQ_VALUE_TEXT];
    (void)now;
    line("loses %.4g of utility (%s) until %s", amount, s->m->losses[loss],
         sq_time_text(until, text));
}

static void on_mark(void *context, double now, int mark)
{
    const story *s = context;
    (void)now;
    line("mark: %s", s->m->marks[mark]);
}

static void on_goto(void *context, double now, int from, int to)
{
    const story *s = context;
    (void)now;
    if (from == to)
        line("stays in %s", s->m->states[to].name);
    else
        line("moves from %s to %s", s->m->states[from].name, s->m->states[to].name);
}

static void print_totals(const sq_model *m, const double *total)
{
    char years[SQ_VALUE_TEXT], cost[48];
    snprintf(years, sizeof years, "%.4f life years, %.4f QALYs", total[1] / SQ_DAYS_PER_YEAR,
             total[2 * SQ_QUANTITY_QALYS + 1] / SQ_DAYS_PER_YEAR);
    if (m->n_costs == 0)
        line("so far %s (undiscounted)", years);
    else
        line("so far %s, %s %s (undiscounted)", years,
             sq_grouped(total[2 * sq_quantity_total_cost(m) + 1], 2, cost, sizeof cost),
             m->currency);
}

static void on_settled(void *context, double now, int state, const double *total)
{
    const story *s = context;
    (void)now;
    line("now in %s", s->m->states[state].name);
    print_totals(s->m, total);
}

/* ---- the story ------------------------------------------------------------------------------ */

static void print_end(const sq_model *m, const sq_life *life)
{
    char text[SQ_VALUE_TEXT], cost[48], all[48];
    int q = sq_quantity_total_cost(m);
    putchar('\n');
    if (isinf(life->died))
        printf("Alive %s, %s after time zero.\n",
               life->end < m->horizon ? "when follow-up closed" : "at the horizon",
               sq_time_text(life->end, text));
    else
        printf("Died %s after time zero.\n", sq_time_text(life->died, text));
    printf("Life years %.4f (discounted %.4f), QALYs %.4f (discounted %.4f)",
           life->total[1] / SQ_DAYS_PER_YEAR, life->total[0] / SQ_DAYS_PER_YEAR,
           life->total[2 * SQ_QUANTITY_QALYS + 1] / SQ_DAYS_PER_YEAR,
           life->total[2 * SQ_QUANTITY_QALYS] / SQ_DAYS_PER_YEAR);
    if (m->n_costs > 0)
        printf(",\ncost %s %s (discounted %s)",
               sq_grouped(life->total[2 * q + 1], 2, all, sizeof all), m->currency,
               sq_grouped(life->total[2 * q], 2, cost, sizeof cost));
    puts(".");
}

static sq_status tell(const sq_model *m, int strategy, int64_t patient, sq_error *err)
{
    story s = {.m = m};
    const sq_trace trace = {&s,        on_firing, on_draw,   on_arm,    on_follow,
                            on_cancel, on_set,    on_option, on_decide, on_pay,
                            on_lose,   on_mark,   on_goto,   on_settled, on_law};
    sq_ref *ref = NULL;
    sq_life life = {0};
    double *block = calloc((size_t)m->block_size + 1, sizeof *block);
    sq_status status = block == NULL
                           ? sq_fail(err, SQ_ERR_MEMORY, "out of memory for the patient's story")
                           : sq_block_fill(m, strategy, NULL, block, err);
    if (status == SQ_OK) status = sq_ref_new(&ref, m, err);
    if (status == SQ_OK) status = sq_life_init(&life, m, err);
    if (status == SQ_OK) {
        const char *title = m->strategies[strategy].title;
        printf("Patient %lld under %s%s%s%s, seed %llu\n", (long long)patient,
               m->strategies[strategy].name, *title ? " (" : "", title, *title ? ")" : "",
               (unsigned long long)m->seed);
        status = sq_ref_live(ref, block, strategy, sq_luck_of(m->seed, 0, 0), patient, &life,
                             &trace, err);
    }
    if (status == SQ_OK) print_end(m, &life);
    sq_life_free(&life);
    sq_ref_free(ref);
    free(block);
    return status;
}

/* The strategy asked for, else the reference; -1 after a complaint. */
static int strategy_of(const sq_arguments *a, const sq_model *m)
{
    enum { MOST = 64 };
    const char *wanted = sq_value(a, "strategy"), *names[MOST];
    size_t n = 0;
    if (wanted == NULL) return m->reference;
    for (int i = 0; i < m->n_strategies; i++) {
        if (strcmp(m->strategies[i].name, wanted) == 0) return i;
        if (n < MOST) names[n++] = m->strategies[i].name;
    }
    const char *near = sq_nearest_name(wanted, names, n);
    if (near != NULL)
        sq_say("trace: there is no strategy '%s'; did you mean '%s'?", wanted, near);
    else
        sq_say("trace: there is no strategy '%s'; the first is '%s'", wanted,
               m->strategies[0].name);
    return -1;
}

static int act(const sq_arguments *a)
{
    int64_t patient = -1;
    sq_error err = {.status = SQ_OK};
    int code = SQ_EXIT_INPUT;
    if (!sq_integer(a, "patient", "the number of a patient", 0, SQ_MOST_PATIENTS - 1, &patient))
        return code;
    if (patient < 0) {
        sq_say("trace: --patient K is missing: which patient, counted from 0?");
        return code;
    }
    sequela *s = sq_load_experiment_of(a, true, &code);
    if (s == NULL) return code;
    int strategy = strategy_of(a, sequela_model(s));
    code = SQ_EXIT_INPUT;
    if (strategy >= 0)
        code = tell(sequela_model(s), strategy, patient, &err) == SQ_OK ? SQ_EXIT_DONE
                                                                        : sq_say_error(&err);
    sequela_free(s);
    return code;
}

static const sq_option options[] = {
    {0, "patient", "K", "which patient, counted from 0"},
    {0, "strategy", "NAME", "under which strategy (default: the reference)"},
    {'s', "seed", "SEED", "seed (default: as the experiment says)"},
    {0, "set", "NAME=VALUE", "replace a parameter; may be repeated"},
    {0, NULL, NULL, NULL},
};

const sq_verb sq_verb_trace = {
    "trace",
    "EXPERIMENT.yaml --patient K",
    1,
    "one patient's story, event by event",
    "The patient is the one of that number in a run with the same seed: same luck, same life.",
    options,
    act,
};
