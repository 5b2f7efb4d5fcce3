"""Rules H1 to H7: what a patient carries of the past: attributes by category, times and counts of what
happened, values not yet there, and the words of an expression that fails."""
import re

from lives import model, once
from luck import uniform
from rules_firing import note, paid
from rules_rewards import structural, table

REGIMENS = {"regimens": ["none", "chemo", "blina"], "lines": ["first", "second"]}
COURSES = {"regimen": {"type": "regimens", "initial": "chemo"},
           "line": {"type": "lines", "initial": "first"},
           "courses": {"type": "count", "by": "regimens", "initial": {"blina": 5, "default": 0}}}


def given_course(name, delay, *actions):
    """A course of the present regimen."""
    return {name: once(name, delay, {"set": {"courses[regimen]": "courses[regimen] + 1"}}, *actions)}


def vector(world):
    """Two courses of chemotherapy, then one of blinatumomab, whose count began at 5."""
    events = {**given_course("one", "1 d"), **given_course("two", "2 d", {"set": {"regimen": "blina"}}),
              **given_course("three", "3 d", note("courses[chemo] * 100 + courses[blina] * 10 + courses[none]")),
              **{"hit": once("hit", "4 d", {"set": {"hits[regimen, second]": "hits[regimen, line] + 4"}},
                             note("hits[blina, second] + 10 * hits[chemo, second]", "hits"))}}
    attributes = {**COURSES, "hits": {"type": "count", "by": ["regimens", "lines"],
                                      "initial": {"blina": {"first": 3, "default": 1}, "default": 0}}}
    lives = world.live(model(events, categories=REGIMENS, attributes=attributes,
                             costs={"note": "0 EUR/d", "hits": "0 EUR/d"}))
    return [(paid(lives), 260.0), (paid(lives, "hits"), 7.0)]


def vector_draw(world):
    """Elements are drawn at the site of the vector, one visit after the other."""
    flip = {"draw": "coin[line]", "chance": 0.5}
    look = note("if(coin[first], 1, 0) + if(coin[second], 10, 0)")
    events = {"toss": once("toss", "1 d", flip, {"set": {"line": "second"}},
                           {"draw": "coin[line]", "chance": 0.5, "site": "again"}, look)}
    lives = world.live(model(events, categories=REGIMENS, costs={"note": "0 EUR/d"},
                             attributes={**COURSES, "coin": {"type": "flag", "by": "lines",
                                                             "initial": False}}), patients=8)
    expected = [(uniform("toss.coin", p) < 0.5) + 10.0 * (uniform("toss.again", p) < 0.5)
                for p in range(8)]
    return [([paid(lives, patient=p) for p in range(8)], expected)]


def vector_reads(world):
    """Of two clocks on one delay, read by a changing index and of one label, each follows what is written."""
    def clock(delay):
        return {"time": {"fixed": delay}, "changes": "redraw", "while": "well_yet",
                "do": [{"set": {"well_yet": False}}]}

    def fired(delay, write):
        events = {"clock": clock(delay), "write": once("write", "1 d", {"set": {write: "9 d"}}),
                  "held": {"while": "delay[chemo] < 5 d and not happened(held)", "time": {"fixed": "1.5 d"}}}
        lives = world.live(model(events, categories=REGIMENS, attributes={
            **COURSES, "well_yet": {"type": "flag", "initial": True},
            "delay": {"type": "time", "by": "regimens", "initial": "3 d"}}))
        return [*lives.times("clock"), *lives.times("held")]
    return [(fired("delay[regimen]", "delay[chemo]"), [10.0]),
            (fired("delay[regimen]", "delay[regimen]"), [10.0]),
            (fired("delay[chemo]", "delay[blina]"), [3.0, 1.5]),
            (fired("delay[blina]", "delay[blina]"), [10.0, 1.5])]


def vector_baseline(world):
    rows = world.table("vector.csv", [("a", "b"), (10, 3), (20, 5)])
    content = model({"look": once("look", "1 d", note("courses[none] * 10000 + courses[chemo] * 100"
                                                       " + courses[blina]"))},
                    categories=REGIMENS, costs={"note": "0 EUR/d"},
                    attributes={"courses": {"type": "count", "by": "regimens"}})
    population = {"csv": {"file": rows, "columns": {"courses[none]": "a", "courses[blina]": "b"}},
                  "attributes": {"courses[chemo]": "courses[none] + 1"}}
    lives = world.live(content, population=population, patients=2)
    return [([paid(lives, patient=p) for p in range(2)], [101103.0, 202105.0]),
            ([lives.value("courses_chemo", p) for p in range(2)], [11.0, 21.0]),
            ([lives.value("courses_blina", p) for p in range(2)], [3.0, 5.0])] + \
        whole_vectors(world)


def whole_vectors(world):
    """One value for all elements, or a map by label; an empty cell leaves unset what may be unset."""
    content = model({"look": once("look", "1 d", note("courses[none] * 100 + courses[chemo] * 10 + courses[blina]"
                                                       " + if(is_set(age2), 1000, 2000) + doses[chemo]"))},
                    categories=REGIMENS, costs={"note": "0 EUR/d"},
                    attributes={"courses": {"type": "count", "by": "regimens"},
                                "doses": {"type": "count", "by": "regimens"},
                                "age2": {"type": "number", "initial": "unset"}})
    rows = world.table("unset.csv", [("a", "b"), (10, 1), ("", 2)])
    population = {"csv": {"file": rows, "columns": {"age2": "a"}},
                  "attributes": {"courses": {"chemo": 7, "default": "1 + 1"}, "doses": 0.5}}
    lives = world.live(content, population=population, patients=2)
    return [([paid(lives, patient=p) for p in range(2)], [1272.5, 2272.5])]


def count(world):
    """Every time counts at once, the entry into a state when the move is made; what reads a count looks
    again each time, and at nothing else."""
    events = {"hit": {"time": {"fixed": "2 d"}, "while": "count(hit) < 3",
                      "do": [note("count(hit) + 100 * count(index)", "hits"), {"mark": "seen"},
                             {"goto": "well", "reenter": True}]},
              "other": once("other", "1 d", {"mark": "unseen"}),
              "clock": {"time": {"fixed": "3 d * count(seen)"}, "changes": "redraw", "starts": "automatically",
                        "while": "count(seen) > 0 and count(clock) == 0"},
              "end": once("end", "20 d", note("count(well)", "entries"))}
    lives = world.live(model(events, costs={"hits": "0 EUR/d", "entries": "0 EUR/d"}))
    return [(paid(lives, "hits"), 306.0), (lives.times("hit"), [2.0, 4.0, 6.0]),
            (lives.times("clock"), [15.0]), (paid(lives, "entries"), 4.0)]


def since(world):
    """The time since the latest time, zero at that instant; without a first time there is none."""
    look = note("if(happened(fall), since(fall) / 1 d, 1000) + 100 * since(index) / 1 d")
    events = {"fall": {"time": {"fixed": "3 d"}, "while": "count(fall) < 2", "do": [note("since(fall) / 1 d", "own")]},
              **{f"look{day}": once(f"look{day}", f"{day} d", look) for day in (1, 5, 8)}}
    lives = world.live(model(events, costs={"note": "0 EUR/d", "own": "0 EUR/d"}))
    code, why = world.fails(model({"look": once("look", "1 d", note("since(look) / 1 d + since(dead) / 1 d"))},
                                  costs={"note": "0 EUR/d"}))
    return [(paid(lives), 1000.0 + 2.0 + 2.0 + 1400.0), (paid(lives, "own"), 0.0), (code, 1),
            ("note" in why, True)]


def time_in(world):
    """Well to day 2, ill to 5, well to 9, ill again; asked on days 1, 4, 7 and 11."""
    moves = {f"go{day}": once(f"go{day}", f"{day} d", {"goto": to})
             for day, to in ((2, "ill"), (5, "well"), (9, "ill"))}
    looks = {f"look{day}": once(f"look{day}", f"{day} d", note("time_in(ill) / 1 d", f"ill{day}"),
                                note("time_in(well) / 1 d", f"well{day}")) for day in (1, 4, 7, 11)}
    names = [f"{state}{day}" for state in ("ill", "well") for day in (1, 4, 7, 11)]
    lives = world.live(model({**moves, **looks}, costs={name: "0 EUR/d" for name in names}))
    return [([paid(lives, name) for name in names], [0.0, 2.0, 3.0, 5.0, 1.0, 2.0, 4.0, 6.0])]


def history_rewards(world):
    """Tables of since and time_in have breaks: utility by time since the latest fall, cost by days ill."""
    events = {"fall": {"time": {"fixed": "4 d"}, "while": "count(fall) < 2"},
              **{f"go{day}": once(f"go{day}", f"{day} d", {"goto": to})
                 for day, to in ((1, "ill"), (3, "well"), (6, "ill"))}}
    content = model(events, utility="if(happened(fall), u_since(since(fall)), 0.5)",
                    costs={"ward": "price(time_in(ill))"})
    numbers = {"u_since": table({"0 d": 1, "3 d": 0.25, "5 d": 0.75}, "utility"),
               "price": table({"0 d": "10 EUR/d", "2.5 d": "20 EUR/d"}, "money/time")}
    lives = world.live(content, parameters=numbers, horizon="14 d")
    # falls on 4 and 8; ill from 1 to 3 and from 6 on, so 2.5 days of it are over on 6.5
    return [(lives.days("qalys_undiscounted"), 4 * 0.5 + 3 * 1 + 1 * 0.25 + 3 * 1 + 2 * 0.25 + 1 * 0.75),
            (lives.value("cost_ward_undiscounted"), 6.5 * 10 + 7.5 * 20)]


def and_or(world):
    """Where the left side decides, the right one need not exist."""
    flags = {"a": "happened(dead) and since(dead) > 1 d", "b": "not happened(dead) or since(dead) > 1 d"}
    look = [note(f"if({text}, 1, 10)", name) for name, text in flags.items()]
    lives = world.live(model({"look": once("look", "1 d", *look)}, costs={"a": "0 EUR/d", "b": "0 EUR/d"}))
    turned = "since(dead) > 1 d and happened(dead)"
    code, _ = world.fails(model({"look": once("look", "1 d", note(f"if({turned}, 1, 10)"))},
                                costs={"note": "0 EUR/d"}))
    return [(paid(lives, "a"), 10.0), (paid(lives, "b"), 1.0), (code, 1)]


UNSET = {"best": {"type": "lines", "initial": "unset"}, "when": {"type": "time", "initial": "unset"},
         "dose": {"type": "number", "by": "lines", "initial": {"first": 2, "second": "unset"}},
         "line": {"type": "lines", "initial": "first"}}


def unset(world):
    """A value that is not there yet, comes on day 2 and goes on day 4; what reads it looks again."""
    asked = ("if(is_set(when), 1000, 0) + if(is_set(best) and best == second, 100, 0)"
             " + if(is_set(dose[second]), 10, 0) + if(is_set(dose[line]), 1, 0)")
    events = {"come": once("come", "2 d", {"set": {"when": "now", "best": "second", "dose[second]": 7}}),
              "go": once("go", "4 d", {"set": {"when": "unset", "best": "first"}}),
              "clock": {"while": "is_set(when)", "time": {"fixed": "1 d"}},
              **{f"look{day}": once(f"look{day}", f"{day} d", note(asked, f"look{day}")) for day in (1, 3, 5)}}
    lives = world.live(model(events, categories=REGIMENS, attributes=UNSET,
                             costs={f"look{day}": "0 EUR/d" for day in (1, 3, 5)}))
    labels = lives.results.file["patients/only/best"].attrs["flag_meanings"]
    return [([paid(lives, f"look{day}") for day in (1, 3, 5)], [1.0, 1111.0, 11.0]),
            (lives.times("clock"), [3.0]), (lives.value("when") != lives.value("when"), True),
            (lives.value("best"), 2.0), (str(labels), "first second unset"),
            (lives.value("best_at_end"), 0.0), (lives.value("dose_second_at_end"), 7.0),
            (lives.value("when_at_end") != lives.value("when_at_end"), True)]


def said(world, attributes=None, parameters=None, **parts):
    """The exit code and the complaint of a life that goes wrong on day 1 in an action or as `parts` say."""
    events = parts.pop("events", None) or {"look": once("look", "1 d", parts.pop("action"))}
    content = model(events, categories=REGIMENS, attributes={**UNSET, **(attributes or {})},
                    costs={"note": "0 EUR/d"}, **parts)
    return world.fails(content, parameters=parameters or {})


def unset_read(world):
    """Reading what is unset names it, where its value counts."""
    cases = [(note("if(best == first, 1, 2)"), "best is unset here"),
             (note("dose[line] + dose[second]"), "dose[second] is unset here"),
             ({"if": "when > 3 d", "then": []}, "when is unset here"),
             ({"draw": "line", "among": {"first": "if(best == first, 0.1, 1)", "second": "rest"}},
              "best is unset here"),
             ({"draw": "line", "among": {"first": 0.1, "second": "rest"}, "key": ["best"]},
              "look.line is keyed by best, which is unset here"),
             ({"set": {"when": "when + 1 d"}}, "when is unset here"),
             (note("since(dead) / 1 d"), "dead has not happened")]
    outcomes = [said(world, action=action) for action, _ in cases]
    return [([code for code, _ in outcomes], [1] * len(cases)),
            ([words in why for (_, words), (_, why) in zip(cases, outcomes)], [True] * len(cases))]


def run_errors(world):
    """What an expression said, where, and what it read; what did not count is not named."""
    parameters = {"a": structural(value=0.5), "by_line": structural(by="line", first=0.9, second=0.7)}
    more = {"p": {"type": "probability", "initial": 0.6}, "n": {"type": "count", "initial": 1}}
    draw = {"draw": "line", "among": {"first": "by_line[line] + p", "second": "rest"}}
    cases = [({"action": draw}, ["1.5 is not a probability", ": by_line[line] + p with ",
                                 "by_line[first] = 0.9", "p = 0.6"]),
             ({"action": {"set": {"n": "n - 3 * a * 4"}}}, ["n becomes -5, which is not a count",
                                                           ": n - 3 * a * 4 with n = 1, a = 0.5"]),
             ({"action": note("if(line == first, log(a - p), dose[second])")},
              ["line = first, a = 0.5, p = 0.6 ("]),
             ({"events": {"look": {"time": {"weibull": {"shape": "a - p", "scale": "3 d"}}}}},
              ["look: the weibull law", ": a - p with a = 0.5, p = 0.6"]),
             ({"events": {"look": {"time": {"fixed": "1 d"}}},
               "utility": {"well": "log(a - p)", "ill": "log(0 * p)", "worse": 1}},
              ["the utility is not a finite number; ", ": log(a - p) with state = well, a = 0.5, p = 0.6 ("]),
             ({"action": {"lose utility": "pain", "amount": 0.1, "for": "1 d - now * 2"}},
              ["pain lasts -1 days", ": 1 d - now * 2 with now = 1 d"])]
    outcomes = [said(world, more, parameters, **case) for case, _ in cases]
    named = [re.search(r"model\.yaml:\d+:\d+: ", why) is not None for _, why in outcomes]
    return [([code for code, _ in outcomes], [1] * len(cases)),
            ([[words in why for words in phrases] for (_, phrases), (_, why) in zip(cases, outcomes)],
             [[True] * len(phrases) for _, phrases in cases]),
            (named, [True] * len(cases))]


def functions(world):
    """A function's arguments are what the caller wrote, of any type, read where the body reads them."""
    given = {"scaled(what, factor)": "what * factor", "is_either(x, a, b)": "x == a or x == b",
             "recently(what)": "happened(what) and since(what) < 2 d",
             "tally(name)": "scaled(courses[name], 10) + if(is_either(name, chemo, none), 1, 0)"}
    events = {**given_course("one", "1 d"), "late": once("late", "4 d", note("if(recently(one), 1, 2)", "late")),
              "soon": once("soon", "2 d", note("if(recently(one), 1, 2)", "soon"),
                           note("tally(regimen) + 1000 * tally(blina)"), {"set": {"wait": "scaled(wait, 3)"}}),
              "waits": {"while": "is_either(state, well, ill) and count(waits) == 0",
                        "time": {"fixed": "scaled(1 d, 3) + wait"}, "changes": "redraw"}}
    lives = world.live(model(events, functions=given, categories=REGIMENS,
                             attributes={**COURSES, "wait": {"type": "time", "initial": "1 d"}},
                             costs={name: "0 EUR/d" for name in ("note", "late", "soon")}))
    return [(paid(lives), 50011.0), (paid(lives, "soon"), 1.0), (paid(lives, "late"), 2.0),
            (lives.times("waits"), [8.0])]


RULES = (vector, vector_draw, vector_reads, vector_baseline, count, since, time_in, history_rewards,
         and_or, unset, unset_read, run_errors, functions)
