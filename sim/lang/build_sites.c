/* Sites: the names under which luck is drawn. A site is a path ("assess.response") hashed once;
 * where it is keyed, once per combination of labels. Two sites of one hash would share their luck,
 * so all hashes of a model are compared. */
#include "lang/build.h"
#include "rand/address.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_SITE_SLOTS = 100000 };

static bool read_keys(sq_build *b, const sq_node *key, sq_site *site)
{
    site->n_slots = 1;
    if (!key) return true;
    const sq_node *single[1] = {key};
    bool is_list = key->kind == SQ_NODE_LIST;
    int n = is_list ? key->count : 1;
    if (n > SQ_KEYS)
        return sq_diag_error(b->diags, key->place, "at most %d keys are possible", (int)SQ_KEYS);
    for (int i = 0; i < n; i++) {
        const sq_node *node = is_list ? key->item[i] : single[i];
        int attribute = sq_named_attribute(b, node, "key: an attribute");
        if (attribute < 0) return false;
        sq_type type = b->attributes.items[attribute].type;
        if (type.class != SQ_TYPE_CATEGORY)
            return sq_diag_error(b->diags, node->place, "'%.80s' is not of a category: a key is one stream of luck per label", node->text);
        int labels = sq_category_of(b, type.category)->n_labels;
        if (labels > MOST_SITE_SLOTS / site->n_slots)
            return sq_diag_error(b->diags, node->place, "these keys have more than %d combinations",
                                 (int)MOST_SITE_SLOTS);
        sq_attribute_is_read(b, attribute);
        site->key_attribute[site->n_keys] = attribute;
        site->key_size[site->n_keys++] = labels;
        site->n_slots *= labels;
    }
    return true;
}

static uint64_t slot_hash(const sq_build *b, const sq_site *site, int slot)
{
    uint64_t hash = sq_site_hash(site->path);
    int rest = slot, size = site->n_slots;
    for (int k = 0; k < site->n_keys; k++) {
        sq_type type = b->attributes.items[site->key_attribute[k]].type;
        size /= site->key_size[k];
        hash = sq_site_hash_with(hash, sq_category_of(b, type.category)->labels[rest / size]);
        rest %= size;
    }
    return hash;
}

int sq_build_site(sq_build *b, const char *owner, const char *own, const sq_node *key,
                  sq_place place)
{
    sq_writer w = {0};
    sq_write(&w, "%s%s%s", owner, own ? "." : "", own ? own : "");
    sq_site site = {.path = sq_build_keep_written(b, &w), .counter = b->n_counters};
    int before = sq_index_get(&b->site_index, site.path);
    if (before >= 0) {
        sq_diag_error(b->diags, place,
                      "'%s' already names the luck drawn at %s; give one of them a name of its own "
                      "with `site:`",
                      site.path, sq_build_where(b, b->site_places.items[before]));
        return -1;
    }
    if (!read_keys(b, key, &site)) return -1;
    uint64_t *hash = sq_arena_array(&b->model->arena, (size_t)site.n_slots, sizeof *hash);
    if (!hash) return sq_build_no_memory(b) - 1;
    for (int i = 0; i < site.n_slots; i++) hash[i] = slot_hash(b, &site, i);
    site.hash = hash;
    b->n_counters += site.n_slots;
    if (!sq_vec_push(&b->sites, site) || !sq_vec_push(&b->site_places, place) ||
        !sq_index_put(&b->scratch, &b->site_index, site.path, (int)b->sites.count - 1))
        return sq_build_no_memory(b) - 1;
    return (int)b->sites.count - 1;
}

typedef struct owned_hash {
    uint64_t hash;
    int site;
} owned_hash;

static int by_hash(const void *a, const void *b)
{
    uint64_t x = ((const owned_hash *)a)->hash, y = ((const owned_hash *)b)->hash;
    return (x > y) - (x < y);
}

bool sq_check_site_hashes(sq_build *b)
{
    size_t n = 0;
    owned_hash *all = malloc(((size_t)b->n_counters + 1) * sizeof *all);
    if (!all) return sq_build_no_memory(b);
    for (size_t s = 0; s < b->sites.count; s++)
        for (int i = 0; i < b->sites.items[s].n_slots; i++)
            all[n++] = (owned_hash){b->sites.items[s].hash[i], (int)s};
    qsort(all, n, sizeof *all, by_hash);
    bool fine = true;
    for (size_t i = 1; i < n && fine; i++) {
        if (all[i].hash != all[i - 1].hash) continue;
        fine = sq_diag_error(
            b->diags, b->site_places.items[all[i].site],
            "by an accident of hashing '%s' and '%s' would share their luck; rename one of them "
            "with `site:`",
            b->sites.items[all[i - 1].site].path, b->sites.items[all[i].site].path);
    }
    free(all);
    return fine;
}
