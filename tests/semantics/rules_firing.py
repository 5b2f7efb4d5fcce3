"""Rules F1 to F7: a firing as one transaction, goto, split, decide, start, death, impossible values."""
from scipy.stats import norm

from lives import model, once
from luck import BASELINE, latent, uniform

PATIENTS = 12
COUNT = {"type": "number", "initial": 1}


def paid(lives, category="note", patient=0, strategy="only"):
    """What was paid: how these models tell the value of an attribute."""
    return lives.value(f"cost_{category}_undiscounted", patient, strategy)


def note(expression, category="note"):
    """An action that pays the value of an expression."""
    return {"pay": {category: f"({expression}) * 1 EUR"}}


def transaction_order(world):
    """On day 2: x doubles, is noted, the move is asked for, and only then is the delay set with which
    the clocks of the new state are armed; while the actions run the state is still the old one."""
    change = once("change", "2 d", {"set": {"x": "x + 1", "ten": "x * 10"}}, note("ten"),
                  {"goto": "ill"}, {"set": {"delay": "3 d", "was_well": "state == well"}},
                  {"if": "was_well", "then": [note("1", "old_state")]})
    content = model({"old": {"while": ["well"], "time": {"fixed": "4 d"}}, "change": change,
                     "second": {"while": ["ill"], "time": {"fixed": "delay"}, "goto": "well"},
                     "first": {"while": ["ill"], "time": {"fixed": "delay"}}},
                    attributes={"x": COUNT, "ten": COUNT, "delay": {"type": "time", "initial": "50 d"},
                                "was_well": {"type": "flag", "initial": False}},
                    costs={"note": "0 EUR/d", "old_state": "0 EUR/d"}, utility={
                        "well": 1, "ill": "if(delay == 3 d, 0.5, 0)", "worse": 0})
    lives = world.live(content, horizon="6 d")
    return [(paid(lives), 20.0), (paid(lives, "old_state"), 1.0),
            (lives.order("change", "ill", "old", "first", "second"), ["change", "ill", "second"]),
            (lives.times("second"), [5.0]), (lives.days("qalys_undiscounted"), 2 + 3 * 0.5 + 1)]


def last_goto(world):
    def went(*actions):
        return world.live(model({"go": once("go", "1 d", *actions)})).order("ill", "worse", "well")
    return [(went({"goto": "ill"}, {"goto": "worse"}), ["well", "worse"]),
            (went({"goto": "ill"}, {"goto": "well"}), ["well"]),
            (went({"goto": "well", "reenter": True}), ["well", "well"])]


def branches(first, second, rest):
    """A model that splits once into three, each of which leaves a mark."""
    options = [{"chance": first, "do": [{"mark": "a"}]}, {"chance": second, "do": [{"mark": "b"}]}]
    if rest:
        options.append({"otherwise": [{"mark": "c"}]})
    return model({"go": once("go", "1 d", {"split": "way", "into": options})},
                 attributes={"p": {"type": "probability", "initial": 0.7}})


def came_up(u):
    """The first option whose cumulated probability exceeds u: .25, .35, the rest."""
    return "a" if u < 0.25 else "b" if u < 0.6 else "c"


def split(world):
    ways = world.live(branches("p - 0.45", "p / 2", True), patients=PATIENTS)
    shares = {"a": 0.25, "b": 0.35, "c": "rest"}
    content = model({"go": once("go", "1 d", {"draw": "kind", "among": shares},
                                note("if(kind == a, 1, if(kind == b, 2, 3))"))},
                    categories={"kinds": ["a", "b", "c"]}, costs={"note": "0 EUR/d"},
                    attributes={"kind": {"type": "kinds", "initial": "c"}})
    labels = world.live(content, patients=PATIENTS)
    expected = [came_up(uniform("go.way", patient)) for patient in range(PATIENTS)]
    drawn = [came_up(uniform("go.kind", patient)) for patient in range(PATIENTS)]
    return [([ways.order("a", "b", "c", patient=p) for p in range(PATIENTS)],
             [[name] for name in expected]),
            (["abc"[int(paid(labels, patient=p)) - 1] for p in range(PATIENTS)], drawn),
            (sorted(set(expected)), ["a", "b", "c"])]


def split_overfull(world):
    above, why = world.fails(branches("p", "p", True))
    below, lacking = world.fails(branches("p", "p / 7", False))
    exact = world.live(branches("p", "1 - p", False), patients=PATIENTS)
    return [(above, 1), ("patient 0" in why and "1.4" in why, True),
            (below, 1), ("patient 0" in lacking and "0.8" in lacking, True),
            (sum(len(exact.order("a", "b", patient=p)) for p in range(PATIENTS)), PATIENTS)]


def decide(world):
    """Each step appends its digit to x: the rule's set 1, the decision's do 2 (3 without the choice
    stored), the option's branch 4."""
    content = model(
        {"visit": once("visit", "1 d", {"decide": "drug"}, note("x"))},
        categories={"drugs": ["weak", "strong"]}, costs={"note": "0 EUR/d"},
        attributes={"x": {"type": "number", "initial": 0}},
        decisions={"drug": {"of": "drugs",
                            "do": [{"set": {"x": "x * 10 + if(drug == strong, 2, 3)"}}],
                            "options": {"strong": [{"set": {"x": "x * 10 + 4"}},
                                               {"mark": "strong_given"}],
                                        "weak": [{"mark": "weak_given"}]}}})
    first = {"set": {"x": 1}, "choose": "strong"}
    strategies = {
        "first": {"title": "The first that matches",
                  "decisions": {"drug": [{"if": "x == 7", "choose": "weak"}, {"if": "x == 0", **first},
                                         {"if": "x == 0", "choose": "weak"}, {"choose": "weak"}]}},
        "last": {"title": "None matches but the last",
                 "decisions": {"drug": [{"if": "x == 7", **first}, {"choose": "weak"}]}}}
    lives = world.live(content, strategies=strategies, reference="first")
    return [(paid(lives, strategy="first"), 124.0), (paid(lives, strategy="last"), 3.0),
            (lives.order("strong_given", "weak_given", strategy="first"), ["strong_given"]),
            (lives.order("strong_given", "weak_given", strategy="last"), ["weak_given"])]


def baseline_order(world):
    rows = world.table("patients.csv", [("age", "mark"), (10, 3), (20, 5)])
    content = model(
        {"clock": {"while": ["well"], "time": {"fixed": "1 d"}},
         "ill_clock": {"while": ["ill"], "time": {"fixed": "a * 1 d"}}},
        start={"state": "well", "do": [{"set": {"a": "a * 100"}}, {"goto": "ill"}, {"set": {"a": 4}}]},
        attributes={"z": {"latent": "normal"}, "row": "number",
                    "a": {"type": "number", "initial": "row * 2"},
                    "b": {"type": "number", "initial": "a + 1"},
                    "last": "number", "next": "number", "high": "flag"})
    population = {"csv": {"file": rows, "columns": {"row": "mark"}},
                  "attributes": {"next": "b * 3", "last": "next + 0.5",
                                 "high": {"chance": "normal_cdf(z)"}}}
    lives = world.live(content, patients=3, population=population)
    columns = ("row", "a", "b", "next", "last")
    drawn = [float(uniform("population.high", p, purpose=BASELINE) < norm.cdf(latent("z", p)))
             for p in range(3)]
    return [([lives.value(name, 0) for name in columns], [3.0, 6.0, 7.0, 21.0, 21.5]),
            ([lives.value(name, 1) for name in columns], [5.0, 10.0, 11.0, 33.0, 33.5]),
            (lives.value("row", 2), 3.0), ([lives.value("high", p) for p in range(3)], drawn),
            (lives.log()[:3], [(0.0, "index"), (0.0, "well"), (0.0, "ill")]),
            (lives.times("clock"), []), (lives.times("ill_clock")[0], 4.0)]


def death(world):
    """Also R6: life years and QALYs accrue outside death, to the horizon."""
    content = model({"die": once("die", "5 d", {"goto": "dead"}, {"pay": {"ward": "100 EUR"}},
                                 {"mark": "end"}),
                     "same_day": once("same_day", "5 d"), "later": once("later", "6 d")},
                    utility={"well": 0.5, "ill": 0, "worse": 0}, costs={"ward": "10 EUR/d"})
    lives = world.live(content, horizon="10 d")
    alive = world.live(dict(content, events={"later": content["events"]["later"]}), horizon="10 d")
    names = ("die", "end", "dead", "death", "same_day", "later")
    return [(lives.order(*names), ["die", "end", "dead", "death"]),
            (lives.days("life_years_undiscounted"), 5.0), (lives.days("qalys_undiscounted"), 2.5),
            (lives.value("cost_ward_undiscounted"), 150.0), (lives.days("survival_time"), 5.0),
            (alive.days("life_years_undiscounted"), 10.0), (alive.days("qalys_undiscounted"), 5.0)]


def impossible(world):
    """Of six patients number 3 and number 5 have a value that cannot be."""
    rows = world.table("odd.csv", [("x",), (1,), (1,), (1,), (-1,), (1,), (-1,)])

    def failed(*actions, law=None, **attributes):
        go = {**once("go", "1 d", *actions), "time": law or {"fixed": "1 d"}}
        return world.fails(model({"go": go}, attributes={"x": "number", **attributes}), patients=6,
                           population={"csv": {"file": rows, "columns": {"x": "x"}}})
    failures = [failed({"set": {"root": "sqrt(x)"}}, root=COUNT),
                failed({"draw": "f", "chance": "(1 - x) * 0.8"}, f={"type": "flag", "initial": False}),
                failed(law={"exponential": {"rate": "x * 1/d"}}),
                failed({"draw": "root", "from": {"uniform": {"min": 0, "max": "x"}}}, root=COUNT),
                failed(law={"uniform": {"min": "x * 1 d", "max": "9 d"}}),
                failed({"if": "sqrt(x) > 0", "then": [{"mark": "positive"}]}),
                failed({"set": {"root": "min(1, sqrt(x))"}}, root=COUNT),
                failed({"set": {"chance": "1 - x"}},
                       chance={"type": "probability", "initial": 0.5})]
    return [([code for code, _ in failures], [1] * len(failures)),
            (["patient 3" in message for _, message in failures], [True] * len(failures))]


RULES = (transaction_order, last_goto, split, split_overfull, decide, baseline_order, death,
         impossible)
