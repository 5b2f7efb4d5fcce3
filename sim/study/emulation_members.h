/* Inside emulation*.c: the members of an emulation, in columns. */
#ifndef SQ_STUDY_EMULATION_MEMBERS_H
#define SQ_STUDY_EMULATION_MEMBERS_H

#include "base/vec.h"
#include "study/emulation.h"

/* Passages of the members through one endpoint that estimates ask for. */
typedef struct sq_member_passages {
    int endpoint;
    SQ_VEC(double) time; /* day since its own origin */
    SQ_VEC(int) status;  /* 0 censored, 1 … n_causes; SQ_NEVER_AT_RISK */
} sq_member_passages;

enum { SQ_NEVER_AT_RISK = -1 };

/* A list of members, into the columns, in canonical order: of a group, or of all where cohorts take them as they come. */
typedef struct sq_member_list {
    int64_t wanted;   /* by all cohorts together */
    int size;         /* by each */
    SQ_VEC(int) of;
} sq_member_list;

typedef struct sq_members {
    const sq_model *model;
    const sq_emulation *e;
    int first_note;               /* attribute: what sq_row.notes begins with */
    int n_passages;
    sq_member_passages *passages; /* [n_passages] of the distinct endpoints */
    SQ_VEC(int) group;            /* a column, as those below: one element a member */
    struct sq_member_column {
        SQ_VEC(double) value;
    } *covariate;                 /* [n_covariates] */
    int n_lists;
    sq_member_list *lists;
    int64_t *group_n;             /* [groups] eligible patients, kept or not */
    int64_t eligible, no_group;
    int n_pooled;                 /* of the members the first so many are the pooled sample */
} sq_members;

/* Zero-initialised before. On failure sq_members_free is still due. */
sq_status sq_members_init(sq_members *members, const sq_model *model, const sq_emulation *e, sq_error *err);
void sq_members_free(sq_members *members);
/* As sq_cohorts_take. */
sq_status sq_members_take(sq_members *members, const sq_row *row, sq_error *err);
/* Cohorts that can be filled, at most as many as are wanted. */
int sq_members_cohorts(const sq_members *members);
/* The members of cohort k into who[sq_emulated_cohort_size]. */
void sq_members_of_cohort(const sq_members *members, int cohort, int *who);
/* Where the passages through an endpoint are. */
const sq_member_passages *sq_members_passages(const sq_members *members, int endpoint);

/* Some members, who[n], to be analysed. */
typedef struct sq_analysed {
    const sq_members *members;
    const int *who;
    int n;
} sq_analysed;

/* Memory that is used again for every estimate: of columns, and of the estimators. Zero-initialised before. */
typedef struct sq_analysis_room {
    sq_arena columns, estimator;
} sq_analysis_room;
void sq_analysis_room_free(sq_analysis_room *room);

/* Estimate number `estimate` of the emulation. SQ_ERR_MEMORY alone is to be expected. */
sq_status sq_analyse(const sq_analysed *cohort, int estimate, sq_analysis_room *room, sq_emulated_figure *figure,
                     sq_error *err);

#endif
