/* Life tables that end early. A table holds its last rate beyond its last age; where patients can live past it
 * that may be meant or an oversight, so it is said, unless `beyond: hold` says that it is meant. How old patients
 * can become follows from the horizon and from how `age` is given: a number, a bounded law, a column of a
 * file. */
#include "lang/build.h"

#include <math.h>
#include <string.h>

/* The value of an expression that reads nothing; infinite where it reads something. */
static double plain_age(sq_build *b, const sq_node *node)
{
    double value;
    if (!node || node->kind != SQ_NODE_SCALAR) return INFINITY;
    return sq_plain_value(b, node, sq_type_time().unit, &value) ? value : INFINITY;
}

/* The greatest age a law gives: of a uniform or triangular law, or of one that is truncated. */
static double greatest_of_law(sq_build *b, const sq_node *from)
{
    if (!from || from->kind != SQ_NODE_MAP || from->count != 1) return INFINITY;
    const sq_node *args = from->item[0];
    if (args->kind != SQ_NODE_MAP || sq_node_get(args, "shift")) return INFINITY;
    const sq_node *truncate = sq_node_get(args, "truncate"), *most = sq_node_get(args, "max");
    if (truncate && truncate->kind == SQ_NODE_MAP && sq_node_get(truncate, "to"))
        most = sq_node_get(truncate, "to");
    return plain_age(b, most);
}

static double greatest_of_column(const sq_build *b, int attribute)
{
    const sq_patients *p = &b->model->patients;
    double greatest = -INFINITY;
    for (int c = 0; c < p->n_columns; c++)
        for (int64_t row = 0; p->attribute[c] == attribute && row < p->n_rows; row++)
            greatest = fmax(greatest, p->value[row * p->n_columns + c]);
    return greatest;
}

/* How old patients are at index, at most; infinite where that cannot be told. */
static double greatest_age(sq_build *b, int attribute)
{
    double column = greatest_of_column(b, attribute);
    if (column > -INFINITY) return column;
    const char *name = b->attributes.items[attribute].name;
    const sq_node *population = b->one[SQ_ONE_POPULATION].node;
    const sq_node *given = population ? sq_node_get(population, "attributes") : NULL;
    const sq_node *node = given && given->kind == SQ_NODE_MAP ? sq_node_get(given, name) : NULL;
    const sq_node *declared = b->attribute_nodes.items[attribute];
    if (!node && declared && declared->kind == SQ_NODE_MAP) node = sq_node_get(declared, "initial");
    if (node && node->kind == SQ_NODE_MAP) return greatest_of_law(b, sq_node_get(node, "from"));
    return plain_age(b, node);
}

/* Where the shortest row of a life table ends: a step of its ages after the last one. */
static double end_of_table(const sq_param *param)
{
    double end = INFINITY;
    for (int e = 0; e < param->n_entries; e++) {
        const sq_knots *knots = &param->knots[e];
        double last = knots->x[knots->n - 1];
        double step = knots->n > 1 ? last - knots->x[knots->n - 2] : 0;
        end = fmin(end, last + step);
    }
    return end;
}

static const sq_param *table_param(const sq_build *b, int table)
{
    for (size_t i = 0; i < b->params.count; i++)
        if (b->params.items[i].kind == SQ_PARAM_LAW && b->params.items[i].table == table)
            return &b->params.items[i];
    return NULL;
}

static void judge_table(sq_build *b, const sq_event *event, const sq_param *param)
{
    const sq_node *leaf = param->leaf[0], *word = sq_node_get(leaf, "beyond");
    bool refuses = word && strcmp(word->text, "error") == 0;
    const double year = SQ_DAYS_PER_YEAR;
    double age = greatest_age(b, event->origin_index), end = end_of_table(param);
    double reached = age + b->model->horizon;
    if (word && !refuses) return;
    if (isinf(age) && refuses)
        sq_diag_error(b->diags, word->place,
                      "the life table of '%s' ends at %.6g y, and nothing says how old patients can "
                      "be at index", event->name, end / year);
    else if (isfinite(age) && reached > end * (1 + 1e-12) && refuses)
        sq_diag_error(b->diags, word->place,
                      "the life table of '%s' ends at %.6g y, but patients can live to %.6g y",
                      event->name, end / year, reached / year);
    else if (isfinite(age) && reached > end * (1 + 1e-12))
        sq_diag_warning(b->diags, leaf->place,
                        "the life table of '%s' ends at %.6g y, but patients can live to %.6g y: its "
                        "last rate is held; say `beyond: hold` if that is meant",
                        event->name, end / year, reached / year);
}

void sq_warn_of_tables(sq_build *b)
{
    for (size_t i = 0; i < b->events.count; i++) {
        const sq_event *event = &b->events.items[i];
        if (event->law.family != SQ_LIFE_TABLE || event->origin != SQ_FROM_BIRTH) continue;
        const sq_param *param = table_param(b, event->law.table);
        if (param) judge_table(b, event, param);
    }
}
