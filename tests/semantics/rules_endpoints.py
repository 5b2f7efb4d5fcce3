"""Rules E1 to E10: origin, the origin's own firing, how a risk set is left, landmark, grid intervals;
subgroups, transitions, first times; non-response, emulated cohorts."""
from lives import DAYS_PER_YEAR, model, once


def visits(*actions_by_day):
    """A model that does something on given days: (day, actions)."""
    return model({f"day{i}": once(f"day{i}", day, *actions)
                  for i, (day, actions) in enumerate(actions_by_day)},
                 attributes={"x": {"type": "number", "initial": 0}})


def endpoint_origin(world):
    """Seen on day 2 with x = 0, on day 4 with x = 1 (set after the mark), on day 6 again."""
    content = visits(("2 d", [{"mark": "seen"}]), ("4 d", [{"mark": "seen"}, {"set": {"x": 1}}]),
                     ("6 d", [{"mark": "seen"}]), ("9 d", [{"mark": "end"}]))
    lives = world.live(content, endpoints={
        "any": {"index": "seen", "events": "end"},
        "chosen": {"index": "seen", "who": "x > 0", "events": "end"},
        "either": {"index": ["day2", "seen", "index"], "who": "x > 0", "events": "end"},
        "nobody": {"index": "seen", "who": "x > 1", "events": "end"}})
    return [(lives.passage("any"), {("any", 7.0): 1}),
            (lives.passage("chosen"), {("chosen", 5.0): 1}),
            (lives.passage("either"), {("either", 5.0): 1}), (lives.passage("nobody"), {})]


def origin_counts(world):
    """The event happens in the firing of the origin on day 2 and once more on day 5."""
    content = visits(("2 d", [{"mark": "end"}, {"mark": "seen"}]), ("5 d", [{"mark": "end"}]))
    origin = {"index": "seen", "events": "end"}
    lives = world.live(content, endpoints={"later": origin,
                                           "counted": {**origin, "origin counts": True}})
    return [(lives.passage("later"), {("later", 3.0): 1}),
            (lives.passage("counted"), {("counted", 0.0): 1})]


def endpoint_end(world):
    """On day 3 everything happens at once; death follows on day 6, the horizon is day 10."""
    content = visits(("3 d", [{"mark": name} for name in ("lost", "rival", "one", "two")]),
                     ("6 d", [{"goto": "dead"}]))
    base = {"index": "index"}
    rivals = {**base, "competing": "rival", "censor at": ["lost"]}
    lives = world.live(content, horizon="10 d", endpoints={
        "all": {**rivals, "causes": {"all_two": "two", "all_one": "one"}},
        "beaten": {**rivals, "causes": {"beaten_none": "day1"}},
        "left": {**base, "events": "day1", "censor at": ["lost"]},
        "unnamed": {**base, "events": "worse"}, "death_too": {**base, "events": "death"}})
    alive = world.live(visits(("3 d", [])), horizon="10 d",
                       endpoints={"os": {**base, "events": "death"}})
    return [(lives.passage("all"), {("all_two", 3.0): 1}),
            (lives.passage("beaten"), {("beaten_competing", 3.0): 1}),
            (lives.passage("left"), {("censored", 3.0): 1}),
            (lives.passage("unnamed"), {("censored", 6.0): 1}),
            (lives.passage("death_too"), {("death_too", 6.0): 1}),
            (alive.passage("os"), {("censored", 10.0): 1})]


def who_lives(world, days, landmark, what="end", **more):
    """Patients whose event comes on these days, one each, and a risk set from a landmark on."""
    rows = world.table(f"days{len(days)}{what}.csv", [("day",), *((day,) for day in days)])
    do = {"goto": "dead"} if what == "death" else {"mark": "end"}
    content = model({"happens": {**once("happens", "1 d", do), "time": {"fixed": "day"}}},
                    attributes={"day": "time"})
    rest = {"events": "end" if what == "end" else "ill", "landmark": landmark}
    population = {"csv": {"file": rows, "columns": {"day": "day"}}}
    return world.live(content, patients=len(days), population=population, endpoints={"rest": rest},
                      **more)


def landmark(world):
    """From day 5: an event on day 3 leaves out, on day 5 and 8 counts; so for a death not named."""
    events = who_lives(world, (3, 5, 8), "5 d")
    deaths = who_lives(world, (3, 5, 8), "5 d", "death")
    short = who_lives(world, (3, 9), "5 d", horizon="4 d")
    tenth = world.live(model({"move": once("move", "0.1 y")}), endpoints={
        "after": {"events": "move", "landmark": "0.1 y"}}, horizon="1 y")
    return [(events.passage("rest"), {("rest", 0.0): 1, ("rest", 3.0): 1}),
            (int(events.results.get("endpoint_n", endpoint="rest", strategy="only")), 2),
            (deaths.passage("rest"), {("censored", 0.0): 1, ("censored", 3.0): 1}),
            (short.passage("rest"), {}),
            (int(tenth.results.get("endpoint_n", endpoint="after", strategy="only")), 1)]


def grid_interval(world):
    """Events on day 3 exactly, a little before and a little after: the grid is whole days."""
    lives = who_lives(world, (2.999999, 3, 3.000001), "0 d")
    survival = [float(s) for s in lives.results.get("survival", endpoint="rest", strategy="only")[:6]]
    return [(lives.passage("rest"), {("rest", 3.0): 2, ("rest", 4.0): 1}),
            (survival, [1.0, 1.0, 1.0, 1 / 3, 0.0, 0.0])]


def subgroup(world):
    """Two patients are fit when they come, one is not; `start:` makes all unfit. The sex of one is unset."""
    rows = world.table("fitness.csv", [("fit", "male"), ("true", ""), ("false", "true"), ("true", "true")])
    content = model({"move": once("move", "if(fit, 1 d, 2 d)")},
                    attributes={"fit": "flag", "was": "flag", "male": {"type": "flag", "initial": "unset"}},
                    start={"state": "well", "do": [{"set": {"was": "fit"}}, {"set": {"fit": "false"}}]})
    content["events"]["move"]["time"] = {"fixed": "if(was, 1 d, 2 d)"}
    lives = world.live(content, patients=3,
                       outputs={"by": ["fit", "male", ["fit", "male"]], "grid": {"to": "20 d", "every": "1 d"}},
                       population={"csv": {"file": rows, "columns": {"fit": "fit", "male": "male"}},
                                   "attributes": {"was": False}},
                       endpoints={"moved": {"events": "move"}})
    fit, unfit = (lives.results.get("events_by_subgroup", subgroup=name, endpoint="moved", strategy="only")
                  for name in ("fit=yes", "fit=no"))
    sizes = [int(lives.results.get("subgroup_n", subgroup=name, strategy="only"))
             for name in ("fit=yes", "fit=no", "male=yes", "male=no", "fit=yes, male=yes", "fit=no, male=yes")]
    return [(sizes, [2, 1, 2, 0, 1, 1]), ([int(n) for n in fit[:3]], [0, 2, 0]), ([int(n) for n in unfit[:3]], [0, 0, 1])]


def transitions(world):
    """There and back twice, into the same state again, and a move to where the patient is: no move."""
    actions = ({"goto": "ill"}, {"goto": "well"}, {"goto": "ill"}, {"goto": "ill"},
               {"goto": "ill", "reenter": True}, {"goto": "dead"})
    content = visits(*((f"{day + 1} d", [action]) for day, action in enumerate(actions)))
    lives = world.live(content)

    def moves(start, end):
        return float(lives.results.get("transition_count", from_state=start, to_state=end, strategy="only"))

    entries = {name: float(lives.results.get("event_count", event=name, strategy="only"))
               for name in ("well", "ill", "worse", "dead")}
    into = {name: sum(moves(other, name) for other in entries) for name in entries}
    return [(moves("well", "ill"), 2.0), (moves("ill", "well"), 1.0), (moves("ill", "ill"), 1.0),
            (moves("ill", "dead"), 1.0), (moves("well", "dead"), 0.0),
            (into, {**entries, "well": entries["well"] - 1.0})]


def first_time(world):
    """One patient has it on days 2 and 5, one on day 4, one never."""
    rows = world.table("firsts.csv", [("day",), (2,), (4,), (200,)])
    content = model({"it": {"while": "count(it) < 2", "time": {"fixed": "if(count(it) > 0, 3 d, day)"}}},
                    attributes={"day": "time"})
    lives = world.live(content, patients=3, horizon="6 d", population={"csv": {"file": rows, "columns": {"day": "day"}}},
                       outputs={"quantiles": [0.5]})
    mean = float(lives.results.get("event_first_time", event="it", strategy="only")) * 365.25
    half = float(lives.results.get("event_first_time_quantile", event="it", strategy="only")[0]) * 365.25
    death = float(lives.results.get("event_first_time", event="death", strategy="only"))
    start = float(lives.results.get("event_first_time", event="well", strategy="only"))
    had = int(lives.results.get("event_first_time_n", event="it", strategy="only"))
    return [(round(mean, 9), 3.0), (abs(half - 2) < 2 / 512, True), (death != death, True), (start, 0.0), (had, 2)]


def non_response(world):
    """Seen on day 2; on day 5 the patient has failed, and the end comes in the same firing and again on day 8."""
    content = visits(("2 d", [{"mark": "seen"}]), ("5 d", [{"mark": name} for name in ("end", "lost", "failed")]),
                     ("8 d", [{"mark": "end"}]))
    ends = {"events": "end", "non-response": "failed"}
    lives = world.live(content, horizon="10 d", endpoints={
        "without": {"index": "seen", "events": "end"}, "failing": {"index": "seen", **ends},
        "first": {"index": "seen", **ends, "censor at": "lost", "competing": "day1"},
        "unfollowed": {"index": "seen", **ends, "censor at": "day0"},
        "over": {"events": "seen", "non-response": "failed"},
        "entering": {"index": "failed", **ends}, "counted": {"index": "failed", **ends, "origin counts": True},
        "never": {"index": "day2", "events": "death", "non-response": "failed"}})
    return [(lives.passage("without"), {("without", 3.0): 1}), (lives.passage("failing"), {("failing", 0.0): 1}),
            (lives.passage("first"), {("first", 0.0): 1}), (lives.passage("unfollowed"), {("unfollowed", 0.0): 1}),
            (lives.passage("over"), {("over", 2.0): 1}), (lives.passage("entering"), {("entering", 3.0): 1}),
            (lives.passage("counted"), {("counted", 0.0): 1}), (lives.passage("never"), {("censored", 2.0): 1}),
            *shares_of_failures(world)]


def shares_of_failures(world):
    """Event-free survival begins at the share that responds; those who failed have no event later."""
    content = model({"assess": once("assess", "5 d", {"draw": "good", "chance": 0.6},
                                    {"if": "good", "then": [{"mark": "responded"}], "else": [{"mark": "failed"}]}),
                     "die": {"time": {"exponential": {"rate": "0.05/d"}}, "goto": "dead"}},
                    attributes={"good": {"type": "flag", "initial": False}})
    lives = world.live(content, patients=2000,
                       endpoints={"efs": {"events": "death", "non-response": "failed"}, "os": {"events": "death"}})

    def ever(name):
        return float(lives.results.get("event_ever", event=name, strategy="only"))

    def survival(endpoint, day):
        return float(lives.results.get("survival", endpoint=endpoint, strategy="only")[day])

    return [(0.2 < ever("failed") < 0.4, True), (survival("efs", 0), 1 - ever("failed")), (survival("os", 0), 1.0),
            (survival("efs", 20) <= ever("responded"), True)]


def figure(lives, estimate):
    """What an emulated cohort of all members estimates."""
    return float(lives.results.get("estimate_pooled", estimate=f"seen.{estimate}"))


def emulated_cohort(world):
    """Seen on day 2, when x becomes 1 and then 2; x is 5 from day 4 on. The end comes on day 6, a failure on day 7."""
    content = visits(("2 d", [{"set": {"x": 1}}, {"mark": "seen"}, {"set": {"x": 2}}, {"goto": "ill"}]), ("4 d", [{"set": {"x": 5}}]),
                     ("6 d", [{"mark": "end"}]), ("7 d", [{"mark": "failed"}]), ("8 d", [{"goto": "dead"}]))
    entered = {"index": "seen", "who": "x > 1", "events": "end"}
    settings = {"horizon": "10 d", "patients": 3,
                "endpoints": {"time": entered, "failing": {**entered, "events": "death", "non-response": "failed"},
                              "left": {**entered, "events": "death", "censor at": "day3"}, "after": {"index": "day1", "events": "end"}}}
    emulation = {"cohort": "time", "size": 1, "groups": {"early": "now < 3 d and state == ill", "late": "rest"},
                 "covariates": {"x": "x", "day": "now / 1 d"},
                 "estimates": {"x": {"share": "x"}, "day": {"share": "day"}, "early": {"fraction": "early"},
                               "median": {"median": "time"}, "at_failure": {"survival": "failing", "at": "0 d"},
                               "not_lost": {"survival": "left", "at": "3.9 d"}, "later": {"median": "after"}}}
    lives, alone = (world.live(content, emulate={"seen": emulation}, **settings, **more) for more in ({}, {"tables": ()}))
    short = world.live(content, emulate={"seen": {**emulation, "follow up": {"fixed": "3 d"}, "estimates": {
        "end": {"survival": "time", "at": "3 d"}, "later": {"median": "after"}}}}, **settings)
    return [(figure(lives, "x"), 2.0), (figure(lives, "day"), 2.0), (figure(lives, "early"), 1.0),
            (figure(lives, "median"), 4.0 / DAYS_PER_YEAR), (figure(lives, "later"), 2.0 / DAYS_PER_YEAR),
            (figure(lives, "at_failure"), 0.0), (figure(lives, "not_lost"), 1.0),
            ([figure(alone, name) for name in emulation["estimates"]], [figure(lives, name) for name in emulation["estimates"]]),
            (figure(short, "end"), 1.0), (figure(short, "later") < 100, False), *unchanged_lives(world)]


def unchanged_lives(world):
    """Whoever is in a cohort lives as without it, and so does everybody else."""
    content = model({"fall": {"while": "state == well", "time": {"exponential": {"rate": "0.1/d"}}, "goto": "ill"},
                     "die": {"time": {"weibull": {"shape": 1.5, "scale": "20 d"}}, "goto": "dead"}})
    settings = {"patients": 4, "endpoints": {"ill": {"index": "ill", "events": "death"}, "os": {"events": "death"}}}
    emulation = {"cohort": "os", "size": 1, "follow up": {"uniform": {"min": "1 d", "max": "9 d"}},
                 "estimates": {"os": {"survival": "os", "at": "5 d"}, "ill": {"survival": "ill", "at": "5 d"}}}
    plain, seen = world.live(content, **settings), world.live(content, emulate={"c": emulation}, **settings)
    return [([seen.log(i) for i in range(4)], [plain.log(i) for i in range(4)])]


RULES = (endpoint_origin, origin_counts, endpoint_end, landmark, grid_interval, subgroup, transitions, first_time,
         non_response, emulated_cohort)
