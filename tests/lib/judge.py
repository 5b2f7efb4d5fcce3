"""Judging a simulation against a known answer.

Every statistical comparison of this test suite shares one family-wise level: the chance that a
correct program fails any of them, over all scripts, is at most FAMILY_WISE. Each script states in
FAMILY how many comparisons it may make; a script that makes more fails. The level of a single
comparison follows by Sidak's formula. Seeds are fixed, so a failure repeats.

A mean is judged by z = (value - expected) / standard error, the standard error being the one in the
simulation's own file; a share of patients by the exact binomial probability, because with few
patients a z-score is not normal.

A test that cannot fail proves nothing. With `--self-check` every comparison is made against wrong
answers of a stated size instead, and the script fails unless each is rejected.
"""
import math

from scipy import stats

FAMILY_WISE = 1e-4

# Comparisons each script may make, ordinary and long.
FAMILY = {
    "closed_forms": 300,
    "sick_sicker": 200,
    "lines_of_therapy": 20,
    "transplant": 250,
    "krijkamp": 50,
    "osteoporosis": 60,
    "black_box": 200,
    "published": 100,
    "oracle_quick": 2500,
    "oracle_long": 40000,
    "equality": 400,
    "recipes": 40,
    "colon_cancer": 50,
    "oncology": 100,
    "disease": 60,
    "benchmark": 1000,
    "calibration": 60,
    "cohorts": 40,
    "anchors": 10,
}
LEVEL = 1.0 - (1.0 - FAMILY_WISE) ** (1.0 / sum(FAMILY.values()))
CRITICAL_Z = float(stats.norm.isf(LEVEL / 2.0))

# By how much a number must be wrong to be caught, where a comparison states nothing else.
WRONG_BY = 0.05


def beyond_rounding(value, expected, rounding):
    """Distance of value from the interval expected +- rounding, with its sign."""
    distance = value - expected
    return math.copysign(max(0.0, abs(distance) - rounding), distance)


def mean_differs(value, se, expected, rounding=0.0):
    """Whether a mean with this standard error is too far from what was expected."""
    distance = beyond_rounding(value, expected, rounding)
    if not all(map(math.isfinite, (value, se, expected))):
        return True
    if se == 0.0:
        return abs(distance) > 1e-9 * max(1.0, abs(expected))
    return abs(distance) / se > CRITICAL_Z


def share_differs(share, n, expected, rounding=0.0):
    """Whether this share of n patients is too improbable under what was expected."""
    if not 0.0 <= share <= 1.0 or not math.isfinite(expected):
        return True
    count = round(share * n)
    chance = share - beyond_rounding(share, expected, rounding)
    chance = min(1.0, max(0.0, chance))
    tail = min(stats.binom.cdf(count, n, chance), stats.binom.sf(count - 1, n, chance))
    return min(1.0, 2.0 * tail) < LEVEL


class Judge:
    """Collects comparisons of one script and says at the end whether it passed."""

    def __init__(self, script, self_check=False):
        self.script = script
        self.self_check = self_check
        self.made = 0
        self.largest_z = 0.0
        self.failures = []

    def mean(self, label, value, se, expected, rounding=0.0, wrong=None):
        """A mean against its answer. `wrong`: {mistake: answer under it} for the self-check."""
        if self.self_check:
            self._must_reject(label, expected, wrong,
                              lambda answer: mean_differs(value, se, answer, rounding))
            return
        self.made += 1
        if se > 0.0:
            self.largest_z = max(self.largest_z, abs(value - expected) / se)
        if mean_differs(value, se, expected, rounding):
            self.failures.append(f"{label}: {value!r} (se {se!r}), expected {expected!r}")

    def share(self, label, share, n, expected, rounding=0.0, wrong=None):
        """A share of n independent patients against its answer."""
        if self.self_check:
            self._must_reject(label, expected, wrong,
                              lambda answer: share_differs(share, n, answer, rounding))
            return
        self.made += 1
        if share_differs(share, n, expected, rounding):
            self.failures.append(f"{label}: {share!r} of {n}, expected {expected!r}")

    def exact(self, label, value, expected, tolerance=1e-9):
        """A number that luck does not touch, to a relative tolerance."""
        if not abs(value - expected) <= tolerance * max(1.0, abs(expected)):
            self.failures.append(f"{label}: {value!r}, expected {expected!r}")

    def true(self, label, holds):
        """A statement that must hold."""
        if not holds:
            self.failures.append(label)

    def _must_reject(self, label, expected, wrong, rejects):
        if wrong is None:
            wrong = {f"{WRONG_BY:.0%} too high": expected * (1.0 + WRONG_BY),
                     f"{WRONG_BY:.0%} too low": expected * (1.0 - WRONG_BY)}
        for mistake, answer in wrong.items():
            self.made += 1
            if not math.isfinite(answer) or not rejects(answer):
                self.failures.append(f"{label}: did not notice the wrong answer {answer!r}"
                                     f" ({mistake})")

    def verdict(self):
        """Print the outcome; the exit code of the script."""
        if not self.self_check and self.made > FAMILY[self.script]:
            self.failures.append(f"{self.made} comparisons, more than the {FAMILY[self.script]}"
                                 " registered in tests/lib/judge.py")
        for failure in self.failures:
            print("FAILED " + failure)
        kind = "wrong answers tried" if self.self_check else "statistical comparisons"
        print(f"{self.script}: {self.made} {kind}, {len(self.failures)} failures;"
              f" critical z {CRITICAL_Z:.2f}, largest seen {self.largest_z:.2f}")
        return 1 if self.failures else 0
