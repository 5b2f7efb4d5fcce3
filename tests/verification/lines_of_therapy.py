"""Sequences of three drugs, made of one module, against arithmetic.

With exponential times to progression every line is a race of constant rates, so that the time spent on each
line, the doses given there and the toxicities have formulas; an instance that took another's drug, clock or
next line would miss them.
"""
import math
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))
import need  # noqa: E402

need.modules("numpy", "scipy", "h5py")

from judge import Judge  # noqa: E402
from program import Program  # noqa: E402
from study import SELF_CHECK, arguments  # noqa: E402

STUDY = os.path.join(HERE, "..", "..", "configs", "lines_of_therapy.yaml")
PATIENTS = 100_000
SEED = 20260103
MONTHS, DAYS = 12.0, 365.25
MEDIAN = {"chemotherapy": 6 / MONTHS, "antibody": 9 / MONTHS, "conjugate": 8 / MONTHS}
PRICE = {"chemotherapy": 900.0, "antibody": 3800.0, "conjugate": 5200.0}
TOXICITY = {"chemotherapy": 0.35, "antibody": 0.1, "conjugate": 0.2}
SEQUENCES = {"chemotherapy_first": ("chemotherapy", "antibody", "conjugate"),
             "antibody_first": ("antibody", "chemotherapy", "conjugate"),
             "conjugate_first": ("conjugate", "antibody", "chemotherapy")}
LATER_LINE, FIT, DEATH, DEATH_PALLIATED = 1.3, 0.7, 0.1, 1.8


def answers(sequence):
    """Life years and undiscounted costs by category of a sequence."""
    reach, given_up = 1.0, 0.0
    years = drug = toxicities = 0.0
    for before, name in enumerate(sequence):
        progression = math.log(2) / MEDIAN[name] * LATER_LINE**before
        leave, stop = progression + DEATH, progression + DEATH + TOXICITY[name]
        years += reach / leave
        drug += reach * PRICE[name] / -math.expm1(-stop * 21 / DAYS)
        toxicities += reach * TOXICITY[name] / stop
        progressed = reach * progression / leave
        reach = progressed * FIT if before < 2 else 0.0
        given_up += progressed - reach
    palliated = given_up / DEATH_PALLIATED
    return {"life_years": years + palliated, "drug": drug, "hospital": 4500 * toxicities,
            "care": MONTHS * (250 * years + 1900 * palliated)}


def main():
    options = arguments(__doc__, self_check=SELF_CHECK)
    judge = Judge("lines_of_therapy", options.self_check)
    settings = {f"progression_time.shape[{name}]": 1 for name in MEDIAN}
    with Program(options.program) as program:
        result = program.run(STUDY, patients=PATIENTS, seed=SEED, settings=settings)
    for strategy, sequence in SEQUENCES.items():
        expected = answers(sequence)
        for name, answer in expected.items():
            where = {"strategy": strategy, **({} if name == "life_years" else {"category": name})}
            quantity = "life_years_undiscounted" if name == "life_years" else "cost_undiscounted"
            judge.mean(f"{strategy} {name}", float(result.get(quantity, **where)),
                       float(result.get(quantity + "_se", **where)), answer)
    return judge.verdict()


if __name__ == "__main__":
    sys.exit(main())
