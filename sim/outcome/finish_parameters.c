/* The parameters of a result, with what is known of them. */
#include "outcome/finish.h"

#include <math.h>
#include <stdio.h>

const char *sq_finish_unit(sq_finish *w, sq_unit unit)
{
    const char *currency = w->model->currency[0] == '\0' ? "money" : w->model->currency;
    static const char *const KINDS[] = {"1", "probability", "count", "utility"};
    char money[32] = "", time[32] = "";
    if (unit.money == 0 && unit.time == 0)
        return KINDS[unit.kind < 4 ? unit.kind : 0];
    if (unit.money != 0)
        (void)snprintf(money, sizeof money, unit.money == 1 ? "%s" : "%s^%d", currency, unit.money);
    int power = unit.time < 0 ? -unit.time : unit.time;
    if (unit.time != 0)
        (void)snprintf(time, sizeof time, power == 1 ? "day" : "day^%d", power);
    if (unit.time < 0)
        return sq_finish_name(w, unit.money != 0 ? money : "1", "/", time);
    return sq_finish_name(w, money, unit.money != 0 && unit.time != 0 ? " " : "", time);
}

static void add_parameter_facts(sq_finish *w)
{
    const sq_model *m = w->model;
    static const char *const CLASSES[] = {"unsourced", "sourced",    "calibrated",
                                          "judgement", "structural", "filler"};
    size_t n = (size_t)m->n_parameters, size = sizeof *m->parameters;
    sq_finish_axis(w, "parameter", n);
    sq_finish_texts(w, "parameter", "parameter", "parameter", m->parameters, n, size,
                    offsetof(sq_parameter, name));
    sq_finish_texts(w, "parameter_source", "source of the parameter", "parameter", m->parameters, n,
                    size, offsetof(sq_parameter, source));
    const char **units = sq_finish_add(w, SQ_TEXT, "parameter_unit", "", "unit of the parameter",
                                       "parameter", NULL, NULL);
    for (size_t i = 0; units != NULL && i < n; i++)
        units[i] = sq_finish_text(w, sq_finish_unit(w, m->parameters[i].unit));
    int32_t *class = sq_finish_add(w, SQ_I32, "parameter_class", "1",
                                   "what is known of the parameter's origin", "parameter", NULL, NULL);
    sq_finish_flags(w, CLASSES, sizeof CLASSES / sizeof CLASSES[0]);
    for (size_t i = 0; class != NULL && i < n; i++)
        class[i] = (int32_t)m->parameters[i].class;
}

void sq_finish_parameters(sq_finish *w)
{
    const sq_model *m = w->model;
    if (m->n_parameters == 0 || !sq_wants(m, SQ_OUT_PARAMETERS))
        return;
    if (w->declared != NULL)
        add_parameter_facts(w);
    double *value = sq_finish_of_point(w, SQ_F64, "parameter_value", "1",
                                       "value of the parameter, reference strategy, in parameter_unit",
                                       "parameter", NULL);
    for (int i = 0; value != NULL && w->outcome != NULL && i < m->n_parameters; i++) {
        int slot = m->parameters[i].slot;
        value[i] = slot < 0 ? NAN : w->block[slot]; /* a table has no one value */
    }
}
