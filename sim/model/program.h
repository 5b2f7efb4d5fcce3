/* Compiled expressions: flat byte code for a small stack machine. Everything is a double: flags are 0
 * and 1, a category's value is the index of its label. Code is shared by all strategies, scenarios and
 * draws; what differs between them is read from the parameter block. */
#ifndef SQ_MODEL_PROGRAM_H
#define SQ_MODEL_PROGRAM_H

#include <stdint.h>

/*   code              pops  what it pushes */
#define SQ_OP_LIST(X)                                                                              \
    X(SQ_OP_CONST,     0) /* model->constants[a] */                                                \
    X(SQ_OP_PARAM,     0) /* block[a] */                                                           \
    X(SQ_OP_PARAM_AT,  1) /* block[a + (int)x] */                                                  \
    X(SQ_OP_ATTR,      0) /* attribute a of the patient */                                         \
    X(SQ_OP_ATTR_AT,   1) /* attribute a + (int)x */                                               \
    X(SQ_OP_STATE,     0) /* index of the present state */                                         \
    X(SQ_OP_NOW,       0) /* days since index */                                                   \
    X(SQ_OP_IN_STATE,  0) /* days since the present state was entered */                           \
    X(SQ_OP_ALIVE,     0) /* 1 unless the present state is a death state */                        \
    X(SQ_OP_HAPPENED,  0) /* 1 if occurrence a has happened */                                     \
    X(SQ_OP_SINCE,     0) /* days since the latest time of occurrence a; NaN if never */           \
    X(SQ_OP_TALLY,     0) /* how often occurrence a has happened */                                \
    X(SQ_OP_TIME_IN,   0) /* days spent in state a so far */                                       \
    X(SQ_OP_TABLE,     1) /* function table a at x */                                              \
    X(SQ_OP_IS_SET,    1) /* 1 unless x is NaN: whether an attribute has a value */                \
    X(SQ_OP_NEG,       1)                                                                          \
    X(SQ_OP_NOT,       1)                                                                          \
    X(SQ_OP_ADD,       2)                                                                          \
    X(SQ_OP_SUB,       2)                                                                          \
    X(SQ_OP_MUL,       2)                                                                          \
    X(SQ_OP_DIV,       2)                                                                          \
    X(SQ_OP_POW,       2)                                                                          \
    X(SQ_OP_EQ,        2)                                                                          \
    X(SQ_OP_NE,        2)                                                                          \
    X(SQ_OP_LT,        2)                                                                          \
    X(SQ_OP_LE,        2)                                                                          \
    X(SQ_OP_AND,       2)                                                                          \
    X(SQ_OP_OR,        2)                                                                          \
    X(SQ_OP_MIN,       2)                                                                          \
    X(SQ_OP_MAX,       2)                                                                          \
    X(SQ_OP_IF,        3) /* condition, a, b: a if condition else b */                             \
    X(SQ_OP_ABS,       1)                                                                          \
    X(SQ_OP_FLOOR,     1)                                                                          \
    X(SQ_OP_SQRT,      1)                                                                          \
    X(SQ_OP_EXP,       1)                                                                          \
    X(SQ_OP_LOG,       1)                                                                          \
    X(SQ_OP_EXPIT,     1)                                                                          \
    X(SQ_OP_LOGIT,     1)                                                                          \
    X(SQ_OP_PROBIT,    1) /* inverse normal */                                                     \
    X(SQ_OP_NORMAL_CDF, 1)

typedef enum sq_op_code {
#define X(name, pops) name,
    SQ_OP_LIST(X)
#undef X
    SQ_OP_COUNT
} sq_op_code;

typedef struct sq_op {
    uint16_t code;
    uint16_t entries; /* of PARAM_AT and ATTR_AT: how many values the index chooses among (65535: or more) */
    int32_t a;
} sq_op;

/* A slice of model->code. count == 0 means "not given"; the reader of a field documents its default. */
typedef struct sq_program {
    uint32_t first, count;
} sq_program;

enum { SQ_STACK_DEPTH = 64 }; /* the compiler refuses deeper expressions */

/* What happened to the patient so far. */
typedef struct sq_history {
    const double *last_time; /* [occurrences] day of the latest time; NaN if never */
    const uint32_t *count;   /* [occurrences] */
    const double *time_in;   /* [n_states] days of the stays that are over */
} sq_history;

/* What a program sees of the world; pointers may be NULL for programs that do not read them. */
struct sq_model;
typedef struct sq_view {
    const struct sq_model *model;
    const double *block;      /* parameters of this scenario, draw and strategy */
    const double *attribute;  /* [model->n_attributes] */
    const uint64_t *happened; /* bit set over occurrences */
    const sq_history *history;
    double now, entered;      /* day */
    int state;
} sq_view;

/* Value of a program; `otherwise` if it is not given. Never fails: a NaN or infinity is the caller's to
 * judge, for only the caller knows what the value was for. */
double sq_program_value(const sq_view *view, sq_program program, double otherwise);

#endif
