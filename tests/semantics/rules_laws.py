"""Rules W1 to W7: what a law wears, and hazard ratios that change over time.

E is known from luck.py; the time at which it is spent follows piece by piece.
"""
import math

from lives import model, once
from luck import hazard
from rules_clocks import CLOSE, RATE, X, clock, each, first_times, once_ill, weibull, weibull_time

EXPONENTIAL = {"exponential": {"rate": f"{RATE}/d"}}
OVER_TIME = "hazard ratio over time"
SINCE_DAY = {"piecewise": {"0 d": 2, "11 d": 0.5}}


def spent_at(e, pieces, begin=0.0):
    """When a hazard of RATE times {from day: ratio}, met from day `begin` on, has given e."""
    starts = [*pieces, math.inf]
    for (start, ratio), end in zip(pieces.items(), starts[1:]):
        start = max(start, begin)
        if end <= start:
            continue
        if e <= RATE * ratio * (end - start):
            return start + e / (RATE * ratio)
        e -= RATE * ratio * (end - start)
    return None


def truncation(world):
    def inside(patient):
        first, last = math.exp(-RATE * 20), math.exp(-RATE * 90)
        return -math.log(math.exp(-hazard("clock", patient)) * (first - last) + last) / RATE

    def beyond(patient):
        return 20 + hazard("clock", patient) / RATE

    def cut(**bounds):
        return model({"clock": clock({"exponential": {"rate": f"{RATE}/d", "truncate": bounds}})})
    rates = {"piecewise": {"rates": {"0 d": "0.1/d", "8 d": "0/d"}, "truncate": {"from": "3 d"}}}
    short = [e for e in each(lambda p: hazard("clock", p)) if e < 0.5]
    return [(first_times(world, cut(**{"from": "20 d", "to": "90 d"})), each(inside), CLOSE),
            (first_times(world, cut(**{"from": "20 d"})), each(beyond), CLOSE),
            (first_times(world, model({"clock": clock(rates)})), [3 + e / 0.1 for e in short], CLOSE)]


def wearing(world):
    cured, ratio = 0.3, 1.5
    law = weibull()
    law["weibull"].update({"truncate": {"from": "first"}, "shift": "later"})
    attributes = {"first": {"type": "time", "initial": "1 d"},
                  "later": {"type": "time", "initial": "3 d"}}
    worn = model({"clock": clock(law, **{"time ratio": 2, "hazard ratio": ratio, "cured": cured})},
                 attributes=attributes)

    def expected(patient):
        uncured = (math.exp(-hazard("clock", patient)) - cured) / (1 - cured)
        return [2 * (3 + 1 + weibull_time(-math.log(uncured) / ratio, 1))] if uncured > 0 else []
    fixed = model({"clock": clock({"fixed": {"delay": "4 d", "shift": "3 d"}})})
    by_name = model({"clock": clock("late")})
    late = {"late": {"law": "weibull", "shape": 2, "scale": "20 d", "shift": "5 d"}}
    set_here = {"strategies": {"only": {"set": {"late.shift": "6 d"}}}}
    return [(first_times(world, worn), sum(each(expected), []), CLOSE),
            (world.live(fixed).times("clock"), [7.0]),
            (first_times(world, by_name, parameters=late),
             each(lambda p: 5 + weibull_time(hazard("clock", p))), CLOSE),
            (first_times(world, by_name, parameters=late, **set_here),
             each(lambda p: 6 + weibull_time(hazard("clock", p))), CLOSE)]


def ratio_over_time(world):
    steps = {0: 2, 30: 0.5, 80: 1}
    written = {"piecewise": {f"{day} d": ratio for day, ratio in steps.items()}}
    plain = model({"clock": clock(EXPONENTIAL, **{OVER_TIME: written})})
    cured = 0.3

    def of_cured(scale):
        return model({"clock": clock(EXPONENTIAL, **{OVER_TIME: written, "cured": cured,
                                                     "cure on": scale})})

    def latency(patient):
        alive = (math.exp(-hazard("clock", patient)) - cured) / (1 - cured)
        return [spent_at(-math.log(alive), steps)] if alive > 0 else []

    def whole(day):
        return -math.log(cured + (1 - cured) * math.exp(-RATE * day))

    def population(patient):
        e, spent = hazard("clock", patient), 0.0
        for (day, ratio), end in zip(steps.items(), (30, 80, math.inf)):
            gain = ratio * (whole(end) - whole(day))
            if e <= spent + gain:
                alive = math.exp(-(whole(day) + (e - spent) / ratio))
                return [-math.log((alive - cured) / (1 - cured)) / RATE]
            spent += gain
        return []
    return [(first_times(world, plain), each(lambda p: spent_at(hazard("clock", p), steps)), CLOSE),
            (first_times(world, of_cured("latency")), sum(each(latency), []), CLOSE),
            (first_times(world, of_cured("population")), sum(each(population), []), CLOSE)]


def waning(world):
    numbers = {"from": 0.5, "to": 1.5, "start": "10 d", "length": "40 d", "steps": 4}
    line = {0: 0.5, **{10 + 10 * k: 0.5 + (k + 0.5) / 4 for k in range(4)}, 50: 1.5}
    curve = {0: 0.5, **{10 + 10 * k: 0.5 * 3 ** ((k + 0.5) / 4) for k in range(4)}, 50: 1.5}
    longer = {0: 0.5, **{10 + 20 * k: 0.5 + (k + 0.5) / 4 for k in range(4)}, 90: 1.5}

    def run(profile, **more):
        return first_times(world, model({"clock": clock(EXPONENTIAL, **{OVER_TIME: profile})}), **more)

    def expected(pieces):
        return each(lambda p: spent_at(hazard("clock", p), pieces))
    named = {"parameters": {"effect": {"waning": numbers}}}
    set_here = {**named, "strategies": {"only": {"set": {"effect.length": "80 d"}}}}
    jump = {"waning": {"from": 0.5, "start": "10 d", "length": "0 d"}}
    return [(run({"waning": numbers}), expected(line), CLOSE),
            (run({"waning": {**numbers, "scale": "log"}}), expected(curve), CLOSE),
            (run("effect", **named), expected(line), CLOSE),
            (run("effect", **set_here), expected(longer), CLOSE),
            (run(jump), expected({0: 0.5, 10: 1}), CLOSE)]


def treated(since, **more):
    """Treated on days 2 and 4; a clock that runs from day 5, or from `falls`, has a ratio of 2 for the
    first eleven days and of 0.5 from then on."""
    profile = {"effect": "effect", "since": since, **more.pop("also", {})} if since else "effect"
    return model({"treat": {"while": "treated < 2", "time": {"fixed": "2 d"},
                            "do": [{"set": {"treated": "treated + 1"}}]},
                  "fall": once("fall", more.pop("falls", "5 d"), {"goto": "ill"}),
                  "clock": once_ill(EXPONENTIAL, **{OVER_TIME: profile}, **more)},
                 attributes={"treated": {"type": "count", "initial": 0}})


EFFECT = {"parameters": {"effect": {**SINCE_DAY, "unit": "number"}}}


def ratio_since(world):
    def changed(day):
        return each(lambda p: spent_at(hazard("clock", p), {0: 2, day: 0.5}, 5))
    never = model({"never": {"while": "false", "time": {"fixed": "1 d"}},
                   "clock": clock(EXPONENTIAL, **{OVER_TIME: {**SINCE_DAY, "since": "never"}})})
    code, message = world.fails(never)

    def paused(profile):
        return first_times(world, model(
            {"hold_it": once("hold_it", "3 d", {"pause": "clock"}),
             "wake": once("wake", "8 d", {"resume": "clock"}),
             "clock": clock(EXPONENTIAL, **{OVER_TIME: profile})}))

    def resumed(day):
        def expected(patient):
            e = hazard("clock", patient)
            first = e / (2 * RATE)
            return first if first <= 3 else spent_at(e - 6 * RATE, {0: 2, day: 0.5}, 8)
        return each(expected)
    return [(first_times(world, treated("treat"), **EFFECT), changed(15), CLOSE),
            (first_times(world, treated("index"), **EFFECT), changed(11), CLOSE),
            (first_times(world, treated(None), **EFFECT), changed(16), CLOSE),
            (code, 1), ("has not happened" in message and "rule" in message, True),
            (paused(SINCE_DAY), resumed(16), CLOSE),
            (paused({**SINCE_DAY, "since": "index"}), resumed(11), CLOSE)]


def ratio_changes(world):
    def at_treatment(changes):
        return first_times(world, treated("treat", falls="3 d", changes=changes), **EFFECT)

    def running(day):
        return each(lambda p: spent_at(hazard("clock", p), {0: 2, day: 0.5}, 3))

    def redrawn(patient):
        first = 3 + hazard("clock", patient) / (2 * RATE)
        again = spent_at(hazard("clock", patient, visit=1), {0: 2, 15: 0.5}, 4)
        return first if first <= 4 else again

    def doubled(changes):
        profile = {"waning": {"from": "x", "start": "20 d", "length": "0 d"}}
        return first_times(world, model(
            {"change": once("change", "3 d", {"set": {"x": 2}}),
             "clock": clock(EXPONENTIAL, changes=changes, **{OVER_TIME: profile})}, attributes=X))
    return [(at_treatment("hold"), running(13), CLOSE), (at_treatment("follow"), running(15), CLOSE),
            (at_treatment("redraw"), each(redrawn), CLOSE),
            (doubled("hold"), each(lambda p: spent_at(hazard("clock", p), {0: 1})), CLOSE),
            (doubled("follow"),
             each(lambda p: spent_at(hazard("clock", p), {0: 1, 3: 2, 20: 1})), CLOSE)]


def ratio_before(world):
    """The clock runs from day 1, and day 2 is the first of treatment."""
    def at_treatment(changes):
        return first_times(world, treated("treat", falls="1 d", changes=changes, also={"before": 3}),
                           **EFFECT)

    def running(pieces):
        return each(lambda p: spent_at(hazard("clock", p), pieces, 1))

    def redrawn(patient):
        first = 1 + hazard("clock", patient) / (3 * RATE)
        second = 2 + hazard("clock", patient, visit=1) / (2 * RATE)
        third = spent_at(hazard("clock", patient, visit=2), {0: 2, 15: 0.5}, 4)
        return first if first <= 2 else second if second <= 4 else third
    late = first_times(world, treated("treat", changes="hold", also={"before": 3}), **EFFECT)
    wrong = treated("treat", falls="1 d", changes="follow", also={"before": "-courses"})
    wrong["attributes"]["courses"] = {"type": "count", "initial": 1}
    code, message = world.fails(wrong, **EFFECT)
    return [(at_treatment("hold"), running({0: 3}), CLOSE),
            (at_treatment("follow"), running({0: 3, 2: 2, 15: 0.5}), CLOSE),
            (at_treatment("redraw"), each(redrawn), CLOSE),
            (late, each(lambda p: spent_at(hazard("clock", p), {0: 2, 15: 0.5}, 5)), CLOSE),
            (code, 1), ("hazard ratio" in message, True)]


RULES = (truncation, wearing, ratio_over_time, waning, ratio_since, ratio_changes, ratio_before)
