"""Rules T1 to T6: the unit, the grid, ties, the race, the horizon, runaways."""
from lives import TICK, grid, model, once


def units(world):
    lives = world.live(model({"week": once("week", "1 wk"), "month": once("month", "1 mo"),
                              "year": once("year", "1 y")}), horizon="400 d")
    return [(lives.times("week"), [7.0]), (lives.times("month"), [30.4375]),
            (lives.times("year"), [365.25])]


def time_grid(world):
    lives = world.live(model({"tenth": {"time": {"fixed": "0.1 d"}},
                              "visit": {"time": {"fixed": "28 d"}},
                              "cycle": {"time": {"fixed": "4 d"}}}), horizon="30 d")
    expected = [grid(0.1)]
    while grid(expected[-1] + 0.1) <= 30:
        expected.append(grid(expected[-1] + 0.1))
    found = lives.times("tenth")
    return [(found, expected), (max(day / TICK % 1 for day in found), 0.0),
            (lives.times("visit")[0] in lives.times("cycle"), True)]


def ties(world):
    clocks = {"first": once("first", "5 d"), "second": once("second", "5 d")}
    turned = dict(reversed(clocks.items()))
    return [(world.live(model(clocks)).order("first", "second"), ["first", "second"]),
            (world.live(model(turned)).order("first", "second"), ["second", "first"])]


def race_afresh(world):
    def fired(stops):
        """Whether a clock due at day 5 fires when another, due before it then, ends its condition."""
        lives = world.live(model({"other": once("other", "5 d", {"set": {"open": stops}}),
                                  "clock": {"while": "open and not happened(clock)",
                                            "time": {"fixed": "5 d"}}},
                                 attributes={"open": {"type": "flag", "initial": True}}))
        return lives.times("clock")
    return [(fired("false"), []), (fired("true"), [5.0])]


def horizon_last(world):
    lives = world.live(model({"last": once("last", "10 d"), "late": once("late", "10.000001 d"),
                              "again": {"time": {"fixed": "5 d"}}}), horizon="10 d")
    # 73.05 days are no multiple of 2^-20: event, horizon and last grid point are rounded alike.
    fifth = world.live(model({"die": once("die", "0.2 y", {"goto": "dead"}),
                              "stay": once("stay", "0.3 y")}), horizon="0.2 y",
                       outputs={"grid": {"to": "0.2 y", "every": "0.1 y"}},
                       endpoints={"os": {"events": "death"},
                                  "move": {"events": "stay"}})
    curve = {name: [float(s) for s in fifth.results.get("survival", endpoint=name, strategy="only")]
             for name in ("os", "move")}
    return [(lives.times("last"), [10.0]), (lives.times("late"), []),
            (fifth.times("die"), [grid(73.05)]), (curve["os"], [1.0, 1.0, 0.0]),
            (curve["move"], [1.0, 1.0, 1.0]),
            (lives.times("again"), [5.0, 10.0]), (lives.days("life_years_undiscounted"), 10.0)]


def runaway(world):
    def burst(times):
        return model({"burst": {"while": f"n < {times}", "time": {"fixed": "0 d"},
                                "do": [{"set": {"n": "n + 1"}}]}},
                     attributes={"n": {"type": "count", "initial": 0}})
    code, message = world.fails(burst(1001))
    endless, why = world.fails(model({"step": {"time": {"fixed": "0.000001 d"}}}), horizon="2 d")
    # As many firings, each at an instant at which a loss of utility ends: time moves on.
    pulse = world.live(model({"pulse": {"time": {"fixed": "1 d"}, "do": [
        {"lose utility": "pain", "amount": 0.5, "for": "1 d"}]}}), horizon="1500 d")
    return [(len(world.live(burst(1000)).times("burst")), 1000), (code, 1), (endless, 1),
            ("patient 0" in message and "1000 firings at one instant" in message, True),
            ("patient 0" in why and "1000000 firings" in why, True),
            (len(pulse.times("pulse")), 1500)]


def closing(world):
    """Follow-up ends when the calendar says, at the horizon where that is earlier."""
    content = model({"tenth": {"time": {"fixed": "10 d"}}, "die": once("die", "45 d", {"goto": "dead"})},
                    attributes={"entry_year": "number"})
    # 40, 30, 60 and 400 days before the end of 2019.
    days = [40, 30, 60, 400]
    table = world.table("entries.csv", [("entry",), *((repr(2020 - day / 365.25),) for day in days)])
    population = {"csv": {"file": table, "columns": {"entry_year": "entry"}}}
    more = {"population": population, "patients": 4, "horizon": "50 d",
            "outputs": {"grid": {"to": "60 d", "every": "10 d"}},
            "endpoints": {"os": {"events": "death"}}}
    lives = world.live(content, closes=2020, **more)
    far, never = world.live(content, closes=2500, **more), world.live(content, **more)
    code, message = world.fails(content, closes=2019.9, **more)

    def occupancy(run, state):
        return [float(x) for x in run.results.get("state_occupancy", strategy="only", state=state)]

    def tables(run):
        return [list(map(float, run.results.table("patients", "only")[name])) for name in
                ("survival_time", "died", "life_years", "total_cost")] + [
                    occupancy(run, "well")[:6], occupancy(run, "dead")[:6], sorted(run.passage("os").items())]
    return [(lives.times("tenth", 0), [10.0, 20.0, 30.0, 40.0]), (lives.times("tenth", 1), [10.0, 20.0, 30.0]),
            (lives.times("die", 2), [45.0]), (lives.times("die", 1), []),
            ([lives.days("survival_time", q) for q in range(4)], [40.0, 30.0, 45.0, 45.0]),
            (lives.passage("os"), {("os", 50.0): 2, ("censored", 40.0): 1, ("censored", 30.0): 1}),
            # Of those followed to the grid point: 4 to day 30, 3 on day 40, 2 on day 50.
            (occupancy(lives, "well")[:6], [1.0] * 5 + [0.0]), (occupancy(lives, "dead")[:6], [0.0] * 5 + [1.0]),
            (tables(far) == tables(never), True), (far.log(3) == never.log(3), True),
            (code, 1), ("patient 1" in message and "follow-up closes in 2019.9" in message, True)]


RULES = (units, time_grid, ties, race_afresh, horizon_last, closing, runaway)
