#!/usr/bin/python3
"""Every rule of docs/semantics.md, shown by one small model each.

A rule is a function that lives its model and returns pairs of what was found and what the rule says
(a third member is the tolerance, where a time is rounded to the grid). With --self-check every
expectation is made wrong first, and a rule that still agrees with it has shown nothing.
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import need  # noqa: E402

need.modules("numpy", "scipy", "h5py")

import rules_clocks  # noqa: E402
import rules_endpoints  # noqa: E402
import rules_firing  # noqa: E402
import rules_history  # noqa: E402
import rules_laws  # noqa: E402
import rules_luck  # noqa: E402
import rules_modules  # noqa: E402
import rules_rewards  # noqa: E402
import rules_time  # noqa: E402
from lives import World  # noqa: E402
from program import Program, RunFailed  # noqa: E402

GROUPS = {"time": rules_time.RULES, "clocks": rules_clocks.RULES, "firing": rules_firing.RULES,
          "luck": rules_luck.RULES, "modules": rules_modules.RULES,
          "rewards": rules_rewards.RULES, "endpoints": rules_endpoints.RULES,
          "history": rules_history.RULES, "laws": rules_laws.RULES}

ROUNDING = 1e-10


def agrees(found, expected, tolerance=ROUNDING):
    """Equality; numbers may differ in their last digits, or by the tolerance."""
    if isinstance(expected, (list, tuple)):
        return (isinstance(found, (list, tuple)) and len(found) == len(expected)
                and all(agrees(f, e, tolerance) for f, e in zip(found, expected)))
    if isinstance(expected, float):
        allowed = tolerance * max(1.0, abs(expected))
        return isinstance(found, float) and abs(found - expected) <= allowed
    return found == expected


def wrong(expected):
    """Expectations that are false: one thing changed, in every place where something can be."""
    if isinstance(expected, bool):
        return [not expected]
    if isinstance(expected, (int, float)):
        return [expected + 1, expected * 1.001 + 0.001]
    if isinstance(expected, str):
        return [expected + "_not"]
    if isinstance(expected, dict):
        return [{**expected, ("never", 1.0): 1}, *([{}] if expected else [])]
    kind = type(expected)
    changed = [kind([*expected[:i], other, *expected[i + 1:]])
               for i, item in enumerate(expected) for other in wrong(item)]
    return changed + [kind([*expected, 0.0]), *([kind(expected[:-1])] if expected else [])]


def failures(rule, world, self_check):
    """What a rule found that it should not have; its sentences."""
    said = []
    for number, (found, expected, *tolerance) in enumerate(rule(world), start=1):
        if self_check:
            said += [f"{number}: agrees with the wrong answer {answer!r}" for answer in wrong(expected)
                     if agrees(found, answer, *tolerance)]
        elif not agrees(found, expected, *tolerance):
            said.append(f"{number}: found {found!r}, expected {expected!r}")
    return said


def main():
    if len(sys.argv) < 3 or sys.argv[2] not in GROUPS:
        print("usage: rules.py PROGRAM " + "|".join(GROUPS) + " [--self-check] [RULE ...]")
        return 2
    self_check = "--self-check" in sys.argv
    only = [word for word in sys.argv[3:] if word != "--self-check"]
    failed = 0
    with Program(sys.argv[1], threads=1) as program:
        for rule in GROUPS[sys.argv[2]]:
            if only and rule.__name__ not in only:
                continue
            try:
                said = failures(rule, World(program), self_check)
            except RunFailed as failure:
                said = [str(failure)]
            failed += bool(said)
            for sentence in said:
                print(f"FAILED {rule.__name__} {sentence}")
    print(f"{sys.argv[2]}: {failed} rules failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
