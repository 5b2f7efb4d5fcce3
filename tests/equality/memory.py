#!/usr/bin/python3
"""Memory does not grow with the number of patients: ten times as many, the same peak but for rare values.
So for a large study, and for one with subgroups."""
import json
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import pathway  # noqa: E402

# Nothing large is imported here: what this process holds when it starts another counts as that one's peak.
MAIN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "configs", "sick_sicker.yaml")
# Histograms still widen by octaves that nobody reached before; eight bytes kept of each life would be 14 MiB.
ALLOWED_KIB = 12288


def peak_kib(program, experiment, patients, folder):
    """Greatest resident memory of a run, in KiB."""
    run = subprocess.Popen([program, "run", experiment, "-n", str(patients), "-j", "2", "--quiet",
                            "-o", os.path.join(folder, "out.h5")], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(run.pid, 0)
    if status != 0:
        sys.exit(f"FAILED the run of {patients} patients ended with {status}")
    return usage.ru_maxrss


def split(folder):
    """The pathway of the tests, which has subgroups."""
    model, experiment = pathway.pathway()
    assert experiment["outputs"]["by"]
    experiment["model"] = "model.yaml"
    for name, content in (("model.yaml", model), ("experiment.yaml", experiment)):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            json.dump(content, file)
    return os.path.join(folder, "experiment.yaml")


def main():
    program = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory(prefix="sequela-memory-") as folder:
        for experiment in (MAIN, split(folder)):
            few, many = (peak_kib(program, experiment, patients, folder) for patients in (50_000, 500_000))
            print(f"{os.path.basename(experiment)}: peak of 50,000 patients {few} KiB, of 500,000 {many} KiB")
            if many - few > ALLOWED_KIB:
                sys.exit("FAILED memory grows with the number of patients")


main()
