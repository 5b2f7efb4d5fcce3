#!/usr/bin/python3
"""The frontline entrance: the history a relapse hands on is the one that was lived, and published figures hold.

History: endpoints whose risk set is a contradiction (a first remission called short that was long, an antibody counted
that was never given, ...) must stay empty, in the firing of the relapse and of a failed induction, while each half of
the contradiction alone is met. The self-check turns each contradiction round: that it would be noticed.

Figures: every target with an interval lies inside it, except those that the experiment itself lists as known misses.
"""
import glob
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))
import need  # noqa: E402

need.modules("numpy", "h5py", "yaml")

import yaml  # noqa: E402

from program import Program  # noqa: E402
from results import Results  # noqa: E402
from study import SELF_CHECK, arguments  # noqa: E402

CONFIGS = os.path.join(HERE, "..", "..", "configs")
PATIENTS = 20_000
LASTED = "now - t_first_remission"
# what is handed on, as a condition, and what was lived, as a condition; both always or neither
RELAPSE = {
    "short": ("first_remission == lt12", f"{LASTED} < 365.25 d"),
    "middle": ("first_remission == m12to18", f"({LASTED} >= 365.25 d and {LASTED} < 548 d)"),
    "long": ("first_remission == gt18", f"{LASTED} >= 548 d"),
    "began": (f"{LASTED} == since(frontline_remission)", "true"),
    "blinatumomab": ("courses[blinatumomab] == 1 and had_blina == blina_given", "happened(frontline_blina_started)"),
    "inotuzumab": ("courses[inotuzumab] == 1", "happened(frontline_inotuzumab)"),
    "transplant": ("prior_hsct", "happened(frontline_transplant)"),
    "first": ("relapses == 1 and line == none", "true"),
    "overt": ("burden in (ge50, b5to50) and burden == burden_relapse", "true"),
    "at_last_sight": ("blina_history == responded", "(happened(mrd_negative_after_blina))"),
    "older": ("age_band == y55to75", "age + now >= 55 y"),
    "younger": ("age_band == y18to34", "age + now < 35 y"),
    "left_blinatumomab": ("happened(left_blinatumomab)", "(cd19 and had_blina == 0)"),
    "left_inotuzumab": ("happened(left_inotuzumab)", "(cd22 and not happened(frontline_inotuzumab))"),
    "left_cart": ("happened(left_cart)", "(cd19 and fit_cart)"),
    "left_transplant": ("happened(left_transplant)", "(donor and fit_hsct and not happened(frontline_transplant))"),
    "target_lost": ("not cd19", "(happened(relapse_cd19_negative) or happened(lineage_switch))"),
}
FAILURE = {
    "never": ("first_remission == never and relapses == 0 and line == none", "true"),
    "treated": ("situation == not_in_remission and burden in (ge50, b5to50)", "true"),
}
ALWAYS_TRUE = {"true"}


def endpoints(occurrence, pairs, prefix, wrong):
    """Two contradictions and the two conditions of every pair, as endpoints whose members are counted."""
    found = {}
    for name, (handed_on, lived) in pairs.items():
        lived = "alive" if lived in ALWAYS_TRUE else lived
        if wrong:
            lived = f"not ({lived})"
        cases = {"only_handed": f"({handed_on}) and not ({lived})", "only_lived": f"({lived}) and not ({handed_on})",
                 "both": f"({handed_on}) and ({lived})"}
        for case, who in cases.items():
            found[f"{prefix}_{name}_{case}"] = {"index": occurrence, "who": who, "events": "death"}
    return found


def history(program, wrong):
    """Names of the pairs that contradict one another, and of those never met."""
    measured = {**endpoints("frontline_relapse", RELAPSE, "relapse", wrong),
                **endpoints("induction_failed", FAILURE, "failure", wrong)}
    strategies = {"everything": {"decisions": {
        "frontline_treatment": [
            {"if": "high_risk", "choose": "hyper_cvad", "set": {"inotuzumab_planned": 2}},
            {"if": "age > 60 y", "choose": "inotuzumab_first", "set": {"inotuzumab_planned": 3}},
            {"choose": "paediatric_inspired"}],
        "first_consolidation": [{"if": "donor", "choose": "blinatumomab", "set": {"blina_planned": 2}},
                                {"choose": "nothing"}]}}}
    content = {"experiment": "history", "model": os.path.join(HERE, "..", "..", "models", "frontline.yaml"),
               "include": [os.path.join(CONFIGS, "frontline_base.yaml")], "seed": 1,
               "override": {"frontline_age_max": "75 y"}, "strategies": strategies, "endpoints": measured}
    results = program.run(content, patients=PATIENTS)
    met = {name: int(results.get("endpoint_n", endpoint=name)[0]) for name in measured}
    pairs = [f"relapse_{name}" for name in RELAPSE] + [f"failure_{name}" for name in FAILURE]
    contradicted = [name for name in pairs if met[f"{name}_only_handed"] + met[f"{name}_only_lived"] > 0]
    return contradicted, [name for name in pairs if met[f"{name}_both"] == 0]


def frontline_experiments():
    """Files of experiments that start at diagnosis, with their targets."""
    for path in sorted(glob.glob(os.path.join(CONFIGS, "frontline*.yaml"))
                       + glob.glob(os.path.join(CONFIGS, "studies", "*.yaml"))):
        with open(path, encoding="utf-8") as file:
            content = yaml.load(file, Loader=yaml.BaseLoader)
        if content.get("model", "").endswith("/frontline.yaml"):
            yield path, content.get("targets", {})


def missed(program):
    """Targets outside their interval that are not listed as known misses."""
    found, seen = [], 0
    for path, targets in frontline_experiments():
        results = Results(program.run_file(path, patients=PATIENTS))
        names = results.axis("target") if targets else []
        for at, name in enumerate(names):
            low, value, high = (float(results.get(f"target_{what}")[..., at].item())
                                for what in ("lower", "simulated", "upper"))
            seen += low == low
            if (value < low or value > high) and "known miss" not in targets.get(name, {}):
                found.append(f"{os.path.basename(path)}: {name} is {value:.3f}, published {low:.3f} to {high:.3f}")
    return found, seen


def main():
    options = arguments(__doc__, self_check=SELF_CHECK)
    with Program(options.program) as program:
        if options.self_check:
            contradicted, _ = history(program, wrong=True)
            unnoticed = len(RELAPSE) + len(FAILURE) - len(contradicted)
            print(f"{unnoticed} contradictions would go unnoticed")
            return 1 if unnoticed else 0
        contradicted, never = history(program, wrong=False)
        found, seen = missed(program)
    for name in contradicted:
        print(f"{name}: what is handed on is not what was lived")
    for name in never:
        print(f"{name}: never met, so nothing was tested")
    print("\n".join(found) or f"{seen} published figures hold or are listed as missed")
    return 1 if contradicted or never or found or seen == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
