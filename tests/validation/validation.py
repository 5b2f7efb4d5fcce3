"""Validation of studies whose truth is known: where the models are true every bar is met, and each kind of wrong answer is
found once. Published figures lie at chosen places of what a study of the size finds, so that no luck is in the test.
"""
import json
import math
import os
import subprocess
import sys
from xml.etree import ElementTree

HERE = os.path.dirname(os.path.abspath(__file__))
for folder in ("lib", "calibration"):
    sys.path.insert(0, os.path.join(HERE, "..", folder))
import need  # noqa: E402

need.modules("numpy", "scipy", "h5py")

import h5py  # noqa: E402
import three  # noqa: E402
from program import Program  # noqa: E402
from scipy import stats  # noqa: E402

SIZE, STUDIES, MEDIAN_SD = 150, 12, 0.12
SHARES = {"cr": three.FIGURES["cr"], "os1": three.FIGURES["os1"], "os2": three.FIGURES["os2"], "rfs6m": three.FIGURES["rfs6m"]}
FIGURES = {**SHARES, "median": {"median": "os"}}


class Complaints(list):
    def expect(self, what, holds):
        if not holds:
            self.append(what)


def experiment(name, response, targets):
    settings = {**three.TRUE_TEXT, "response": str(response)}
    numbers = {key: {"value": value, "unit": "probability"} if key == "response" else
               {"value": value, "unit": "number"} if key == "relapse_shape" else {"value": value}
               for key, value in settings.items()}
    content = three.experiment(targets, name)
    return {**content, "parameters": {**numbers, "frailty": {"value": 1, "unit": "number"}}, "patients": 40000}


def truth(program, name, response):
    """The simulated figures, in the units of the file."""
    asked = {figure: {"what": what, "published": "1 y" if figure == "median" else "1 of 2"} for figure, what in FIGURES.items()}
    return three.figures_of(program, program.write(name, experiment(name, response, asked)), 40000, 99, {})


def published(simulated, place, use):
    """Targets at a place (0 to 1) of what such a study finds where the model is true."""
    targets = {}
    for k, figure in enumerate(SHARES):
        at = (place + 0.27 * k) % 1 * 0.92 + 0.04
        targets[figure] = {"what": FIGURES[figure], "use": use,
                           "published": f"{int(stats.binom.ppf(at, SIZE, simulated[figure]))} of {SIZE}"}
    targets["os1"]["curve"] = targets["os2"]["curve"] = "os"
    middle = simulated["median"] * math.exp(MEDIAN_SD * stats.norm.ppf(place * 0.92 + 0.04))
    targets["median"] = {"what": FIGURES["median"], "use": use, "published": f"{middle:.5f} y",
                         "interval": [f"{middle * math.exp(z * 1.96 * MEDIAN_SD):.5f} y" for z in (-1, 1)]}
    return targets


def write_studies(program):
    """Experiments of studies that differ in their response; the first two are fitted."""
    paths = []
    for i in range(STUDIES):
        name, response = f"study_{i}", round(0.25 + 0.5 * i / (STUDIES - 1), 3)
        simulated = truth(program, name, response)
        targets = published(simulated, (5 * i + 0.5) % STUDIES / STUDIES, "fitted" if i < 2 else "unfitted")
        paths.append(os.path.basename(program.write(name, experiment(name, response, targets))))
    return paths


def validate(program, *arguments):
    """Exit code, bars that are missed, number of missed figures, standard output."""
    out = os.path.join(program.folder, "validated.h5")
    if os.path.exists(out):
        os.remove(out)
    done = subprocess.run([program.path, "validate", *arguments, "-o", out, "--quiet", "-j", "2"], capture_output=True,
                          text=True, check=False)
    if not os.path.exists(out):
        return done.returncode, set(), 0, done.stdout + done.stderr
    with h5py.File(out) as file:
        bars = {name.decode() for name, missed in zip(file["bar"][:], file["bar_missed"][:]) if missed}
        return done.returncode, bars, int(file["target_missed"][:].sum()), done.stdout


def wrong_answers(program, registry, bad):
    """Each bar is missed by the answer that it is there to find."""
    code, bars, missed, _ = validate(program, registry, "--set", "response=0.03")
    bad.expect(f"without responses: exit {code}, bars {bars}, {missed} missed", code == 3 and missed > 10)
    for bar in ("chi_square", "coverage_80", "coverage_95", "share_error", "log_score"):
        bad.expect(f"without responses the bar {bar} is met", bar in bars)
    _, bars, _, _ = validate(program, registry, "--set", "response=0.03", "--set", "relapse_scale=40 mo", "--set", "death_rate=4/y")
    bad.expect(f"all numbers wrong: bars {bars}", "coverage_50" in bars)
    code, bars, _, _ = validate(program, registry, "--set", "death_rate=3/y")
    bad.expect(f"four times the deaths: exit {code}, bars {bars}", code == 3 and "time_error" in bars)


def calibrated(program, experiments, bad):
    """Too few fitted figures for the parameters of a calibration; enough for one parameter."""
    for n, is_missed in ((1, False), (4, True)):
        bounds = dict(list(three.BOUNDS.items())[:n])
        fit = program.write(f"fit{n}", {"experiment": f"fit{n}", "calibrate": {"experiments": experiments[0], "parameters": bounds}})
        path = program.write(f"registry{n}", {"experiment": f"registry{n}", "validate": {
            "experiments": experiments, "calibration": os.path.basename(fit)}})
        _, bars, _, _ = validate(program, path)
        bad.expect(f"{n} parameters to 10 fitted figures: bars {bars}", ("per_parameter" in bars) == is_missed)


def known_misses(program, experiments, bad):
    """A figure that is far out ends with 3, unless it is listed; one that is listed and met is said to be."""
    simulated = truth(program, "extra", 0.5)
    for listed, place, expected in ((False, 0.999999, 3), (True, 0.999999, 0), (True, 0.5, 0)):
        count = int(stats.binom.ppf(place, SIZE, simulated["cr"]))
        target = {"what": FIGURES["cr"], "published": f"{count} of {SIZE}", "use": "unfitted"}
        if listed:
            target["known miss"] = "Other patients."
        program.write("extra", experiment("extra", 0.5, {"far": target}))
        path = program.write("with_extra", {"experiment": "with_extra", "validate": {"experiments": [*experiments, "extra.yaml"]}})
        code, bars, missed, said = validate(program, path)
        bad.expect(f"listed {listed}, at {place}: exit {code}, bars {bars}, {missed} missed", code == expected)
        bad.expect(f"listed {listed}: the reason is not shown", ("Other patients." in said) == listed)
        bad.expect(f"listed {listed}, at {place}: 'now met' is wrong", ("1 known misses of which 1 are" in said) == (listed and place == 0.5))


def formats(program, path, bad):
    done = subprocess.run([program.path, "validate", path, "--format", "json", "--quiet"], capture_output=True, text=True, check=False)
    sheets = json.dumps(json.loads(done.stdout))
    bad.expect("json without figures or bars", "null_log_score" in sheets and "coverage_95" in sheets)
    with h5py.File(os.path.join(program.folder, "validated.h5")) as file:
        curve, p = file["target_curve"][:], file["target_p"][:]
        later = [i for i in range(len(p)) if curve[i] != i]
        bad.expect("a later point of a curve has a p of its own", len(later) > 0 and all(math.isnan(p[i]) for i in later))
        bad.expect("not netCDF", file["target_p"].attrs.get("DIMENSION_LIST") is not None)
    one, picture = os.path.join(program.folder, "study_3.yaml"), os.path.join(program.folder, "forest.svg")
    bad.expect("the picture is not drawn", validate(program, path, "--figure", picture)[0] == 0)
    circles = [node for node in ElementTree.parse(picture).iter() if node.tag.endswith("circle")]
    bad.expect(f"{len(circles)} marks for {len(p)} figures and 3 levels", len(circles) == len(p) + 3)
    bad.expect("a picture that is called otherwise is drawn", validate(program, one, "--figure", "forest.txt")[0] == 2)
    bad.expect("an unknown format is taken", validate(program, one, "--format", "xml")[0] == 2)
    bad.expect("a registry among experiments is taken", validate(program, one, path)[0] == 2)
    bad.expect("an unknown parameter is taken", validate(program, path, "--set", "nothing=1")[0] == 2)


def main():
    bad = Complaints()
    with Program(sys.argv[1]) as program:
        program.write("three", three.MODEL)
        experiments = write_studies(program)
        registry = program.write("registry", {"experiment": "registry", "validate": {"experiments": {"all": experiments}}})
        code, bars, missed, said = validate(program, registry)
        bad.expect(f"the truth: exit {code}, bars {bars}, {missed} missed\n{said}", code == 0 and not bars and missed == 0)
        formats(program, registry, bad)
        wrong_answers(program, registry, bad)
        calibrated(program, experiments, bad)
        known_misses(program, experiments, bad)
    for complaint in bad:
        print("FAILED " + complaint)
    print(f"validation: {len(bad)} complaints")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
