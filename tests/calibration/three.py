"""A pathway of three states whose parameters can be fitted, and studies of it that luck has made."""
import os
import subprocess

import h5py

MODEL = {
    "model": "three",
    "states": {"ill": None, "remission": None, "relapsed": None, "dead": {"death": True}},
    "start": {"state": "ill"},
    "events": {
        "assess": {"while": ["ill"], "time": {"fixed": "30 d"}, "do": [
            {"split": "response", "into": [{"chance": "response", "goto": "remission"},
                                           {"otherwise": None, "goto": "relapsed"}]}]},
        "relapse": {"while": ["remission"], "goto": "relapsed",
                    "time": {"weibull": {"shape": "relapse_shape", "scale": "relapse_scale"}}},
        "die": {"while": ["relapsed"], "time": {"exponential": {"rate": "death_rate * frailty"}}, "goto": "dead"},
    },
}
ENDPOINTS = {
    "os": {"index": "index", "events": "death"},
    "rfs": {"index": "remission", "events": ["relapsed", "dead"]},
    "cr": {"index": "index", "events": "remission", "competing": "dead"},
}
# What studies report, and what they are asked: a study of its own for each, but for the points of a curve.
FIGURES = {
    "cr": {"incidence": "cr", "cause": "cr", "at": "2 mo"},
    "os1": {"survival": "os", "at": "1 y"},
    "os2": {"survival": "os", "at": "2 y"},
    "os4": {"survival": "os", "at": "4 y"},
    "rfs6m": {"survival": "rfs", "at": "6 mo"},
    "rfs2": {"survival": "rfs", "at": "2 y"},
    "os3": {"survival": "os", "at": "3 y"},
    "rfs1": {"survival": "rfs", "at": "1 y"},
}
CURVE = ("os1", "os2", "os4")
# The truth, and where the search begins: in internal units for the comparison, as text for the files.
TRUTH = {"response": 0.6, "relapse_scale": 14.0, "relapse_shape": 1.3, "death_rate": 0.7}
TRUE_TEXT = {"response": "0.6", "relapse_scale": "14 mo", "relapse_shape": "1.3", "death_rate": "0.7/y"}
START = {"response": {"value": 0.4, "unit": "probability"}, "relapse_shape": {"value": 0.8, "unit": "number"},
         "relapse_scale": {"value": "30 mo"}, "death_rate": {"value": "1.5/y"},
         "frailty": {"value": 1, "unit": "number"}}
BOUNDS = {"response": {"from": 0.2, "to": 0.9}, "relapse_scale": {"from": "4 mo", "to": "60 mo"},
          "relapse_shape": {"from": 0.5, "to": 3, "scale": "log"}, "death_rate": {"from": "0.1/y", "to": "4/y"}}
UNIT = {"response": 1.0, "relapse_shape": 1.0, "relapse_scale": 30.4375, "death_rate": 1 / 365.25}


def experiment(targets, name="trial"):
    return {"experiment": name, "model": "three.yaml", "parameters": START, "horizon": "10 y", "patients": 1000,
            "seed": 1, "strategies": {"only": None}, "endpoints": ENDPOINTS, "targets": targets,
            "outputs": {"grid": {"to": "5 y", "every": "1 mo"}}}


def asked(published):
    """Targets that say what was published: {name: text or map}."""
    rows = {}
    for name, said in published.items():
        rows[name] = {"what": FIGURES[name], "published": said, "use": "fitted"}
        if name in CURVE:
            rows[name]["curve"] = "os"
    return rows


def figures_of(program, path, patients, seed, settings):
    """The simulated figures of an experiment's targets, by name."""
    out = program.run_file(path, patients=patients, seed=seed, settings=settings)
    with h5py.File(out) as file:
        return dict(zip((name.decode() for name in file["target"][:]), file["target_simulated"][0, 0, :]))


def studied(program, patients, seed):
    """What studies of so many patients found where the truth holds: K of N of those at risk."""
    path = program.write("asked", experiment(asked({name: "1 of 2" for name in FIGURES})))
    luck = [figures_of(program, path, patients, 1000 * seed + k, TRUE_TEXT) for k in range(len(FIGURES) - 2)]
    own = iter(luck[1:])
    found = {}
    for name in FIGURES:
        share = (luck[0] if name in CURVE else next(own))[name]
        at_risk = patients if not name.startswith("rfs") else round(patients * TRUTH["response"])
        found[name] = f"{round(share * at_risk)} of {at_risk}"
    return found


class Fit:
    """The result file of a calibration."""

    def __init__(self, prefix):
        self.prefix = prefix
        with h5py.File(prefix + ".h5") as file:
            self.data = {name: item[()] for name, item in file.items() if isinstance(item, h5py.Dataset)}
        self.names = [name.decode() for name in self.data["parameter"]]

    def of(self, what, parameter):
        return float(self.data[what][self.names.index(parameter)])


def calibrate(program, name, content, *flags, code=0):
    """Runs a calibration; its result, or with another exit code what it said."""
    path = program.write(name, {"experiment": name, "calibrate": content})
    prefix = os.path.join(program.folder, name + "_fit")
    done = subprocess.run([program.path, "calibrate", path, "-o", prefix, "--quiet", "-j", "2", *flags], capture_output=True,
                          text=True, check=False)
    if done.returncode != code:
        raise AssertionError(f"calibrate {name}: exit code {done.returncode}\n{done.stdout}\n{done.stderr}")
    return Fit(prefix) if code == 0 else done
