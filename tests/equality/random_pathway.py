"""What happens in a random model: functions, decisions and procedures, events and their clocks, modules, rewards."""
from random_actions import Body, bounded
from random_laws import Laws
from random_words import ATTRIBUTE, CONDITION, LIFE, STATE, Words

# ---- functions, decisions, procedures ------------------------------------------------------------

def functions(parts):
    world = parts.world
    words = Words(world, CONDITION, 1)
    written = {"score": words.clamped(-2, 2), "mixed(x, z)": f"x * 0.5 + z * ({words.clamped(0, 1)})",
               "recently(what)": "happened(what) and since(what) < 200 d"}
    parts.model["functions"] = written
    world.add("score", "number", *CONDITION)
    world.add(f"recently({world.pick(parts.event_names)})", "flag", *LIFE)
    world.functions.append(("mixed", ("number", "number"), "number"))
    world.functions.append(("mixed", ("time", "time"), "time"))


def callees(parts, after):
    """The decisions and procedures that this one may ask: those behind it in the list."""
    position = parts.callables.index(after) + 1 if after else 0
    return parts.callables[position:]


def decisions(parts):
    world = parts.world
    decided = [name for verb, name in parts.callables if verb == "decide"]
    parts.options = {name: world.pick(list(world.categories)) for name in decided}
    for name in decided:
        world.add(name, parts.options[name], ATTRIBUTE, STATE)
        parts.keys.append(name)


def bodies_asked(parts):
    """What decisions and procedures do, now that all names are known."""
    world = parts.world
    for verb, name in parts.callables:
        body = Body(parts, callees(parts, (verb, name)), named_sites=verb == "run")
        if verb == "run":
            parts.model.setdefault("procedures", {})[name] = body.actions(2)
            continue
        decision = {"of": parts.options[name], "do": body.actions(2)}
        labels = world.some(world.categories[parts.options[name]])
        decision["options"] = {label: body.actions(2) for label in labels}
        parts.model.setdefault("decisions", {})[name] = decision


# ---- events --------------------------------------------------------------------------------------

LIFE_TABLE = "age,rate,kind,year\n"


def life_table(parts):
    """A life table by the first category, perhaps by calendar year, as a law that counts from birth."""
    world = parts.world
    category, labels = next(iter(world.categories.items()))
    years = [2005, 2012, 2020] if parts.dated and world.chance(0.6) else [2020]
    rows = [f"{age},{0.0004 * 1.09 ** age * (1 + i / 3) * (1 - y / 10):.5g},{label},{year}"
            for i, label in enumerate(labels) for y, year in enumerate(years) for age in range(0, 101, 10)]
    parts.files["ages.csv"] = LIFE_TABLE + "\n".join(rows) + "\n"
    holders = [a.text for a in world.atoms if a.type == category and not a.guard and a.reads == {ATTRIBUTE}
               and "[" not in a.text]
    table = {"csv": "ages.csv", "age": "age", "rate": "rate", "by": {"kind": world.pick(holders)},
             "interpolate": world.pick(["constant", "loglinear"]), "beyond": "hold"}
    if len(years) > 1:
        table["year"] = "year"
    return {"life table": table}


def condition(parts):
    """What a clock runs under."""
    world, words = parts.world, Words(parts.world, CONDITION, 2)
    return world.pick([world.some(world.states), world.pick(world.states), alone(parts, world.some(world.states)),
                       words.flag(2), f"alive and ({words.flag(2)})", "alive"])


def waiting(parts, event, words):
    """The law of a clock and what it wears there."""
    world = parts.world
    if world.chance(0.35):
        event["time"] = parts.law_by_name(parts.laws)
        family = parts.parameters[event["time"].partition("[")[0]]["law"]
    else:
        event["time"] = Laws(world, words).waiting()
        family, = event["time"]
    if world.chance(0.2):
        event["time ratio"] = words.factor(0.5)
    if family == "fixed":
        return
    if world.chance(0.35):
        event["hazard ratio"] = words.factor()
    if world.chance(0.3):
        profile(parts, event, words)
    inside = event["time"].get(family, {}) if isinstance(event["time"], dict) else {"cured": True}
    if world.chance(0.15) and "cured" not in inside:
        event["cured"] = f"0.7 * ({words.value('probability', 1)})"
    if world.chance(0.3):
        event["cure on"] = world.pick(["latency", "population"])


def profile(parts, event, words):
    world = parts.world
    since = {}
    if world.chance(0.6):
        since["since"] = world.pick(["index", *parts.event_names, *world.states, *parts.marks])
        if since["since"] != "index":
            since["before"] = words.factor()
            event["changes"] = world.pick(["follow", "redraw", "hold"])
    event["hazard ratio over time"] = Laws(world, words).profile(parts.effects, since)


def alone(parts, held):
    """A condition as an expression."""
    if isinstance(held, list):
        return f"state in ({', '.join(held)})"
    return f"state == {held}" if held in parts.world.states else held


def origin(parts, name, event):
    """What the clock counts from. A law that is over at that age fires at once, so it does so a few times only."""
    world = parts.world
    kind = world.pick(["arming", "index", "birth", "occurrence"])
    if kind == "arming":
        return
    held = f"count({name}) < {world.rng.randint(1, 3)} and ({alone(parts, event.get('while', 'alive'))})"
    if kind == "occurrence":
        kind = world.pick([*parts.event_names, *world.states, *parts.marks])
        held = f"happened({kind}) and {held}"
    event.update({"from": kind, "while": held})


def an_event(parts, name):
    world = parts.world
    words = Words(world, LIFE, 1)
    event = {}
    if world.chance(0.8):
        event["while"] = condition(parts)
    waiting(parts, event, words)
    if world.chance(0.3):
        origin(parts, name, event)
    if "changes" not in event and world.chance(0.7):
        event["changes"] = world.pick(["hold", "follow", "follow", "redraw"])
    if world.chance(0.3):
        event["when left"] = world.pick(["cancel", "pause", "pause"])
    if world.chance(0.15):
        event["starts"] = "on demand"
    luck(parts, event, words)
    body = Body(parts, callees(parts, None))
    if world.chance(0.9):
        event["do"] = body.actions(3)
    if world.chance(0.4):
        event["goto"] = world.pick(world.states)
    elif name == parts.event_names[0]:
        event["goto"] = world.states[-1]
    return event


def luck(parts, event, words):
    world = parts.world
    if parts.keys and world.chance(0.25):
        event["key"] = world.some(parts.keys)[:2]
    if parts.latents and world.chance(0.25):
        event["loads on"] = parts.loadings(words)


def death_event(parts):
    world, words = parts.world, Words(parts.world, LIFE, 1)
    event = {"goto": world.deaths[0]}
    if world.chance(0.5):
        event.update({"time": life_table(parts), "from": "birth"})
        if world.chance(0.5):
            event["hazard ratio"] = words.factor()
        if world.chance(0.4):
            profile(parts, event, words)
    else:
        event["time"] = Laws(world, words).slow()
    event.setdefault("changes", world.pick(["hold", "follow"]))
    if world.chance(0.3):
        event["do"] = Body(parts, moves=False).actions(2)
    return event


def bursts(parts, written):
    """Two clocks that count in millionths of a day, the unit of time: many of their firings coincide."""
    world = parts.world
    for name in ("burst0", "burst1"):
        arguments = world.pick([{"weibull": {"shape": 1.3, "scale": "0.000004 d"}},
                                {"exponential": {"mean": "0.000002 d"}}, {"gamma": {"shape": 2, "scale": "0.000002 d"}}])
        written[name] = {"while": f"count({name}) < 15", "time": arguments, "hazard ratio": "0.5 + abs(b1) / 9",
                         "changes": "follow", "do": [{"set": {"b1": bounded(Words(world, LIFE, 1), "number")}}]}


def events(parts):
    written = {name: an_event(parts, name) for name in parts.event_names[:-1]}
    written["die"] = death_event(parts)
    if parts.world.chance(0.2):
        bursts(parts, written)
    first = next(iter(written.values()))
    first["do"] = [*first.get("do", []), {"mark": "seen"}, {"mark": "noted"}]  # marks must be made somewhere
    parts.model["events"] = dict(sorted(written.items(), key=lambda _: parts.world.rng.random()))


# ---- modules -------------------------------------------------------------------------------------

def modules(parts):
    """A course with states, luck and clocks of its own, instantiated twice, once within another."""
    world = parts.world
    if not world.chance(0.25):
        return
    laws = Laws(world)
    course = {"arguments": {"chance": None, "next": None, "gap": "90 d"}, "key": world.some(parts.keys, 0)[:1],
              "attributes": {"responds": {"type": "flag", "initial": False}, "n": {"type": "count", "initial": 0}},
              "states": {"on": None},
              "events": {"assess": {"while": "on", "time": {"fixed": "gap"}, "goto": "next",
                                    "do": [{"draw": "responds", "chance": "chance"}, {"set": {"n": "min(20, n + 1)"}},
                                           {"pay": {parts.costs[0]: "n * 10 EUR"}}]},
                         "trouble": {"while": "state == on and not responds", "time": laws.waiting(),
                                     "do": [{"mark": "trouble_seen"}, {"set": {"responds": "not responds"}}]},
                         "enter": {"while": world.pick(world.states), "time": laws.waiting(), "goto": "on"}}}
    if not course["key"]:
        del course["key"]
    if isinstance(parts.model.get("utility"), dict):
        course["utility"] = {"on": 0.4}
    parts.model["modules"] = {"course": course, "pair": {
        "arguments": ["next"], "instances": {"inner": {"of": "course", "with": {"chance": 0.5, "next": "next"}}}}}
    words = Words(world, CONDITION, 1)
    parts.model["instances"] = {
        "first": {"of": "course", "with": {"chance": words.value("probability", 1), "next": world.states[0],
                                           "gap": "180 d"}},
        "second": {"of": "pair", "with": {"next": world.states[-1]}}}


# ---- rewards -------------------------------------------------------------------------------------

def rewards(parts):
    world, words = parts.world, Words(parts.world, CONDITION, 2)

    def table_of_time(kind):
        """A piecewise constant function of some time that passes; its breaks are inserted."""
        tables = [name for name, of, constant_between in world.tables if of == kind and constant_between]
        if not tables or not world.chance(0.5):
            return None
        occurrence = world.pick([*parts.event_names, *world.states])
        return world.pick([f"{tables[0]}(now)", f"{tables[0]}(age + now)", f"{tables[0]}(in_state)",
                           f"if(happened({occurrence}), {tables[0]}(since({occurrence})), 0.3)",
                           f"{tables[0]}(time_in({world.pick(world.states)}))"])

    def utility():
        return f"max(-0.5, min(1, {table_of_time('utility') or words.value('utility')}))"
    if parts.has_utility:
        by_state = {state: utility() for state in world.states}
        parts.model["utility"] = by_state if world.chance(0.5) else utility()

    def cost():
        flow = words.value("flow")
        ratio = table_of_time("number")
        return f"({flow}) * max(0, min(3, {ratio}))" if ratio else flow
    parts.model["costs"] = {name: world.pick([None, cost(), {state: cost() for state in world.some(world.states)}])
                            for name in parts.costs}
