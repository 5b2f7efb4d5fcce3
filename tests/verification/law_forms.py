"""Survival functions and means of laws, written from their textbook definitions with scipy.

Times in years. Each name of SURVIVAL is an event of tests/verification/models/laws.yaml.
"""
import math

import numpy as np
from scipy import integrate, special, stats


def gompertz(t, shape, rate):
    return math.exp(-rate * math.expm1(shape * t) / shape)


def generalised_gamma(t, mu, sigma, q):
    """Prentice 1974, as in R's flexsurv."""
    w = (math.log(t) - mu) / sigma
    if q == 0:
        return stats.norm.sf(w)
    u = math.exp(q * w) / q**2
    return special.gammaincc(q**-2, u) if q > 0 else special.gammainc(q**-2, u)


def spline(t, scale, knots, gamma):
    """Royston and Parmar 2002."""
    k, x = np.log(knots), math.log(t)
    s = gamma[0] + gamma[1] * x
    for j in range(1, len(k) - 1):
        share = (k[-1] - k[j]) / (k[-1] - k[0])
        s += gamma[j + 1] * (max(0, x - k[j]) ** 3 - share * max(0, x - k[0]) ** 3
                             - (1 - share) * max(0, x - k[-1]) ** 3)
    return {"hazard": math.exp(-math.exp(s)), "odds": 1 / (1 + math.exp(s)),
            "normal": stats.norm.sf(s)}[scale]


def waned(t):
    """Weibull hazard 1.5, 4 y under a ratio of 0.5 until 1 y that goes to 2 by 5 y."""
    def rate(u):
        return 1.5 / 4 * (u / 4) ** 0.5 * min(2.0, max(0.5, 0.5 + 1.5 * (u - 1) / 4))
    return math.exp(-integrate.quad(rate, 0, t, points=[p for p in (1, 5) if p < t])[0])


def truncated(t):
    """Weibull 1.5, 4 y, given a time between 1 and 6 y."""
    first, last, now = (math.exp(-((x / 4) ** 1.5)) for x in (1, 6, min(6, max(1, t))))
    return (now - last) / (first - last)


KNOTS, ODDS_KNOTS = (0.5, 1.5, 6.0), (0.4, 5.0)

SURVIVAL = {
    "gompertz": lambda t: gompertz(t, 0.3, 0.1),
    "gompertz_plateau": lambda t: gompertz(t, -0.4, 0.5),
    "loglogistic": lambda t: 1 / (1 + (t / 2.5) ** 1.7),
    "gamma": lambda t: stats.gamma.sf(t, 2.3, scale=1 / 0.7),
    "gengamma": lambda t: generalised_gamma(t, 0.9, 0.8, 0.6),
    "gengamma_negative": lambda t: generalised_gamma(t, math.log(2.0), 0.7, -0.8),
    "triangular": lambda t: stats.triang.sf(t, 2 / 8.5, 0.5, 8.5),
    "normal": lambda t: stats.truncnorm.sf(t, -1.5, math.inf, 3, 2),
    "spline_hazard": lambda t: spline(t, "hazard", KNOTS, (-1.3, 1.2, 0.15)),
    "spline_odds": lambda t: spline(t, "odds", ODDS_KNOTS, (-1.0, 1.4)),
    "spline_normal": lambda t: spline(t, "normal", KNOTS, (-0.8, 0.9, 0.02)),
    "truncated": truncated,
    "shifted": lambda t: math.exp(-((max(0.0, t - 0.75) / 4) ** 1.5)),
    "waned": waned,
}

GENGAMMA = {"location": "3 y", "sigma": 0.6, "q": 0.5}
# law: (as the language writes it, its mean, a mean that it must not be taken for)
MEANS = {
    "gompertz": ({"gompertz": {"shape": "0.09/y", "rate": "0.0001/y"}}, 69.257909, 70.0),
    "loglogistic": ({"loglogistic": {"shape": 3, "scale": "2 y"}},
                    2 * (math.pi / 3) / math.sin(math.pi / 3), 2.0),
    "gamma": ({"gamma": {"shape": 2.5, "scale": "1.2 y"}}, 3.0, 2.5 / 1.2),
    "gengamma": ({"generalised gamma": GENGAMMA},
                 3 * 0.25 ** (0.6 / 0.5) * special.gamma(4 + 1.2) / special.gamma(4), 3.0),
    "triangular": ({"triangular": {"min": "1 y", "mode": "2 y", "max": "6 y"}}, 3.0, 3.5),
    "normal": ({"normal": {"mean": "1 y", "sd": "2 y", "truncate": {"from": "0 y"}}},
               stats.truncnorm.mean(-0.5, math.inf, 1, 2), 1.0),
    "spline": ({"spline": {"scale": "hazard", "in": "y", "knots": list(KNOTS),
                           "coefficients": [-1.3, 1.2, 0.15]}},
               integrate.quad(lambda t: spline(t, "hazard", KNOTS, (-1.3, 1.2, 0.15)), 0, 2000,
                              limit=500, points=[1, 10, 100, 500])[0], 3.0),
    "shifted": ({"exponential": {"mean": "2 y", "shift": "1.5 y"}}, 3.5, 2.0),
}
