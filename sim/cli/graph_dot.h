/* The pathway as a graph in the DOT language of Graphviz. */
#ifndef SQ_CLI_GRAPH_DOT_H
#define SQ_CLI_GRAPH_DOT_H

#include "model/model.h"

#include <stdio.h>

/* States are nodes (death grey), decisions diamonds, and each event an edge from every state in
 * which it can run to every state it can lead to. An event that can run in every living state
 * starts from one node "any living state". False when memory is out. */
bool sq_graph_dot(FILE *out, const sq_model *model);

#endif
