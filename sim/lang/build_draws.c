/* Draws: a number from a law, a label by probabilities, a flag by chance. The same three stand in
 * actions and in the population. */
#include "lang/build.h"

#include <math.h>
#include <string.h>

/* Lets a finished block be asked whether the draw's probabilities are possible. */
static bool probe_draw(sq_build *b, int draw, const sq_bits *reads, sq_place place, bool must_sum)
{
    sq_probe probe = {
        .kind = SQ_PROBE_DRAW, .place = place, .draw = draw, .must_sum_to_one = must_sum};
    if (b->skim || !sq_bits_empty(reads)) return true;
    return sq_vec_push(&b->probes, probe) || sq_build_no_memory(b);
}

/* What an attribute can be, where its kind or its part in the language says so. */
static void bound_probe(sq_attribute drawn, sq_probe *probe)
{
    sq_unit unit = drawn.type.unit;
    bool is_share = unit.time == 0 && unit.money == 0 && unit.kind == SQ_KIND_PROBABILITY;
    bool is_count = unit.time == 0 && unit.money == 0 && unit.kind == SQ_KIND_COUNT;
    bool is_age = sq_unit_equal(unit, sq_type_time().unit) && strcmp(drawn.name, "age") == 0;
    probe->is_bounded = is_share || is_count || is_age;
    probe->low = 0;
    probe->high = is_share ? 1 : INFINITY;
}

static bool draw_from(sq_build *b, const sq_node *node, const sq_target_place *target, const char *owner,
                      unsigned allow, sq_draw *draw, sq_bits *reads)
{
    const sq_node *from = sq_node_get(node, "from");
    sq_attribute drawn = b->attributes.items[target->attribute];
    if (drawn.type.class != SQ_TYPE_NUMBER)
        return sq_diag_error(b->diags, from->place,
                             "'%s' is not a number: draw it `among:` or by `chance:`", drawn.name);
    sq_writer w = {0};
    sq_write(&w, "the law of %s.%s", owner, target->name);
    draw->kind = SQ_DRAW_LAW;
    if (!sq_build_law(b, from, sq_build_keep_written(b, &w), drawn.type.unit, allow, &draw->law,
                      reads))
        return false;
    if (draw->law.table >= 0 && b->tables.items[draw->law.table].n_years > 0)
        return sq_diag_error(b->diags, from->place,
                             "a life table by calendar year is for the time of an event that counts from "
                             "birth, not for draws");
    sq_probe probe = {
        .kind = SQ_PROBE_LAW, .place = from->place, .law = draw->law, .is_waiting = drawn.is_note};
    bound_probe(drawn, &probe);
    if (b->skim || !sq_bits_empty(reads)) return true;
    return sq_vec_push(&b->probes, probe) || sq_build_no_memory(b);
}

static bool add_label(sq_build *b, const sq_node *map, int i, int category, unsigned allow,
                      bool *has_rest, sq_bits *reads)
{
    sq_draw_option option = {.name = ""};
    option.value = sq_named_label(b, category, map->key[i], map->key_place[i]);
    if (option.value < 0) return false;
    option.name = sq_category_of(b, category)->labels[option.value];
    const sq_node *p = map->item[i];
    bool is_rest = p->kind == SQ_NODE_SCALAR && strcmp(p->text, "rest") == 0;
    if (is_rest && *has_rest)
        return sq_diag_error(b->diags, p->place, "at most one label can be the rest");
    *has_rest = *has_rest || is_rest;
    bool fine =
        is_rest || sq_build_expr(b, p, sq_type_probability(), allow, &option.probability, reads);
    return (sq_vec_push(&b->draw_options, option) || sq_build_no_memory(b)) && fine;
}

static bool draw_among(sq_build *b, const sq_node *map, int attribute, unsigned allow,
                       sq_draw *draw, sq_bits *reads, bool *has_rest)
{
    sq_attribute drawn = b->attributes.items[attribute];
    draw->kind = SQ_DRAW_AMONG;
    draw->first_option = (int)b->draw_options.count;
    if (!sq_node_expect(map, SQ_NODE_MAP, "among: labels and probabilities", b->diags))
        return false;
    if (drawn.type.class != SQ_TYPE_CATEGORY)
        return sq_diag_error(b->diags, map->place,
                             "'%s' is not of a category: `among:` draws labels", drawn.name);
    if (map->count == 0) return sq_diag_error(b->diags, map->place, "among: names no label");
    if (map->count > SQ_DRAW_OPTIONS)
        return sq_diag_error(b->diags, map->place, "at most %d labels are possible here",
                             (int)SQ_DRAW_OPTIONS);
    bool fine = true;
    for (int i = 0; i < map->count; i++)
        fine = add_label(b, map, i, drawn.type.category, allow, has_rest, reads) && fine;
    draw->n_options = (int)b->draw_options.count - draw->first_option;
    return fine;
}

static bool draw_chance(sq_build *b, const sq_node *chance, int attribute, unsigned allow,
                        sq_draw *draw, sq_bits *reads)
{
    sq_attribute drawn = b->attributes.items[attribute];
    draw->kind = SQ_DRAW_CHANCE;
    if (drawn.type.class != SQ_TYPE_FLAG)
        return sq_diag_error(b->diags, chance->place, "'%s' is not a flag: draw a number `from:` a law, a label `among:` labels",
                             drawn.name);
    return sq_build_expr(b, chance, sq_type_probability(), allow, &draw->chance, reads);
}

bool sq_build_draw(sq_build *b, const sq_node *node, const sq_target_place *target, const char *owner,
                   unsigned allow, int *index)
{
    int attribute = target->attribute;
    const sq_node *from = sq_node_get(node, "from"), *among = sq_node_get(node, "among");
    const sq_node *chance = sq_node_get(node, "chance"), *own = sq_node_get(node, "site");
    sq_draw draw = {.law = {.table = -1}};
    sq_bits reads = {{0}}, loads = {{0}};
    bool has_rest = false;
    const char *name = target->name;
    if ((from != NULL) + (among != NULL) + (chance != NULL) != 1)
        return sq_diag_error(b->diags, node->place,
                             "the draw of '%s' needs one of `from:`, `among:`, `chance:`", name);
    if (b->attributes.items[attribute].latent)
        return sq_diag_error(b->diags, node->place,
                             "'%s' is latent: it is drawn once, with the population", name);
    bool fine = from    ? draw_from(b, node, target, owner, allow, &draw, &reads)
                : among ? draw_among(b, among, attribute, allow, &draw, &reads, &has_rest)
                        : draw_chance(b, chance, attribute, allow, &draw, &reads);
    if (own && !sq_scalar_text(b, own, "site: a name")) return false;
    draw.site = sq_build_site(b, owner, own ? own->text : name, sq_node_get(node, "key"),
                              own ? own->place : node->place);
    fine = draw.site >= 0 && fine;
    fine = sq_build_loading(b, sq_node_get(node, "loads on"), allow, &draw.loading, &loads) && fine;
    if (!sq_vec_push(&b->draws, draw)) return sq_build_no_memory(b);
    *index = (int)b->draws.count - 1;
    return fine && (from || probe_draw(b, *index, &reads, (among ? among : chance)->place,
                                       among && !has_rest));
}
