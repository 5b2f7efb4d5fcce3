#!/usr/bin/python3
"""Two ways of writing one law give one result, to the bit.

A law may be written in the event or as a parameter, its knots in the file or in a comma-separated one,
its arguments under one name or another. Each pair below is run and its results are compared; that two
laws which do not mean the same are told apart is shown once.
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import need  # noqa: E402

need.modules("numpy", "scipy", "h5py")

from compare import differences  # noqa: E402
from judge import Judge  # noqa: E402
from program import Program  # noqa: E402
from results import Results  # noqa: E402
from study import arguments, experiment  # noqa: E402

PATIENTS = 2000
HAZARDS = """arm,sex,year,month,rate,surv,effect
new,f,0,0,0.4,1,0.5
new,f,2,24,0.1,0.6,0.75
new,m,0,0,0.5,1,0.25
new,m,1,12,0.3,0.75,1
old,f,0,0,0.7,1,0.5
old,f,3,36,0.2,0.5,1
"""
FROM_FILE = {"file": "hazards.csv", "time": "year", "time in": "y"}
RATES = {**FROM_FILE, "rate": "rate", "rate per": "y"}
NEW_F = {"where": {"arm": "new", "sex": "f"}}
KNOWN = {"source": "here"}


def piecewise(rates):
    return {"piecewise": {"rates": rates}}


def pairs():
    """(name, time and parameters, the same otherwise written)."""
    new = {"0 y": "0.4/y", "2 y": "0.1/y"}
    old = {"0 y": "0.7/y", "3 y": "0.2/y"}
    by_arm = {"law": "piecewise", "by": "arm", **KNOWN}
    yield ("rates in a file", (piecewise(new), {}),
           ({"piecewise": {"csv": {**RATES, **NEW_F}}}, {}))
    columns = {**RATES, "by": {"arm": "arm"}, "where": {"sex": "f"}}
    entries = {"p": {**by_arm, "new": {"rates": new}, "old": {"rates": old}}}
    yield ("rates by a column", ("p[arm]", entries), ("p[arm]", {"p": {**by_arm, "csv": columns}}))
    yield ("categories named by the file", ("p[arm]", entries),
           ("p[arm]", {"p": {"law": "piecewise", "csv": columns, **KNOWN}}))
    yield ("a file in an event", ("p[arm]", entries), ({"piecewise": {"csv": columns}}, {}))
    one = {"new": {"rates": new}, "old": {"csv": {**RATES, "where": {"arm": "old"}}}}
    yield ("a file for one entry", ("p[arm]", entries), ("p[arm]", {"p": {**by_arm, **one}}))
    survival = {"0 mo": 1, "24 mo": 0.6}
    months = {"file": "hazards.csv", "time": "month", "time in": "mo", "survival": "surv", **NEW_F}
    yield ("survival in a file", ({"tabulated": {"survival": survival, "tail": "never"}}, {}),
           ({"tabulated": {"csv": months, "tail": "never"}}, {}))
    table = {"unit": "number", "of": "time", **KNOWN}
    values = {**FROM_FILE, "value": "effect", **NEW_F}
    rate = {"exponential": {"rate": "f(13 mo + 1 y) * 1/y"}}
    yield ("a function in a file", (rate, {"f": {"piecewise": {"0 y": 0.5, "2 y": 0.75}, **table}}),
           (rate, {"f": {"piecewise": {"csv": values}, **table}}))


class Bench:
    """Runs one event after another with a law of its own."""

    def __init__(self, program):
        self.program = program
        self.runs = 0
        with open(os.path.join(program.folder, "hazards.csv"), "w", encoding="utf-8") as file:
            file.write(HAZARDS)

    def run(self, time, parameters):
        """The result of a model with an event of this law."""
        self.runs += 1
        model = {"model": "spelling", "categories": {"arm": ["new", "old"]},
                 "attributes": {"arm": {"type": "arm", "initial": "new"}},
                 "states": {"well": None, "dead": {"death": True}}, "start": {"state": "well"},
                 "events": {"die": {"time": time, "goto": "dead"}}}
        path = self.program.write(f"model{self.runs}", model)
        content = experiment(path, "20 y", parameters=parameters,
                             endpoints={"os": {"events": "death"}})
        path = self.program.write(f"experiment{self.runs}", content)
        return Results(self.program.run_file(path, patients=PATIENTS))


def told_apart(base, other):
    """Variables that differ, leaving out the list of parameters."""
    names = [name for name in base.names() if "parameter" not in base.axes(name)]
    return differences(base, other, only=names)


def main():
    options = arguments(__doc__)
    judge = Judge("equality")
    with Program(options.program) as program:
        bench = Bench(program)
        for name, left, right in pairs():
            changed = told_apart(bench.run(*left), bench.run(*right))
            judge.true(f"{name}: another result in {', '.join(changed)}", not changed)
        near = [bench.run(piecewise({"0 y": rate}), {}) for rate in ("0.4/y", "0.4001/y")]
        judge.true("another rate is noticed", bool(told_apart(*near)))
    return judge.verdict()


if __name__ == "__main__":
    sys.exit(main())
