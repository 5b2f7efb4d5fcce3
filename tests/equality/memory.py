#!/usr/bin/python3
"""Memory does not grow with the number of patients: ten times as many, the same peak but for rare values.
So for a large study, and for one with subgroups. It is about what `check` says beforehand."""
import json
import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import pathway  # noqa: E402

# Nothing large is imported here: what this process holds when it starts another counts as that one's peak.
MAIN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "configs", "sick_sicker.yaml")
# Histograms still widen by octaves that nobody reached before; eight bytes kept of each life would be 14 MiB.
ALLOWED_KIB = 12288
ALLOWED_RATIO = 1.35  # of peak and prediction: libraries differ from machine to machine


def peak_kib(program, experiment, patients, folder, threads=2):
    """Greatest resident memory of a run, in KiB."""
    run = subprocess.Popen([program, "run", experiment, "-n", str(patients), "-j", str(threads), "--quiet",
                            "-o", os.path.join(folder, "out.h5")], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(run.pid, 0)
    if status != 0:
        sys.exit(f"FAILED the run of {patients} patients ended with {status}")
    return usage.ru_maxrss


def predicted_kib(program, experiment):
    """What `check` says of as many threads as the machine has, and how many these are."""
    said = subprocess.run([program, "check", experiment], capture_output=True, text=True, check=True).stdout
    number, unit, threads = re.search(r"Memory about ([\d.]+) (\w+) with (\d+) thread", said).groups()
    return float(number) * {"MB": 1e6, "GB": 1e9}[unit] / 1024, int(threads)


def split(folder):
    """The pathway of the tests, which has subgroups."""
    model, experiment = pathway.pathway()
    assert experiment["outputs"]["by"]
    experiment["model"] = "model.yaml"
    for name, content in (("model.yaml", model), ("experiment.yaml", experiment)):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            json.dump(content, file)
    return os.path.join(folder, "experiment.yaml")


def swept(folder, steps):
    """The pathway in so many scenarios, with much to count in each and few estimates of it."""
    model, experiment = pathway.pathway()
    experiment["model"] = "model.yaml"
    experiment["sweep"] = {"hr_relapse": {"from": 0.5, "to": 2, "steps": steps}}
    experiment["outputs"] = {"only": ["life_years", "qalys", "costs", "quantiles", "survival"], "curves": "never"}
    with open(os.path.join(folder, "swept.yaml"), "w", encoding="utf-8") as file:
        json.dump(experiment, file)
    return os.path.join(folder, "swept.yaml")


def scenarios(program, folder):
    """Memory does not grow with the number of scenarios, but by their estimates."""
    few, many = (peak_kib(program, swept(folder, steps), 300, folder) for steps in (20, 400))
    print(f"peak of 20 scenarios {few} KiB, of 400 {many} KiB")
    if many - few > ALLOWED_KIB:
        sys.exit("FAILED memory grows with the number of scenarios")


def main():
    program = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory(prefix="sequela-memory-") as folder:
        for experiment in (MAIN, split(folder)):
            few, many = (peak_kib(program, experiment, patients, folder) for patients in (50_000, 500_000))
            print(f"{os.path.basename(experiment)}: peak of 50,000 patients {few} KiB, of 500,000 {many} KiB")
            if many - few > ALLOWED_KIB:
                sys.exit("FAILED memory grows with the number of patients")
            predicted, threads = predicted_kib(program, experiment)
            peak = peak_kib(program, experiment, 50_000 * threads, folder, threads)
            print(f"  with {threads} threads {peak} KiB; predicted {predicted:.0f} KiB")
            if not 1 / ALLOWED_RATIO < predicted / peak < ALLOWED_RATIO:
                sys.exit("FAILED the prediction is far from what a run takes")
        scenarios(program, folder)


main()
