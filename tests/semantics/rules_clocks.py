"""Rules C1 to C14: arming, conditions, pausing, changes, origins, start and stop, cure and plateau.

Where a law is not fixed, E is known from luck.py, and the time at which it is spent follows. Attribute
x begins at 1 and multiplies the rate of the clock; CLOSE allows for the rounding to the grid.
"""
import math

from lives import TICK, grid, model, once
from luck import hazard

CLOSE = 2 * TICK
PATIENTS = 8
RATE = 0.01
FOREVER = "20000 d"
X = {"x": {"type": "number", "initial": 1}}
OPEN = {"open": {"type": "flag", "initial": True}}
DOUBLE_X = {"set": {"x": 2}}


def clock(law=None, **more):
    """An event that fires once; by default exponential, its rate doubling when x becomes 2."""
    law = law or {"exponential": {"rate": f"x * {RATE}/d"}}
    return {"while": "not happened(clock)", "time": law, **more}


def once_ill(law, **more):
    """The same while ill."""
    return {**clock(law, **more), "while": "state == ill and not happened(clock)"}


def weibull(shape=2, scale="20 d"):
    return {"weibull": {"shape": shape, "scale": scale}}


def weibull_time(e, age=0.0, shape=2, scale=20.0):
    """Days until a clock of this age has spent e."""
    return scale * (e + (age / scale) ** shape) ** (1 / shape) - age


def first_times(world, content, **more):
    """When the clock fired, for each of PATIENTS lives."""
    lives = world.live(content, horizon=FOREVER, patients=PATIENTS, **more)
    return [day for patient in range(PATIENTS) for day in lives.times("clock", patient)[:1]]


def each(law):
    """What it should have been: a function of the patient, for each of them."""
    return [law(patient) for patient in range(PATIENTS)]


def turned_off_and_on(world, **more):
    """A clock of 4 days whose condition fails from day 3 to day 5."""
    lives = world.live(model({"off": once("off", "3 d", {"set": {"open": "false"}}),
                              "on": once("on", "5 d", {"set": {"open": "true"}}),
                              "clock": {"while": "open and not happened(clock)",
                                        "time": {"fixed": "4 d"}, **more}}, attributes=OPEN))
    return lives.times("clock")


def arming(world):
    exponential = first_times(world, model({"clock": clock()}, attributes=X))
    other = first_times(world, model({"clock": clock(weibull())}))
    return [(exponential, each(lambda p: hazard("clock", p) / RATE), CLOSE),
            (other, each(lambda p: weibull_time(hazard("clock", p))), CLOSE)]


def while_attribute(world):
    code, message = world.fails(model({"clock": {"while": "now > 3 d", "time": {"fixed": "4 d"}}}))
    return [(turned_off_and_on(world), [9.0]), (code, 2), ("now" in message, True)]


def cancel(world):
    gap = model({"off": once("off", "3 d", {"set": {"open": "false"}}),
                 "on": once("on", "5 d", {"set": {"open": "true"}}),
                 "clock": {"while": "open and not happened(clock)",
                           "time": {"exponential": {"rate": f"{RATE}/d"}}}}, attributes=OPEN)

    def expected(patient):
        first = hazard("clock", patient) / RATE
        return first if first <= 3 else 5 + hazard("clock", patient, visit=1) / RATE
    return [(turned_off_and_on(world, **{"when left": "cancel"}), [9.0]),
            (first_times(world, gap), each(expected), CLOSE)]


def pause_when_left(world):
    return [(turned_off_and_on(world, **{"when left": "pause"}), [6.0])]


def moved(world, to, reenter, runs_while=("well", "ill")):
    """A clock of 10 days that runs in two states; on day 4 the patient moves. When it first fires,
    and how many states were entered."""
    move = {"goto": to, "reenter": True} if reenter else {"goto": to}
    lives = world.live(model({"move": once("move", "4 d", move),
                              "clock": {"while": runs_while, "time": {"fixed": "10 d"}}},
                             attributes=OPEN))
    return lives.times("clock")[0], len(lives.order("well", "ill"))


def same_set(world):
    return [(moved(world, "ill", False), (10.0, 2)), (moved(world, "well", False), (10.0, 1))]


def reenter(world):
    return [(moved(world, "ill", True), (14.0, 2)), (moved(world, "well", True), (14.0, 2)),
            (moved(world, "ill", True, "alive"), (10.0, 2)),
            (moved(world, "ill", True, "open"), (10.0, 2))]


def repeats(world):
    lives = world.live(model({"clock": {"time": {"fixed": "3 d"}},
                              "move": once("move", "7 d", {"goto": "ill"}),
                              "here": {"while": ["well"], "time": {"fixed": "3 d"}}}), horizon="10 d")
    luck = world.live(model({"again": {"time": {"exponential": {"rate": "1/d"}}}}), horizon="50 d")
    gaps, day = [], 0.0
    while (day := grid(day + hazard("again", visit=len(gaps)))) <= 50:
        gaps.append(day)
    return [(lives.times("clock"), [3.0, 6.0, 9.0]), (lives.times("here"), [3.0, 6.0]),
            (luck.times("again"), gaps, CLOSE)]


def after_change(world, changes, **more):
    """When a clock fires whose rate doubles on day 3."""
    return first_times(world, model({"change": once("change", "3 d", DOUBLE_X),
                                     "clock": clock(changes=changes, **more)}, attributes=X))


def shortened(world, changes):
    """When a clock of 10 days fires whose delay becomes 4 days on day 3."""
    attributes = {"delay": {"type": "time", "initial": "10 d"}}
    lives = world.live(model({"change": once("change", "3 d", {"set": {"delay": "4 d"}}),
                              "clock": clock({"fixed": "delay"}, changes=changes)},
                             attributes=attributes))
    return lives.times("clock")


def hold(world):
    return [(after_change(world, "hold"), each(lambda p: hazard("clock", p) / RATE), CLOSE),
            (shortened(world, "hold"), [10.0])]


def looked_at_daily(world, changes):
    """When a clock fires whose law reads what changes every day and comes out as it was."""
    tick = {"time": {"fixed": "1 d"}, "do": [{"set": {"x": "x + 1"}}]}
    return first_times(world, model({"tick": tick, "clock": clock(weibull(), changes=changes, **{
        "hazard ratio": "if(x < 0, 2, 1)"})}, attributes=X))


def follow(world):
    def expected(patient):
        e = hazard("clock", patient)
        return e / RATE if e <= 3 * RATE else 3 + (e - 3 * RATE) / (2 * RATE)

    def ageing(patient):
        e = hazard("clock", patient)
        spent = (3 / 20) ** 2
        return weibull_time(e) if e <= spent else 3 + weibull_time((e - spent) / 2, 3)
    waves = model({"change": once("change", "3 d", DOUBLE_X),
                   "clock": clock(weibull(), changes="follow", **{"hazard ratio": "x"})}, attributes=X)
    return [(after_change(world, "follow"), each(expected), CLOSE),
            (first_times(world, waves), each(ageing), CLOSE), (shortened(world, "follow"), [4.0]),
            (looked_at_daily(world, "follow"), looked_at_daily(world, "hold"))]


def redraw(world):
    def expected(patient):
        first = hazard("clock", patient) / RATE
        return first if first <= 3 else 3 + hazard("clock", patient, visit=1) / (2 * RATE)

    def from_index(patient):
        first = weibull_time(hazard("clock", patient))
        again = weibull_time(hazard("clock", patient, visit=1) / 2, 3)
        return first if first <= 3 else 3 + again
    old = model({"change": once("change", "3 d", DOUBLE_X),
                 "clock": clock(weibull(), changes="redraw", **{"hazard ratio": "x", "from": "index"})},
                attributes=X)
    # A firing that changes nothing the law reads leaves the clock alone.
    other = model({"change": once("change", "3 d", {"set": {"x": 1}}),
                   "tick": {"time": {"fixed": "1000 d"}},
                   "clock": clock(changes="redraw")}, attributes=X)
    return [(after_change(world, "redraw"), each(expected), CLOSE),
            (first_times(world, old), each(from_index), CLOSE), (shortened(world, "redraw"), [7.0]),
            (first_times(world, other), each(lambda p: hazard("clock", p) / RATE), CLOSE)]


def paused(action, **more):
    """A clock held from day 3 until `action` on day 8; its rate doubles on day 5, meanwhile."""
    return model({"hold_it": once("hold_it", "3 d", {"pause": "clock"}),
                  "change": once("change", "5 d", DOUBLE_X, {"goto": "ill"}),
                  "wake": once("wake", "8 d", {action: "clock"}), "clock": clock(**more)}, attributes=X)


def pause_action(world):
    def resumed(patient):
        first = hazard("clock", patient) / RATE
        return first if first <= 3 else first + 5

    def aged(patient):
        first = weibull_time(hazard("clock", patient))
        return first if first <= 3 else first + 5

    def started(patient):
        first = hazard("clock", patient) / RATE
        return first if first <= 3 else 8 + hazard("clock", patient, visit=1) / (2 * RATE)
    # Held by an action, it sleeps on although its condition ends and begins anew (`when left: pause`).
    held = model({"hold_it": once("hold_it", "3 d", {"pause": "clock"}),
                  "fall": once("fall", "5 d", {"goto": "ill"}),
                  "rise": once("rise", "6 d", {"goto": "well"}),
                  "wake": once("wake", "8 d", {"resume": "clock"}),
                  "clock": {"while": ["well"], "time": {"fixed": "4 d"}, "when left": "pause"}})
    asleep = world.live(paused("resume", law={"fixed": "20 d"}), horizon="22 d")
    # Resumed where its condition does not hold, it wakes when that does.
    away = {**held, "events": {**held["events"], "rise": once("rise", "7 d", {"goto": "well"}),
                               "wake": once("wake", "6 d", {"resume": "clock"})}}
    return [(first_times(world, paused("resume")), each(resumed), CLOSE),
            (first_times(world, paused("resume", law=weibull())), each(aged), CLOSE),
            (first_times(world, paused("start")), each(started), CLOSE),
            (first_times(world, paused("resume", changes="redraw")), each(resumed), CLOSE),
            (world.live(paused("resume", law={"fixed": "4 d"})).times("clock"), [9.0]),
            (asleep.times("clock"), []), (world.live(held, horizon="12 d").times("clock"), [9.0]),
            (world.live(away, horizon="12 d").times("clock"), [8.0, 12.0])]


def resume_follow(world):
    def expected(patient):
        e = hazard("clock", patient)
        return e / RATE if e <= 3 * RATE else 8 + (e - 3 * RATE) / (2 * RATE)
    left = model({"off": once("off", "3 d", {"set": {"open": "false"}}),
                  "change": once("change", "5 d", DOUBLE_X),
                  "on": once("on", "8 d", {"set": {"open": "true"}}),
                  "clock": dict(clock(changes="follow", **{"when left": "pause"}),
                                **{"while": "open and not happened(clock)"})}, attributes={**X, **OPEN})
    return [(first_times(world, paused("resume", changes="follow")), each(expected), CLOSE),
            (first_times(world, left), each(expected), CLOSE)]


def origin_index(world):
    late = model({"fall": once("fall", "3 d", {"goto": "ill"}),
                  "clock": once_ill(weibull(), **{"from": "index"})})
    return [(first_times(world, late), each(lambda p: 3 + weibull_time(hazard("clock", p), 3)), CLOSE)]


def origin_birth(world):
    # Aged 40 years at index, and 1,000 days older when the clock is armed.
    born = model({"fall": once("fall", "1000 d", {"goto": "ill"}),
                  "clock": once_ill(weibull(5, "70 y"), **{"from": "birth"})}, attributes={"age": "time"})
    age, scale = 40 * 365.25 + 1000, 70 * 365.25
    found = first_times(world, born, population={"attributes": {"age": "40 y"}})
    return [(found, each(lambda p: 1000 + weibull_time(hazard("clock", p), age, 5, scale)), CLOSE)]


def origin_event(world):
    # The treatment is given on days 2 and 4, the clock is armed on day 5: its age is 1 day.
    late = model({"treat": {"while": "treated < 2", "time": {"fixed": "2 d"},
                            "do": [{"set": {"treated": "treated + 1"}}]},
                  "fall": once("fall", "5 d", {"goto": "ill"}),
                  "clock": once_ill(weibull(), **{"from": "treat"})},
                 attributes={"treated": {"type": "count", "initial": 0}})
    code, message = world.fails(model({"never": {"while": "false", "time": {"fixed": "1 d"}},
                                       "clock": clock(weibull(), **{"from": "never"})}))
    return [(first_times(world, late), each(lambda p: 5 + weibull_time(hazard("clock", p), 1)), CLOSE),
            (code, 1), ("patient 0" in message and "has not happened" in message, True)]


def start_again(world):
    def expected(patient):
        first = hazard("clock", patient) / RATE
        return first if first <= 3 else 3 + hazard("clock", patient, visit=1) / RATE
    running = model({"again": once("again", "3 d", {"start": "clock"}), "clock": clock()}, attributes=X)
    # Stopped and held in the same firing: it starts all the same, whatever their order.
    busy = model({"again": once("again", "3 d", {"start": "clock"}, {"stop": "clock"},
                                {"pause": "clock"}),
                  "clock": clock()}, attributes=X)
    # Started where its condition does not hold: nothing happens, and the first E is still to come.
    away = model({"again": once("again", "3 d", {"start": "clock"}),
                  "fall": once("fall", "5 d", {"goto": "ill"}),
                  "clock": once_ill({"exponential": {"rate": f"{RATE}/d"}})})
    return [(first_times(world, running), each(expected), CLOSE),
            (first_times(world, busy), each(expected), CLOSE),
            (first_times(world, away), each(lambda p: 5 + hazard("clock", p) / RATE), CLOSE)]


def on_demand(world):
    lives = world.live(model({"ask": once("ask", "3 d", {"start": "clock"}),
                              "fall": once("fall", "20 d", {"goto": "ill"}),
                              "rise": once("rise", "30 d", {"goto": "well"}),
                              "clock": {"while": ["well"], "time": {"fixed": "4 d"},
                                        "starts": "on demand"}}))
    return [(lives.times("clock"), [7.0])]


def stop(world):
    def stopped(*later):
        events = {"halt": once("halt", "3 d", {"stop": "clock"}),
                  "clock": {"while": ["well"], "time": {"fixed": "4 d"}}}
        for i, (day, action) in enumerate(later):
            events[f"then{i}"] = once(f"then{i}", day, action)
        return world.live(model(events), horizon="13 d").times("clock")
    # Stopped in the firing in which it fired, or in which its condition begins to hold.
    itself = world.live(model({"clock": {"time": {"fixed": "4 d"}, "do": [{"stop": "clock"}]},
                               "fall": once("fall", "2 d", {"goto": "ill"}, {"stop": "other"}),
                               "other": {"while": ["ill"], "time": {"fixed": "4 d"}}}), horizon="13 d")
    return [(itself.times("clock"), [4.0]), (itself.times("other"), []),
            (stopped(), []), (stopped(("6 d", {"start": "clock"})), [10.0]),
            (stopped(("6 d", {"goto": "ill"}), ("8 d", {"goto": "well"})), [12.0])]


def cure_scale(world):
    ratio, cured = 2.0, 0.3

    def cured_clock(scale):
        return model({"clock": clock({"exponential": {"rate": f"{RATE}/d"}},
                                     **{"hazard ratio": ratio, "cured": cured, "cure on": scale})})

    def latency(patient):
        alive = (math.exp(-hazard("clock", patient)) - cured) / (1 - cured)
        return [-math.log(alive) / (ratio * RATE)] if alive > 0 else []

    def population(patient):
        alive = (math.exp(-hazard("clock", patient) / ratio) - cured) / (1 - cured)
        return [-math.log(alive) / RATE] if alive > 0 else []
    return [(first_times(world, cured_clock("latency")), sum(each(latency), []), CLOSE),
            (first_times(world, cured_clock("population")), sum(each(population), []), CLOSE)]


def plateau(world):
    rates = model({"clock": clock({"piecewise": {"rates": {"0 d": "0.1/d", "5 d": "0/d"}}})})
    points = {"survival": {"0 d": 1, "10 d": 0.6}, "tail": "never"}
    curve = model({"clock": clock({"tabulated": points})})
    short = [e for e in each(lambda p: hazard("clock", p)) if e < 0.5]
    early = [1 - math.exp(-e) for e in each(lambda p: hazard("clock", p)) if math.exp(-e) > 0.6]
    return [(first_times(world, rates), [e / 0.1 for e in short], CLOSE),
            (first_times(world, curve), [25 * share for share in early], CLOSE),
            (0 < len(short) < PATIENTS and 0 < len(early) < PATIENTS, True)]


def _rates(ages, years, table, loglinear):
    """The rate per day at an age and a calendar day, both in years: by age within the year that has begun."""
    def rate(age, year):
        row = table[max(k for k in range(len(years)) if k == 0 or years[k] <= year)]
        i = max(k for k in range(len(ages)) if k == 0 or ages[k] <= age)
        if not loglinear or age <= ages[0] or i + 1 == len(ages):
            return row[i] / 365.25
        share = (age - ages[i]) / (ages[i + 1] - ages[i])
        return row[i] ** (1 - share) * row[i + 1] ** share / 365.25
    return rate


def _walk(rate, ages, years, age, entry, hazard):
    """Days until the hazard is spent: piece by piece between all ages and all turns of the year, each piece with
    its rates at both ends (their logarithms on a straight line)."""
    turns = sorted({a - age for a in ages} | {y - entry for y in years} | {200.0})
    at = 0.0
    for turn in turns:
        if turn <= at:
            continue
        days, tiny = (turn - at) * 365.25, 1e-9 * (turn - at)
        first = rate(age + at + tiny, entry + at + tiny)
        last = rate(age + turn - tiny, entry + turn - tiny)
        growth = math.log(last / first) / days
        whole = first * days if abs(growth) < 1e-15 else (last - first) / growth
        if hazard <= whole:
            needed = hazard / first
            return at * 365.25 + (needed if abs(growth) < 1e-15 else math.log1p(needed * growth) / growth)
        hazard -= whole
        at = turn
    raise AssertionError("nobody lives so long")


def calendar_years(world):
    """Rates of a life table by calendar year are met along the diagonal of age and time."""
    ages, years = [0, 30, 60, 61, 75, 90], [2000, 2001, 2005, 2010, 2020]
    table = {sex: [[(1 + s) * 0.02 * 1.6**i * 0.8**k for i in range(len(ages))] for k in range(len(years))]
             for s, sex in enumerate(("female", "male"))}
    path = world.table("calendar.csv", [("age", "year", "sex", "rate")] + [
        (age, year, sex, repr(table[sex][k][i])) for i, age in enumerate(ages)
        for k, year in enumerate(years) for sex in table])
    people = [(62.5, 1990.25, "male"), (0.0, 2001.0, "female"), (59.9, 2004.75, "male"), (29.0, 1999.5, "female"),
              (88.0, 2019.99, "male"), (60.0, 2025.0, "female"), (44.4, 2000.0, "male"), (75.0, 2004.9, "female")]
    patients = world.table("people.csv", [("age", "entry", "sex"), *people])
    checks = []
    for loglinear in (False, True):
        law = {"csv": path, "age": "age", "rate": "rate", "year": "year", "by": {"sex": "sex"},
               "interpolate": "loglinear" if loglinear else "constant"}
        content = model({"die": {"time": {"life table": law}, "from": "birth", "goto": "dead"}},
                        categories={"sex": ["male", "female"]},
                        attributes={"age": "time", "entry_year": "number", "sex": "sex"})
        columns = {"age": {"column": "age", "in": "y"}, "entry_year": "entry", "sex": "sex"}
        lives = world.live(content, patients=len(people), horizon="200 y",
                           population={"csv": {"file": patients, "columns": columns}})
        expected = [_walk(_rates(ages, years, table[sex], loglinear), ages, years, age, entry, hazard("die", q))
                    for q, (age, entry, sex) in enumerate(people)]
        checks.append(([lives.times("die", q)[0] for q in range(len(people))], expected, 1e-9))
    return checks


def probabilities_of_dying(world):
    """A column of qx: -log(1 - q) over the width to the next age; q = 1 at the last age holds the rate before it."""
    ages, q = [0, 1, 5, 60, 61], [0.3, 0.2, 0.9, 0.4, 1]
    path = world.table("probabilities.csv", [("age", "qx"), *zip(ages, q)])
    widths = [1, 4, 55, 1]
    rates = [-math.log(1 - p) / width for p, width in zip(q, widths)]
    people = [0.0, 0.5, 3.25, 59.75, 60.5, 90.0]
    patients = world.table("ages.csv", [("age",), *((age,) for age in people)])
    law = {"csv": path, "age": "age", "probability": "qx"}
    content = model({"die": {"time": {"life table": law}, "from": "birth", "goto": "dead"}}, attributes={"age": "time"})
    lives = world.live(content, patients=len(people), horizon="2000 y",
                       population={"csv": {"file": patients, "columns": {"age": {"column": "age", "in": "y"}}}})
    rates.append(rates[-1])
    rate = _rates(ages, [2000], [rates], False)
    expected = [_walk(rate, ages, [2000], age, 2000.0, hazard("die", p)) for p, age in enumerate(people)]
    return [([lives.times("die", p)[0] for p in range(len(people))], expected, 1e-8)]


RULES = (arming, while_attribute, cancel, pause_when_left, same_set, reenter, repeats, hold, follow,
         redraw, pause_action, resume_follow, origin_index, origin_birth, origin_event, start_again,
         on_demand, stop, cure_scale, plateau, calendar_years, probabilities_of_dying)
