"""Rules H1 to H7: what a patient carries of the past: attributes by category, times and counts of what
happened, values not yet there, and the words of an expression that fails."""
from lives import model, once
from luck import uniform
from rules_firing import note, paid

REGIMENS = {"regimens": ["none", "chemo", "blina"], "lines": ["first", "second"]}
COURSES = {"regimen": {"type": "regimens", "initial": "chemo"},
           "line": {"type": "lines", "initial": "first"},
           "courses": {"type": "count", "by": "regimens", "initial": {"blina": 5, "default": 0}}}


def given(name, delay, *actions):
    """A course of the present regimen."""
    return {name: once(name, delay, {"set": {"courses[regimen]": "courses[regimen] + 1"}}, *actions)}


def vector(world):
    """Two courses of chemotherapy, then one of blinatumomab, whose count began at 5."""
    events = {**given("one", "1 d"), **given("two", "2 d", {"set": {"regimen": "blina"}}),
              **given("three", "3 d", note("courses[chemo] * 100 + courses[blina] * 10 + courses[none]")),
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
            ([lives.value("courses_blina", p) for p in range(2)], [3.0, 5.0])]


RULES = (vector, vector_draw, vector_reads, vector_baseline)
