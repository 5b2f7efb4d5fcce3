"""Every experiment that the catalogue of studies names runs, and tells each of its targets.

With few patients: whether figures come back is the matter of `sequela validate` and docs/studies.md.
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "analysis"))
import need  # noqa: E402

need.modules("yaml")
import catalogue  # noqa: E402
import studies_table as made  # noqa: E402

PATIENTS = 2000


def main():
    root, program = os.path.abspath(sys.argv[1]), sys.argv[2]
    paths = made.experiments(catalogue.rows(root)[0])
    failures = []
    for path in paths:
        wanted = set(catalogue.section(os.path.join(root, path), "targets"))
        missing = sorted(wanted - set(made.run(program, path, PATIENTS)))
        failures += [f"{path}: no figure for {name}" for name in missing]
    if len(paths) < 25:
        failures.append(f"only {len(paths)} experiments: the catalogue names more")
    print("\n".join(failures) or f"{len(paths)} experiments run")
    return 1 if failures else 0


sys.exit(main())
