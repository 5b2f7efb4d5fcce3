"""Random actions: what events, decisions, procedures and the start of a life do.

A `Body` is one place where actions stand: it keeps the sites at which it draws, since no two draws
may be at one, and which decisions and procedures it may still ask, since none may lead back to itself.
"""
from random_laws import Laws
from random_words import LIFE, Words

NUMERIC = ("number", "count", "time", "money", "rate", "probability", "utility")


def bounded(words, kind):
    """An expression of a type whose repeated assignment cannot run away."""
    text = words.value(kind)
    limits = {"number": ("-50", "50"), "count": ("0", "20"), "time": ("-90 y", "90 y"),
              "money": ("-9999 EUR", "9999 EUR"), "rate": ("0/y", "3/y"), "probability": ("0", "1"),
              "utility": ("-1", "1")}
    if kind not in limits:
        return text
    low, high = limits[kind]
    return f"max({low}, min({high}, {text}))"


class Body:
    """Where actions stand."""

    def __init__(self, parts, callees=(), named_sites=False, moves=True):
        self.parts, self.world = parts, parts.world
        self.callees = list(callees)        # ("decide" | "run", name), each asked once at most
        self.named_sites = named_sites      # of a procedure, which several events may run
        self.moves = moves
        self.words = Words(self.world, LIFE)
        self.drawn = set()

    def actions(self, most, depth=2):
        """A list of one to `most` actions."""
        return [self.action(depth) for _ in range(self.world.rng.randint(1, most))]

    def action(self, depth):
        plain = [self.set, self.set, self.draw, self.pay, self.lose, self.mark, self.clock, self.clock]
        deep = [self.branch, self.split, self.choose] if depth > 0 else []
        if self.callees and self.world.chance(0.3):
            return self.ask()
        if self.moves and self.world.chance(0.15):
            return self.go()
        form = self.world.pick(plain + deep)
        return form(depth - 1) if form in deep else form()

    def ask(self):
        """A decision or a procedure. A second procedure might run the first, and draw at its sites again."""
        verb, name = self.world.pick(self.callees)
        self.callees = [c for c in self.callees if c != (verb, name) and not verb == c[0] == "run"]
        return {verb: name}

    # ---- plain actions ---------------------------------------------------------------------------

    def set(self):
        values = {}
        for target in self.world.some(self.parts.targets)[:self.world.rng.randint(1, 3)]:
            values[self.element(target)] = self.value_for(target)
        return {"set": values}

    def value_for(self, target):
        if target.may_be_unset and self.world.chance(0.3):
            return "unset"
        if target.kind == "flag":
            return self.words.flag(2)
        if target.kind in self.world.categories:
            return self.words.label(target.kind, 2)
        plain = target.kind == "count" and self.world.chance(0.5) and not target.may_be_unset
        return f"min(20, {self.element(target)} + 1)" if plain and not target.by else bounded(self.words, target.kind)

    def element(self, target):
        """The attribute, of a vector an element by labels or by what changes."""
        if not target.by:
            return target.name
        return f"{target.name}[{', '.join(self.parts.index(category) for category in target.by)}]"

    def draw(self):
        target = self.world.pick(self.parts.targets)
        name = self.element(target)
        site = target.name
        action = {"draw": name}
        if self.named_sites or site in self.drawn or target.by:
            action["site"] = self.world.new("site")
        self.drawn.add(site)
        action.update(self.parts.drawn_from(target, Laws(self.world, self.words), self.words))
        return {**action, **self.luck()}

    def luck(self):
        """Loadings and keys of a draw, sometimes."""
        extra = {}
        if self.parts.latents and self.world.chance(0.3):
            extra["loads on"] = self.parts.loadings(self.words)
        if self.parts.keys and self.world.chance(0.3):
            extra["key"] = self.world.some(self.parts.keys)[:2]
        return extra

    def pay(self):
        amounts = {name: bounded(self.words, "money") for name in self.world.some(self.parts.costs)[:2]}
        if self.parts.has_utility and self.world.chance(0.3):
            amounts["qalys"] = f"max(-30 d, min(30 d, {self.words.value('time')}))"
        return {"pay": amounts} if amounts else self.mark()

    def lose(self):
        if not self.parts.has_utility:
            return self.mark()
        length = self.world.pick(["30 d", "90 d", f"max(0 d, min(1 y, {self.words.value('time')}))"])
        return {"lose utility": self.world.pick(["pain", "nausea"]), "amount": self.words.clamped(0, 0.3, 0.1),
                "for": length}

    def mark(self):
        return {"mark": self.world.pick(self.parts.marks)}

    def clock(self):
        """Mostly of the first two events, so that what is paused is also resumed."""
        names = self.parts.event_names[:2] if self.world.chance(0.7) else self.parts.event_names
        return {self.world.pick(["start", "stop", "pause", "pause", "resume", "resume"]): self.world.pick(names)}

    def go(self):
        action = {"goto": self.world.pick(self.world.states)}
        if self.world.chance(0.3):
            action["reenter"] = True
        return action

    # ---- branches --------------------------------------------------------------------------------

    def branch(self, depth):
        action = {"if": self.words.flag(2), "then": self.actions(2, depth)}
        if self.world.chance(0.5):
            action["else"] = self.actions(2, depth)
        return action

    def split(self, depth):
        n = self.world.rng.randint(1, 3)
        share = 1.0 / (n + 1)
        options = [{"chance": f"{share:.3f} * ({self.words.value('probability', 1)})", **self.option(depth)}
                   for _ in range(n)]
        if self.world.chance(0.8):
            options.append({"otherwise": self.actions(1, depth) if self.world.chance(0.5) else None})
        else:
            options = [{"chance": 0.25, **self.option(depth)}, {"chance": 0.75, **self.option(depth)}]
        return {"split": self.world.new("fork"), "into": options, **self.luck()}

    def option(self, depth):
        option = {"do": self.actions(2, depth)}
        if self.world.chance(0.2):
            option["label"] = self.world.new("way")
        if self.moves and self.world.chance(0.3):
            option["goto"] = self.world.pick(self.world.states + self.world.deaths)
        return option

    def choose(self, depth):
        options = [{"if": self.words.flag(2), "do": self.actions(2, depth)}
                   for _ in range(self.world.rng.randint(1, 3))]
        return {"choose first": options + [{"otherwise": self.actions(1, depth)}]}
