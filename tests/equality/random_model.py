"""Random valid models over the whole language, for comparing two executions of one model.

`random_model(number)` gives the files of one small study: always the same for a number. Names are
made first, so that every expression, law and action may speak of all of them; then what is asked of
the patients is filled in. The models mean nothing; what matters is that all parts of the language meet
each other: laws and what they wear, policies of clocks, actions, history, vectors, values that are
unset, luck that is keyed, loaded and correlated, patients from files, calendars, endpoints, subgroups,
several strategies. About one in twenty is made to go wrong in some lives, which must be told alike.
"""
import json
import random
from dataclasses import dataclass

from random_actions import NUMERIC, Body, bounded
from random_laws import Laws, law_parameter
from random_words import (ATTRIBUTE, BASELINE, CONDITION, HISTORY, LIFE, PARAMETER, STATE, TIME, Words, World)

SEED = 20260401
GOES_WRONG = 0.05


@dataclass(frozen=True)
class Target:
    """An attribute that actions may write."""
    name: str
    kind: str
    by: tuple = ()
    may_be_unset: bool = False


class Parts:
    """A study on its way: what exists, and the files it will be written to."""

    def __init__(self, number):
        self.world = World(random.Random(f"{SEED} {number}"))
        self.targets, self.latents, self.keys, self.costs, self.marks = [], [], [], [], []
        self.event_names, self.callables, self.tables = [], [], []
        self.effects, self.laws = [], []   # parameters: hazard ratios over time; (name, category) laws
        self.has_utility = self.world.chance(0.8)
        self.dated = self.world.chance(0.25)
        self.model = {"model": f"random{number}", "currency": "EUR"}
        self.experiment = {"experiment": f"random{number}", "model": "model.yaml"}
        self.population, self.drawn_at_baseline, self.columns = {}, [], {}
        self.parameters, self.files = {}, {}
        self.settable = []                 # numbers that a strategy may set: (name, unit's word)

    # ---- helpers that bodies use -----------------------------------------------------------------

    def index(self, category):
        """An index into a table or vector: a label or an attribute of the category."""
        names = [a.text for a in self.world.atoms if a.type == category and not a.guard and "[" not in a.text]
        return self.world.pick(names + self.world.categories[category])

    def loadings(self, words):
        """Loadings whose squares sum to less than one."""
        return {latent: self.world.pick([self.world.number(-0.6, 0.6), words.clamped(-0.5, 0.5, 0.2)])
                for latent in self.world.some(self.latents)}

    def drawn_from(self, target, laws, words):
        if target.kind == "flag":
            return {"chance": words.value("probability", 1)}
        if target.kind in self.world.categories:
            labels = self.world.categories[target.kind]
            share = 1.0 / len(labels)
            among = {label: f"{share:.3f} * ({words.value('probability', 1)})" for label in labels[:-1]}
            return {"among": {**among, labels[-1]: "rest"}}
        return {"from": laws.numbers(target.kind)}


def names(parts):
    """States, categories, parameters, attributes: what everything else may speak of."""
    world = parts.world
    for i in range(world.rng.randint(2, 3)):
        world.categories[f"kind{i}"] = [f"k{i}{letter}" for letter in "abcd"[:world.rng.randint(2, 4)]]
    world.states = [f"s{i}" for i in range(world.rng.randint(2, 5))]
    world.deaths = [f"dead{i}" for i in range(world.rng.randint(1, 2))]
    parts.marks = ["seen", "noted"]
    parts.costs = ["drug", "care", "visit"][:world.rng.randint(1, 3)]
    parts.event_names = [f"e{i}" for i in range(world.rng.randint(2, 7))] + ["die"]
    parameters(parts)
    attributes(parts)
    for name in world.some(["decision0", "decision1"], 0):
        parts.callables.append(("decide", name))
    parts.callables += [("run", name) for name in world.some(["procedure0", "procedure1"], 0)]
    world.rng.shuffle(parts.callables)
    history(parts)


# ---- parameters ----------------------------------------------------------------------------------

UNIT_WORD = {"number": "number", "count": "count", "utility": "utility", "probability": "probability",
             "time": "time", "money": "money", "rate": "rate", "flow": "money/time"}


def constant(world, kind):
    """A literal of a type."""
    if kind in ("number", "ratio"):
        return world.number(-2, 3) if kind == "number" else world.number(0.2, 2)
    return Words(world, frozenset()).literal(kind)


def parameters(parts):
    world = parts.world
    for kind in ("number", "number", "probability", "utility", "time", "rate", "money", "flow", "count"):
        name = world.new("p_")
        if world.chance(0.5):
            parts.parameters[name] = {"value": constant(world, kind), "unit": UNIT_WORD[kind]}
            world.add(name, kind, PARAMETER)
            parts.settable.append((name, kind))
        else:
            table(parts, name, kind)
    functions_of_time(parts)
    for _ in range(2):
        name = world.new("effect")
        waning = {"from": world.number(0.2, 2), "start": "0.5 y", "length": "2 y", "steps": 12}
        parts.parameters[name] = {"waning": waning}
        parts.effects.append(name)
        parts.settable.append((f"{name}.from", "ratio"))
    for _ in range(world.rng.randint(1, 3)):
        name, by = world.new("law"), world.pick([None, *world.categories])
        parts.parameters[name] = law_parameter(world, by)
        parts.laws.append((name, parts.parameters[name].get("by")))


def table(parts, name, kind):
    """A number by one or two categories, one of them perhaps the state."""
    world = parts.world
    by = world.some([*world.categories, "state"])[:2]
    labels = {**world.categories, "state": world.states + world.deaths}

    def entries(axes):
        if not axes:
            return {"value": constant(world, kind)}
        rest = {"default": {"value": constant(world, kind)}} if axes[0] == "state" else {}  # of modules
        return {**{label: entries(axes[1:]) for label in labels[axes[0]]}, **rest}
    parts.parameters[name] = {"by": by, "unit": UNIT_WORD[kind], **entries(by)}
    parts.settable.append((f"{name}[{', '.join(labels[axis][0] for axis in by)}]", kind))
    parts.tables.append((name, kind, by))


def functions_of_time(parts):
    """Functions of a time: those that are constant between their knots may stand in rewards."""
    world = parts.world
    for kind, constant_between in (("number", True), ("utility", True), ("money", False), ("number", False)):
        name = world.new("over")
        knots = {"0 y": constant(world, kind), "0.5 y": constant(world, kind),
                 f"{world.rng.randint(1, 9)} y": constant(world, kind)}
        parts.parameters[name] = {"piecewise": knots, "unit": UNIT_WORD[kind],
                                  "interpolate": "constant" if constant_between else "linear"}
        world.tables.append((name, kind, constant_between))


# ---- attributes ----------------------------------------------------------------------------------

STAGES = ("column", "initial", "drawn")

def attributes(parts):
    world, declared = parts.world, parts.model.setdefault("attributes", {})
    for name in world.some(["z0", "z1"], 0):
        declared[name] = {"latent": "normal"}
        parts.latents.append(name)
        world.add(name, "number", ATTRIBUTE)
    kinds = ["flag", "number", "count", *world.categories]
    sure = [Target(f"b{i}", kind) for i, kind in enumerate(kinds)]
    more = [Target(f"a{i}", world.pick([*NUMERIC, "flag", *world.categories]), (), world.chance(0.3))
            for i in range(world.rng.randint(2, 6))]
    targets = [(target, world.pick(STAGES if target.kind not in ("rate", "money") else STAGES[1:]))
               for target in sure + more]
    for stage in STAGES:  # in this order patients come by their values
        if stage == "drawn":
            places(parts, declared)
        for target, when in targets:
            if when == stage:
                attribute(parts, target, stage)
    for i in range(world.rng.randint(0, 2)):
        vector(parts, f"v{i}")
    for name, kind, by in parts.tables:
        state = {STATE} if "state" in by else set()
        index = ", ".join("state" if axis == "state" else parts.index(axis) for axis in by)
        world.add(f"{name}[{index}]", kind, PARAMETER, ATTRIBUTE, *state)


def places(parts, declared):
    """Age and the place in the calendar, which laws and follow-up may ask for."""
    world = parts.world
    declared["age"] = "time"
    parts.population["age"] = world.pick(
        [{"from": {"uniform": {"min": "20 y", "max": "80 y"}}}, "55 y",
         {"from": {"normal": {"mean": "50 y", "sd": "9 y", "truncate": {"from": "18 y", "to": "90 y"}}}}])
    if isinstance(parts.population["age"], dict):
        parts.drawn_at_baseline.append("age")
    world.add("age", "time", ATTRIBUTE)
    if parts.dated:
        declared["entry_year"] = "number"
        parts.population["entry_year"] = world.pick([2015.25, {"from": {"uniform": {"min": 2010, "max": 2022.5}}}])


def attribute(parts, target, stage):
    """An attribute with its baseline value from a column, `initial:` or the population."""
    world, declared, words = parts.world, parts.model["attributes"], Words(parts.world, BASELINE, 1)
    name, kind = target.name, target.kind
    declared[name] = {"type": kind, "initial": "unset"} if target.may_be_unset else kind
    if stage == "column":
        parts.columns[name] = target
    elif stage == "initial" and not target.may_be_unset:
        declared[name] = {"type": kind, "initial": baseline_value(words, kind)}
    elif stage == "drawn" and world.chance(0.3):
        parts.population[name] = baseline_value(words, kind)
    elif stage == "drawn":
        parts.population[name] = parts.drawn_from(target, Laws(world, words), words)
        if parts.latents and world.chance(0.2):
            parts.population[name]["loads on"] = {parts.latents[0]: 0.4}
        else:
            parts.drawn_at_baseline.append(name)
    later = {STATE} if target.may_be_unset and stage == "initial" else set()  # nothing gives it a value yet
    world.add(name, kind, ATTRIBUTE, *later, guard=f"is_set({name})" if target.may_be_unset else "")
    parts.targets.append(target)
    if kind in world.categories and not target.may_be_unset:
        parts.keys.append(name)


def baseline_value(words, kind):
    if kind == "flag":
        return words.flag(1)
    return words.label(kind, 1) if kind in words.world.categories else bounded(words, kind)


def vector(parts, name):
    """An attribute by one or two categories, some elements perhaps unset."""
    world = parts.world
    kind = world.pick(["count", "flag", "number", "time"])
    by = tuple(world.some(world.categories)[:2])
    first = world.categories[by[0]][0]
    initial = {"count": "1", "flag": "false", "number": "0.5", "time": "30 d"}[kind]
    optional = world.chance(0.3)
    values = {first: "unset", "default": initial} if optional and len(by) == 1 else initial
    optional = isinstance(values, dict)
    parts.model["attributes"][name] = {"type": kind, "by": list(by), "initial": values}
    for _ in range(3):
        element = f"{name}[{', '.join(parts.index(category) for category in by)}]"
        world.add(element, kind, ATTRIBUTE, guard=f"is_set({element})" if optional else "")
    parts.targets.append(Target(name, kind, by, optional))


def history(parts):
    """What has happened, how often and when last."""
    world = parts.world
    world.occurrences = [*parts.event_names, *world.states, *world.deaths, *parts.marks, "death", "index"]
    for name in world.occurrences:
        world.add(f"happened({name})", "flag", HISTORY)
        world.add(f"count({name})", "count", HISTORY)
        world.add(f"since({name})", "time", HISTORY, TIME, guard=f"happened({name})")
    for name in world.states:
        world.add(f"time_in({name})", "time", HISTORY, TIME)
    for text in ("now", "in_state"):
        world.add(text, "time", TIME)
    world.add("alive", "flag", STATE)


# ---- functions, decisions, procedures ------------------------------------------------------------

def functions(parts):
    world = parts.world
    words = Words(world, CONDITION, 1)
    written = {"score": words.clamped(-2, 2), "mixed(x, z)": f"x * 0.5 + z * ({words.clamped(0, 1)})",
               "recently(what)": "happened(what) and since(what) < 200 d"}
    parts.model["functions"] = written
    world.add("score", "number", *CONDITION)
    world.add(f"recently({world.pick(parts.event_names)})", "flag", *LIFE)
    world.functions.append(("mixed", ("number", "number"), "number"))
    world.functions.append(("mixed", ("time", "time"), "time"))


def callees(parts, after):
    """The decisions and procedures that this one may ask: those behind it in the list."""
    position = parts.callables.index(after) + 1 if after else 0
    return parts.callables[position:]


def decisions(parts):
    world = parts.world
    decided = [name for verb, name in parts.callables if verb == "decide"]
    parts.options = {name: world.pick(list(world.categories)) for name in decided}
    for name in decided:
        world.add(name, parts.options[name], ATTRIBUTE, STATE)
        parts.keys.append(name)


def bodies_asked(parts):
    """What decisions and procedures do, now that all names are known."""
    world = parts.world
    for verb, name in parts.callables:
        body = Body(parts, callees(parts, (verb, name)), named_sites=verb == "run")
        if verb == "run":
            parts.model.setdefault("procedures", {})[name] = body.actions(2)
            continue
        decision = {"of": parts.options[name], "do": body.actions(2)}
        labels = world.some(world.categories[parts.options[name]])
        decision["options"] = {label: body.actions(2) for label in labels}
        parts.model.setdefault("decisions", {})[name] = decision


def rules(parts, name):
    """Rules of one decision: conditions in order, the last without."""
    world, words = parts.world, Words(parts.world, LIFE)
    labels = world.categories[parts.options[name]]
    listed = []
    for _ in range(world.rng.randint(0, 3)):
        rule = {"if": words.flag(2), "choose": world.pick(labels)}
        if world.chance(0.4):
            rule.update(Body(parts).set())
        listed.append(rule)
    return listed + [{"choose": world.pick(labels)}]


# ---- events --------------------------------------------------------------------------------------

LIFE_TABLE = "age,rate,kind,year\n"


def life_table(parts):
    """A life table by the first category, perhaps by calendar year, as a law that counts from birth."""
    world = parts.world
    category, labels = next(iter(world.categories.items()))
    years = [2005, 2012, 2020] if parts.dated and world.chance(0.6) else [2020]
    rows = [f"{age},{0.0004 * 1.09 ** age * (1 + i / 3) * (1 - y / 10):.5g},{label},{year}"
            for i, label in enumerate(labels) for y, year in enumerate(years) for age in range(0, 101, 10)]
    parts.files["ages.csv"] = LIFE_TABLE + "\n".join(rows) + "\n"
    holders = [a.text for a in world.atoms if a.type == category and not a.guard and a.reads == {ATTRIBUTE}
               and "[" not in a.text]
    table = {"csv": "ages.csv", "age": "age", "rate": "rate", "by": {"kind": world.pick(holders)},
             "interpolate": world.pick(["constant", "loglinear"]), "beyond": "hold"}
    if len(years) > 1:
        table["year"] = "year"
    return {"life table": table}


def condition(parts):
    """What a clock runs under."""
    world, words = parts.world, Words(parts.world, CONDITION, 2)
    return world.pick([world.some(world.states), world.pick(world.states), f"state in ({', '.join(world.some(world.states))})",
                       words.flag(2), f"alive and ({words.flag(2)})", "alive"])


def waiting(parts, event, words):
    """The law of a clock and what it wears there."""
    world = parts.world
    if world.chance(0.35):
        name, by = world.pick(parts.laws)
        event["time"] = f"{name}[{parts.index(by)}]" if by else name
        family = parts.parameters[name]["law"]
    else:
        event["time"] = Laws(world, words).waiting()
        family, = event["time"]
    if world.chance(0.2):
        event["time ratio"] = words.factor(0.5)
    if family == "fixed":
        return
    if world.chance(0.35):
        event["hazard ratio"] = words.factor()
    if world.chance(0.3):
        profile(parts, event, words)
    inside = event["time"].get(family, {}) if isinstance(event["time"], dict) else {"cured": True}
    if world.chance(0.15) and "cured" not in inside:
        event["cured"] = f"0.7 * ({words.value('probability', 1)})"
    if world.chance(0.3):
        event["cure on"] = world.pick(["latency", "population"])


def profile(parts, event, words):
    world = parts.world
    since = {}
    if world.chance(0.6):
        since["since"] = world.pick(["index", *parts.event_names, *world.states, *parts.marks])
        if since["since"] != "index":
            since["before"] = words.factor()
            event["changes"] = world.pick(["follow", "redraw", "hold"])
    event["hazard ratio over time"] = Laws(world, words).profile(parts.effects, since)


def alone(parts, held):
    """A condition as an expression."""
    if isinstance(held, list):
        return f"state in ({', '.join(held)})"
    return f"state == {held}" if held in parts.world.states else held


def origin(parts, name, event):
    """What the clock counts from. A law that is over at that age fires at once, so it does so a few times only."""
    world = parts.world
    kind = world.pick(["arming", "index", "birth", "occurrence"])
    if kind == "arming":
        return
    held = f"count({name}) < {world.rng.randint(1, 3)} and ({alone(parts, event.get('while', 'alive'))})"
    if kind == "occurrence":
        kind = world.pick([*parts.event_names, *world.states, *parts.marks])
        held = f"happened({kind}) and {held}"
    event.update({"from": kind, "while": held})


def an_event(parts, name):
    world = parts.world
    words = Words(world, LIFE, 1)
    event = {}
    if world.chance(0.8):
        event["while"] = condition(parts)
    waiting(parts, event, words)
    if world.chance(0.3):
        origin(parts, name, event)
    if "changes" not in event and world.chance(0.7):
        event["changes"] = world.pick(["hold", "follow", "follow", "redraw"])
    if world.chance(0.3):
        event["when left"] = world.pick(["cancel", "pause", "pause"])
    if world.chance(0.15):
        event["starts"] = "on demand"
    luck(parts, event, words)
    body = Body(parts, callees(parts, None))
    if world.chance(0.9):
        event["do"] = body.actions(3)
    if world.chance(0.4):
        event["goto"] = world.pick(world.states)
    elif name == parts.event_names[0]:
        event["goto"] = world.states[-1]
    return event


def luck(parts, event, words):
    world = parts.world
    if parts.keys and world.chance(0.25):
        event["key"] = world.some(parts.keys)[:2]
    if parts.latents and world.chance(0.25):
        event["loads on"] = parts.loadings(words)


def death_event(parts):
    world, words = parts.world, Words(parts.world, LIFE, 1)
    event = {"goto": world.deaths[0]}
    if world.chance(0.5):
        event.update({"time": life_table(parts), "from": "birth"})
        if world.chance(0.5):
            event["hazard ratio"] = words.factor()
        if world.chance(0.4):
            profile(parts, event, words)
    else:
        event["time"] = Laws(world, words).slow()
    event.setdefault("changes", world.pick(["hold", "follow"]))
    if world.chance(0.3):
        event["do"] = Body(parts, moves=False).actions(2)
    return event


def events(parts):
    written = {name: an_event(parts, name) for name in parts.event_names[:-1]}
    written["die"] = death_event(parts)
    first = next(iter(written.values()))
    first["do"] = [*first.get("do", []), {"mark": "seen"}, {"mark": "noted"}]  # marks must be made somewhere
    parts.model["events"] = dict(sorted(written.items(), key=lambda _: parts.world.rng.random()))


# ---- modules -------------------------------------------------------------------------------------

def modules(parts):
    """A course with states, luck and clocks of its own, instantiated twice, once within another."""
    world = parts.world
    if not world.chance(0.25):
        return
    laws = Laws(world)
    course = {"arguments": {"chance": None, "next": None, "gap": "90 d"}, "key": world.some(parts.keys, 0)[:1],
              "attributes": {"responds": {"type": "flag", "initial": False}, "n": {"type": "count", "initial": 0}},
              "states": {"on": None},
              "events": {"assess": {"while": "on", "time": {"fixed": "gap"}, "goto": "next",
                                    "do": [{"draw": "responds", "chance": "chance"}, {"set": {"n": "min(20, n + 1)"}},
                                           {"pay": {parts.costs[0]: "n * 10 EUR"}}]},
                         "trouble": {"while": "state == on and not responds", "time": laws.waiting(),
                                     "do": [{"mark": "trouble_seen"}, {"set": {"responds": "not responds"}}]},
                         "enter": {"while": world.pick(world.states), "time": laws.waiting(), "goto": "on"}}}
    if not course["key"]:
        del course["key"]
    if isinstance(parts.model.get("utility"), dict):
        course["utility"] = {"on": 0.4}
    parts.model["modules"] = {"course": course, "pair": {
        "arguments": ["next"], "instances": {"inner": {"of": "course", "with": {"chance": 0.5, "next": "next"}}}}}
    words = Words(world, CONDITION, 1)
    parts.model["instances"] = {
        "first": {"of": "course", "with": {"chance": words.value("probability", 1), "next": world.states[0],
                                           "gap": "180 d"}},
        "second": {"of": "pair", "with": {"next": world.states[-1]}}}


# ---- rewards -------------------------------------------------------------------------------------

def rewards(parts):
    world, words = parts.world, Words(parts.world, CONDITION, 2)

    def table_of_time(kind):
        """A piecewise constant function of some time that passes; its breaks are inserted."""
        tables = [name for name, of, constant_between in world.tables if of == kind and constant_between]
        if not tables or not world.chance(0.5):
            return None
        occurrence = world.pick([*parts.event_names, *world.states])
        return world.pick([f"{tables[0]}(now)", f"{tables[0]}(age + now)", f"{tables[0]}(in_state)",
                           f"if(happened({occurrence}), {tables[0]}(since({occurrence})), 0.3)",
                           f"{tables[0]}(time_in({world.pick(world.states)}))"])

    def utility():
        return f"max(-0.5, min(1, {table_of_time('utility') or words.value('utility')}))"
    if parts.has_utility:
        by_state = {state: utility() for state in world.states}
        parts.model["utility"] = by_state if world.chance(0.5) else utility()

    def cost():
        flow = words.value("flow")
        ratio = table_of_time("number")
        return f"({flow}) * max(0, min(3, {ratio}))" if ratio else flow
    parts.model["costs"] = {name: world.pick([None, cost(), {state: cost() for state in world.some(world.states)}])
                            for name in parts.costs}


# ---- the experiment ------------------------------------------------------------------------------

def population(parts):
    world = parts.world
    section = {"attributes": parts.population}
    members = [name for name in parts.drawn_at_baseline] + parts.latents
    if len(members) > 1 and world.chance(0.5):
        first, *rest = world.some(members, 2)[:3] if len(members) > 2 else members
        section["correlation"] = {first: {other: world.number(-0.5, 0.5) for other in rest}}
    if parts.columns:
        section["csv"] = patients(parts)
    parts.experiment["population"] = section


def cell(world, target):
    if target.may_be_unset and world.chance(0.2):
        return ""
    if target.kind == "flag":
        return world.pick(["true", "false", "0", "1"])
    if target.kind in world.categories:
        return world.pick(world.categories[target.kind])
    low, high = {"time": (10, 900), "number": (-2, 3), "count": (0, 5)}.get(target.kind, (0, 1))
    return str(world.number(low, high)) if target.kind != "count" else str(world.rng.randint(low, high))


def patients(parts):
    world = parts.world
    header = ["w", *parts.columns]
    rows = [[str(world.rng.randint(0, 3) + i % 2), *(cell(world, target) for target in parts.columns.values())]
            for i in range(world.rng.randint(2, 11))]
    parts.files["patients.csv"] = "\n".join(map(",".join, [header, *rows])) + "\n"
    section = {"file": "patients.csv", "columns": {name: name for name in parts.columns}}
    if world.chance(0.6):
        section["sample"] = "resample"
        if world.chance(0.6):
            section["weight"] = "w"
    return section


def strategies(parts):
    world = parts.world
    section = {}
    for name in ["usual", "new", "other"][:world.rng.randint(1, 3)]:
        settings = {number: constant(world, kind) for number, kind in world.some(parts.settable, 0)[:3]}
        decided = {decision: rules(parts, decision) for decision in parts.options}
        section[name] = {"title": name, **({"set": settings} if settings and name != "usual" else {}),
                         **({"decisions": decided} if decided else {})}
    parts.experiment["strategies"] = section
    parts.experiment["reference"] = world.pick(list(section))


def discounting(parts):
    world = parts.world

    def one():
        rate = {"rate": f"{world.rng.randint(0, 6)} %"}
        return {**rate, "then": {"from": "2 y", "rate": "1 %"}} if world.chance(0.3) else rate
    if world.chance(0.2):
        return
    origin = {"year": 2014} if parts.dated and world.chance(0.5) else world.pick(["index", None])
    rates = {"costs": one(), "effects": one()} if world.chance(0.3) else one()
    parts.experiment["discount"] = {**rates, "kind": world.pick(["effective", "continuous"]),
                                    **({"from": origin} if origin else {})}


def endpoints(parts):
    world, words = parts.world, Words(parts.world, CONDITION, 1)
    happenings = [*parts.event_names[:-1], *world.states[1:], *parts.marks]
    section = {"os": {"from": "index", "event": "death"}}
    for i in range(world.rng.randint(0, 3)):
        parted = world.some(happenings, 3)
        world.rng.shuffle(parted)
        endpoint = {"from": world.pick(["index", world.pick(happenings), world.some(happenings)[:2]])}
        if world.chance(0.5) and len(parted) > 1:
            endpoint["causes"] = {f"cause{i}{j}": cause for j, cause in enumerate(parted[:2])}
        else:
            endpoint["event"] = world.pick([parted[0], parted[:2]])
        if world.chance(0.5):
            endpoint["competing"] = "death"
        if world.chance(0.4) and len(parted) > 2:
            endpoint["censor"] = parted[2:3]
        if world.chance(0.4):
            endpoint["who"] = words.flag(2)
        if world.chance(0.3):
            endpoint["landmark"] = world.pick(["30 d", "0.5 y", "1 y"])
        if world.chance(0.3):
            endpoint["origin counts"] = True
        section[f"endpoint{i}"] = endpoint
    parts.experiment["endpoints"] = section


def groupings(parts):
    """Attributes whose baseline makes subgroups: flags and categories that the population gives."""
    world = parts.world
    names_given = [t.name for t in parts.targets if not t.by and (t.kind == "flag" or t.kind in world.categories)
                   and (t.name in parts.population or t.name in parts.columns)]
    chosen = world.some(names_given, 0)[:2]
    return chosen + ([chosen] if len(chosen) == 2 and world.chance(0.5) else [])


def outputs(parts):
    world = parts.world
    section = {"grid": world.pick([{"to": "10 y", "every": "1 y"}, {"to": "5 y", "every": "1 mo"},
                                   {"to": "1 y", "every": "90 d"}])}
    by = groupings(parts)
    if by and world.chance(0.5):
        section["by"] = by
    if world.chance(0.2):
        section["without"] = world.pick([["transitions"], ["histograms", "occupancy"], ["increments"]])
    if world.chance(0.2):
        section["quantiles"] = [0.1, 0.5, 0.8]
    parts.experiment["outputs"] = section


def experiment(parts):
    world = parts.world
    parts.experiment["parameters"] = parts.parameters
    parts.experiment["horizon"] = world.pick(["2 y", "5 y", "10 y", "3652.5 d", "20 y"])
    if parts.dated and world.chance(0.6):
        parts.experiment["closes"] = world.pick([2024.5, 2030])
    parts.experiment["seed"] = world.rng.randint(0, 2**40)
    population(parts)
    strategies(parts)
    discounting(parts)
    endpoints(parts)
    groupings(parts)
    outputs(parts)


# ---- lives that go wrong -------------------------------------------------------------------------

def wrong_life(parts):
    """Something that is impossible in some lives."""
    world = parts.world
    bad = world.pick([{"set": {"b1": "sqrt(b1 - 1)"}}, {"draw": "b0", "chance": "b1", "site": "wrong"},
                      {"split": "wrong", "into": [{"chance": "0.5 + 0.5 * abs(b1)", "do": [{"mark": "seen"}]},
                                                  {"chance": 0.4, "do": []}, {"otherwise": None}]},
                      {"set": {"b1": "since(death) / 1 y"}}])
    event = parts.model["events"][parts.event_names[0]]
    event["do"] = [*event.get("do", []), bad]


# ---- the whole -----------------------------------------------------------------------------------

def random_model(number):
    """{file name: text} of the study of this number; the experiment is `experiment.yaml`."""
    parts = Parts(number)
    names(parts)
    decisions(parts)
    functions(parts)
    world = parts.world
    parts.model["categories"] = dict(world.categories)
    parts.model["states"] = {**{state: None for state in world.states},
                             **{state: {"death": True} for state in world.deaths}}
    rewards(parts)
    modules(parts)
    parts.model["start"] = {"state": world.states[0]}
    if world.chance(0.6):
        parts.model["start"]["do"] = Body(parts, callees(parts, None)).actions(3)
    bodies_asked(parts)
    events(parts)
    experiment(parts)
    if world.chance(GOES_WRONG):
        wrong_life(parts)
    return {"model.yaml": json.dumps(parts.model, indent=1), "experiment.yaml": json.dumps(parts.experiment, indent=1),
            **parts.files}
