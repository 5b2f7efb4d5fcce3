"""docs/studies.md agrees with the catalogue and with the targets of the experiments.

The page is written by analysis/studies_table.py from runs that cost minutes; their figures and verdicts are not
looked at here. Everything else on the page is: its arms, references, experiments, targets and what was published.
"""
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))
sys.path.insert(0, os.path.join(HERE, "..", "..", "analysis"))
import need  # noqa: E402

need.modules("yaml")
import catalogue  # noqa: E402
import studies_table as made  # noqa: E402


def tables(text):
    """Rows of cells below each heading of the page."""
    found, heading = {}, ""
    for line in text.splitlines():
        if line.startswith("#"):
            heading = line.lstrip("# ")
        elif line.startswith("| ") and not re.match(r"\| (study, arm|target) \|", line):
            found.setdefault(heading, []).append([cell.strip() for cell in line.strip("|").split("|")])
    return found


def expected(root):
    """The same, of what does not come from runs."""
    rows, _ = catalogue.rows(root)
    runnable = [row for row in rows if row["experiment"]]
    found = {f"Simulated: {len(runnable)} of {len(rows)} arms": [made.arm_cells(row) for row in runnable],
             "Not simulated": [made.rest_cells(row) for row in rows if not row["experiment"]]}
    for path in made.experiments(rows):
        targets = catalogue.section(os.path.join(root, path), "targets")
        if targets:
            found[path] = [made.target_cells(name, target) for name, target in targets.items()]
    return found


def main():
    root = os.path.abspath(sys.argv[1])
    with open(os.path.join(root, "docs/studies.md"), encoding="utf-8") as file:
        page = tables(file.read())
    failures = []
    wanted = expected(root)
    for heading in sorted(set(page) | set(wanted)):
        has, wants = page.get(heading, []), wanted.get(heading, [])
        has = [row[:len(want)] for row, want in zip(has, wants)] + has[len(wants):]
        wrong = [(row, want) for row, want in zip(has, wants) if row != want]
        failures += [f"{heading}: the page has {row}, the files {want}" for row, want in wrong[:3]]
        if len(has) != len(wants):
            failures.append(f"{heading}: {len(has)} rows on the page, {len(wants)} by the files")
    if failures:
        print("\n".join(failures) + "\nWrite the page anew: python3 analysis/studies_table.py SEQUELA")
    return 1 if failures else 0


sys.exit(main())
