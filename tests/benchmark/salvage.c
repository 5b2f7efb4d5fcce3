/* salvage.yaml as a straightforward C program: a patient after the other, libm, no tricks beyond those that any
 * programmer would use (a line of treatment is a loop, a discount factor is computed once an instant). */
#include "twin.h"

static const double RESPONSE[] = {.6, .45, .3}, RESPONSE_HIGH = .75;
static const double COURSE = 42 / 365.25, COURSE_DEATH = .6, OTHER_SHAPE = .09, OTHER_RATE = .00003;
static const double TRANSPLANT_WAIT = .25, TRANSPLANT_SDLOG = .5, TRANSPLANT_PRICE = 100000;
static const double RELAPSE_SHAPE = .9, RELAPSE_SCALE = 1.2, RELAPSE_HIGH = 1.5, RELAPSE_GRAFT = .4;
static const double GRAFT_DEATH = 4 / 12., GRAFT_DEATHS = .2, PALLIATED_SURVIVAL = .25, PRICE = 60000;
static const double DISCOUNT = .029558802241544391; /* log 1.03: continuous rate a year */

enum { ON_COURSE, REMISSION, TRANSPLANTED, PALLIATED, STATES };
static const double UTILITY[] = {.5, .8, .75, .4};
static const double CARE_COST[] = {20000 * 12, 800 * 12, 1500 * 12, 3000 * 12}; /* a year */

enum {
    LIFE, LIFE_PLAIN, QALYS, QALYS_PLAIN, DRUG, DRUG_PLAIN, TRANSPLANTATION, TRANSPLANTATION_PLAIN, CARE, CARE_PLAIN,
    TOTAL, TOTAL_PLAIN, QUANTITIES
};
enum { DIE_OTHER = STATES, DIE_ON_COURSE, ASSESS, TRANSPLANT, RELAPSE, DIE_OF_TRANSPLANT, DIE_OF_LEUKAEMIA, EVENTS };

static const char *const quantity_names[] = {
    "life_years", "life_years_undiscounted", "qalys", "qalys_undiscounted", "cost/drug",
    "cost_undiscounted/drug", "cost/transplant", "cost_undiscounted/transplant", "cost/care", "cost_undiscounted/care",
    "total_cost", "total_cost_undiscounted",
};
/* How often a state was entered is kept as well. */
static const char *const event_names[] = {
    "on_course", "remission", "transplanted", "palliated", "die_other", "die_on_course", "assess", "transplant",
    "relapse", "die_of_transplant", "die_of_leukaemia",
};
static const char *const endpoint_names[] = {"os", "event_free"};
static const twin_names all_names = {quantity_names, event_names, endpoint_names, QUANTITIES, EVENTS};

/* One patient. */
typedef struct patient {
    uint64_t *luck;
    bool fit, high, transplanted, dead;
    double now, factor; /* years since index, and the discount factor then */
    double end;         /* death of other causes, or the horizon */
    double event_free;  /* until relapse; +inf */
    double value[QUANTITIES];
    int count[EVENTS];
} patient;

static double exponential(uint64_t *luck)
{
    return -log(uniform(luck));
}

static double normal(uint64_t *luck)
{
    double radius = sqrt(2 * exponential(luck));
    return radius * cos(6.283185307179586 * uniform(luck));
}

/* Lives in a state until a time; false if the life has ended by then. */
static bool stay(patient *p, int state, double until)
{
    bool alive = until < p->end;
    double to = alive ? until : p->end;
    double factor = exp(-DISCOUNT * to), years = (p->factor - factor) / DISCOUNT, plain = to - p->now;
    p->value[LIFE] += years;
    p->value[LIFE_PLAIN] += plain;
    p->value[QALYS] += years * UTILITY[state];
    p->value[QALYS_PLAIN] += plain * UTILITY[state];
    p->value[CARE] += years * CARE_COST[state];
    p->value[CARE_PLAIN] += plain * CARE_COST[state];
    p->now = to;
    p->factor = factor;
    if (!alive && to < HORIZON) {
        p->dead = true;
        p->count[DIE_OTHER]++;
    }
    return alive;
}

static void pay(patient *p, int category, double price)
{
    p->value[category] += price * p->factor;
    p->value[category + 1] += price;
}

static void die(patient *p, int event)
{
    p->dead = true;
    p->count[event]++;
}

/* From remission; true if a relapse has come. The hazard of relapse falls at transplantation, and what is left of the
 * clock is kept. */
static bool remission(patient *p)
{
    double start = p->now, hr = p->high ? RELAPSE_HIGH : 1, left = exponential(p->luck);
    double relapse = start + RELAPSE_SCALE * pow(left / hr, 1 / RELAPSE_SHAPE);
    p->count[REMISSION]++;
    if (p->fit && !p->transplanted) {
        double transplant = p->now + TRANSPLANT_WAIT * exp(TRANSPLANT_SDLOG * normal(p->luck));
        if (transplant < relapse) {
            if (!stay(p, REMISSION, transplant)) return false;
            p->transplanted = true;
            p->count[TRANSPLANT]++;
            p->count[TRANSPLANTED]++;
            pay(p, TRANSPLANTATION, TRANSPLANT_PRICE);
            double spent = pow((transplant - start) / RELAPSE_SCALE, RELAPSE_SHAPE);
            spent += (left - hr * spent) / (hr * RELAPSE_GRAFT);
            relapse = start + RELAPSE_SCALE * pow(spent, 1 / RELAPSE_SHAPE);
            bool dies = uniform(p->luck) < GRAFT_DEATHS;
            double death = dies ? p->now + GRAFT_DEATH / M_LN2 * exponential(p->luck) : INFINITY;
            if (!stay(p, TRANSPLANTED, fmin(relapse, death))) return false;
            if (death < relapse) die(p, DIE_OF_TRANSPLANT);
            return !p->dead;
        }
    }
    return stay(p, REMISSION, relapse);
}

/* A line of treatment and what follows it; false if the life has ended. */
static bool course(patient *p, int line)
{
    double death = p->now + exponential(p->luck) / COURSE_DEATH, assessed = p->now + COURSE;
    p->count[ON_COURSE]++;
    pay(p, DRUG, PRICE);
    if (!stay(p, ON_COURSE, fmin(death, assessed))) return false;
    if (death < assessed) {
        die(p, DIE_ON_COURSE);
        return false;
    }
    p->count[ASSESS]++;
    if (uniform(p->luck) >= RESPONSE[line] * (p->high ? RESPONSE_HIGH : 1)) return true;
    if (!remission(p)) return false;
    p->count[RELAPSE]++;
    p->event_free = fmin(p->event_free, p->now);
    return true;
}

static void palliate(patient *p)
{
    p->count[PALLIATED]++;
    if (stay(p, PALLIATED, p->now + PALLIATED_SURVIVAL / M_LN2 * exponential(p->luck))) die(p, DIE_OF_LEUKAEMIA);
}

static void live(patient *p)
{
    double age = 18 + 57 * uniform(p->luck);
    p->fit = uniform(p->luck) < .55;
    p->high = uniform(p->luck) < .4;
    double hazard = exponential(p->luck) * OTHER_SHAPE / (OTHER_RATE * exp(OTHER_SHAPE * age));
    p->end = fmin(log1p(hazard) / OTHER_SHAPE, HORIZON);
    for (int line = 0; line < 3; line++)
        if (!course(p, line)) return;
    palliate(p);
}

static void observe(patient *p, tally *t)
{
    p->value[TOTAL] = p->value[DRUG] + p->value[TRANSPLANTATION] + p->value[CARE];
    p->value[TOTAL_PLAIN] = p->value[DRUG_PLAIN] + p->value[TRANSPLANTATION_PLAIN] + p->value[CARE_PLAIN];
    for (int i = 0; i < QUANTITIES; i++)
        add_quantity(t, i, p->value[i]);
    for (int i = 0; i < EVENTS; i++) {
        t->count[i] += p->count[i];
        t->count_square[i] += p->count[i] * p->count[i];
        t->ever[i] += p->count[i] > 0;
    }
    t->ended[0][interval_of(p->now)]++;
    t->ended[1][interval_of(fmin(p->now, p->event_free))]++;
}

static void simulate(int64_t patients, uint64_t seed, tally *t)
{
    for (int64_t i = 0; i < patients; i++) {
        patient p = {.luck = &seed, .factor = 1, .event_free = INFINITY};
        live(&p);
        observe(&p, t);
    }
}

int main(int argc, char **argv)
{
    return twin_main(argc, argv, &all_names, simulate);
}
