"""Writes the JSON Schemas of the three kinds of file: what an editor needs to complete and explain keys.

    python3 docs/schema/make.py [FOLDER]      (default: the folder of this file)

This is the one source of the schemas. sequela.json describes a file of any kind; the schemas of models,
parameters and experiments refer to it and say what must be there. Each definition with closed keys (`keys`
below) is compared with the keys that the program itself accepts, by tests/schema/agree.py: a key that is new
in the language needs a row here, with the words that an editor shows.

JSON Schema draft-07 is what the language servers for YAML understand.
"""
import json
import os
import sys

# ---- pieces ---------------------------------------------------------------------------------

SCALAR = {"type": ["string", "number", "boolean"]}
WORD = r"^[A-Za-z_][A-Za-z0-9_]*$"
DEFINITIONS = {}


def said(schema, text):
    """A schema with the words that an editor shows. In draft-07 nothing may stand beside a $ref."""
    return {"description": text, **({"allOf": [schema]} if "$ref" in schema else schema)}


def ref(name):
    return {"$ref": f"#/definitions/{name}"}


def words(*listed):
    return {"enum": list(listed)}


def either(*schemas):
    return {"anyOf": list(schemas)}


def listed(schema):
    return {"type": "array", "items": schema}


def one_or_list(schema):
    return either(schema, listed(schema))


def or_nothing(schema):
    return either({"type": "null"}, schema)


def mapped(schema, names=None):
    """A map from names of the user's to values of one kind."""
    found = {"type": "object", "additionalProperties": schema}
    return found if names is None else {**found, "propertyNames": {"pattern": names}}


def keys(rows, required=(), one_of=None):
    """A map with closed keys: rows of (key, schema, words)."""
    found = {"type": "object", "properties": {key: said(schema, text) for key, schema, text in rows},
             "additionalProperties": False}
    if required:
        found["required"] = list(required)
    if one_of:
        found["oneOf"] = [{"required": [key]} for key in one_of]
    return found


def by_label(known, entry, nested):
    """Beside known keys, entries by label: of one category, or of several one inside the other."""
    known = {key: True for key in known}
    return {"additionalProperties": True, "if": {"properties": {"by": SCALAR}},
            "then": {"properties": known, "additionalProperties": entry},
            "else": {"properties": known, "additionalProperties": nested}}


def define(name, schema, text=None):
    DEFINITIONS[name] = schema if text is None else {"description": text, **schema}
    return ref(name)


EXPRESSION = define("expression", SCALAR, "An expression, on one line: names, numbers with units (28 d, 7 %, "
                    "300 EUR/mo), + - * / ^, comparisons, and or not, in, if(condition, a, b), min, max, exp, log, …")
TEXT = define("text", {"type": ["string", "number"]})
FLAG = define("flag", {"type": "boolean"})
FILE = define("file", {"type": "string"}, "A file, as seen from the folder of the file it is named in.")
NAME = define("name", {"type": ["string", "number", "boolean"]})
UNIT = define("unit", {"type": "string"}, "A unit alone: d, wk, mo, y, %, a currency, or a product of them.")
COUNT = define("count", {"type": ["integer", "string", "number"]})
TIME = define("time", SCALAR, "A time with its unit: 28 d, 6 wk, 14.6 mo, 3 y.")

CLASS = define("class", words("sourced", "calibrated", "judgement", "structural", "filler"),
               "sourced: has a source. calibrated: fitted. judgement: has a range and a note that says why. "
               "structural: a choice that no data decide, with a note. filler: completes a table, never looked up.")
UNIT_OF_NUMBER = define("unit_of_number", {"type": "string", "examples": [
    "time", "rate", "money", "money/time", "probability", "count", "utility", "number"]},
    "What kind of number it is: time, rate (1/time), money, money/time, probability, count, utility or number.")
ABOUT = [
    ("source", TEXT, "Where the number is published: authors, journal, year, table or figure."),
    ("class", CLASS, "What kind of knowledge it is: sourced, calibrated, judgement, structural or filler."),
    ("note", TEXT, "The reason for a judgement, what a structural number switches, or anything else worth saying."),
]
UNIT_ROW = ("unit", UNIT_OF_NUMBER, "Unit, checked against the value and every use: time, rate, money, money/time, "
            "probability, count, utility or number.")
KEY = ("key", one_or_list(NAME), "One stream of luck per combination of these attributes of categories.")
LOADS = ("loads on", mapped(EXPRESSION), "Gaussian copula with latents: {LATENT: LOADING}. A positive loading: a "
         "high latent means later, larger, true, or the first-listed label.")
SITE = ("site", NAME, "A name for the luck of this draw, where the same attribute is drawn twice in one event.")

# ---- laws -----------------------------------------------------------------------------------

SURVIVAL = ("survival", one_or_list(SCALAR), "Published survival: `0.37 at 3 y`, or a list of such points. Each "
            "stands for one argument that is not given.")
MEDIAN = ("median", EXPRESSION, "Published median of the whole curve, in place of an argument that is not given.")
CURED = ("cured", EXPRESSION, "Mixture cure: the share that never has the event; `solve` finds it from a curve.")
TRUNCATE = define("truncate", keys([("from", EXPRESSION, "Only values above this."),
                                    ("to", EXPRESSION, "Only values up to this.")]))
SHIFT = ("shift", EXPRESSION, "Added to every value: nothing happens before.")
WORN = [("truncate", TRUNCATE, "The law of what lies between: {from: 30 d, to: 5 y}."), SHIFT]
POINTS = mapped(SCALAR)
CLOCKS = one_or_list(SCALAR)
PATIENT = mapped(EXPRESSION)
STATED = [
    SURVIVAL, ("curve", POINTS, "A published curve: {6 mo: 0.61, 1 y: 0.42}; with more points than arguments it is "
               "fitted by least squares."),
    ("patients", COUNT, "How many patients the curve was published for."),
    ("plateau", SCALAR, "The level at which the curve ends, as in 0.25 or `26 of 104`: the cured share."),
    ("incidence", one_or_list(SCALAR), "Cumulative incidence `0.30 at 2 y`, or a list, beside `incidence against:`."),
    ("net of", CLOCKS, "Events or laws: the points are of all causes together, the law is that of the excess."),
    ("incidence against", CLOCKS, "Events or laws: the points are cumulative incidences where these compete."),
    ("for", one_or_list(PATIENT), "Whose clocks those are: {age: 60 y, sex: male}, or a list of such with a `share:`.")]
ARGUMENTS = {
    "exponential": [
        ("rate", EXPRESSION, "Constant rate, as in 0.3/y."),
        ("mean", EXPRESSION, "Mean time, in place of the rate."), MEDIAN, *STATED, CURED, *WORN],
    "weibull": [
        ("shape", EXPRESSION, "Above 1 the hazard rises, below 1 it falls."),
        ("scale", EXPRESSION, "Time at which 63 % have had the event."), MEDIAN, *STATED, CURED, *WORN],
    "gompertz": [
        ("shape", EXPRESSION, "How fast the hazard grows, as in 0.09/y; below 0 it falls towards a plateau of survival."),
        ("rate", EXPRESSION, "Hazard at time 0, as in 0.01/y."), MEDIAN, *STATED, CURED, *WORN],
    "loglogistic": [
        ("shape", EXPRESSION, "Above 1 the hazard rises and then falls."), ("scale", EXPRESSION, "The median."),
        MEDIAN, *STATED, CURED, *WORN],
    "gamma": [
        ("shape", EXPRESSION, "Above 1 the hazard rises, below 1 it falls."),
        ("rate", EXPRESSION, "Inverse of the scale, as in 0.3/y."),
        ("scale", EXPRESSION, "Inverse of the rate, in its place."), MEDIAN, *STATED, CURED, *WORN],
    "generalised gamma": [
        ("location", EXPRESSION, "exp(mu): the time around which the law lies."),
        ("mu", EXPRESSION, "Logarithm of the location, in its place; its unit in `in:`."),
        ("in", UNIT, "Time unit of `mu:`."),
        ("sigma", EXPRESSION, "Spread of the logarithm of the time."),
        ("q", EXPRESSION, "0: log-normal; 1: Weibull; sigma: gamma."), MEDIAN, *STATED, CURED, *WORN],
    "lognormal": [
        ("median", EXPRESSION, "Median of those who are not cured."),
        ("sdlog", EXPRESSION, "Standard deviation of the logarithm of the time."),
        ("meanlog", EXPRESSION, "Mean of the logarithm, in place of the median; its unit in `in:`."),
        ("in", UNIT, "Time unit of `meanlog:`."), *STATED, CURED, *WORN],
    "fixed": [("delay", EXPRESSION, "The certain time."), CURED, SHIFT],
    "uniform": [("min", EXPRESSION, "Earliest time."), ("max", EXPRESSION, "Latest time."), CURED, *WORN],
    "triangular": [
        ("min", EXPRESSION, "Earliest time."), ("mode", EXPRESSION, "Likeliest time."),
        ("max", EXPRESSION, "Latest time."), CURED, *WORN],
    "normal": [("mean", EXPRESSION, "Mean."), ("sd", EXPRESSION, "Standard deviation."), *WORN],
}
KNOT_FILE = [
    ("file", FILE, "The comma-separated file."),
    ("by", mapped(NAME), "Which column tells the labels of a category apart: {CATEGORY: COLUMN}."),
    ("where", mapped(one_or_list(SCALAR)), "Keeps the rows whose columns hold these texts: {COLUMN: TEXT}, or a list of them."),
]


def knots_from_file(value, unit):
    return keys([*KNOT_FILE, ("time", NAME, "Column of times."), ("time in", UNIT, "Unit of the times (a year)."),
                 (value, NAME, f"Column of the {value}."), *unit], ["file"])


RATE_FILE = define("rates_from_file", knots_from_file("rate", [("rate per", UNIT, "Time unit of the rates (a year).")]))
SURVIVAL_FILE = define("survival_from_file", knots_from_file("survival", []))
VALUE_FILE = define("values_from_file", knots_from_file("value", [("value in", UNIT, "Unit of the values.")]))
TABLES = {
    "piecewise": [
        ("rates", mapped(EXPRESSION), "Rates from a time on: {0 d: 0.5/y, 1 y: 0.2/y}."),
        ("csv", RATE_FILE, "Rates from a comma-separated file."), CURED, *WORN,
        ("by", SCALAR, "A category: one entry per label.")],
    "tabulated": [
        ("survival", mapped(EXPRESSION), "Survival at times: {0 mo: 1, 6 mo: 0.6, 12 mo: 0.4}."),
        ("csv", SURVIVAL_FILE, "Survival from a comma-separated file."),
        ("tail", words("never", "exponential", "error"), "What follows the last point."), CURED, *WORN,
        ("by", SCALAR, "A category: one entry per label.")],
    "life table": [
        ("csv", FILE, "The comma-separated file."),
        ("age", NAME, "Column of ages."), ("rate", NAME, "Column of death rates (mx)."),
        ("probability", NAME, "Column of probabilities of dying before the next age (qx), in place of the rates."),
        ("year", NAME, "Column of calendar years, met by the attribute `entry_year`."),
        ("by", either(mapped(NAME), one_or_list(NAME)), "{COLUMN: CATEGORY}; in a model {COLUMN: ATTRIBUTE}."),
        ("where", mapped(one_or_list(SCALAR)), "Keeps the rows whose columns hold these texts: {COLUMN: TEXT}, or a list of them."),
        ("age in", UNIT, "Unit of the ages (a year)."), ("rate per", UNIT, "Time unit of the rates (a year)."),
        ("beyond", words("hold", "error"), "Ages after the last: its rate is held (default), or refused."),
        ("interpolate", words("constant", "loglinear"), "Between ages: constant (default) or log-linear."),
        CURED, *WORN],
    "spline": [
        ("scale", words("hazard", "odds", "normal"), "What the spline of log time is of."),
        ("knots", listed(SCALAR), "Knots in the unit of `in:`, boundary knots included."),
        ("log knots", listed(SCALAR), "Logarithms of the knots, in their place."),
        ("coefficients", listed(EXPRESSION), "gamma0, gamma1, …: as many as knots."),
        ("in", UNIT, "Time unit of the knots and coefficients."), CURED, *WORN],
}
LAW_NOTE = "The unit of the variable (time unless said)."
DESCRIBES = ("describes", words("latent", "all_cause"), "latent (default): the curve of this event alone. all_cause: "
             "it was published for all causes together.")
FAMILIES = [*ARGUMENTS, *TABLES]
ABOUT_LAW = [("law", words(*FAMILIES), "The family of the law."), ("unit", UNIT_OF_NUMBER, LAW_NOTE), DESCRIBES]


def about_law(own):
    """What may stand beside the arguments where a law is a parameter."""
    rows = [*ABOUT_LAW, *ABOUT, ("by", one_or_list(NAME), "A category, or a list of them: one entry per label."),
            ("default", {}, "The entry of the labels that are not named.")]
    have = {row[0] for row in own}
    return [row for row in rows if row[0] not in have]


for family, rows in ARGUMENTS.items():
    define(f"law {family}", keys(rows))
for family, rows in TABLES.items():
    define(f"law {family}", keys([*rows, *[row for row in about_law(rows) if row[0] != "default"
                                           or family in ("life table", "spline")]]))
LAW = define("law", {
    "type": "object", "minProperties": 1, "maxProperties": 1, "additionalProperties": False,
    "properties": {family: either(ref(f"law {family}"), SCALAR) if family == "fixed" else ref(f"law {family}")
                   for family in FAMILIES}}, "A law of a waiting time or of a draw: a map with one key, the family.")
LAW_USE = define("law_use", either(SCALAR, LAW), "A law: the name of a law parameter (NAME, NAME[category]) or one "
                 "written here, as in {exponential: {rate: 0.3/y}}.")

# ---- parameters -----------------------------------------------------------------------------

BY = ("by", one_or_list(NAME), "A category, or a list of up to four: one entry per label, nested.")
NUMBER_ROWS = [
    ("value", EXPRESSION, "The number, with its unit; it may be an expression over other parameters."),
    ("count", SCALAR, "Published as k of n, as in `11 of 23`: a probability with its beta distribution."),
    ("hazard ratio", SCALAR, "Published ratio with its 95 % interval, as in `0.55 [0.41, 0.71]`."),
    ("interval", listed(SCALAR), "95 % interval of the value: [low, high]."),
    ("range", listed(SCALAR), "Judged range of the value: [low, high]."),
    ("se", EXPRESSION, "Standard error of the value."),
    ("split", mapped(SCALAR), "How often each label was seen: {cr: 53, none: 39}; each gets its share of the sum."),
    ("prior", either(SCALAR, listed(SCALAR), mapped(SCALAR)), "Of a count: [a, b] of a Beta. Of a split: a number added "
     "to each count, or one by label."), UNIT_ROW, *ABOUT, BY]
define("number", keys(NUMBER_ROWS))
ENTRY = define("entry", either(SCALAR, ref("number")), "The number of one label: a value, or a map with its own "
               "statement, source, class and note.")
NESTED = define("nested_entry", either(SCALAR, ref("number"), mapped(ref("nested_entry"))))
FIELDS = [
    ("value", NAME, "Column of values."), ("k", NAME, "Column of counts, with `n`."), ("n", NAME, "Column of totals, with `k`."),
    ("lower", NAME, "Column of lower bounds."), ("upper", NAME, "Column of upper bounds."),
    ("se", NAME, "Column of standard errors."), ("unit", NAME, "Column of units."),
    ("source", NAME, "Column of sources."), ("class", NAME, "Column of classes."), ("note", NAME, "Column of notes."),
    ("file", FILE, "The comma-separated file."), ("in", UNIT, "Unit of all values."),
    ("where", mapped(one_or_list(SCALAR)), "Keeps the rows whose columns hold these texts: {COLUMN: TEXT}, or a list of them.")]
NUMBERS_FILE = define("numbers_from_file", keys([*FIELDS, (
    "by", mapped(NAME), "Columns of categories that are called otherwise: {CATEGORY: COLUMN}.")], ["file"]))
LIST_FILE = define("parameters_from_file", keys([*FIELDS, ("name", NAME, "Column of the parameters' names.")], ["file"]))
TABLE_ROWS = [BY, ("csv", either(FILE, NUMBERS_FILE), "Entries from a comma-separated file, a row each."),
              *[row for row in NUMBER_ROWS if row[0] in ("split", "prior")], ("default", NESTED, "The entry of the labels that are not named."), UNIT_ROW, *ABOUT]
define("table", {**keys(TABLE_ROWS), **by_label([row[0] for row in TABLE_ROWS], ENTRY, NESTED)})
define("function_table", keys([
    ("piecewise", either(keys([("csv", VALUE_FILE, "Values from a comma-separated file.")], ["csv"]),
                         mapped(EXPRESSION)), "Values from a point on: {0 y: 1.0, 5 y: 0.5}."),
    ("interpolate", words("constant", "linear"), "Between points: constant (default) or linear."),
    UNIT_ROW, ("of", UNIT_OF_NUMBER, "Unit of the argument (time)."), *ABOUT,
    ("by", {}, "A function table cannot be given by category.")], ["piecewise"]))


WANING = define("waning", keys([
    ("from", EXPRESSION, "Hazard ratio until waning starts."), ("to", EXPRESSION, "Hazard ratio at the end (1)."),
    ("start", EXPRESSION, "When it starts to wane (at once)."), ("length", EXPRESSION, "How long it takes."),
    ("steps", COUNT, "In how many equal steps (120)."),
    ("scale", words("linear", "log"), "The line is one of the ratio (default) or of its logarithm.")], ["from", "length"]))
define("waning_parameter", keys([
    ("waning", WANING, "A hazard ratio that wanes: {from: 0.6, to: 1, start: 2 y, length: 3 y}."), *ABOUT,
    ("by", {}, "A waning cannot be given by category; its numbers may be.")], ["waning"]))


def law_parameter(family):
    """The parameter and, where it is given by category, its entries."""
    rows = ARGUMENTS.get(family) or TABLES[family]
    about = [row for row in about_law(rows) if row[0] != "default" or family not in ("piecewise", "tabulated")]
    leaf = define(f"parameter {family}", keys([*rows, *about]))
    nested = define(f"entry {family}", either(SCALAR, leaf, mapped(ref(f"entry {family}"))))
    own = {**DEFINITIONS[f"parameter {family}"]["properties"], "default": nested}
    return {"if": {"required": ["by"], "properties": {"by": one_or_list(SCALAR)}},
            "then": {"allOf": [{"properties": own}, by_label(own, either(SCALAR, leaf), nested)]}, "else": leaf}


LAWS = [{"if": {"properties": {"law": {"const": family}}, "required": ["law"]}, "then": law_parameter(family)}
        for family in FAMILIES]
PARAMETER = define("parameter", either(SCALAR, {
    "type": "object",
    "properties": {row[0]: said({}, row[2]) for row in [*NUMBER_ROWS, ABOUT_LAW[0]]},
    "if": {"required": ["law"]}, "then": {"properties": {"law": words(*FAMILIES)}, "allOf": LAWS},
    "else": {"if": {"required": ["piecewise"]}, "then": ref("function_table"),
             "else": {"if": {"required": ["waning"]}, "then": ref("waning_parameter"),
                      "else": {"if": {"anyOf": [{"required": ["by"]}, {"required": ["csv"]}]}, "then": ref("table"),
                               "else": ref("number")}}}}),
    "A number with what is known of it, a table by category, a function table, a hazard ratio over time, or a law.")
OVERRIDDEN = define("overridden", either(SCALAR, keys(
    [row for row in NUMBER_ROWS if row[0] in ("value", "interval", "range", "se")] + [*ABOUT], ["value"])),
    "One number of a table or law: its value, or a map that says what is known of it too.")
PARAMETERS = define("parameters", {
    **mapped(PARAMETER, r"^[A-Za-z_][A-Za-z0-9_.]*$"),
    "properties": {"csv": said(either(FILE, LIST_FILE), "Parameters from a comma-separated file, a row each.")}},
                    "Numbers with their sources, by name.")

# ---- actions --------------------------------------------------------------------------------

ACTIONS = define("actions", or_nothing(either(listed(ref("action")), {"type": "string"})),
                 "A list of actions, done in order; in a module also an argument that stands for one.")
DRAW_ROWS = [
    ("from", LAW_USE, "Draws a number from a law."),
    ("among", mapped(EXPRESSION), "Draws a label: {LABEL: PROBABILITY, …, LABEL: rest}."),
    ("chance", EXPRESSION, "Draws a flag: its probability of being true."), LOADS, KEY, SITE]
GOTO = ("goto", NAME, "The state to move to, at the end of the firing.")
REENTER = ("reenter", FLAG, "Leave and enter again where the patient is in this state already.")
BRANCH = [("do", ACTIONS, "What is done."), GOTO, REENTER]
SPLIT_BRANCH = define("branch of a split", keys([
    ("chance", EXPRESSION, "Probability of this branch."), ("label", NAME, "A name for the branch."),
    ("otherwise", ACTIONS, "What is left of the probability; its actions, or nothing beside `do:`."), *BRANCH]))
CASE = define("branch of choose first", keys([
    ("if", EXPRESSION, "Condition of this branch."),
    ("otherwise", ACTIONS, "The last branch: its actions, or nothing beside `do:`."), *BRANCH]))
ACTION_ROWS = {
    "set": [("set", mapped(EXPRESSION), "Assigns attributes in order: {ATTR: EXPRESSION}.")],
    "draw": [("draw", NAME, "Draws an attribute, `from:` a law, `among:` labels or by `chance:`."), *DRAW_ROWS],
    "split": [("split", NAME, "Branches by probabilities."), ("into", listed(SPLIT_BRANCH), "The branches."),
              LOADS, KEY, SITE],
    "if": [("if", EXPRESSION, "Branches by a condition."), ("then", ACTIONS, "Done where it holds."),
           ("else", ACTIONS, "Done where it does not.")],
    "choose first": [("choose first", listed(CASE), "The first branch whose condition holds.")],
    "decide": [("decide", NAME, "Asks the strategy, keeps its choice in the attribute of the decision's name, and "
                "runs its branch.")],
    "start": [("start", NAME, "Starts the clock of an event.")],
    "stop": [("stop", NAME, "Stops the clock of an event.")],
    "pause": [("pause", NAME, "Halts the clock of an event.")],
    "resume": [("resume", NAME, "Lets a halted clock go on.")],
    "goto": [GOTO, REENTER],
    "pay": [("pay", mapped(EXPRESSION), "One-off costs: {CATEGORY: AMOUNT}; `qalys` takes a quality-adjusted time.")],
    "lose utility": [("lose utility", NAME, "A loss of utility for a time."),
                     ("amount", EXPRESSION, "How much utility is lost."), ("for", EXPRESSION, "For how long.")],
    "mark": [("mark", NAME, "Names this instant, for endpoints, counts and happened(…).")],
    "run": [("run", NAME, "Does what a procedure says.")],
}
for action, rows in ACTION_ROWS.items():
    define(f"action {action}", keys(rows, [action]))
define("action", either(*[ref(f"action {action}") for action in ACTION_ROWS]))

# ---- the model ------------------------------------------------------------------------------

TYPE = define("type", {"type": "string", "examples": ["time", "rate", "money", "probability", "utility", "count",
                                                      "number", "flag"]},
              "time, rate, money, probability, utility, count, number, flag, or the name of a category.")
BY_LABEL = define("by_label", either(SCALAR, mapped(ref("by_label"))))
ATTRIBUTE = define("attribute", either(TYPE, keys([
    ("type", TYPE, "time, rate, money, probability, utility, count, number, flag, or a category."),
    ("initial", BY_LABEL, "Value at baseline; without it the population must give one."),
    ("latent", words("normal"), "A hidden standard normal factor, drawn with the population."),
    ("by", one_or_list(NAME), "One element per label of a category (or combination of several): ATTR[label].")])))
OVER_TIME = define("hazard ratio over time", keys([
    ("waning", WANING, "An effect that wanes: {from: hr, to: 1, start: 2 y, length: 3 y}."),
    ("piecewise", mapped(EXPRESSION), "Hazard ratios from a time on: {0 y: 0.5, 2 y: 0.8, 5 y: 1}."),
    ("effect", NAME, "The parameter that holds the effect."),
    ("since", NAME, "What the time counts from: an event, state, mark or index; else the clock's own origin."),
    ("before", EXPRESSION, "The hazard ratio before `since:` has happened; without it that is an error of the life.")]))
EVENT = define("event", keys([
    ("while", one_or_list(EXPRESSION), "The states in which its clock runs: one, a list, or a condition. Default: alive."),
    ("time", LAW_USE, "The law of its waiting time: a law parameter, or a law written here."),
    ("hazard ratio", EXPRESSION, "Proportional hazards (1)."),
    ("hazard ratio over time", either(NAME, OVER_TIME), "An effect that wanes or changes at stated times; also the name "
     "of a parameter that holds one."),
    ("time ratio", EXPRESSION, "Accelerated time: stretches the law (1)."), CURED,
    ("cure on", words("latency", "population"), "What the hazard ratio acts on: those who are not cured (default) or all."),
    ("from", NAME, "The origin of the law: arming (default), index, birth, or an event, state or mark."),
    ("changes", words("hold", "follow", "redraw"), "When what the law reads changes: hold (default) keeps the drawn "
     "time, follow spends the same luck at the new pace, redraw draws anew."),
    ("when left", words("cancel", "pause"), "When `while:` no longer holds: cancel (default) or pause the clock."),
    ("starts", words("automatically", "on demand"), "on demand: only by the action `start`."), KEY, LOADS,
    ("do", ACTIONS, "What happens when it fires."), ("goto", NAME, "The state it leads to: short for a last action.")],
    ["time"]))
DECISION = define("decision", keys([
    ("of", NAME, "The category of its options."),
    ("refused", mapped(TEXT), "What no rule may choose, and why."),
    ("options", either(listed(NAME), mapped(ACTIONS)), "A list of options of its own, or further actions by choice."),
    ("do", ACTIONS, "Done after each choice, which stands in the attribute of the decision's name.")]))
RULE = define("rule", keys([
    ("if", EXPRESSION, "Condition; without it the rule always holds."),
    ("choose", NAME, "The option chosen."), ("set", mapped(EXPRESSION), "Attributes assigned with the choice."),
    ("use", NAME, "Continue with a named list of `rules:`.")]))
RULES = define("rules", listed(RULE), "Rules in order: the first whose condition holds wins; the last has none.")
STATE = define("state", or_nothing(keys([("death", FLAG, "Entering it ends the life.")])))
START = define("start", keys([("state", NAME, "The state at time zero."), ("do", ACTIONS, "Actions at time zero.")],
                             ["state"]))
REWARD = define("reward", either(EXPRESSION, mapped(EXPRESSION)), "One expression, or one per state.")

MODULE_ROWS = [
    ("title", TEXT, "What it is, in words."), ("description", TEXT, "A description in words."),
    ("arguments", either(listed(NAME), mapped({})), "What stands for something else in each instance: names, or "
     "{NAME: DEFAULT}."),
    ("key", one_or_list(NAME), "Keys of every clock and draw of the body, before their own.")]
BODY = ["categories", "attributes", "states", "functions", "parameters", "procedures", "decisions", "events", "utility",
        "costs", "instances"]
INSTANCE = define("instance", keys([
    ("of", NAME, "The module."), ("with", mapped({}), "What its arguments stand for: {ARGUMENT: …}."),
    ("names", words("prefixed", "plain"), "prefixed (default): INSTANCE_NAME outside; plain: as in the body."),
    ("title", TEXT, "What it is, in words.")], ["of"]))

# ---- the experiment -------------------------------------------------------------------------

COLUMN = define("column", either(NAME, keys([("column", NAME, "The column's name."),
                                             ("in", UNIT, "Unit of its numbers, where not days.")], ["column"])))
POPULATION_CSV = define("patients", keys([
    ("file", FILE, "One row per patient."),
    ("columns", mapped(COLUMN), "Which column gives which attribute: {ATTR: COLUMN}."),
    ("sample", words("in order", "resample"), "Rows in order (default), or drawn with replacement."),
    ("weight", NAME, "With `resample`: the column of the rows' weights.")], ["file", "columns"]))
DRAWN = define("draw", keys(DRAW_ROWS))
POPULATION = define("population", or_nothing(keys([
    ("attributes", or_nothing(mapped(either(SCALAR, DRAWN))), "Values at baseline, in order: expressions or draws."),
    ("correlation", mapped(mapped(EXPRESSION)), "Correlations of latents and of drawn attributes: {z_a: {age: 0.3}}; not named: 0."),
    ("csv", POPULATION_CSV, "Patients from a comma-separated file.")])))
STRATEGY = define("strategy", or_nothing(keys([
    ("title", TEXT, "What it is, in words."),
    ("set", mapped(EXPRESSION), "Parameters that differ under this strategy."),
    ("decisions", mapped(RULES), "Rules for each decision.")])))
LATER_RATE = define("later rate", keys([("from", TIME, "When, from the origin of discounting."),
                                        ("rate", EXPRESSION, "Annual rate from then on.")], ["from", "rate"]))
RATE_ROWS = [("rate", EXPRESSION, "Annual rate, as in 3 %."), ("then", LATER_RATE, "A later rate: {from: 30 y, rate: 2 %}.")]
OWN_RATE = define("discount of one", keys(RATE_ROWS, ["rate"]))
CALENDAR_ORIGIN = define("origin of discounting", keys([
    ("year", SCALAR, "Calendar year with decimals; patients need the attribute `entry_year`.")], ["year"]))
DISCOUNT = define("discount", or_nothing(keys([
    *RATE_ROWS, ("costs", OWN_RATE, "A rate of its own for costs."), ("effects", OWN_RATE, "A rate of its own for effects."),
    ("kind", words("effective", "continuous"), "effective (default): a year's factor is 1/(1 + rate)."),
    ("from", either(TIME, CALENDAR_ORIGIN), "The origin: index (default), a time after it, or {year: 2020}.")])))
GRID = define("grid", keys([("to", TIME, "Last time of the curves."), ("every", TIME, "Step of the curves.")]))
PARTS = one_or_list(words("survival", "incidence", "occupancy", "transitions", "events", "first_times", "life_years",
                          "qalys", "costs", "increments", "quantiles", "histograms", "subgroups", "parameters",
                          "targets"))
OUTPUTS = define("outputs", or_nothing(keys([
    ("grid", GRID, "Times of survival curves and occupancy: {to: 10 y, every: 1 mo}."),
    ("quantiles", listed(SCALAR), "Quantiles of survival times, costs and effects."),
    ("highlights", mapped(TEXT), "What `summary` tells of 100 patients: {OCCURRENCE: words}."),
    ("by", one_or_list(one_or_list(NAME)), "Attributes at baseline that make subgroups; a list within the list is crossed."),
    ("only", PARTS, "The parts of the results that are wanted; all unless said."),
    ("without", PARTS, "The parts of the results that are not wanted."),
    ("curves", words("auto", "always", "never"), "Curves over time and histograms: auto (default) leaves them out above "
     "100 scenario × draw points.")])))
VALUES = define("range of values", keys([
    ("from", EXPRESSION, "The least value."), ("to", EXPRESSION, "The greatest value, in the same unit."),
    ("steps", COUNT, "How many values, both ends among them."),
    ("scale", words("linear", "log"), "Equal differences (default) or equal ratios.")], ["from", "to", "steps"]))
SCENARIO = define("scenario", keys([
    ("name", {"type": "string", "pattern": WORD}, "A word."), ("title", TEXT, "What it is, in words."),
    ("set", mapped(EXPRESSION), "Parameters that it sets; the others stay as they are.")], ["name"]))
SWEEP = define("sweep", either(mapped(either(listed(EXPRESSION), VALUES)), listed(SCENARIO)))
ANCHORS = define("anchors", keys([
    ("calibrate", TEXT, "A file with `calibrate:`, which is fitted again in every scenario of the sweep."),
    ("hold", EXPRESSION, "The anchors hold where the chance of a larger misfit is at least this (0.05).")], ["calibrate"]))
OCCURRENCES = define("occurrences", one_or_list(NAME), "Events, states entered, marks, death or index; one or a list.")
ENDPOINT = define("endpoint", keys([
    ("index", OCCURRENCES, "Where time begins: the first of these at which `who:` holds; default: time zero."),
    ("who", EXPRESSION, "Who enters, as seen after the origin's firing (everybody)."),
    ("events", OCCURRENCES, "What ends the time, taken together."),
    ("causes", mapped(OCCURRENCES), "Named causes that exclude each other: {CAUSE: OCCURRENCES}."),
    ("non-response", OCCURRENCES, "What says that there was no response: the event, at time 0 of the endpoint."),
    ("competing", OCCURRENCES, "What makes the event impossible."), ("censor at", OCCURRENCES, "What ends observation."),
    ("landmark", TIME, "Moves the origin and leaves out who had an event before."),
    ("origin counts", FLAG, "Whether what happens in the origin's firing counts."), ("title", TEXT, "Its name in tables.")]))
SIZE = either(COUNT, mapped(COUNT))
NAMES = one_or_list(NAME)
ESTIMATE = define("estimate", keys([
    ("survival", NAME, "Kaplan-Meier survival of an endpoint `at:` a time."),
    ("median", NAME, "Median of an endpoint."),
    ("restricted mean", NAME, "Mean of an endpoint's time, restricted `to:` a time."),
    ("incidence", NAME, "Cumulative incidence (Aalen-Johansen) of an endpoint's `cause:` `at:` a time."),
    ("share", NAME, "Mean of a covariate: of a flag, the share."),
    ("fraction", NAME, "Share of the cohort that is in a group."),
    ("hazard ratio", NAME, "Cox's hazard ratio for an endpoint, `of:` a group against all others or a covariate."),
    ("log rank", NAME, "P value of the log-rank test of an endpoint between all groups."),
    ("at", TIME, "The time."), ("to", TIME, "The time to which a mean is restricted."),
    ("cause", NAME, "Of the endpoint's causes this one; for hazard ratios and log-rank tests any unless said."),
    ("group", NAME, "Of this group alone."), ("difference", listed(NAME), "[A, B]: the figure of group A less that of B."),
    ("of", NAME, "A group (against all others) or a covariate."),
    ("adjusted for", NAMES, "Covariates in the same model."),
    ("ties", words("efron", "breslow"), "How ties are handled (efron)."),
    ("strata", NAMES, "Covariates whose values part strata with hazards of their own.")]))
EMULATION = define("emulation", keys([
    ("title", TEXT, "What it is, in words."), ("strategy", NAME, "Whose patients; may be left out where there is one."),
    ("cohort", NAME, "The endpoint whose index and risk set make a member, and its time zero."),
    ("groups", mapped(EXPRESSION), "Groups by name: conditions at index, the first that holds; the last may be `rest`."),
    ("covariates", mapped(EXPRESSION), "Plain numbers or flags as they are at index."),
    ("size", SIZE, "Patients of a cohort: of each group, or of all together as they come."),
    ("cohorts", COUNT, "How many cohorts (2,000)."),
    ("follow up", LAW_USE, "Law of the time from a member's index to the end of observation."),
    ("drop out", LAW_USE, "Law of the time after which a member is lost; the earlier counts."),
    ("estimates", mapped(ESTIMATE), "What the study estimated, by name.")], ["cohort", "size", "estimates"]))
WHAT = define("what", keys([
    ("survival", NAME, "Survival of an endpoint `at:` a time."),
    ("incidence", NAME, "Cumulative incidence of an endpoint's cause `at:` a time."),
    ("median", NAME, "Median of an endpoint."), ("mean", NAME, "Mean of life_years, qalys, a cost category or total_cost."),
    ("share", NAME, "Share of patients who ever have this occurrence."),
    ("occupancy", NAME, "Share of patients who are in this state `at:` a time."),
    ("estimate", {"type": "string"}, "EMULATION.ESTIMATE: what an emulated cohort estimates."),
    ("cause", NAME, "The cause, where the endpoint has several."), ("at", TIME, "The time."),
    ("strategy", NAME, "Under which strategy."), ("among", NAME, "Among those who ever had this occurrence.")]))
TARGET = define("target", keys([
    ("what", WHAT, "The simulated figure it is compared with."),
    ("published", SCALAR, "The published figure: a value with its unit, or `53 of 104`."),
    ("interval", listed(SCALAR), "Its published interval: [low, high]."),
    ("n", COUNT, "Patients it rests on, where no interval is given."), *[ABOUT[0]],
    ("use", words("input", "fitted", "unfitted", "display"), "Whether a number was chosen with it on screen (fitted) or "
     "not (unfitted, default), is it itself (input), or is only shown (display)."),
    ("curve", NAME, "The published curve it is a point of, with others of this name."),
    ("known miss", TEXT, "Why the model is known to miss it."), ABOUT[2]], ["what", "published"]))

CALIBRATED = define("calibrated parameter", or_nothing(keys([
    ("from", SCALAR, "Lower bound of the search; default: of its interval or range."), ("to", SCALAR, "Upper bound."),
    ("start", SCALAR, "Where the search begins; default: the present value."),
    ("scale", words("linear", "log", "logit"), "The scale on which it is sought, and on which a flat prior is flat."),
    ("prior", words("none", "interval"), "interval: the interval of its source is a prior; default: none but the bounds.")])))
POSTERIOR = define("posterior", keys([
    ("draws", COUNT, "Draws from the posterior (1,000)."),
    ("method", words("gaussian", "importance"), "gaussian (default): the normal law at the optimum. importance: resampled "
     "from runs of the model."), ("runs", COUNT, "Runs of importance resampling (as many as draws).")]))
CALIBRATE = define("calibrate", keys([
    ("experiments", one_or_list(FILE), "Experiments whose targets are met."),
    ("parameters", mapped(CALIBRATED), "What is fitted: {NAME: {from: …, to: …}}."),
    ("targets", one_or_list(NAME), "fitted (default): all targets with `use: fitted`; or a list of their names."),
    ("patients", COUNT, "Patients of each experiment (20,000)."), ("seed", COUNT, "Seed of the random numbers (1)."),
    ("method", words("gauss-newton", "bobyqa", "nelder-mead", "sbplx", "direct"), "How the optimum is searched."),
    ("starts", COUNT, "Where from: the present values and the best of a spread of points (4)."),
    ("evaluations", COUNT, "At most so many from each start (500)."),
    ("posterior", POSTERIOR, "Draws of what is then known: {draws: 1000, method: gaussian}."),
    ("profile", COUNT, "Points of each parameter's profile (7); 0: none.")], ["experiments", "parameters"]))

BARS = define("bars", keys([
    ("p", SCALAR, "Least p of the joint chi-square, and error of the coverage bars together (0.05)."),
    ("informative", SCALAR, "A share tells much whose interval reaches no further to each side (0.15)."),
    ("share error", SCALAR, "Median absolute error of these, at most (0.07)."),
    ("time error", SCALAR, "Median relative error of medians, at most (0.25).")]))
VALIDATE = define("validate", keys([
    ("experiments", either(one_or_list(FILE), mapped(one_or_list(FILE))), "Experiments that are held against what was "
     "published, or {SETTING: files}."),
    ("calibration", FILE, "The calibration that numbers come from."),
    ("patients", COUNT, "Patients of each experiment; default: as it says itself."),
    ("bars", BARS, "What counts as good enough.")], ["experiments"]))

# ---- a file ---------------------------------------------------------------------------------


def section(schema, names=WORD):
    return or_nothing(mapped(schema, names))


FILE_ROWS = [
    ("model", {"type": "string"}, "In a model: its name. In an experiment: the model's file."),
    ("experiment", NAME, "The experiment's name; it heads the results without a title. A file that includes another experiment may give its own."),
    ("title", TEXT, "A title in words; the including file's wins."), ("description", TEXT, "A description in words."),
    ("include", one_or_list(FILE), "Files that are joined to this one; sections of the same name are joined in order."),
    ("currency", {"type": "string", "pattern": "^[A-Z]{3}$"}, "ISO 4217 code, as in EUR; required if anything costs money."),
    ("categories", section(listed(NAME)), "Named lists of labels."),
    ("attributes", section(ATTRIBUTE), "What a patient carries."),
    ("states", section(STATE), "Where a patient can be."), ("start", START, "Time zero."),
    ("functions", section(EXPRESSION, ""), "Named expressions."),
    ("events", section(EVENT), "What can happen; the earliest due event fires, ties go to the first in the file."),
    ("decisions", section(either(RULES, DECISION)), "In a model: decisions. In an experiment: rules for all strategies."),
    ("procedures", section(ACTIONS), "Named lists of actions, for the action `run`."),
    ("modules", section(ref("module")), "Parts of a pathway that are written once and used several times."),
    ("instances", section(INSTANCE), "Uses of modules: {NAME: {of: MODULE, with: {ARGUMENT: …}}}."),
    ("utility", or_nothing(REWARD), "Quality of life: one expression, or one per living state."),
    ("costs", section(or_nothing(REWARD)), "Cost per time by category: an expression, or one per state."),
    ("parameters", or_nothing(either(PARAMETERS, one_or_list(FILE))), "Numbers with their sources, or the files that hold them."),
    ("override", or_nothing({"type": "object", "patternProperties": {r"\[": OVERRIDDEN},
                             "additionalProperties": either(SCALAR, PARAMETER)}),
     "Replaces parameters: a number, or a whole definition."),
    ("horizon", TIME, "How long patients are followed."),
    ("closes", SCALAR, "Calendar year of a data cut, as in 2024.5; needs the attribute `entry_year`."),
    ("patients", COUNT, "Simulated patients per strategy (100,000)."),
    ("seed", COUNT, "Seed of the random numbers (1)."), ("population", POPULATION, "Patients at time zero."),
    ("strategies", section(STRATEGY), "What is compared."), ("rules", section(RULES), "Named lists of rules, for `use:`."),
    ("reference", NAME, "The strategy that differences are against; default: the first."),
    ("discount", DISCOUNT, "Discounting, as in {rate: 3 %, kind: effective, from: index}; default: none."),
    ("outputs", OUTPUTS, "Times, quantiles and words of the results."),
    ("sweep", SWEEP, "Scenarios of one run: {PARAMETER: [values]}, all combinations; or a list of {name, set}."),
    ("anchors", ANCHORS, "Published figures that every scenario of the sweep is to meet, and how."),
    ("endpoints", section(ENDPOINT), "Survival curves and competing risks."),
    ("emulate", section(EMULATION), "Cohorts as studies saw them: their size, groups, follow-up and estimates."),
    ("targets", section(TARGET), "Published figures that the results are held against."),
    ("calibrate", CALIBRATE, "In a file of its own: parameters that are fitted to targets of experiments."),
    ("validate", VALIDATE, "In a file of its own: experiments that are held against what was published."),
]
define("module", keys([*MODULE_ROWS, *[row for row in FILE_ROWS if row[0] in BODY]]))
DRAFT = "http://json-schema.org/draft-07/schema#"


def whole():
    return {"$schema": DRAFT, "title": "A file of sequela", **keys(FILE_ROWS), "definitions": DEFINITIONS}


def kind(title, required, only=None):
    """A kind of file: what must be there and, for parameters, what may be."""
    found = {"$schema": DRAFT, "title": title, "allOf": [{"$ref": "sequela.json"}], "required": required}
    return found if only is None else {**found, "propertyNames": {"enum": only}}


FILES = {
    "sequela.json": whole(),
    "sequela-model.json": kind("A model of sequela", ["model"]),
    "sequela-parameters.json": kind("Parameters of sequela", [], ["title", "description", "include", "parameters",
                                                                  "override"]),
    "sequela-experiment.json": kind("An experiment of sequela", ["experiment"]),
}


def line(value):
    return json.dumps(value, ensure_ascii=False)


def written(schema):
    """JSON with a line for each definition and each section, so that changes can be read."""
    parts = []
    for key, value in schema.items():
        if key in ("properties", "definitions"):
            rows = ",\n".join(f"  {line(name)}: {line(of)}" for name, of in value.items())
            parts.append(f"{line(key)}: {{\n{rows}\n }}")
        else:
            parts.append(f"{line(key)}: {line(value)}")
    return "{\n " + ",\n ".join(parts) + "\n}\n"


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.abspath(__file__))
    for name, schema in FILES.items():
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(written(schema))


if __name__ == "__main__":
    main()
