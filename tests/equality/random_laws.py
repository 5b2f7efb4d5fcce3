"""Random laws of waiting times and of numbers, with all they may wear.

A law for a clock has a typical time of months to years, so that in a follow-up of years a good part
of the patients meet it and nobody meets it thousands of times.
"""


def _mean(world):
    return world.pick([0.3, 0.7, 1.5, 3.0, 6.0])


class Laws:
    """Laws written for one place: their numbers are constants or read what `words` may read."""

    def __init__(self, world, words=None):
        self.world, self.words = world, words

    def varied(self, text):
        """A number as it is, or times something that depends on the patient."""
        if self.words is None or self.world.chance(0.6):
            return text
        return f"{text} * {self.words.factor()}"

    def years(self, low, high):
        return self.varied(f"{self.world.number(low, high)} y")

    def shape(self, low, high):
        number = self.world.number(low, high)
        return number if self.words is None or self.world.chance(0.7) else f"{number} * {self.words.factor(0.3)}"

    # ---- families of waiting times ---------------------------------------------------------------

    def exponential(self):
        mean = _mean(self.world)
        return {"exponential": self.world.pick([{"rate": self.varied(f"{float(f'{1 / mean:.3g}')}/y")},
                                                {"mean": self.varied(f"{mean} y")},
                                                {"median": f"{0.7 * mean:.3g} y"}])}

    def weibull(self):
        mean = _mean(self.world)
        return {"weibull": {"shape": self.shape(0.6, 2.5), "scale": self.varied(f"{mean} y")}}

    def gompertz(self):
        sign = self.world.pick([1, 1, -1])
        rate = f"{0.6 / _mean(self.world):.3g}"
        return {"gompertz": {"shape": f"{sign * self.world.number(0.02, 0.5)}/y", "rate": self.varied(f"{rate}/y")}}

    def lognormal(self):
        if self.world.chance(0.5):
            return {"lognormal": {"median": self.varied(f"{0.7 * _mean(self.world):.3g} y"),
                                  "sdlog": self.shape(0.4, 1.4)}}
        return {"lognormal": {"meanlog": self.world.number(0.5, 3.5), "in": "mo", "sdlog": self.shape(0.4, 1.4)}}

    def loglogistic(self):
        return {"loglogistic": {"shape": self.shape(0.8, 2.5), "scale": self.varied(f"{_mean(self.world)} y")}}

    def gamma(self):
        scale = {"scale": self.varied(f"{_mean(self.world)} y")}
        rate = {"rate": self.varied(f"{1 / _mean(self.world):.3g}/y")}
        return {"gamma": {"shape": self.shape(0.5, 4), **self.world.pick([scale, rate])}}

    def generalised_gamma(self):
        q = self.world.pick([self.world.number(0.2, 1.8), self.world.number(-1.5, -0.2), 0])
        where = {"location": self.varied(f"{0.7 * _mean(self.world):.3g} y")}
        if self.world.chance(0.3):
            where = {"mu": self.world.number(-1, 1.5), "in": "y"}
        return {"generalised gamma": {**where, "sigma": self.shape(0.4, 1.2), "q": q}}

    def fixed(self):
        delay = self.world.pick(["90 d", "180 d", "0.5 y", "1 y", "2 y", "84 d", "3 y"])
        if self.words is not None and self.world.chance(0.3):
            delay = f"if({self.words.flag(1)}, {delay}, 1 y)"
        return {"fixed": {"delay": delay, "shift": "6 wk"}} if self.world.chance(0.1) else {"fixed": delay}

    def uniform(self):
        low = self.world.number(0.1, 2)
        return {"uniform": {"min": f"{low} y", "max": self.varied(f"{4 * low:.3g} y")}}

    def triangular(self):
        low = self.world.number(0.1, 2)
        return {"triangular": {"min": f"{low} y", "mode": f"{1.5 * low:.3g} y", "max": f"{4 * low:.3g} y"}}

    def normal(self):
        return {"normal": {"mean": self.years(1, 4), "sd": f"{self.world.number(0.3, 1.5)} y",
                           "truncate": {"from": "0.1 y"}}}

    def piecewise(self):
        times = sorted(self.world.rng.sample(range(1, 20), self.world.rng.randint(1, 4)))
        rates = {"0 y": f"{self.world.number(0.05, 1)}/y"}
        rates.update({f"{t / 2} y": f"{self.world.number(0, 1)}/y" for t in times})
        return {"piecewise": {"rates": rates}}

    def tabulated(self):
        times = sorted(self.world.rng.sample(range(1, 60), self.world.rng.randint(2, 6)))
        survival, points = 1.0, {"0 mo": 1}
        for t in times:
            survival *= self.world.number(0.6, 0.98)
            points[f"{t} mo"] = float(f"{survival:.4g}")
        return {"tabulated": {"survival": points, "tail": self.world.pick(["never", "exponential"])}}

    def spline(self):
        """A cubic spline close to a straight line in log time: its hazard stays positive."""
        return {"spline": {"scale": self.world.pick(["hazard", "odds", "normal"]), "in": "y",
                           "knots": [0.1, self.world.number(0.8, 1.5), 9],
                           "coefficients": [self.world.number(-2, 0), self.world.number(0.8, 1.6),
                                            self.world.number(-0.02, 0.05)]}}

    FAMILIES = [exponential, weibull, gompertz, lognormal, loglogistic, gamma, generalised_gamma, fixed,
                uniform, triangular, normal, piecewise, tabulated, spline]
    SHAPED = [exponential, weibull, gompertz, lognormal, loglogistic, gamma, generalised_gamma]

    def waiting(self):
        """A law for a clock, sometimes cut, moved, or with a cured share."""
        return self.worn(self.world.pick(self.FAMILIES)(self))

    def slow(self):
        """A law that ends most lives within decades."""
        return self.world.pick([{"exponential": {"rate": self.varied("0.08/y")}},
                                {"gompertz": {"shape": "0.09/y", "rate": self.varied("0.02/y")}},
                                {"weibull": {"shape": 1.3, "scale": self.varied("12 y")}}])

    def worn(self, law):
        (family, arguments), = law.items()
        if family == "fixed" or "median" in arguments and family == "exponential":
            return law
        if self.world.chance(0.15) and family != "normal":
            bounds = {"from": f"{self.world.number(0.02, 0.2)} y", "to": f"{self.world.number(3, 9)} y"}
            if family == "uniform" or family == "triangular":
                bounds = {"from": "2 d"}
            arguments["truncate"] = dict(self.world.some(bounds.items()))
        if self.world.chance(0.15):
            arguments["shift"] = self.varied(self.world.pick(["14 d", "90 d", "0.5 y"]))
        if self.world.chance(0.15) and family != "normal":
            arguments["cured"] = self._share()
        return law

    def _share(self):
        constant = f"{self.world.rng.randint(5, 60)} %"
        if self.words is None or self.world.chance(0.5):
            return constant
        return f"0.6 * ({self.words.value('probability', 1)})"

    # ---- what an event adds to its law -----------------------------------------------------------

    def profile(self, parameters, since):
        """A hazard ratio over time; `since` may name what it counts from, beside `before:`."""
        kind = self.world.pick(["waning", "piecewise", "parameter"])
        if kind == "parameter" and parameters:
            profile = {"effect": self.world.pick(parameters)}
        elif kind == "piecewise":
            profile = {"piecewise": {"0 y": self.world.number(0.2, 3), "1 y": self.world.number(0.2, 3),
                                     "4 y": self.world.number(0.5, 1.5)}}
        else:
            profile = {"waning": {"from": self.varied(str(self.world.number(0.2, 3))),
                                  "to": self.world.pick([1, 0.8]),
                                  "start": self.world.pick(["0 d", "0.5 y", "2 y"]),
                                  "length": self.varied(self.world.pick(["1 y", "3 y"])),
                                  "steps": self.world.pick([1, 3, 12, 120]),
                                  "scale": self.world.pick(["linear", "log"])}}
        return {**profile, **since}

    def numbers(self, kind):
        """A law of numbers of a type, for a draw."""
        if kind == "time":
            return self.world.pick([self.uniform, self.lognormal, self.triangular, self.exponential, self.gamma,
                                    self.piecewise, self.spline])()
        if kind in ("probability", "utility"):
            return {"uniform": {"min": 0.1, "max": 0.9}}
        if kind == "count":
            return {"uniform": {"min": 0, "max": 4}}
        if kind == "number":
            return self.world.pick([{"normal": {"mean": self.shape(-1, 2), "sd": self.shape(0.3, 1.5)}},
                                    {"normal": {"mean": 0, "sd": 1, "truncate": {"from": -2, "to": 2}}},
                                    {"exponential": {"rate": self.shape(0.5, 2)}},
                                    {"gamma": {"shape": self.shape(0.5, 3), "rate": 1.5}},
                                    {"lognormal": {"median": 1, "sdlog": self.shape(0.2, 0.9)}},
                                    {"weibull": {"shape": 1.5, "scale": self.shape(0.5, 2), "shift": 0.25}},
                                    {"triangular": {"min": -1, "mode": 0, "max": 2}},
                                    {"generalised gamma": {"location": 1, "sigma": 0.5, "q": 0.7}}])
        unit = {"money": " EUR", "rate": "/y"}[kind]
        return {"uniform": {"min": f"{self.world.number(0.1, 1)}{unit}", "max": f"{self.world.number(2, 5)}{unit}"}}


# ---- laws as parameters --------------------------------------------------------------------------

PUBLISHED = [{"median": "9 mo", "survival": "0.2 at 3 y"},
             {"curve": {"6 mo": 0.7, "1 y": 0.52, "2 y": 0.4}, "patients": 100, "plateau": 0.2}]


def law_parameter(world, by):
    """A law as a parameter, by category if `by` names one: arguments, or what was published."""
    laws = Laws(world)
    family = world.pick([*Laws.SHAPED, Laws.piecewise, Laws.tabulated, Laws.spline])
    name, = family(laws)
    if name in ("weibull", "loglogistic") and world.chance(0.3):
        return {"law": name, **world.pick(PUBLISHED)}
    if by is None:
        return {"law": name, **laws.worn(family(laws))[name]}
    entries = {label: laws.worn(family(laws))[name] for label in world.categories[by]}
    first = next(iter(entries.values()))
    for entry in entries.values():  # the rows of one table end alike, and are on one scale
        entry.update({"tabulated": {"tail": "never"}, "spline": {"scale": first.get("scale")}}.get(name, {}))
    return {"law": name, "by": by, **entries}


def surely_ends(definition):
    """Whether what a law parameter gives is always a finite time, so that it may be drawn."""
    text = str(definition)
    return definition["law"] not in ("gompertz", "tabulated") and "cured" not in text and "plateau" not in text
