"""What a calibration says and leaves: both posteriors where they must agree, what figures leave open, the parameter file
in an experiment, every method, threads, the ends.
"""
import math
import os
import re
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import need  # noqa: E402

need.modules("numpy", "scipy", "h5py")

import h5py  # noqa: E402
import numpy  # noqa: E402
import three  # noqa: E402
from judge import Judge  # noqa: E402
from program import Program  # noqa: E402
from study import arguments  # noqa: E402

METHODS = ("gauss-newton", "bobyqa", "nelder-mead", "sbplx", "direct")
# Near enough: in minus twice the log likelihood, of which 1 is what data can hardly tell apart.
AGREES = 1.0


def base(**more):
    return {"experiments": "trial.yaml", "parameters": three.BOUNDS, "patients": 4000, "starts": 1, "profile": 0, **more}


def quick(program, judge):
    """A fit of large studies: the two posteriors agree, and threads do not show."""
    normal = three.calibrate(program, "normal", base(posterior={"draws": 2000}))
    again = three.calibrate(program, "normal_again", base(posterior={"draws": 2000}), "-j", "1")
    judge.true("-j 1 gives what -j 2 gives", all(numpy.array_equal(normal.data[name], again.data[name])
                                                for name in ("posterior", "evaluation_objective", "target_after")))
    resampled = three.calibrate(program, "resampled", base(posterior={"draws": 2000, "method": "importance", "runs": 800}))
    worth = float(resampled.data["effective_runs"])
    judge.true(f"the runs are worth something ({worth:.0f} of 800)", 200 < worth <= 800)
    for i, name in enumerate(normal.names):
        one, other = normal.data["posterior"][:, i], resampled.data["posterior"][:, i]
        sd = one.std()
        judge.mean(f"posterior mean of {name}", other.mean() / sd, math.sqrt(1 / worth + 1 / 2000), one.mean() / sd)
        judge.true(f"posterior width of {name}", 0.8 < other.std() / sd < 1.25)
    with open(normal.prefix + "_draws.csv", encoding="utf-8") as file:
        rows = [line for line in file if not line.startswith("#")]
    judge.true("the draws have a column for each parameter", rows[0].strip() == ",".join(normal.names))
    judge.true("and a row for each draw", len(rows) == 2001)
    judge.exact("with the numbers of the result", float(rows[1].split(",")[0]), normal.data["posterior"][0, 0], 1e-12)
    return normal


def included(program, judge, fit):
    """An experiment that includes the parameter file has the figures that the fit reported, bit for bit."""
    content = three.experiment({}, "using")
    path = program.write("trial_again", {"include": ["trial.yaml", os.path.basename(fit.prefix) + ".yaml"], "experiment": "again"})
    figures = three.figures_of(program, path, 4000, 1, None)
    reported = dict(zip((name.decode() for name in fit.data["target"]), fit.data["target_after"]))
    judge.true("the parameter file brings back the figures", figures == reported)
    said = program.call("check", path)
    judge.true("and says that they are calibrated", said.count("calibrated") >= len(fit.names))
    judge.true("(the experiment itself has no such file)", content["parameters"] is three.START)


def methods(program, judge, fit):
    """Every method ends where the others do."""
    best = float(fit.data["objective"])
    for method in METHODS:
        other = float(three.calibrate(program, "by_" + method.replace("-", "_"), base(method=method)).data["objective"])
        judge.true(f"{method}: {other:.2f} for {best:.2f}", abs(other - best) < AGREES)


def profiles(program, judge):
    """Profiles have their least value at the optimum, and rise as the posterior says."""
    fit = three.calibrate(program, "profiled", base(profile=5, starts=2))
    for i, name in enumerate(fit.names):
        rise = fit.data["profile_objective"][i] - fit.data["objective"]
        judge.true(f"the profile of {name} is least in its middle: {rise}", rise.min() == 0 == rise[2])
        # 2.5 standard errors to each side: 6.25 if the likelihood is normal
        judge.true(f"the profile of {name} rises: {rise}", all(3 < end < 12 for end in (rise[0], rise[-1])))


def undetermined(program, judge):
    """Two parameters that only their product tells of are reported, and the others are not."""
    bounds = {**three.BOUNDS, "frailty": {"from": 0.2, "to": 5, "scale": "log"}}
    path = program.write("open", {"experiment": "open", "calibrate": base(parameters=bounds)})
    prefix = os.path.join(program.folder, "open_fit")
    said = program.call("calibrate", path, "-o", prefix, "--quiet")
    fit = three.Fit(prefix)
    open_ones = {name for name, is_open in zip(fit.names, fit.data["parameter_open"]) if is_open}
    judge.true(f"open: {open_ones}", open_ones == {"death_rate", "frailty"})
    judge.true("one direction is open", list(fit.data["direction_open"]).count(1) == 1)
    along = dict(zip(fit.names, fit.data["direction_along"][-1]))
    widths = {"death_rate": math.log(40), "frailty": math.log(25)}
    moved = [along[name] * width for name, width in widths.items()]  # the product stays: opposite on the log scale
    judge.exact("it leaves the product as it is", moved[0], -moved[1], 0.05 * max(map(abs, moved)))
    judge.true("a person is told", re.search(r"Not determined by the targets: .*death_rate.*frailty", said) is not None)
    with open(prefix + ".yaml", encoding="utf-8") as file:
        judge.true("the parameter file says it too", "Not determined by the targets" in file.read())


def at_a_bound(program, judge):
    """A parameter that its bounds hold back is reported."""
    bounds = {**three.BOUNDS, "death_rate": {"from": "1.2/y", "to": "4/y"}}
    fit = three.calibrate(program, "bound", base(parameters=bounds))
    judge.true("it is at its bound", fit.of("parameter_at_bound", "death_rate") == 1)
    judge.exact("the value is the bound", fit.of("parameter_after", "death_rate"), 1.2 / 365.25, 1e-6)
    judge.true("the joint chi-square shows it", float(fit.data["chi_square_p"]) < 1e-3)


def ends(program, judge):
    """Too few evaluations: 1, and the best so far is there. An interrupt: the same."""
    done = three.calibrate(program, "short", base(evaluations=10), code=1)
    judge.true("it is said", "not converged" in done.stdout)
    judge.true("the best so far is written", os.path.exists(os.path.join(program.folder, "short_fit.yaml")))
    path = program.write("long", {"experiment": "long", "calibrate": base(patients=400000, starts=50)})
    prefix = os.path.join(program.folder, "long_fit")
    with subprocess.Popen([program.path, "calibrate", path, "-o", prefix], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True) as running:
        time.sleep(3)
        running.send_signal(signal.SIGINT)
        running.communicate(timeout=120)
    judge.true("an interrupt ends it with 1", running.returncode == 1)
    with open(prefix + ".yaml", encoding="utf-8") as file:
        judge.true("and says so in the file", "stopped before its end" in file.read())
    with h5py.File(prefix + ".h5") as file:
        judge.true("the record is there", file["evaluation_objective"].shape[0] > 0)
    judge.true("no draws pretend to be a posterior", not os.path.exists(prefix + "_draws.csv"))


def main():
    options = arguments(__doc__.splitlines()[0])
    judge = Judge("calibration")
    with Program(options.program) as program:
        program.write("three", three.MODEL)
        program.write("trial", three.experiment(three.asked(three.studied(program, 4000, 99))))
        fit = quick(program, judge)
        included(program, judge, fit)
        methods(program, judge, fit)
        profiles(program, judge)
        undetermined(program, judge)
        at_a_bound(program, judge)
        ends(program, judge)
    return judge.verdict()


sys.exit(main())
