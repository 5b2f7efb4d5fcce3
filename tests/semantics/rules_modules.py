"""Rules M1 and M2: an instance of a module is its body under other names, with luck of its own."""
import math

from lives import TICK, grid, model, once
from luck import hazard, uniform


def course(gap, key):
    """A body that is begun anew after every draw, and says what it drew by its next delay."""
    keyed = {"key": key} if key else {}
    return {"attributes": {"wait": {"type": "time", "initial": gap}},
            "procedures": {"again": [{"draw": "wait", "from": {"exponential": {"mean": gap}}, **keyed}]},
            "events": {"visit": {"time": {"exponential": {"mean": "wait"}}, **keyed,
                                 "do": [{"run": "again"}, {"mark": "seen"}]}}}


def module_inline(world):
    """What a module of one instance declares under plain names is what the model would declare."""
    arms = {"categories": {"arms": ["left", "right"]},
            "attributes": {"arm": {"type": "arms", "initial": "right"}}}
    rest = {"background": {"time": {"exponential": {"rate": "0.05/d"}}}}
    body = course("9 d", ["arm"])
    inline = model({**body["events"], **rest}, procedures=body["procedures"], categories=arms["categories"],
                   attributes={**arms["attributes"], **body["attributes"]})
    given = {"length": "4 d + 5 d"}
    module = {"arguments": {"length": None, "unused": "1"}, "key": "arm", **course("length", None)}
    used = {"modules": {"course": module}, **model(rest, **arms)}
    plain = {"instances": {"one": {"of": "course", "with": given, "names": "plain"}}, **used}
    named = {"instances": {"one": {"of": "course", "with": given}}, **used}
    logs = [[world.live(content, patients=3).log(q) for q in range(3)] for content in (inline, plain, named)]
    mine = [[what for _, what in log if what != "background"] for log in logs[2]]
    return [(logs[1], logs[0]), (len(logs[0][0]) > 5, True),
            (set(sum(mine, [])) >= {"one_visit", "one_seen"}, True),
            ("visit" in sum(mine, []), False)]


def module_instances(world):
    """Each instance has luck of its own, at sites of its own names, by the keys of its module."""
    module = {"arguments": ["length"], "key": ["arm"], **course("length", None)}
    arms = {"categories": {"arms": ["left", "right"]},
            "attributes": {"arm": {"type": "arms", "initial": "right"}}}
    events = {"pair": {"instances": {"a": {"of": "course", "with": {"length": "days"}}}, "arguments": ["days"]},
              "course": module}
    lives = world.live({"modules": events, **model({}, **arms),
                        "instances": {"x": {"of": "course", "with": {"length": "3 d"}},
                                      "y": {"of": "pair", "with": {"days": "5 d"}}}}, patients=4)
    found, expected = [], []
    for name, mean in (("x_visit", 3.0), ("y_a_visit", 5.0)):
        for q in range(4):
            day = grid(mean * hazard(name, q, labels=["right"]))
            again = mean * -math.log(uniform(f"{name}.{name[:-5]}wait", q, labels=["right"]))
            second = grid(day + again * hazard(name, q, visit=1, labels=["right"]))
            found.append(lives.times(name, q)[:2])
            expected.append([t for t in (day, second) if t <= 100])
    return [(found, expected, 4 * TICK)]


def module_rank(world):
    """The events of an instance rank where `instances:` stands among the sections of the files."""
    module = {"events": {"due": {**once("due", "3 d")}}}
    before = world.live({"model": "rule", "modules": {"m": module}, "instances": {"one": {"of": "m"}},
                         **model({"own": once("own", "3 d")})})
    after = world.live({**model({"own": once("own", "3 d")}), "instances": {"one": {"of": "m"}},
                        "modules": {"m": module}})
    return [(before.order("own", "one_due"), ["one_due", "own"]),
            (after.order("own", "one_due"), ["own", "one_due"])]


def module_functions(world):
    """What a body gives to a function is its own: an event of the instance, not the model's of that name."""
    module = {"arguments": ["gap"],
              "functions": {"often(what)": "count(what) >= 2 and recently(what)"},
              "events": {"visit": {"time": {"fixed": "gap"},
                                   "do": [{"if": "often( visit )", "then": [{"mark": "again"}]},
                                          {"if": "within(visit, min(gap, 1 d))", "then": [{"mark": "now_too"}]}]}}}
    functions = {"recently(what)": "happened(what) and since(what) < 1 d",
                 "within(what, limit)": "happened(what) and since(what) < limit"}
    lives = world.live({"modules": {"m": module}, "functions": functions,
                        "instances": {"x": {"of": "m", "with": {"gap": "30 d"}},
                                      "y": {"of": "m", "with": {"gap": "40 d"}}},
                        **model({"visit": {"time": {"fixed": "7 d"}}})})
    return [(lives.times("x_again"), [60, 90]), (lives.times("y_again"), [80]),
            (lives.times("x_now_too"), [30, 60, 90]), (lives.times("y_now_too"), [40, 80])]


def module_element(world):
    """An element of an attribute can be given to a module, to be read and to be set."""
    module = {"arguments": ["what"],
              "events": {"visit": {"while": "what < 3", "time": {"fixed": "10 d * (1 + what)"},
                                   "do": [{"set": {"what": "what + 1"}}]}}}
    lives = world.live({"modules": {"m": module},
                        "instances": {"x": {"of": "m", "with": {"what": "n[left, right]"}}},
                        **model({}, categories={"arms": ["left", "right"]},
                                attributes={"n": {"type": "count", "by": ["arms", "arms"], "initial": 0}})})
    return [(lives.times("x_visit"), [10, 30, 60])]


RULES = (module_inline, module_instances, module_functions, module_element, module_rank)
