"""What a random model has: its names, its numbers, and what its patients carry.

Names are made first, so that every expression, law and action may speak of all of them.
"""
import random
from dataclasses import dataclass

from random_actions import NUMERIC, bounded
from random_laws import Laws, law_parameter, surely_ends
from random_words import ATTRIBUTE, BASELINE, HISTORY, PARAMETER, STATE, TIME, Words, World

SEED = 20260401


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
        self.large = self.world.chance(0.08)  # more events, states and attributes than fit into a word
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
        drawable = [law for law in self.laws if surely_ends(self.parameters[law[0]])]
        if target.kind == "time" and drawable and self.world.chance(0.3):
            return {"from": self.law_by_name(drawable)}
        return {"from": laws.numbers(target.kind)}

    def law_by_name(self, laws):
        name, by = self.world.pick(laws)
        return f"{name}[{self.index(by)}]" if by else name


def names(parts):
    """States, categories, parameters, attributes: what everything else may speak of."""
    world = parts.world
    for i in range(world.rng.randint(2, 3)):
        world.categories[f"kind{i}"] = [f"k{i}{letter}" for letter in "abcd"[:world.rng.randint(2, 4)]]
    world.states = [f"s{i}" for i in range(world.rng.randint(2, 5) if not parts.large else 14)]
    world.deaths = [f"dead{i}" for i in range(world.rng.randint(1, 2))]
    parts.marks = ["seen", "noted"]
    parts.costs = ["drug", "care", "visit"][:world.rng.randint(1, 3)]
    parts.event_names = [f"e{i}" for i in range(world.rng.randint(2, 7) if not parts.large else 70)] + ["die"]
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
            for i in range(world.rng.randint(2, 6) if not parts.large else 30)]
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
        if parts.keys and world.chance(0.2):
            parts.population[name]["key"] = [world.pick(parts.keys)]
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
    parts.model["attributes"][name] = {"type": kind, "by": list(by)}
    if optional or world.chance(0.5):
        parts.model["attributes"][name]["initial"] = values
    else:
        parts.population[name] = baseline_value(Words(world, BASELINE, 1), kind)
    if optional and world.chance(0.5):
        parts.population[f"{name}[{first}]"] = baseline_value(Words(world, BASELINE, 1), kind)
    for _ in range(3):
        element = f"{name}[{', '.join(parts.index(category) for category in by)}]"
        later = {STATE} if optional else set()  # something may have no value before life begins
        world.add(element, kind, ATTRIBUTE, *later, guard=f"is_set({element})" if optional else "")
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
