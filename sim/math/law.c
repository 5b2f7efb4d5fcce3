/* Laws for one clock at a time: the width-1 instance of simd_law.h, and what is known of each family. */
#define SQ_WIDTH 1
#include "math/law_base.h"
#include "math/law_lane.h"
#include "math/simd_law_problem.h"

#include <stddef.h>

double sq_law_hazard(const sq_law *law, double t)
{
    v_law one = v_lane_of_law(law);
    return v_law_hazard(&one, t);
}

double sq_law_inverse(const sq_law *law, double e)
{
    v_law one = v_lane_of_law(law);
    return v_law_inverse(&one, e);
}

double sq_law_remaining(const sq_law *law, double age, double e)
{
    v_law one = v_lane_of_law(law);
    return v_law_remaining(&one, age, e);
}

double sq_law_spent(const sq_law *law, double age_from, double age_to)
{
    v_law one = v_lane_of_law(law);
    return v_law_spent(&one, age_from, age_to);
}

double sq_law_start(const sq_law *law)
{
    v_law one = v_lane_of_law(law);
    return v_law_start(&one);
}

double sq_law_base_hazard(const sq_law *law, double e)
{
    v_law one = v_lane_of_law(law);
    return v_unwrap(&one, v_mixture_at_start(&one), e);
}

const char *sq_law_problem(const sq_law *law)
{
    v_law one = v_lane_of_law(law);
    return v_law_judge(&one).why;
}

/* ---- what is known of a family */

typedef struct family_fact {
    const char *name;
    int args;
    bool has_table;
} family_fact;

static const family_fact FACTS[SQ_FAMILY_COUNT] = {
#define X(name, text, args, table) [name] = {text, args, table},
    SQ_FAMILY_LIST(X)
#undef X
};

const char *sq_family_name(sq_family family)
{
    return (unsigned)family < SQ_FAMILY_COUNT ? FACTS[family].name : "unknown";
}

int sq_family_args(sq_family family)
{
    return (unsigned)family < SQ_FAMILY_COUNT ? FACTS[family].args : 0;
}

int sq_law_table_room(sq_family family, int n)
{
    return (family == SQ_SPLINE ? 6 : family == SQ_LIFE_TABLE ? 4 : 3) * n;
}

bool sq_family_has_table(sq_family family)
{
    return (unsigned)family < SQ_FAMILY_COUNT && FACTS[family].has_table;
}
