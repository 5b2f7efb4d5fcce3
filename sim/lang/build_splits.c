/* Shares of a split as a paper counts them: `split: {cr: 53, cri: 12, none: 39}` gives each label of a
 * category its share of the sum, and declared priors of counts and splits. */
#include "lang/build.h"

#include <string.h>

/* A constant of at least 0 (or above it). */
static bool read_weight(sq_build *b, const sq_node *node, const char *what, bool may_be_zero, double *value)
{
    sq_type plain = sq_number(0, 0, SQ_KIND_COUNT);
    if (!sq_expr_constant(&b->compiler, node, plain, value)) return false;
    if (*value > 0 || (may_be_zero && *value == 0)) return true;
    return sq_diag_error(b->diags, node->place, "%s is %s", what,
                         may_be_zero ? "negative" : "not above 0");
}

static const sq_category *split_category(const sq_build *b, const sq_param *param)
{
    return sq_category_of(b, param->dim[param->n_dims - 1]);
}

/* Whether a map has keys of the category's labels only. States have a list of labels without an end of its own. */
static bool known_labels(sq_build *b, const sq_category *category, const sq_node *map, const char *what)
{
    const char **known = sq_build_scratch(b, (size_t)category->n_labels + 1, sizeof *known);
    for (int i = 0; known && i < category->n_labels; i++) known[i] = category->labels[i];
    return known && sq_node_known_keys(map, what, known, b->diags);
}

/* The counts of all labels, and their sum. */
static bool read_counts(sq_build *b, const sq_param *param, const sq_node *split, int label, double *count,
                        double *sum)
{
    const sq_category *category = split_category(b, param);
    if (!sq_node_expect(split, SQ_NODE_MAP, "split: labels and how often each was seen", b->diags)) return false;
    if (!known_labels(b, category, split, "a split")) return false;
    *sum = 0;
    for (int i = 0; i < category->n_labels; i++) {
        const sq_node *node = sq_node_get(split, category->labels[i]);
        double k;
        if (!node)
            return sq_diag_error(b->diags, split->place, "split: how often was %s seen? A label that never was has 0",
                                 category->labels[i]);
        if (!read_weight(b, node, "this count", true, &k)) return false;
        if (i == label) *count = k;
        *sum += k;
    }
    return *sum > 0 || sq_diag_error(b->diags, split->place, "split: nothing was seen at all");
}

/* `prior: 0.5`, the same for each label, or a map by label. */
static bool read_split_prior(sq_build *b, const sq_param *param, const sq_node *prior, int label, double *value)
{
    const sq_category *category = split_category(b, param);
    if (prior->kind == SQ_NODE_SCALAR) return read_weight(b, prior, "a prior", false, value);
    if (!sq_node_expect(prior, SQ_NODE_MAP, "prior: a number, or one for each label", b->diags) ||
        !known_labels(b, category, prior, "the prior of a split"))
        return false;
    const sq_node *own = sq_node_get(prior, category->labels[label]);
    if (!own)
        return sq_diag_error(b->diags, prior->place, "prior: none is given for %s", category->labels[label]);
    return read_weight(b, own, "a prior", false, value);
}

bool sq_is_split(const sq_build *b, const sq_param *param, const sq_node *node, int level)
{
    if (level != param->n_dims - 1 || node->kind != SQ_NODE_MAP || !sq_node_get(node, "split")) return false;
    return sq_find_label(split_category(b, param), "split") < 0;
}

bool sq_read_split(sq_build *b, const sq_param *param, const sq_node *leaf, int entry, double *value,
                   sq_about *about)
{
    const sq_node *split = sq_node_get(leaf, "split"), *prior = sq_node_get(leaf, "prior");
    if (param->n_dims == 0)
        return sq_diag_error(b->diags, split->place, "a split needs the category of its labels: `by: CATEGORY`");
    int label = entry % split_category(b, param)->n_labels;
    if (!read_counts(b, param, split, label, &about->u[0], &about->u[1])) return false;
    if (prior && !read_split_prior(b, param, prior, label, &about->prior[0])) return false;
    if (label == 0) b->n_splits++;
    about->uncertainty = SQ_DIRICHLET;
    about->split = b->n_splits;
    *value = about->u[0] / about->u[1];
    return true;
}

bool sq_read_count_prior(sq_build *b, const sq_node *prior, sq_about *about)
{
    if (!sq_node_expect(prior, SQ_NODE_LIST, "prior: [a, b] of a Beta distribution", b->diags)) return false;
    if (prior->count != 2)
        return sq_diag_error(b->diags, prior->place, "the prior of a count has two numbers: [a, b] of a Beta "
                             "distribution");
    return read_weight(b, prior->item[0], "a prior", false, &about->prior[0]) &&
           read_weight(b, prior->item[1], "a prior", false, &about->prior[1]);
}
