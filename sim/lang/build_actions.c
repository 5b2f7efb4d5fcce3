/* Actions: lists of one-key maps become one flat run of instructions with jumps, ended by
 * SQ_ACT_END. Branches of splits and conditions are laid out one after another, each with a jump to
 * what follows them all. */
#include "lang/build.h"

#include <string.h>

typedef struct context {
    sq_build *b;
    const char *owner; /* event, decision, or start: the first part of site paths */
    int depth;
} context;

enum { MOST_NESTED = 32, MOST_RUNS = 100000, MOST_ACTIONS = 1000000 };

static bool emit_list(context *c, const sq_node *list);

int sq_add_action(sq_build *b, sq_action action)
{
    if (!sq_vec_push(&b->actions, action)) return sq_build_no_memory(b) - 1;
    return (int)b->actions.count - 1;
}

static bool add(context *c, sq_action action) { return sq_add_action(c->b, action) >= 0; }

static bool error_at(context *c, const sq_node *node, const char *text)
{
    return sq_diag_error(c->b->diags, node->place, "%s", text);
}

/* ---- simple actions --------------------------------------------------------------------- */

static bool set_attribute(sq_build *b, const sq_node *map, int i, unsigned allow)
{
    const sq_node *named = sq_made_scalar(b, map->key[i], map->key_place[i]);
    sq_target_place target;
    if (!named || !sq_read_target(b, named, allow, &target)) return false;
    sq_attribute attribute = b->attributes.items[target.attribute];
    sq_action action = {.code = SQ_ACT_SET, .a = target.attribute, .q = target.offset};
    if (attribute.latent)
        return sq_diag_error(b->diags, map->key_place[i], "'%s' is latent and cannot be set",
                             map->key[i]);
    bool is_unset = sq_says_unset(b, attribute.type, map->item[i]);
    if (is_unset) action.code = SQ_ACT_UNSET;
    if (is_unset && !attribute.may_be_unset)
        return sq_diag_error(b->diags, map->item[i]->place,
                             "'%s' always has a value: only what is declared `initial: unset` can be unset",
                             map->key[i]);
    bool fine =
        is_unset || sq_build_expr(b, map->item[i], attribute.type, allow, &action.p, NULL);
    return sq_add_action(b, action) >= 0 && fine;
}

bool sq_build_sets(sq_build *b, const sq_node *map, unsigned allow)
{
    if (!sq_node_expect(map, SQ_NODE_MAP, "set: attributes and values", b->diags)) return false;
    bool fine = true;
    for (int i = 0; i < map->count; i++) fine = set_attribute(b, map, i, allow) && fine;
    return fine;
}

static bool emit_set(context *c, const sq_node *node)
{
    return sq_build_sets(c->b, sq_node_get(node, "set"), SQ_READ_LIFE);
}

static bool emit_draw(context *c, const sq_node *node)
{
    sq_target_place target;
    if (!sq_read_target(c->b, sq_node_get(node, "draw"), SQ_READ_LIFE, &target)) return false;
    sq_action action = {.code = SQ_ACT_DRAW, .a = target.attribute, .q = target.offset};
    return sq_build_draw(c->b, node, &target, c->owner, SQ_READ_LIFE, &action.b) && add(c, action);
}

static bool emit_decide(context *c, const sq_node *node)
{
    const sq_node *named = sq_node_get(node, "decide");
    const char *name = sq_scalar_text(c->b, named, "decide: a decision");
    if (!name) return false;
    size_t n = c->b->decisions.count;
    const char **names = sq_build_scratch(c->b, n, sizeof *names);
    for (size_t i = 0; names && i < n; i++) {
        names[i] = c->b->decisions.items[i].name;
        if (strcmp(names[i], name) == 0)
            return add(c, (sq_action){.code = SQ_ACT_DECIDE, .a = (int)i});
    }
    return names && sq_diag_error(c->b->diags, named->place, "unknown decision '%.80s'%s", name,
                                  sq_diag_hint(c->b->diags, name, names, n));
}

static bool emit_clock(context *c, const sq_node *node, const char *key, sq_act_code code)
{
    int event = sq_named_event(c->b, sq_node_get(node, key), "event");
    return event >= 0 && add(c, (sq_action){.code = code, .a = event});
}

static bool emit_start(context *c, const sq_node *node)
{
    return emit_clock(c, node, "start", SQ_ACT_START);
}
static bool emit_stop(context *c, const sq_node *node)
{
    return emit_clock(c, node, "stop", SQ_ACT_STOP);
}
static bool emit_pause(context *c, const sq_node *node)
{
    return emit_clock(c, node, "pause", SQ_ACT_PAUSE);
}
static bool emit_resume(context *c, const sq_node *node)
{
    return emit_clock(c, node, "resume", SQ_ACT_RESUME);
}

static bool emit_goto(context *c, const sq_node *node)
{
    const sq_node *reenter = sq_node_get(node, "reenter");
    sq_action action = {.code = SQ_ACT_GOTO};
    action.a = sq_named_state(c->b, sq_node_get(node, "goto"), "state");
    action.b = reenter && sq_flag_constant(c->b, reenter, "reenter", false);
    return action.a >= 0 && add(c, action);
}

/* Without `utility:` a year of life counts 1 already, which whoever pays QALYs may not have meant. */
static void warn_of_paid_qalys(sq_build *b, sq_place place)
{
    if (!b->one[SQ_ONE_UTILITY].node && !b->skim)
        sq_warn_once(b, place,
                     "these QALYs come on top of one for every year of life, for there is no "
                     "`utility:`; say `utility: 0` where only what is paid counts, `utility: 1` "
                     "where this is meant");
}

static bool pay_one(context *c, const sq_node *map, int i)
{
    sq_build *b = c->b;
    size_t n = b->costs.count;
    bool qalys = strcmp(map->key[i], "qalys") == 0;
    sq_action action = {.code = qalys ? SQ_ACT_QALYS : SQ_ACT_PAY, .a = -1};
    const char **names = sq_build_scratch(b, n + 1, sizeof *names);
    if (!names) return false;
    for (size_t k = 0; k < n; k++) {
        names[k] = b->costs.items[k].name;
        if (strcmp(names[k], map->key[i]) == 0) action.a = (int)k;
    }
    if (!qalys && action.a < 0) {
        names[n] = "qalys";
        return sq_diag_error(b->diags, map->key_place[i], "unknown cost category '%.80s'%s",
                             map->key[i], sq_diag_hint(b->diags, map->key[i], names, n + 1));
    }
    if (qalys) warn_of_paid_qalys(b, map->key_place[i]);
    sq_type want = qalys ? sq_type_time() : sq_number(0, 1, SQ_KIND_NONE);
    return sq_build_expr(b, map->item[i], want, SQ_READ_LIFE, &action.p, NULL) && add(c, action);
}

static bool emit_pay(context *c, const sq_node *node)
{
    const sq_node *map = sq_node_get(node, "pay");
    if (!sq_node_expect(map, SQ_NODE_MAP, "pay: categories and amounts", c->b->diags)) return false;
    bool fine = true;
    for (int i = 0; i < map->count; i++) fine = pay_one(c, map, i) && fine;
    return fine;
}

static int listed_at(const char *name, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(names[i], name) == 0) return (int)i;
    return -1;
}

static bool emit_loss(context *c, const sq_node *node)
{
    sq_build *b = c->b;
    const sq_node *amount = sq_node_get(node, "amount"), *duration = sq_node_get(node, "for");
    const char *name = sq_scalar_text(b, sq_node_get(node, "lose utility"), "lose utility: a name");
    sq_action action = {.code = SQ_ACT_LOSE};
    if (!name) return false;
    if (!amount || !duration)
        return error_at(c, node, "a loss of utility needs `amount:` and `for:`");
    action.a = listed_at(name, b->losses.items, b->losses.count);
    bool fine =
        sq_build_expr(b, amount, sq_number(0, 0, SQ_KIND_UTILITY), SQ_READ_LIFE, &action.p, NULL);
    fine = sq_build_expr(b, duration, sq_type_time(), SQ_READ_LIFE, &action.q, NULL) && fine;
    return fine && add(c, action);
}

static bool emit_mark(context *c, const sq_node *node)
{
    const char *name = sq_scalar_text(c->b, sq_node_get(node, "mark"), "mark: a name");
    if (!name) return false;
    int mark = listed_at(name, c->b->marks.items, c->b->marks.count);
    return mark >= 0 && add(c, (sq_action){.code = SQ_ACT_MARK, .a = mark});
}

/* ---- branches --------------------------------------------------------------------------- */

/* The jump to behind all branches, to be given its target by `land`. */
static int add_jump(context *c) { return sq_add_action(c->b, (sq_action){.code = SQ_ACT_JUMP}); }

static void land(context *c, int action)
{
    if (action >= 0) c->b->actions.items[action].a = (int)c->b->actions.count;
}

/* `do:` and `goto:` of a branch, or the list after `otherwise:`. */
static bool emit_branch(context *c, const sq_node *branch)
{
    const sq_node *list = sq_node_get(branch, "do"), *otherwise = sq_node_get(branch, "otherwise");
    bool fine = true;
    if (otherwise && otherwise->kind != SQ_NODE_NULL) {
        if (list)
            return error_at(c, branch, "`otherwise:` has its actions itself, or `do:`, not both");
        list = otherwise;
    }
    if (list && list->kind != SQ_NODE_NULL) fine = emit_list(c, list);
    return (!sq_node_get(branch, "goto") || emit_goto(c, branch)) && fine;
}

static bool emit_if(context *c, const sq_node *node)
{
    const sq_node *then = sq_node_get(node, "then"), *otherwise = sq_node_get(node, "else");
    sq_action test = {.code = SQ_ACT_UNLESS};
    if (!then) return error_at(c, node, "`if:` needs `then:`");
    bool fine =
        sq_build_expr(c->b, sq_node_get(node, "if"), sq_type_flag(), SQ_READ_LIFE, &test.p, NULL);
    int unless = sq_add_action(c->b, test);
    fine = emit_list(c, then) && fine;
    int past = otherwise ? add_jump(c) : -1;
    land(c, unless);
    if (otherwise) fine = emit_list(c, otherwise) && fine;
    land(c, past);
    return fine;
}

/* One condition of `choose first`: the jump to behind them all is noted in *past. */
static bool emit_case(context *c, const sq_node *branch, bool is_last, int *past)
{
    static const char *const known[] = {"if", "do", "goto", "reenter", "otherwise", NULL};
    if (!sq_node_expect(branch, SQ_NODE_MAP, "a branch", c->b->diags)) return false;
    sq_node_known_keys(branch, "a branch of `choose first`", known, c->b->diags);
    const sq_node *condition = sq_node_get(branch, "if");
    if (!condition && !sq_node_get(branch, "otherwise"))
        return error_at(c, branch, "a branch needs `if:` or `otherwise:`");
    if (!condition && !is_last) return error_at(c, branch, "`otherwise:` must be the last branch");
    sq_action test = {.code = SQ_ACT_UNLESS};
    int unless = -1;
    bool fine = true;
    if (condition) {
        fine = sq_build_expr(c->b, condition, sq_type_flag(), SQ_READ_LIFE, &test.p, NULL);
        unless = sq_add_action(c->b, test);
    }
    fine = emit_branch(c, branch) && fine;
    *past = is_last ? -1 : add_jump(c);
    land(c, unless);
    return fine;
}

static bool emit_choose(context *c, const sq_node *node)
{
    const sq_node *list = sq_node_get(node, "choose first");
    if (!sq_node_expect(list, SQ_NODE_LIST, "choose first: branches", c->b->diags)) return false;
    int *past = sq_build_scratch(c->b, (size_t)list->count, sizeof *past);
    bool fine = past != NULL;
    for (int i = 0; i < list->count && past; i++) {
        past[i] = -1;
        fine = emit_case(c, list->item[i], i + 1 == list->count, &past[i]) && fine;
    }
    for (int i = 0; i < list->count && past; i++) land(c, past[i]);
    return fine;
}

/* ---- splits ----------------------------------------------------------------------------- */

static bool split_option(context *c, const sq_node *branch, int i, bool *has_rest, sq_bits *reads)
{
    static const char *const known[] = {"chance",    "do",    "goto", "reenter",
                                        "otherwise", "label", NULL};
    sq_build *b = c->b;
    if (!sq_node_expect(branch, SQ_NODE_MAP, "a branch", b->diags)) return false;
    sq_node_known_keys(branch, "a branch of a split", known, b->diags);
    const sq_node *chance = sq_node_get(branch, "chance"), *label = sq_node_get(branch, "label");
    bool is_rest = sq_node_get(branch, "otherwise") != NULL;
    if ((chance != NULL) == is_rest)
        return error_at(c, branch, "a branch needs one of `chance:` and `otherwise:`");
    if (is_rest && *has_rest) return error_at(c, branch, "a split has at most one `otherwise:`");
    *has_rest = *has_rest || is_rest;
    sq_writer w = {0};
    sq_write(&w, is_rest ? "otherwise" : "branch %d", i + 1);
    sq_draw_option option = {.name = sq_build_keep_written(b, &w), .value = -1};
    if (label && sq_scalar_text(b, label, "label: a name"))
        option.name = sq_build_keep(b, label->text);
    bool fine = is_rest || sq_build_expr(b, chance, sq_type_probability(), SQ_READ_LIFE,
                                         &option.probability, reads);
    return (sq_vec_push(&b->draw_options, option) || sq_build_no_memory(b)) && fine;
}

/* The draw of a split, its options without their targets. */
static bool split_draw(context *c, const sq_node *node, const sq_node *into, sq_draw *draw,
                       int *index)
{
    sq_build *b = c->b;
    sq_bits reads = {{0}}, loads = {{0}};
    bool has_rest = false, fine = true;
    const sq_node *own = sq_node_get(node, "site"), *split = sq_node_get(node, "split");
    *draw = (sq_draw){.kind = SQ_DRAW_AMONG, .law = {.table = -1}, .n_options = into->count};
    draw->first_option = (int)b->draw_options.count;
    for (int i = 0; i < into->count; i++)
        fine = split_option(c, into->item[i], i, &has_rest, &reads) && fine;
    const sq_node *named = own ? own : split;
    if (!sq_scalar_text(b, named, "split: a name")) return false;
    draw->site = sq_build_site(b, c->owner, named->text, sq_node_get(node, "key"), named->place);
    fine =
        sq_build_loading(b, sq_node_get(node, "loads on"), SQ_READ_LIFE, &draw->loading, &loads) &&
        fine;
    if (!sq_vec_push(&b->draws, *draw)) return sq_build_no_memory(b);
    *index = (int)b->draws.count - 1;
    sq_probe probe = {
        .kind = SQ_PROBE_DRAW, .place = split->place, .draw = *index, .must_sum_to_one = !has_rest};
    if (fine && !b->skim && sq_bits_empty(&reads) && !sq_vec_push(&b->probes, probe))
        return sq_build_no_memory(b);
    return fine && draw->site >= 0;
}

static bool emit_split(context *c, const sq_node *node)
{
    sq_build *b = c->b;
    const sq_node *into = sq_node_get(node, "into");
    sq_draw draw = {0};
    int index = -1;
    if (!into) return error_at(c, node, "a split needs `into:`, a list of branches");
    if (!sq_node_expect(into, SQ_NODE_LIST, "into: branches", b->diags)) return false;
    if (into->count == 0) return error_at(c, into, "a split needs at least one branch");
    if (into->count > SQ_DRAW_OPTIONS)
        return sq_diag_error(b->diags, into->place, "at most %d branches are possible",
                             (int)SQ_DRAW_OPTIONS);
    int *past = sq_build_scratch(b, (size_t)into->count, sizeof *past);
    if (!past || !split_draw(c, node, into, &draw, &index)) return false;
    bool fine = add(c, (sq_action){.code = SQ_ACT_SPLIT, .b = index});
    for (int i = 0; i < into->count; i++) {
        b->draw_options.items[draw.first_option + i].value = (int)b->actions.count;
        fine = emit_branch(c, into->item[i]) && fine;
        past[i] = add_jump(c);
    }
    for (int i = 0; i < into->count; i++) land(c, past[i]);
    return fine;
}

/* ---- procedures ------------------------------------------------------------------------- */

/* A procedure is written out where it is run, so its draws belong to whoever runs it. */
static bool emit_run(context *c, const sq_node *node)
{
    sq_build *b = c->b;
    const sq_entries *section = &b->section[SQ_IN_PROCEDURES];
    const sq_node *named = sq_node_get(node, "run");
    const char *name = sq_scalar_text(b, named, "run: a procedure");
    if (!name) return false;
    int index = sq_index_get(&section->index, name);
    if (b->n_runs++ >= MOST_RUNS || b->actions.count > MOST_ACTIONS)
        return error_at(c, named, "procedures that run procedures would be written out too often here");
    if (index >= 0) {
        if (!sq_index_put(&b->scratch, &b->used_procedures, section->items[index].name, 1))
            return sq_build_no_memory(b);
        return emit_list(c, section->items[index].node);
    }
    const char **names = sq_build_scratch(b, section->count, sizeof *names);
    for (size_t i = 0; names && i < section->count; i++) names[i] = section->items[i].name;
    return names && sq_diag_error(b->diags, named->place, "unknown procedure '%.80s'%s", name,
                                  sq_diag_hint(b->diags, name, names, section->count));
}

/* ---- lists ------------------------------------------------------------------------------ */

static const struct {
    const char *keys[8]; /* the action's own key first, then what may stand beside it */
    bool (*emit)(context *c, const sq_node *node);
} actions[] = {
    {{"set"}, emit_set},
    {{"draw", "from", "among", "chance", "loads on", "key", "site"}, emit_draw},
    {{"split", "into", "loads on", "key", "site"}, emit_split},
    {{"if", "then", "else"}, emit_if},
    {{"choose first"}, emit_choose},
    {{"decide"}, emit_decide},
    {{"start"}, emit_start},
    {{"stop"}, emit_stop},
    {{"pause"}, emit_pause},
    {{"resume"}, emit_resume},
    {{"goto", "reenter"}, emit_goto},
    {{"pay"}, emit_pay},
    {{"lose utility", "amount", "for"}, emit_loss},
    {{"mark"}, emit_mark},
    {{"run"}, emit_run},
};
enum { ACTIONS = sizeof actions / sizeof *actions };

static bool emit_action(context *c, const sq_node *node)
{
    const char *names[ACTIONS];
    if (!sq_node_expect(node, SQ_NODE_MAP, "an action", c->b->diags)) return false;
    if (node->count == 0) return error_at(c, node, "an action is missing here");
    for (int i = 0; i < ACTIONS; i++) {
        names[i] = actions[i].keys[0];
        if (!sq_node_get(node, names[i])) continue;
        bool known = sq_node_known_keys(node, "this action", actions[i].keys, c->b->diags);
        return actions[i].emit(c, node) && known;
    }
    return sq_diag_error(c->b->diags, node->key_place[0], "unknown action '%.60s'%s", node->key[0],
                         sq_diag_hint(c->b->diags, node->key[0], names, ACTIONS));
}

static bool emit_list(context *c, const sq_node *list)
{
    if (!sq_node_expect(list, SQ_NODE_LIST, "a list of actions", c->b->diags)) return false;
    if (c->depth == MOST_NESTED) return error_at(c, list, "branches are nested too deeply here, or a procedure runs itself");
    bool fine = true;
    c->depth++;
    for (int i = 0; i < list->count && !sq_diags_full(c->b->diags); i++)
        fine = emit_action(c, list->item[i]) && fine;
    c->depth--;
    return fine;
}

int sq_build_actions(sq_build *b, const sq_node *list, const sq_node *final_goto, const char *owner,
                     sq_range *range)
{
    context c = {b, owner, 0};
    int first = (int)b->actions.count;
    bool fine = !list || list->kind == SQ_NODE_NULL || emit_list(&c, list);
    if (final_goto) {
        int state = sq_named_state(b, final_goto, "state");
        fine = state >= 0 && add(&c, (sq_action){.code = SQ_ACT_GOTO, .a = state}) && fine;
    }
    fine = add(&c, (sq_action){.code = SQ_ACT_END}) && fine;
    if (range) *range = (sq_range){first, (int)b->actions.count};
    return fine ? first : -1;
}
