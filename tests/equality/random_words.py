"""Random expressions over what a random model has.

A `World` knows the names that exist; an `Atom` is one thing that can be read, with its type, what it
reads (a parameter, an attribute, the state, history, the time) and the condition under which it may
be read at all. `Words` writes expressions of a given type for a place that may read some of these.
Everything is written so that no life goes wrong: logarithms of what is positive, values that may be
unset behind `is_set`, what may not have happened behind `happened`. Numbers stay in bounds because
whoever uses one clamps it.
"""
from dataclasses import dataclass, field

PARAMETER, ATTRIBUTE, STATE, HISTORY, TIME = "parameter", "attribute", "state", "history", "time"
BASELINE = frozenset({PARAMETER, ATTRIBUTE})
CONDITION = frozenset({PARAMETER, ATTRIBUTE, STATE, HISTORY})  # of a clock, of a rate of reward
LIFE = CONDITION | {TIME}

UNITS = {"number": "", "count": "", "utility": "", "probability": "", "time": " d", "money": " EUR",
         "rate": "/y", "flow": " EUR/mo"}
BY_NAME = frozenset("number count probability utility time money rate".split())  # of attributes


def plain(text):
    """A probability or a count as a plain number: a ratio of two times is none of anything."""
    return f"(({text}) * 1 d / 1 d)"


@dataclass(frozen=True)
class Atom:
    text: str
    type: str                       # a unit's word, flag, or the name of a category
    reads: frozenset
    guard: str = ""                 # a flag: only where it holds may the text be read


@dataclass
class World:
    """What a model has so far, by name."""
    rng: object
    categories: dict = field(default_factory=dict)    # {name: labels}
    states: list = field(default_factory=list)        # living
    deaths: list = field(default_factory=list)
    occurrences: list = field(default_factory=list)   # events, states, marks, death, index
    atoms: list = field(default_factory=list)
    tables: list = field(default_factory=list)        # (name, type, constant): functions of time
    functions: list = field(default_factory=list)     # (name, types of arguments, type)
    words: int = 0

    def chance(self, p):
        return self.rng.random() < p

    def pick(self, options):
        return options[self.rng.randrange(len(options))]

    def some(self, options, least=1):
        """A random part of them, in their order."""
        options = list(options)
        n = self.rng.randint(min(least, len(options)), len(options))
        chosen = set(self.rng.sample(range(len(options)), n))
        return [option for i, option in enumerate(options) if i in chosen]

    def number(self, low, high, digits=3):
        return float(f"{self.rng.uniform(low, high):.{digits}g}")

    def new(self, stem):
        """A name that nothing else bears."""
        self.words += 1
        return f"{stem}{self.words}"

    def add(self, text, kind, *reads, guard=""):
        self.atoms.append(Atom(text, kind, frozenset(reads), guard))


class Words:
    """Expressions for a place that may read `reads`, `deep` operations deep."""

    def __init__(self, world, reads, deep=2, without=()):
        self.world, self.reads, self.deep = world, reads, deep
        self.atoms = [a for a in world.atoms if a.reads <= reads and a.text not in without]
        self.literals = TIME in reads or STATE in reads

    def clamped(self, low, high, scale=1.0, depth=None):
        """A plain number between these."""
        inner = self.value("number", depth)
        return f"max({low}, min({high}, {scale} * ({inner})))"

    def factor(self, spread=0.8):
        """A positive number about 1."""
        return f"exp({self.clamped(-spread, spread, 0.3)})"

    def value(self, kind, depth=None):
        """An expression of this type."""
        depth = self.deep if depth is None else depth
        if kind == "flag":
            return self.flag(depth)
        if kind in self.world.categories:
            return self.label(kind, depth)
        if depth <= 0 or self.world.chance(0.25):
            return self.leaf(kind)
        return getattr(self, "_" + kind)(depth - 1)

    def leaf(self, kind):
        atoms = [a for a in self.atoms if a.type == kind]
        if not atoms or self.world.chance(0.25):
            return self.literal(kind)
        atom = self.world.pick(atoms)
        return f"if({atom.guard}, {atom.text}, {self.literal(kind)})" if atom.guard else atom.text

    def literal(self, kind):
        w = self.world
        if kind == "time":
            return w.pick(["30 d", "6 wk", "0.5 y", "90 d", "7 mo", "2 y"])
        if kind in ("probability", "utility"):
            return w.pick(["0.3", "45 %" if kind == "probability" else "0.9", "0.75", "0.125"])
        if kind == "count":
            return w.pick(["0", "1", "2", "3"])
        return f"{w.number(0.1, 5 if kind != 'money' else 900)}{UNITS[kind]}"

    # ---- numbers ---------------------------------------------------------------------------------

    def _either(self, kind, depth):
        return f"if({self.flag(depth)}, {self.value(kind, depth)}, {self.value(kind, depth)})"

    def _number(self, depth):
        a, b = self.value("number", depth), self.value("number", depth)
        time, prob = self.value("time", depth), self.value("probability", depth)
        forms = [f"({a}) + ({b})", f"({a}) - ({b})", f"({a}) * ({b})", f"({a}) / (1 + abs({b}))",
                 f"min({a}, {b}, {self.literal('number')})", f"max({a}, {b})", f"abs({a})", f"floor({a})",
                 f"sqrt(abs({a}))", f"exp(min({a}, 2))", f"log(1 + abs({a}))", f"-({a})",
                 f"(1 + abs({a}))^0.5", f"({a})^2", f"pow(1 + abs({a}), {self.literal('number')})",
                 plain(f"expit({a})"), f"logit(0.05 + 0.9 * {plain(prob)})",
                 f"probit(0.05 + 0.9 * {plain(prob)})", plain(f"normal_cdf({a})"), f"({time}) / 1 y",
                 f"{plain(self.value('count', depth))} / 2 - 0.5",
                 self._either("number", depth), self._called("number", depth)]
        return self.world.pick(forms) or a

    def _called(self, kind, depth):
        """A function of the model, or a table; empty if there is none of this type."""
        options = [f"{name}({', '.join(self.value(of, depth) for of in types)})"
                   for name, types, result in self.world.functions if result == kind]
        options += [f"{name}({self.value('time', depth)})"
                    for name, result, _ in self.world.tables if result == kind]
        return self.world.pick(options) if options else ""

    def _count(self, depth):
        a, b = self.value("count", depth), self.value("count", depth)
        return self.world.pick([f"({a}) + ({b})", f"min({a}, {b})", f"max({a}, {b})",
                                self._either("count", depth)])

    def _time(self, depth):
        a, b = self.value("time", depth), self.value("time", depth)
        forms = [f"({a}) + ({b})", f"({a}) - ({b})", f"max({a}, {b})", f"min({a}, {b})",
                 f"abs({a})", f"({a}) * ({self.clamped(-2, 2, depth=depth)})",
                 self._either("time", depth), self._called("time", depth)]
        return self.world.pick(forms) or a

    def _money(self, depth):
        a = self.value("money", depth)
        forms = [f"({a}) * ({self.clamped(-2, 2, depth=depth)})", f"({a}) + ({self.value('money', depth)})",
                 self._either("money", depth), self._called("money", depth),
                 f"({self.value('flow', depth)}) * ({self.value('time', depth)})"]
        return self.world.pick(forms) or a

    def _flow(self, depth):
        a = self.value("flow", depth)
        forms = [f"({a}) * ({self.clamped(0, 3, depth=depth)})", f"({a}) + ({self.value('flow', depth)})",
                 self._either("flow", depth), f"({self.value('money', depth)}) / 1 mo"]
        return self.world.pick(forms)

    def _rate(self, depth):
        a = self.value("rate", depth)
        return self.world.pick([f"({a}) * ({self.factor()})", f"({a}) + ({self.value('rate', depth)})",
                                f"({self.clamped(0, 3, depth=depth)}) / 1 y", self._either("rate", depth)])

    def _probability(self, depth):
        a = self.value("number", depth)
        p, q = self.value("probability", depth), self.value("probability", depth)
        return self.world.pick([f"expit({a})", f"normal_cdf({a})", f"({p}) * ({q})", f"1 - ({p})",
                                f"max(0, min(1, {a}))", f"min({p}, {q})",
                                self._either("probability", depth)])

    def _utility(self, depth):
        return f"max(-0.3, min(1, ({self.value('utility', depth)}) * ({self.factor(0.3)})))"

    # ---- flags and labels ------------------------------------------------------------------------

    def flag(self, depth):
        if depth <= 0 or self.world.chance(0.3):
            return self._plain_flag()
        a, b = self.flag(depth - 1), self.flag(depth - 1)
        kind = self.world.pick(["number", "time", "count"])
        x, y = self.value(kind, depth - 1), self.value(kind, depth - 1)
        operator = self.world.pick(["<", "<=", ">", ">=", "==", "!="])
        return self.world.pick([f"({a}) and ({b})", f"({a}) or ({b})", f"not ({a})",
                                f"({x}) {operator} ({y})", f"({x}) {operator} ({y})",
                                self._compared(), self._plain_flag()])

    def _plain_flag(self):
        atoms = [a for a in self.atoms if a.type == "flag"]
        if not atoms or self.world.chance(0.2):
            return self._compared()
        atom = self.world.pick(atoms)
        return f"({atom.guard} and {atom.text})" if atom.guard else atom.text

    def _compared(self):
        """A category, or the state, compared with labels."""
        atoms = [a for a in self.atoms if a.type in self.world.categories]
        if STATE in self.reads and (not atoms or self.world.chance(0.3)):
            return self._among("state", self.world.states)
        if not atoms:
            return f"({self.leaf('number')}) > {self.literal('number')}"
        atom = self.world.pick(atoms)
        text = self._among(atom.text, self.world.categories[atom.type])
        return f"({atom.guard} and {text})" if atom.guard else text

    def _among(self, text, labels):
        if self.world.chance(0.5):
            return f"{text} {self.world.pick(['==', '!='])} {self.world.pick(labels)}"
        return f"{text} in ({', '.join(self.world.some(labels))})"

    def label(self, category, depth):
        atoms = [a.text for a in self.atoms if a.type == category and not a.guard]
        labels = self.world.categories[category]
        one = self.world.pick(labels)
        if depth > 0 and self.world.chance(0.4):
            return f"if({self.flag(depth - 1)}, {one}, {self.world.pick(atoms + labels)})"
        return self.world.pick(atoms + labels) if atoms else one
