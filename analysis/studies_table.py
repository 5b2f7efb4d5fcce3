"""Writes docs/studies.md: what of the published studies is simulated, and what comes of it.

    python3 analysis/studies_table.py SEQUELA [--patients N]

Each experiment that configs/catalogue/studies.csv names is run once; the page is its rows and the targets of the
experiments with their verdicts. tests/docs/studies_page.py holds what does not come from runs against the files.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
sys.path.insert(0, os.path.join(ROOT, "tests", "lib"))
import catalogue  # noqa: E402

INTRO = """# Studies

Every study arm known to us in B-cell acute lymphoblastic leukaemia, from `configs/catalogue/studies.csv`: what is given, which
experiment simulates it as it was done, and whether the published figures come back. Written by
`analysis/studies_table.py` from runs of {patients:,} patients a strategy. Research and modelling tool, not medical advice.

*Verdict*: whether the simulated figure lies in the 95 % interval of the published one (or the published one in the 95 %
predictive interval of cohorts of the study's size). *Use* is by [the registry](validation_registry.md): inputs are numbers of the
model and prove arithmetic alone; figures on display have no size and no verdict. References are keys of `references.bib`.
"""
ARM = "| study, arm | n | regimen | experiment | references | inside, of fitted | of unfitted | shown |"
TARGET = "| target | published | n | use | simulated | verdict |"
REST = "| study, arm | setting | status | why | references |"


def table(head, lines):
    """A markdown table."""
    rule = "|" + "---|" * (head.count("|") - 1)
    return "\n".join([head, rule] + ["| " + " | ".join(line) + " |" for line in lines]) + "\n"


def title(row):
    return row["study"] + (f": {row['arm']}" if row["arm"] else "")


def path_of(row):
    return f"configs/{row['experiment']}"


def arm_cells(row):
    """What the catalogue says of a runnable arm."""
    return [title(row), row["n"] or "–", row["regimen"].replace("_", "-"), f"[{row['experiment']}](../{path_of(row)})",
            row["references"] or "–"]


def rest_cells(row):
    """What the catalogue says of an arm that is not simulated."""
    return [title(row), row["setting"], row["status"], row["reason"], row["references"] or "–"]


def target_cells(name, target):
    """What an experiment says of a target."""
    published = target["published"]
    if "interval" in target:
        published += f" [{' to '.join(target['interval'])}]"
    return [name, published, target.get("n", "–"), target.get("use", "unfitted")]


def experiments(rows):
    """Paths of the experiments that the catalogue names, in its order."""
    return list(dict.fromkeys(path_of(row) for row in rows if row["experiment"]))


def run(program, path, patients):
    """Targets of a run, by name."""
    with tempfile.TemporaryDirectory() as folder:
        output = os.path.join(folder, "out.h5")
        ran = subprocess.run([program, "run", os.path.join(ROOT, path), "--patients", str(patients), "--output", output,
                              "--quiet"], capture_output=True, text=True, check=False)
        if ran.returncode:
            raise RuntimeError(f"{path}: {ran.stderr}")
        done = subprocess.run([program, "summary", "--format", "json", output], check=True, capture_output=True, text=True)
    return json.loads(done.stdout)["tables"].get("targets", {})


def is_ratio(path, target):
    """Whether a target is of an emulated hazard ratio."""
    emulation, _, estimate = target["what"].get("estimate", "").partition(".")
    emulations = catalogue.section(os.path.join(ROOT, path), "emulate")
    return "hazard ratio" in emulations.get(emulation, {}).get("estimates", {}).get(estimate, {})


def figure(result, ratio):
    """A simulated figure in words."""
    value, unit = (result.get("simulated") or {}).get("value"), result.get("unit")
    if not isinstance(value, (int, float)):
        return "–"
    if unit == "year":
        return f"{12 * value:.1f} mo"
    return f"{100 * value:.0f} %" if unit == "1" and not ratio else f"{value:.2f}"


def verdict(result):
    said = result.get("verdict")
    return said if said in ("inside", "outside") else "–"


def tally(results, strategy, use):
    """How many of the judged targets of an arm are inside."""
    judged = [verdict(result) for result in results.values() if result.get("strategy", strategy) == strategy
              and result.get("use") == use and verdict(result) != "–"]
    return f"{judged.count('inside')} of {len(judged)}" if judged else "–"


def shown(results, strategy):
    return str(sum(result.get("strategy", strategy) == strategy and result.get("use") in ("display", "input")
                   for result in results.values()))


def page(rows, results, patients):
    """The whole page; results by path of the experiment."""
    runnable = [row for row in rows if row["experiment"]]
    parts = [INTRO.format(patients=patients), f"## Simulated: {len(runnable)} of {len(rows)} arms\n"]
    parts.append(table(ARM, [arm_cells(row) + [tally(results[path_of(row)], row["strategy"], use) for use in ("fitted", "unfitted")]
                             + [shown(results[path_of(row)], row["strategy"])] for row in runnable]))
    parts.append("## Targets\n")
    for path in experiments(rows):
        targets = catalogue.section(os.path.join(ROOT, path), "targets")
        if targets:
            lines = [target_cells(name, target) + [figure(results[path][name], is_ratio(path, target)), verdict(results[path][name])]
                     for name, target in targets.items()]
            parts += [f"### {path}\n", table(TARGET, lines)]
    parts += ["## Not simulated\n", table(REST, [rest_cells(row) for row in rows if not row["experiment"]])]
    return "\n".join(parts)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program")
    parser.add_argument("--patients", type=int, default=100000)
    options = parser.parse_args()
    rows, _ = catalogue.rows(ROOT)
    results = {path: run(options.program, path, options.patients) for path in experiments(rows)}
    with open(os.path.join(ROOT, "docs/studies.md"), "w", encoding="utf-8") as file:
        file.write(page(rows, results, options.patients))
    return 0


if __name__ == "__main__":
    sys.exit(main())
