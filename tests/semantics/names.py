#!/usr/bin/python3
"""Every rule of docs/semantics.md names a test that exists, and every test is named by a rule.

A test that is a path ("docs/random.md", "tests/equality") must exist in the repository.
"""
import os
import re
import sys

FOLDER = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(FOLDER, "..", "..")


def named():
    """{rule: names of its tests}, from the tables."""
    rules = {}
    with open(os.path.join(ROOT, "docs", "semantics.md"), encoding="utf-8") as file:
        for line in file:
            row = re.match(r"\| ([A-Z]\d+) \|.*\| ([^|]*) \|$", line.rstrip())
            if row:
                rules[row[1]] = re.findall(r"`([^`]+)`", row[2])
    return rules


def existing():
    """Names of the tests: the RULES of each rules_*.py."""
    found = []
    for file in sorted(os.listdir(FOLDER)):
        if re.fullmatch(r"rules_\w+\.py", file):
            with open(os.path.join(FOLDER, file), encoding="utf-8") as source:
                listed = re.search(r"^RULES = \((.*?)\)", source.read(), re.DOTALL | re.MULTILINE)
            found += [name.strip() for name in listed[1].split(",") if name.strip()]
    return found


def main():
    rules, tests = named(), existing()
    wanted = {name for names in rules.values() for name in names}
    faults = [f"rule {rule} names no test" for rule, names in rules.items() if not names]
    faults += [f"{path} does not exist" for path in sorted(wanted)
               if "/" in path and not os.path.exists(os.path.join(ROOT, path))]
    faults += [f"the test {name} does not exist" for name in sorted(wanted)
               if "/" not in name and name not in tests]
    faults += [f"no rule names the test {name}" for name in tests if name not in wanted]
    faults += [f"there are two tests {name}" for name in set(tests) if tests.count(name) > 1]
    if len(rules) < 40:
        faults.append(f"only {len(rules)} rules were found in docs/semantics.md")
    for fault in faults:
        print("FAILED " + fault)
    print(f"{len(rules)} rules, {len(tests)} tests, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
