/* Correlations at baseline: a Gaussian copula of latents and of attributes that the population draws.
 * Each member has a normal score of its own, from the address where it is drawn anyway; the lower
 * triangular factor of the matrix mixes them in the order of the members. Latents come first, then
 * attributes in the order of the population, so that whoever is drawn finds the scores of all
 * before him, and a correlation that is added changes the value of the later one alone. */
#include "lang/build.h"

#include <math.h>

/* ---- members ---------------------------------------------------------------------------- */

static const sq_node *population_part(const sq_build *b, const char *key)
{
    const sq_node *population = b->one[SQ_ONE_POPULATION].node;
    bool is_map = population && population->kind == SQ_NODE_MAP;
    return is_map ? sq_node_get(population, key) : NULL;
}

int sq_correlated_member(const sq_build *b, int attribute)
{
    for (size_t i = 0; i < b->members.count; i++)
        if (b->members.items[i] == attribute) return (int)i;
    return -1;
}

/* Whether a key of the map names the attribute, in whatever spelling; of a matrix, of its rows too. */
static bool is_named_in(sq_build *b, const sq_node *map, int attribute, bool is_matrix)
{
    for (int i = 0; map && map->kind == SQ_NODE_MAP && i < map->count; i++)
        if (sq_find_attribute(b, map->key[i]) == attribute ||
            (is_matrix && is_named_in(b, map->item[i], attribute, false)))
            return true;
    return false;
}

/* Attributes with luck of their own in the population, where the correlation names them. */
static bool add_drawn_members(sq_build *b, const sq_node *correlation)
{
    const sq_node *drawn = population_part(b, "attributes");
    if (!drawn || drawn->kind != SQ_NODE_MAP) return true;
    for (int i = 0; i < drawn->count; i++) {
        int attribute = sq_find_attribute(b, drawn->key[i]);
        bool is_draw = drawn->item[i]->kind == SQ_NODE_MAP;
        if (attribute < 0 || !is_draw || !is_named_in(b, correlation, attribute, true)) continue;
        if (sq_correlated_member(b, attribute) >= 0) continue; /* a latent: told of when it is built */
        const sq_node *loads = sq_node_get(drawn->item[i], "loads on");
        if (loads)
            return sq_diag_error(b->diags, loads->place,
                                 "'%s' loads on latents and stands in `correlation:`; name its "
                                 "correlations with the latents there instead",
                                 drawn->key[i]);
        if (!sq_vec_push(&b->members, attribute)) return sq_build_no_memory(b);
    }
    return true;
}

/* Why a name cannot be a member. */
static bool not_a_member(sq_build *b, const char *name, sq_place place)
{
    int attribute = sq_find_attribute(b, name);
    if (attribute < 0) {
        const sq_node *made = sq_made_scalar(b, name, place);
        return made && sq_named_attribute(b, made, "latent or attribute") >= 0;
    }
    const sq_node *drawn = population_part(b, "attributes");
    const char *why = is_named_in(b, drawn, attribute, false) ? "is computed, not drawn"
                                                              : "is not drawn by the population";
    return sq_diag_error(b->diags, place,
                         "'%.80s' %s: only latents, and attributes that `attributes:` of the "
                         "population draws (`from:`, `among:`, `chance:`), can be correlated",
                         name, why);
}

/* ---- the matrix ------------------------------------------------------------------------- */

static int member_named(sq_build *b, const char *name, sq_place place)
{
    int i = sq_correlated_member(b, sq_find_attribute(b, name));
    if (i < 0) {
        not_a_member(b, name, place);
        return -1;
    }
    return i;
}

/* A latent that an attribute is correlated with has done its part, loaded on or not. */
static void note_use(sq_build *b, int i, int j)
{
    int n = (int)b->latents.count, latent = i < j ? i : j;
    if (latent >= n || (i < n && j < n)) return;
    sq_attribute_is_read(b, b->latents.items[latent]);
}

static bool set_correlation(sq_build *b, const sq_node *map, int k, int i)
{
    int j = member_named(b, map->key[k], map->key_place[k]);
    size_t n = b->members.count;
    sq_program r;
    if (j < 0) return false;
    if (i == j)
        return sq_diag_error(b->diags, map->key_place[k],
                             "the correlation of '%s' with itself is one", map->key[k]);
    if (b->correlation.items[(size_t)i * n + (size_t)j].count)
        return sq_diag_error(b->diags, map->key_place[k], "this correlation is given twice");
    if (!sq_build_expr(b, map->item[k], sq_type_plain(), SQ_ALLOW_PARAMETERS, &r, NULL))
        return false;
    double plain;
    if (sq_plain_value(b, map->item[k], sq_type_plain().unit, &plain) && !(fabs(plain) <= 1))
        return sq_diag_error(b->diags, map->item[k]->place, "a correlation lies between -1 and 1, and %.6g does not",
                             plain);
    b->correlation.items[(size_t)i * n + (size_t)j] = r;
    b->correlation.items[(size_t)j * n + (size_t)i] = r;
    note_use(b, i, j);
    return true;
}

static bool read_correlations(sq_build *b, const sq_node *map)
{
    if (!sq_node_expect(map, SQ_NODE_MAP, "correlation: latents and attributes", b->diags))
        return false;
    bool fine = true;
    for (int k = 0; k < map->count; k++) {
        const sq_node *row = map->item[k];
        int i = member_named(b, map->key[k], map->key_place[k]);
        if (!sq_node_expect(row, SQ_NODE_MAP, "names and correlations", b->diags) || i < 0)
            fine = false;
        for (int m = 0; i >= 0 && row->kind == SQ_NODE_MAP && m < row->count; m++)
            fine = set_correlation(b, row, m, i) && fine;
    }
    return fine;
}

/* A hidden parameter whose steps fill the matrix and factor it. */
static bool add_matrix(sq_build *b, const sq_node *node, sq_place place)
{
    size_t n = b->members.count;
    sq_param param = {.name = "correlation",
                      .place = place,
                      .hidden = true,
                      .has_unit = true,
                      .n_entries = 1,
                      .cured_slot = -1,
                      .row_slot = -1,
                      .table = -1};
    int slot = sq_take_slots(b, (int)(n * n));
    bool fine = true;
    for (size_t i = 0; i < n * n && fine; i++) {
        sq_program value = b->correlation.items[i];
        if (!value.count) value = sq_build_constant(b, i % (n + 1) == 0);
        fine =
            sq_add_value(b, &param, "correlation", slot + (int)i, param.unit, value, place, true);
    }
    sq_step factor = {.kind = SQ_STEP_CHOLESKY,
                      .slot = slot,
                      .name = "correlation",
                      .where = sq_build_where(b, place)};
    fine = fine && sq_add_step(b, &param, factor);
    if (node) sq_collect_needs(b, node, &param.needs, 0);
    b->model->factor = slot;
    return (sq_vec_push(&b->params, param) || sq_build_no_memory(b)) && fine;
}

static bool latent_sites(sq_build *b)
{
    b->model->latent_site = (int)b->sites.count;
    for (size_t i = 0; i < b->latents.count; i++) {
        int attribute = b->latents.items[i];
        if (sq_build_site(b, "population", b->attributes.items[attribute].name, NULL,
                          b->attribute_places.items[attribute]) < 0)
            return false;
    }
    return true;
}

bool sq_build_correlation(sq_build *b)
{
    const sq_node *node = population_part(b, "correlation");
    sq_place place = node ? node->place : b->one[SQ_ONE_MODEL].place;
    for (size_t i = 0; i < b->latents.count; i++)
        if (!sq_vec_push(&b->members, b->latents.items[i])) return sq_build_no_memory(b);
    if (!latent_sites(b) || !add_drawn_members(b, node)) return false;
    size_t n = b->members.count;
    for (size_t i = 0; i < n * n; i++)
        if (!sq_vec_push(&b->correlation, ((sq_program){0, 0}))) return sq_build_no_memory(b);
    if (b->skim) return true;
    if (node && !read_correlations(b, node)) return false;
    return n == 0 || add_matrix(b, node, place);
}
