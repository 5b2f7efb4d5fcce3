/* lang: expressions: grammar, names, units, messages with their places, folding and code. What compiles is run
 * by the model's own machine. */
#include "expr_world.h"

/* ---- grammar -------------------------------------------------------------------------- */

static void test_numbers(void **state)
{
    (void)state;
    is("1", 1);
    is("1.5", 1.5);
    is(".5", .5);
    is("1e-3", 1e-3);
    is("2E3", 2e3);
    is("0.1", 0.1);
    is("28 d", 28);
    is("28d", 28);
    is("6 wk", 42);
    is("14.6 mo", 14.6 * 30.4375);
    is("3 y", 3 * 365.25);
    is("7 %", 0.07);
    is("7%", 0.07);
    is("1000 EUR", 1000);
    is("mo", 30.4375);
    is("0.3/y", 0.3 / 365.25);
    is("300 EUR/mo", 300 / 30.4375);
    is("true", 1);
    is("false", 0);
}

static void test_precedence_and_association(void **state)
{
    (void)state;
    is("1 + 2 * 3", 7);
    is("(1 + 2) * 3", 9);
    is("10 - 4 - 3", 3);
    is("24 / 4 / 2", 3);
    is("2 ^ 3 ^ 2", 512);
    is("-2 ^ 2", -4);
    is("2 ^ -1", 0.5);
    is("2 * -3", -6);
    is("--2", 2);
    is("2 - -3", 5);
    is("1 + 2 < 4", 1);
    is("1 < 2 and 3 < 2", 0);
    is("true or false and false", 1);
    is("(true or false) and false", 0);
    is("not true or true", 1);
    is("not (true or true)", 0);
    is("not 1 == 2", 1);
    is("not not true", 1);
    is("true and not false", 1);
    is("1 + 1 == 2", 1);
    is("2 >= 2", 1);
    is("2 > 2", 0);
    is("1 <= 2", 1);
    is("1 != 2", 1);
    is("3 in (1, 2, 3)", 1);
    is("not 3 in (1, 2)", 1);
    is("1 + 2 in (3)", 1);
    is("2 * 3 y / 1 y", 6);
    is("1 / 2 * 4", 2);
}

static void test_functions(void **state)
{
    (void)state;
    is("if(1 < 2, 3, 4)", 3);
    is("if(1 > 2, 3, 4)", 4);
    is("min(3, 1, 2)", 1);
    is("max(3, 1, 5, 2)", 5);
    is("abs(-3 d)", 3);
    is("floor(-2.5)", -3);
    is("sqrt(2)", sqrt(2));
    is("sqrt(4 y * 1 y)", 2 * 365.25);
    is("exp(1.25)", exp(1.25));
    is("log(7)", log(7));
    is("pow(2, 0.5)", pow(2, .5));
    is("expit(0.3)", 1 / (1 + exp(-.3)));
    is("logit(0.3)", log(.3 / .7));
    is("probit(0.975)", 1.959963984540054);
    is("normal_cdf(1.959963984540054)", 0.975);
    is("exp(hr)", exp(2.5));
    is("hr ^ 1.5", pow(2.5, 1.5));
}

static void test_names(void **state)
{
    (void)state;
    is("now", 400);
    is("in_state", 50);
    is("alive", 1);
    is("state == remission", 1);
    is("remission == state", 1);
    is("state in (relapsed, dead)", 0);
    is("age / 1 y", 50);
    is("hr * 2", 5);
    is("tower.cr", 0.44);
    is("burden == 5to50", 1);
    is("5to50 == burden", 1);
    is("burden != ge50", 1);
    is("line == 2", 0);
    is("line == later", 1);
    is("2 == line", 0);
    is("line in (1, later)", 1);
    is("line == y", 0);
    is("if(fit, burden, ge50) == 5to50", 1);
    is("burden == if(fit, 5to50, low)", 1);
    is("fit", 1);
    is("fit == true", 1);
    is("cr[ge50, 2]", 0.01);
    is("cr[low, later]", 0.22);
    is("cr[burden, line]", 0.12);
    is("cr[burden, 1]", 0.10);
    is("cr[if(fit, low, ge50), line]", 0.22);
    is("in_each[state]", 8);
    is("in_each[dead]", 9);
    is("smr(0 d)", 1.5);
    is("smr(now)", 2.5);
    is("slope(50 d)", 100);
    is("happened(relapse)", 1);
    is("happened(remission)", 0);
    is("since(relapse)", 10);
    is("is_set(burden) and is_set(given[burden, line])", 1);
    is("since(remission) + since(relapse)", 60);
    is("count(relapse) + count(remission)", 4);
    is("time_in(remission)", 80);
    is("time_in(relapsed) - time_in(dead)", 320);
    is("given[low, later] + given[burden, line]", 22 + 12);
    has_unit("since(relapse)", "time");
    has_unit("count(relapse)", "count");
    has_unit("time_in(remission) / 1 d", "number");
    is("hr_burden", 1);
    is("twice", 2);
    is("line == first_line", 1);
}

/* ---- units ---------------------------------------------------------------------------- */

static void test_units(void **state)
{
    (void)state;
    has_unit("1", "number");
    has_unit("7 %", "probability");
    has_unit("1 - 7 %", "probability");
    has_unit("tower.cr + tower.cr", "probability");
    has_unit("tower.cr * tower.cr", "probability");
    has_unit("0.5 * tower.cr", "probability");
    has_unit("tower.cr / 2", "probability");
    has_unit("tower.cr / chance", "number");
    has_unit("chance * weight", "utility");
    has_unit("weight * weight", "number");
    has_unit("courses * courses", "count");
    has_unit("courses * chance", "number");
    has_unit("courses + 1", "count");
    has_unit("courses / courses", "number");
    has_unit("2 / courses", "number");
    has_unit("age / 1 y", "number");
    has_unit("chance / 1 y", "1/time");
    has_unit("chance * 1 y / 1 d", "number");
    has_unit("price / 28 d", "money/time");
    has_unit("price * price / price", "money");
    has_unit("(1 y)^2 / 1 y", "time");
    has_unit("(1 y)^-1", "1/time");
    has_unit("-age", "time");
    has_unit("min(age, 3 y)", "time");
    has_unit("max(0, chance)", "probability");
    has_unit("if(fit, chance, 0)", "probability");
    has_unit("if(fit, 0, weight)", "utility");
    has_unit("expit(1)", "probability");
    has_unit("logit(chance)", "number");
    has_unit("exp(weight)", "number");
    has_unit("floor(courses)", "count");
    has_unit("floor(chance)", "number");
    has_unit("sqrt(age * age)", "time");
    has_unit("abs(age)", "time");
    has_unit("slope(age)", "time");
    has_unit("hr_burden", "number");
}

static void test_unit_errors(void **state)
{
    (void)state;
    refused("1 d + 1 EUR", 5, "cannot add time and money");
    refused("age - price", 5, "cannot subtract time and money");
    refused("age < 3", 5, "cannot compare time and a plain number");
    refused("chance + weight", 8, "cannot add a probability and a utility");
    refused("chance == courses", 8, "cannot compare a probability and a count");
    refused("min(age, 3)", 10, "cannot compare time and a plain number");
    refused("if(fit, age, 3)", 1, "cannot choose between time and a plain number");
    refused("exp(age)", 5, "expected a number without a unit, found time");
    refused("floor(1 + log(price))", 15, "without a unit");
    refused("floor(age)", 7, "divide it by a unit");
    refused("sqrt(age)", 6, "or a square");
    refused("2 ^ age", 5, "found time");
    refused("age ^ 0.5", 1, "whole number");
    refused("age ^ courses", 1, "whole number");
    refused("age ^ 200", 5, "power");
    refused("age^100 * age^100", 9, "power");
    refused("1 + fit", 5, "expected a number, found a flag");
    refused("not age", 5, "expected a flag");
    refused("fit and hr", 9, "expected a flag");
    refused("if(hr, 1, 2)", 4, "expected a flag");
    refused("burden + 1", 1, "found a value of burden");
    refused("burden == 3", 8, "cannot compare a value of burden and a plain number");
    refused("burden == line", 8, "cannot compare a value of burden and a value of line");
    refused("state == burden", 7, "cannot compare a state and a value of burden");
    refused("burden < ge50", 1, "use == or in");
    refused("fit == 1", 5, "cannot compare a flag and a plain number");
    refused("age", 1, "expected a plain number, found time");
    refused("  age + 1 d", 3, "expected a plain number, found time");
    refused("fit", 1, "expected a plain number, found a flag");
    refused("burden", 1, "expected a plain number, found a value of burden");
    refused("mixed", 0, "cannot add time and a plain number");
    refused_as("age", a_probability, ALL, 1, "expected a probability, found time");
    refused_as("weight", a_probability, ALL, 1, "expected a probability, found a utility");
    refused_as("2", a_time, ALL, 1, "expected time, found a plain number; write its unit: d, wk, mo or y");
    refused_as("2", a_rate, ALL, 1, "write it per time");
    refused_as("2", a_cost, ALL, 1, "300 EUR/mo");
    refused_as("2", a_flag, ALL, 1, "expected a flag, found a plain number");
    refused_as("burden", a_line, ALL, 1, "expected a value of line, found a value of burden");
    refused_as("2", a_burden, ALL, 1, "expected a value of burden, found a plain number");
    refused_as("age", a_state, ALL, 1, "expected a state, found time");
}

static void test_final_units(void **state)
{
    (void)state;
    const char *const texts[] = {"age * age", "price * price", "price * 1 d", "1 / price", "1 / (age * age)"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        desk d;
        sq_type type;
        begin(&d);
        sq_node node = {.kind = SQ_NODE_SCALAR, .text = texts[i]};
        assert_false(sq_expr_compile_any(&d.c, &node, ALL, &type, &d.program, NULL));
        assert_non_null(strstr(d.diags.items[0].text, "not the unit of anything"));
        end(&d);
    }
}

/* ---- errors of writing ---------------------------------------------------------------- */

static void test_syntax_errors(void **state)
{
    (void)state;
    refused("", 0, "expected an expression, found the end");
    refused("1 +", 4, "expected a value, found the end");
    refused("+ 1", 1, "expected a value, found '+'");
    refused("(1", 3, "expected an operator or ')'");
    refused("1)", 2, "expected an operator or the end");
    refused("min(1, 2", 9, "expected ',' or ')'");
    refused("min()", 5, "expected a value");
    refused("cr[ge50", 8, "expected ',' or ']'");
    refused("a b", 3, "expected an operator");
    refused("1 < 2 < 3", 7, "comparisons do not chain");
    refused("1 == 1 in (1)", 8, "comparisons do not chain");
    refused("burden not in (low)", 8, "not x in");
    refused("1 in 2", 6, "a list in parentheses");
    refused("1 + not fit", 5, "parentheses");
    refused("and", 1, "expected a value, found 'and'");
    refused("fit && fit", 5, "'&&' is written 'and'");
    refused("line = 1", 6, "'=' is written '=='");
    refused("1 ≤ 2", 3, "written '<='");
    refused("!fit", 1, "written 'not'");
    refused("line == 'later'", 9, "without quotes");
    refused("1 # 2", 3, "'#' has no meaning");
    refused("1 € 2", 3, "written 'EUR'");
    refused("1.5.2", 1, "cannot read '1.5.2'");
    refused("5.", 1, "cannot read '5.'");
    refused("1.5x", 1, "cannot read '1.5x'");
    refused("1e999", 1, "too large");
    refused("3 days", 3, "did you mean 'd'?");
    refused("3 months", 3, "did you mean 'mo'?");
    refused("3 USD", 3, "the currency of this model is EUR");
    refused("3 age", 3, "expected a unit");
    refused("age[1]", 1, "has no entries");
    refused("if(fit, 1)", 1, "if takes 3 arguments, found 2");
    refused("min(1)", 1, "min takes at least 2 arguments, found 1");
    refused("exp(1, 2)", 1, "exp takes 1 argument, found 2");
    refused("\n1", 0, "on a single line");
}

static void test_name_errors(void **state)
{
    (void)state;
    refused("1 + agee", 5, "unknown name 'agee'; did you mean 'age'?");
    refused("nwo / 1 d", 1, "did you mean 'now'?");
    refused("zzzzzz", 1, "unknown name 'zzzzzz'");
    refused("mni(1, 2)", 1, "unknown function 'mni'; did you mean 'min'?");
    refused("ge50", 1, "'ge50' is a value of burden");
    refused("1 + remission", 5, "'remission' is a state");
    refused("relapse", 1, "write happened(relapse)");
    refused("5to51", 1, "unknown name '5to51'");
    refused("if(burden == ge51, 1, 2)", 14,
            "'ge51' is not a value of burden; expected one of ge50, 5to50, low; did you mean 'ge50'?");
    refused("if(state == remision, 1, 2)", 13, "'remision' is not a state; expected one of relapsed, remission");
    refused("cr", 1, "write cr[burden, line]");
    refused("cr[ge50]", 1, "'cr' is given by burden, line");
    refused("cr[ge50, 9]", 10, "expected a value of line, found a plain number");
    refused("cr[line, ge50]", 4, "expected a value of burden, found a value of line");
    refused("cr[ge51, 1]", 4, "'ge51' is not a value of burden");
    refused("in_each[burden]", 9, "expected a state, found a value of burden");
    refused("smr", 1, "write smr(…)");
    refused("smr(3)", 5, "expected time, found a plain number");
    refused("smr(1 d, 2 d)", 1, "takes one argument");
    refused("hr(1)", 1, "'hr' is not a function");
    refused("twice(1)", 1, "takes no arguments");
    refused("cr(ge50, 1)", 1, "write cr[burden, line]");
    refused("if(happened(relapsee), 1, 2)", 13, "not an event, a state or a mark; did you mean 'relapsed'?");
    refused("if(happened(age), 1, 2)", 13, "not an event");
    refused("if(happened(1), 1, 2)", 4, "expected the name of an event");
    refused("count(relapsee)", 7, "not an event, a state or a mark");
    refused("since()", 7, "expected");
    refused_as("is_set(hr)", a_flag, ALL, 1, "expected an attribute");
    refused_as("is_set(age, age)", a_flag, ALL, 1, "expected an attribute");
    refused_as("is_set(age + age)", a_flag, ALL, 1, "expected an attribute");
    refused_as("is_set(given)", a_flag, ALL, 8, "write given[burden, line]");
    refused("since(relapse, remission)", 1, "expected the name of an event");
    refused("time_in(relapse) / 1 d", 9, "not a state");
    refused("time_in(remissoin) / 1 d", 9, "did you mean 'remission'");
    refused("given", 1, "write given[burden, line]");
    refused("given[burden]", 1, "write given[burden, line]");
    refused("given[line, burden]", 7, "expected a value of burden");
    refused("given[5to50, 3]", 14, "expected a value of line");
    refused("age[burden] / 1 d", 1, "has no entries");
    refused("1 / 0", 3, "not a finite number");
    refused("log(-1)", 1, "not a finite number");
    refused("loop_a", 0, "loop_a -> loop_b -> loop_c -> loop_a");
}

static void test_what_may_be_read(void **state)
{
    (void)state;
    refused_as("age / 1 y", a_number, SQ_ALLOW_PARAMETERS, 1, "'age' belongs to a patient's life");
    refused_as("now / 1 y", a_number, SQ_ALLOW_PARAMETERS, 1, "belongs to a patient's life");
    refused_as("state == dead", a_flag, SQ_ALLOW_PARAMETERS, 1, "belongs to a patient's life");
    refused_as("happened(relapse)", a_flag, SQ_ALLOW_PARAMETERS, 1, "belongs to a patient's life");
    refused_as("hr", a_number, SQ_ALLOW_PATIENT, 1, "the parameter 'hr' cannot be read here");
    refused_as("smr(age)", a_number, SQ_ALLOW_PATIENT, 1, "cannot be read here");
    refused_as("now > 1 y", a_flag, SQ_ALLOW_PARAMETERS | SQ_ALLOW_PATIENT, 1, "changes all the time");
    refused_as("since(relapse) > 1 y", a_flag, SQ_ALLOW_PARAMETERS | SQ_ALLOW_PATIENT, 1, "'since' cannot be read here");
    refused_as("time_in(dead) > 1 y", a_flag, SQ_ALLOW_PARAMETERS | SQ_ALLOW_PATIENT, 1, "changes all the time");
    refused_as("count(relapse) / 2", a_number, SQ_ALLOW_PARAMETERS, 1, "belongs to a patient's life");
    refused_as("hr", a_number, 0, 1, "expected a number with its unit, found the name 'hr'");
    refused_as("state == dead", a_flag, 0, 1, "found the name 'state'");
}

/* ---- time in rewards ------------------------------------------------------------------ */

static void timed(const char *text, int n_breaks, double argument)
{
    desk d;
    begin(&d);
    sq_node node = {.kind = SQ_NODE_SCALAR, .text = text};
    if (!sq_expr_compile(&d.c, &node, a_number, REWARD, &d.program, &d.reads)) complain(&d, text);
    assert_int_equal(d.c.breaks.count, n_breaks);
    for (int i = 0; i < n_breaks; i++) {
        assert_int_equal(d.c.breaks.items[i].table, 0);
        assert_true(evaluate(&d, d.c.breaks.items[i].argument) == argument);
    }
    assert_int_equal(sq_bits_has(&d.reads, ATTRIBUTES + 1), n_breaks > 0);
    end(&d);
}

static void test_time_in_rewards(void **state)
{
    (void)state;
    timed("hr", 0, 0);
    timed("smr(age)", 0, 0);
    timed("smr(now)", 1, 400);
    timed("2 * smr(now - 30 d) + 1", 1, 370);
    timed("exp(smr(age + in_state - (3 d - age)))", 1, 2 * 50 * 365.25 + 47);
    timed("smr(-(3 d - now))", 1, 397);
    timed("by_time + by_time", 2, 400);
    timed("smr(smr(now) * 1 d)", 1, 400);
    timed("smr(now + slope(age))", 1, 400 + 200);
    timed("smr(since(relapse) + 5 d)", 1, 15);
    timed("smr(time_in(remission) - age)", 1, 80 - 50 * 365.25);
    timed("smr(age * count(relapse))", 0, 0);
    refused_as("since(relapse) / 1 d", a_number, REWARD, 1, "expected 'since' inside the argument");
    refused_as("smr(-since(relapse))", a_number, REWARD, 5, "time must enter");
    refused_as("smr(now - time_in(dead))", a_number, REWARD, 5, "time must enter");
    refused_as("now / 1 d", a_number, REWARD, 1, "only through a piecewise-constant table");
    refused_as("slope(now) / 1 d", a_number, REWARD, 7, "only through a piecewise-constant table");
    refused_as("smr(slope(now))", a_number, REWARD, 5, "time must enter");
    refused_as("smr(3 d - now)", a_number, REWARD, 5, "time must enter");
    refused_as("smr(now + in_state)", a_number, REWARD, 5, "time must enter");
    refused_as("smr(now - in_state)", a_number, REWARD, 5, "time must enter");
    refused_as("smr(2 * now)", a_number, REWARD, 5, "time must enter");
    refused_as("smr(if(fit, now, 3 d))", a_number, REWARD, 5, "time must enter");
    refused_as("smr(min(now, 3 d))", a_number, REWARD, 5, "time must enter");
}

/* ---- functions with arguments --------------------------------------------------------- */

static void test_functions_with_arguments(void **state)
{
    (void)state;
    is("scaled(3, 4)", 12);
    is("scaled(age, 2) / 1 d", 2 * 50 * 365.25);
    is("scaled(price, tower.cr) / 1 EUR", 440);
    has_unit("scaled(3 d, 1000 EUR / 1 d)", "money");
    is("same(burden, 5to50)", 1);
    is("same(5to50, burden)", 1);
    is("same(age, 3 d)", 0);
    is("same(state, remission)", 1);
    is("either(fit, 3, hr)", 3);
    is("either(same(line, later), ge50, low) == ge50", 1);
    is("recently(relapse)", 1);
    is("recently(remission)", 0);
    is("deep(3)", 3 * 2 * 2.5 + 9);
    is("cr[either(fit, low, ge50), line]", 0.22);
    is("scaled(scaled(scaled(2, 2), 2), hr_burden)", 8);
    refused("scaled(3)", 1, "scaled(what, factor) takes 2 arguments, found 1");
    refused("deep(3, 4)", 1, "deep(what) takes 1 argument, found 2");
    refused("scaled", 1, "'scaled' takes arguments: write scaled(what, factor)");
    refused("hr_burden(2)", 1, "takes no arguments: write hr_burden");
    refused("again(3)", 0, "'again' is defined by itself: again -> once_more -> again");
    refused("scaled(3, nothing)", 11, "unknown name 'nothing'");
    refused("deaf(1, 2)", 0, "'deaf' never reads its argument 'unheard'");
    refused("shadow(3)", 0, "the argument 'age' of 'shadow' is the name of something else");
    refused("scaled(burden, 2)", 0, "expected a number");
    refused("same(burden, 3 d)", 0, "cannot compare");
    refused("most(most(1))", 0, "too long");
    refused("what", 1, "unknown name");
    timed("smr(scaled(age, 0) + either(fit, 3 d, 4 d) + now)", 1, 403);
}

/* ---- code ----------------------------------------------------------------------------- */

static uint32_t length_of(const char *text)
{
    desk d;
    sq_type type;
    begin(&d);
    sq_node node = {.kind = SQ_NODE_SCALAR, .text = text};
    if (!sq_expr_compile_any(&d.c, &node, ALL, &type, &d.program, NULL)) complain(&d, text);
    uint32_t n = d.program.count;
    end(&d);
    return n;
}

static void test_folding(void **state)
{
    (void)state;
    assert_int_equal(length_of("1 + 2 * 3 y / 1 y"), 1);
    assert_int_equal(length_of("if(1 < 2, exp(1), -3)"), 1);
    assert_int_equal(length_of("min(1, 2, 3) in (1, 2)"), 1);
    assert_int_equal(length_of("hr * (1 + 2)"), 3);
    assert_int_equal(length_of("cr[ge50, later]"), 1);
    assert_int_equal(length_of("in_each[state]"), 2);
    assert_int_equal(length_of("hr in (1, 2)"), 7);
}

static void test_reads(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int bits[4];
    } cases[] = {
        {"hr", {-1}},
        {"age / 1 y", {AGE, -1}},
        {"if(burden == ge50, 1, courses)", {COURSES, BURDEN_NOW, -1}},
        {"if(state == dead, 1, 2)", {ATTRIBUTES, -1}},
        {"if(alive, 1, 2)", {ATTRIBUTES, -1}},
        {"now / in_state", {ATTRIBUTES, ATTRIBUTES + 1, -1}},
        {"if(happened(relapse), 1, 2)", {ATTRIBUTES + 2, -1}},
        {"count(relapse)", {ATTRIBUTES + 3 + 3, -1}},
        {"since(relapse) / 1 d", {ATTRIBUTES + 3 + 3, ATTRIBUTES + 1, -1}},
        {"time_in(remission) / 1 d", {ATTRIBUTES, ATTRIBUTES + 1, -1}},
        {"given[5to50, later]", {GIVEN + 6, -1}},
        {"twice", {BURDEN_NOW, -1}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        desk d;
        sq_bits expected = {0};
        begin(&d);
        sq_node node = {.kind = SQ_NODE_SCALAR, .text = cases[i].text};
        assert_true(sq_expr_compile(&d.c, &node, a_number, ALL, &d.program, &d.reads));
        for (int k = 0; cases[i].bits[k] >= 0; k++) sq_bits_set(&expected, cases[i].bits[k]);
        assert_memory_equal(&d.reads, &expected, sizeof expected);
        end(&d);
    }
}

static void test_code_by_hand(void **state)
{
    (void)state;
    desk d;
    begin(&d);
    sq_program a, b;
    sq_node sum = {.kind = SQ_NODE_SCALAR, .text = "hr + 1"};
    assert_true(sq_expr_compile(&d.c, &sum, a_number, ALL, &a, NULL));
    b = sq_code_begin(&d.c);
    for (int i = 0; i < 2; i++) assert_true(sq_code_append(&d.c, a));
    assert_true(sq_code_op(&d.c, SQ_OP_MUL, 0) && sq_code_const(&d.c, 10) && sq_code_op(&d.c, SQ_OP_ADD, 0));
    b = sq_code_end(&d.c, b);
    assert_true(evaluate(&d, b) == 3.5 * 3.5 + 10);
    end(&d);
}

static void test_constants(void **state)
{
    (void)state;
    desk d;
    begin(&d);
    double x = 0;
    sq_node node = {.kind = SQ_NODE_SCALAR, .text = "14.6 mo"};
    assert_true(sq_expr_constant(&d.c, &node, a_time, &x));
    assert_true(x == 14.6 * 30.4375);
    assert_true(sq_expr_constant_text(&d.c, "0.37", (sq_place){0}, a_probability, &x) && x == 0.37);
    assert_true(sq_expr_constant_text(&d.c, "5to50", (sq_place){0}, a_burden, &x) && x == 1);
    assert_false(sq_expr_constant_text(&d.c, "7 d", (sq_place){0}, a_probability, &x));
    assert_false(sq_expr_constant_text(&d.c, "hr", (sq_place){0}, a_number, &x));
    assert_int_equal(d.c.code.count, 0);
    assert_true(sq_expr_is_reserved("and") && sq_expr_is_reserved("min") && sq_expr_is_reserved("mo"));
    assert_false(sq_expr_is_reserved("age"));
    end(&d);
}

static void test_nodes_that_are_no_expressions(void **state)
{
    (void)state;
    desk d;
    begin(&d);
    sq_node list = {.kind = SQ_NODE_LIST}, nothing = {.kind = SQ_NODE_NULL};
    sq_node block_text = {.kind = SQ_NODE_SCALAR, .text = "1", .many_lines = true};
    assert_false(sq_expr_compile(&d.c, &list, a_number, ALL, &d.program, NULL));
    assert_false(sq_expr_compile(&d.c, &nothing, a_number, ALL, &d.program, NULL));
    assert_false(sq_expr_compile(&d.c, &block_text, a_number, ALL, &d.program, NULL));
    assert_string_equal(d.diags.items[0].text, "expected an expression, found a list");
    assert_string_equal(d.diags.items[1].text, "expected an expression, found nothing");
    assert_string_equal(d.diags.items[2].text, "expected an expression on a single line");
    end(&d);
}

static void test_places_in_scalars(void **state)
{
    (void)state;
    desk d;
    begin(&d);
    const char *text = "é: \"1 + agee\"\nb: \"1 \\u002B agee\"\nc: 2 + agee\n";
    sq_source source = {"a.yaml", text, strlen(text), NULL};
    const sq_node *root = sq_node_parse(&d.arena, &source, &d.diags);
    static const int columns[] = {9, 5, 8};
    for (int i = 0; i < 3; i++) {
        assert_false(sq_expr_compile(&d.c, root->item[i], a_number, ALL, &d.program, NULL));
        assert_int_equal(d.diags.items[i].place.line, i + 1);
        assert_int_equal(d.diags.items[i].place.column, columns[i]);
    }
    end(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_precedence_and_association),
        cmocka_unit_test(test_functions),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_units),
        cmocka_unit_test(test_unit_errors),
        cmocka_unit_test(test_final_units),
        cmocka_unit_test(test_syntax_errors),
        cmocka_unit_test(test_name_errors),
        cmocka_unit_test(test_what_may_be_read),
        cmocka_unit_test(test_time_in_rewards),
        cmocka_unit_test(test_functions_with_arguments),
        cmocka_unit_test(test_folding),
        cmocka_unit_test(test_reads),
        cmocka_unit_test(test_code_by_hand),
        cmocka_unit_test(test_constants),
        cmocka_unit_test(test_nodes_that_are_no_expressions),
        cmocka_unit_test(test_places_in_scalars),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
