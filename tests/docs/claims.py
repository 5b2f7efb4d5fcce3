"""What README.md says in words about the main experiment holds.

Differences in three-year survival against strategy A, at the ends of the dials it names. The words are
rounded, so the bounds are wide; a new calibration that makes them untrue fails here.
"""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import need  # noqa: E402

need.modules("h5py", "numpy")
from program import Program  # noqa: E402
from results import Results  # noqa: E402

# Settings, strategy, least and largest difference in points, the words of README.md.
CLAIMS = [
    ({"causal_share": 1}, "B2", 5, 11, "about 8 more of 100"),
    ({"causal_share": 0}, "B2", -3, 1, "about one fewer"),
    ({}, "B1", 1, 15, "is ahead while 5 % die of it"),
    ({"causal_share": 0, "early_death[debulking]": 0.2}, "B1", -8, 0, "it is behind"),
]
PATIENTS = 20000


def difference(program, experiment, settings, strategy):
    """Points of three-year survival by which the strategy is ahead of A."""
    flags = ["--strategy", "A", "--strategy", strategy]
    results = Results(program.run_file(experiment, patients=PATIENTS, settings=settings, flags=flags))
    alive = [float(results.get("survival", strategy=name, endpoint="os", time=3.0))
             for name in (strategy, "A")]
    return 100 * (alive[0] - alive[1])


def main():
    root, path = os.path.abspath(sys.argv[1]), sys.argv[2]
    with open(os.path.join(root, "README.md"), encoding="utf-8") as file:
        readme = re.sub(r"\s+", " ", file.read())
    failures = 0
    with Program(path) as program:
        for settings, strategy, least, most, words in CLAIMS:
            points = difference(program, os.path.join(root, "configs/blina_timing.yaml"), settings, strategy)
            print(f"{strategy} against A, {settings}: {points:+.1f} points")
            if not least <= points <= most or words not in readme:
                print(f"FAILED README.md: '{words}' is not there, or not true: {least} to {most} points")
                failures += 1
    return 1 if failures else 0


sys.exit(main())
