"""Anchors of a sweep: where the solution is known in every scenario, where there is none, and that a scenario is the run
that a person would get by setting the values found.
"""
import math
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import need  # noqa: E402

need.modules("numpy", "scipy", "h5py")

import h5py  # noqa: E402
import numpy  # noqa: E402
from judge import Judge  # noqa: E402
from program import Program  # noqa: E402
from study import arguments  # noqa: E402

FACTORS = (0.5, 1.0, 2.0, 20.0)  # the last is beyond what the bounds of the base rate can make good
ALIVE, SIZE, PATIENTS, LEAST = 600, 1000, 20000, 0.1  # published: 600 of 1000 alive at a year; LEAST a year: the bound
MODEL = {
    "model": "one",
    "states": {"ill": None, "dead": {"death": True}},
    "start": {"state": "ill"},
    "events": {"die": {"while": ["ill"], "time": {"exponential": {"rate": "base * factor"}}, "goto": "dead"}},
}
PARAMETERS = {"base": {"value": "0.3/y"}, "factor": {"value": 1, "unit": "number"}}


def experiment(name, **more):
    return {"experiment": name, "model": "one.yaml", "parameters": PARAMETERS, "horizon": "10 y", "patients": 5000, "seed": 9,
            "strategies": {"only": None}, "endpoints": {"os": {"events": "death"}},
            "outputs": {"grid": {"to": "5 y", "every": "1 y"}}, **more}


def write(program):
    program.write("one", MODEL)
    program.write("trial", experiment("trial", targets={
        "alive": {"what": {"survival": "os", "at": "1 y"}, "published": f"{ALIVE} of {SIZE}", "use": "fitted"}}))
    program.write("anchors", {"experiment": "anchors", "calibrate": {
        "experiments": "trial.yaml", "parameters": {"base": {"from": f"{LEAST}/y", "to": "4/y"}}, "patients": PATIENTS}})
    program.write("plain", experiment("plain"))
    return program.write("map", experiment("map", sweep={"factor": list(FACTORS)}, anchors={"calibrate": "anchors.yaml"}))


def read(path):
    with h5py.File(path) as file:
        return {name: item[()] for name, item in file.items() if isinstance(item, h5py.Dataset)}


def solutions(judge, data):
    """The rate of death is what was published wherever the bounds allow it."""
    share = ALIVE / SIZE
    truth = -math.log(share)
    # of -log(survival), by the delta method, in the simulated trial
    error = math.sqrt((1 - share) / (share * PATIENTS))
    for i, factor in enumerate(FACTORS[:-1]):
        judge.mean(f"rate at factor {factor}", data["anchored_value"][i, 0] * 365.25 * factor, error, truth)
        judge.true(f"factor {factor} holds", data["anchors_hold"][i] == 1 and data["anchored_at_bound"][i, 0] == 0)
        judge.true(f"factor {factor} has converged", data["anchors_converged"][i] == 1)
    judge.exact("the published figure", data["anchor_published"][0], share, 1e-15)


def impossible(judge, data):
    judge.true("a rate that is too high is flagged", data["anchors_hold"][-1] == 0 and data["anchor_p"][-1] < 1e-6)
    judge.true("it stands at its bound", data["anchored_at_bound"][-1, 0] == 1)
    judge.exact("which is", data["anchored_value"][-1, 0] * 365.25, LEAST, 1e-6)
    found = data["anchor_simulated"][-1, 0]
    judge.mean("and the figure is that of the bound", found, math.sqrt(found * (1 - found) / PATIENTS), math.exp(-LEAST * FACTORS[-1]))


def by_hand(program, judge, data):
    """The same values set on the command line give the same bits."""
    for i, factor in enumerate(FACTORS):
        value = f"{float(data['anchored_value'][i, 0])!r}/d"
        alone = read(program.run_file(os.path.join(program.folder, "plain.yaml"), settings={"base": value, "factor": factor}))
        for name in ("survival", "life_years", "parameter_value"):
            judge.true(f"{name} at factor {factor} as by hand", numpy.array_equal(data[name][i], alone[name][0]))


def main():
    asked = arguments(__doc__)
    with Program(asked.program) as program:
        judge = Judge("anchors")
        path = write(program)
        data = read(program.run_file(path))
        solutions(judge, data)
        impossible(judge, data)
        by_hand(program, judge, data)
        again = read(program.run_file(path, threads=1))
        names = [name for name in data if name.startswith("anchor")]
        judge.true("threads do not show", all(numpy.array_equal(data[name], again[name]) for name in names))
        said = program.call("check", path)
        judge.true("check says what is fitted", "are met again by fitting" in said and "  base\n" in said)
    return judge.verdict()


if __name__ == "__main__":
    sys.exit(main())
