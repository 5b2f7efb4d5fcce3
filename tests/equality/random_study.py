"""What is asked in a random study: who comes, under which strategies, counted and discounted how, seen as in which cohorts."""
from random_actions import Body, bounded
from random_parts import constant
from random_words import CONDITION, LIFE, Words


def population(parts):
    world = parts.world
    section = {"attributes": parts.population}
    members = [name for name in parts.drawn_at_baseline] + parts.latents
    if len(members) > 1 and world.chance(0.5):
        first, *rest = world.some(members, 2)[:3] if len(members) > 2 else members
        section["correlation"] = {first: {other: world.number(-0.5, 0.5) for other in rest}}
    if parts.columns:
        section["csv"] = patients(parts)
    parts.experiment["population"] = section


def cell(world, target):
    if target.may_be_unset and world.chance(0.2):
        return ""
    if target.kind == "flag":
        return world.pick(["true", "false", "0", "1"])
    if target.kind in world.categories:
        return world.pick(world.categories[target.kind])
    low, high = {"time": (10, 900), "number": (-2, 3), "count": (0, 5)}.get(target.kind, (0, 1))
    return str(world.number(low, high)) if target.kind != "count" else str(world.rng.randint(low, high))


def patients(parts):
    world = parts.world
    header = ["w", *parts.columns]
    rows = [[str(world.rng.randint(0, 3) + i % 2), *(cell(world, target) for target in parts.columns.values())]
            for i in range(world.rng.randint(2, 11))]
    parts.files["patients.csv"] = "\n".join(map(",".join, [header, *rows])) + "\n"
    section = {"file": "patients.csv", "columns": {name: name for name in parts.columns}}
    if world.chance(0.6):
        section["sample"] = "resample"
        if world.chance(0.6):
            section["weight"] = "w"
    return section


def rules(parts, name):
    """Rules of one decision: conditions in order, the last without."""
    world, words = parts.world, Words(parts.world, LIFE)
    labels = world.categories[parts.options[name]]
    listed = []
    for _ in range(world.rng.randint(0, 3)):
        rule = {"if": words.flag(2), "choose": world.pick(labels)}
        if world.chance(0.4):
            rule.update(Body(parts).set())
        listed.append(rule)
    return listed + [{"choose": world.pick(labels)}]


def strategies(parts):
    world = parts.world
    section = {}
    for name in ["usual", "new", "other"][:world.rng.randint(1, 3)]:
        settings = {number: constant(world, kind) for number, kind in world.some(parts.settable, 0)[:3]}
        decided = {decision: rules(parts, decision) for decision in parts.options}
        section[name] = {"title": name, **({"set": settings} if settings and name != "usual" else {}),
                         **({"decisions": decided} if decided else {})}
    parts.experiment["strategies"] = section
    parts.experiment["reference"] = world.pick(list(section))


def discounting(parts):
    world = parts.world

    def one():
        rate = {"rate": f"{world.rng.randint(0, 6)} %"}
        return {**rate, "then": {"from": "2 y", "rate": "1 %"}} if world.chance(0.3) else rate
    if world.chance(0.2):
        return
    origin = {"year": 2014} if parts.dated and world.chance(0.5) else world.pick(["index", None])
    rates = {"costs": one(), "effects": one()} if world.chance(0.3) else one()
    parts.experiment["discount"] = {**rates, "kind": world.pick(["effective", "continuous"]),
                                    **({"from": origin} if origin else {})}


def endpoints(parts):
    world, words = parts.world, Words(parts.world, CONDITION, 1)
    happenings = [*parts.event_names[:-1], *world.states[1:], *parts.marks]
    section = {"os": {"events": "death"}}
    for i in range(world.rng.randint(0, 3) if not parts.large else 66):
        parted = world.some(happenings, 3)
        world.rng.shuffle(parted)
        endpoint = {"index": world.pick(["index", world.pick(happenings), world.some(happenings)[:2]])}
        if world.chance(0.5) and len(parted) > 1:
            endpoint["causes"] = {f"cause{i}{j}": cause for j, cause in enumerate(parted[:2])}
        else:
            endpoint["events"] = world.pick([parted[0], parted[:2]])
        if world.chance(0.5):
            endpoint["competing"] = "death"
        if world.chance(0.4) and len(parted) > 2:
            endpoint["censor at"] = parted[2:3]
        if world.chance(0.4):
            endpoint["who"] = words.flag(2)
        others = [name for name in parted[1:] if name not in [*endpoint.get("events", ()), *endpoint.get("censor at", ())]]
        if "events" in endpoint and others and world.chance(0.5):
            endpoint["non-response"] = others[:2]
        elif world.chance(0.3):
            endpoint["landmark"] = world.pick(["30 d", "0.5 y", "1 y"])
        if world.chance(0.3):
            endpoint["origin counts"] = True
        section[f"endpoint{i}"] = endpoint
    parts.experiment["endpoints"] = section


def estimates(parts, groups, covariates):
    """Of all kinds; of any endpoint, at times within and beyond the horizon."""
    world, endpoints_known = parts.world, parts.experiment["endpoints"]

    def one():
        endpoint = world.pick(list(endpoints_known))
        causes = list(endpoints_known[endpoint].get("causes", [endpoint]))
        at = world.pick(["30 d", "1 y", "3 y"])
        forms = [{"survival": endpoint, "at": at}, {"median": endpoint}, {"restricted mean": endpoint, "to": at},
                 {"incidence": endpoint, "cause": world.pick(causes), "at": at}, {"share": world.pick(covariates)}]
        form = world.pick(forms)
        if groups and world.chance(0.5):
            form.update({"difference": groups} if world.chance(0.5) else {"group": world.pick(groups)})
        tests = [{"hazard ratio": endpoint, "of": covariates[0], "adjusted for": covariates[1:]},
                 *([{"log rank": endpoint}, {"fraction": groups[0]}] if groups else [])]
        return form if world.chance(0.8) else world.pick(tests)
    return {f"estimate{i}": one() for i in range(world.rng.randint(2, 6))}


def emulation(parts, cohort):
    """A cohort of few, so that figures of cohorts are all but those of patients."""
    world, words = parts.world, Words(parts.world, LIFE, 1)
    kinds = ["number", "count", "probability", "flag"]
    covariates = {world.new("covariate"): words.flag(1) if kind == "flag" else bounded(words, kind)
                  for kind in [world.pick(kinds) for _ in range(world.rng.randint(1, 3))]}
    section = {"cohort": cohort, "strategy": world.pick(list(parts.experiment["strategies"])), "size": world.rng.randint(1, 3),
               "cohorts": 50, "covariates": covariates}
    if world.chance(0.6):
        section["groups"] = {world.new("group"): words.flag(1), world.new("group"): "rest"}
    if world.chance(0.5):
        section["follow up"] = {"uniform": {"min": "1 mo", "max": world.pick(["1 y", "5 y"])}}
    if world.chance(0.3):
        section["drop out"] = {"exponential": {"rate": world.pick(["0.1/y", words.value("rate")])}}
    section["estimates"] = estimates(parts, list(section.get("groups", {})), list(covariates))
    return section


def emulations(parts):
    """One begins at time zero, with everybody; others where nobody may come."""
    world, known = parts.world, parts.experiment["endpoints"]
    cohorts = ["os", *(name for name, endpoint in known.items() if "landmark" not in endpoint)]
    if world.chance(0.5) or parts.large:
        return
    parts.experiment["emulate"] = {f"cohort{i}": emulation(parts, world.pick(cohorts) if i > 0 else "os")
                                   for i in range(world.rng.randint(1, 2))}


def groupings(parts):
    """Attributes whose baseline makes subgroups: flags and categories that the population gives."""
    world = parts.world
    names_given = [t.name for t in parts.targets if not t.by and (t.kind == "flag" or t.kind in world.categories)
                   and (t.name in parts.population or t.name in parts.columns)]
    chosen = world.some(names_given, 0)[:2]
    return chosen + ([chosen] if len(chosen) == 2 and world.chance(0.5) else [])


def outputs(parts):
    world = parts.world
    section = {"grid": world.pick([{"to": "10 y", "every": "1 y"}, {"to": "5 y", "every": "1 mo"},
                                   {"to": "1 y", "every": "90 d"}])}
    by = groupings(parts)
    if by and world.chance(0.5):
        section["by"] = by
    if world.chance(0.2):
        section["without"] = world.pick([["transitions"], ["histograms", "occupancy"], ["increments"]])
    if world.chance(0.2):
        section["quantiles"] = [0.1, 0.5, 0.8]
    parts.experiment["outputs"] = section


def experiment(parts):
    world = parts.world
    parts.experiment["parameters"] = parts.parameters
    parts.experiment["horizon"] = world.pick(["2 y", "5 y", "10 y", "3652.5 d", "20 y"]) if not parts.large else "1.5 y"
    if parts.dated and world.chance(0.6):
        parts.experiment["closes"] = world.pick([2024.5, 2030])
    parts.experiment["seed"] = world.rng.randint(0, 2**40)
    population(parts)
    strategies(parts)
    discounting(parts)
    endpoints(parts)
    emulations(parts)
    groupings(parts)
    outputs(parts)
