"""Rules L2 to L5: keyed sites, loadings, correlations and rows at baseline. (L1, the address, is behind every E in
these tests.)"""
import numpy as np
from scipy.stats import norm

from lives import TICK, grid, model, once
from luck import BASELINE, SEED, hazard, latent, score, uniform

CLOSE = 2 * TICK
PATIENTS = 8


def keyed_site(world):
    """A clock that fires again and again while the arm changes at each firing: every arm has its own
    luck and its own count of visits."""
    content = model({"again": {"time": {"exponential": {"rate": "1/d"}}, "key": ["arm"],
                               "do": [{"set": {"arm": "if(arm == left, right, left)"}}]}},
                    categories={"arms": ["left", "right"]},
                    attributes={"arm": {"type": "arms", "initial": "left"}})
    expected, day = [], 0.0
    for i in range(6):
        day = grid(day + hazard("again", visit=i // 2, labels=[("left", "right")[i % 2]]))
        expected.append(day)
    lives = world.live(content, horizon="200 d")
    # Neither strategy nor scenario is part of the address; the seed is.
    two = world.live(content, strategies={"a": {"title": "A"}, "b": {"title": "B"}}, horizon="200 d")
    other = world.live(content, horizon="200 d", seed=SEED + 1)
    return [(lives.times("again")[:6], expected, CLOSE),
            (two.times("again", strategy="a")[:6], expected, CLOSE),
            (two.times("again", strategy="b")[:6], expected, CLOSE),
            (other.times("again")[:1] != expected[:1], True)]


def loadings(world):
    rate, loading, p = 0.01, 0.6, 0.3
    loads = {"loads on": {"z": loading}}
    content = model(
        {"clock": {**once("clock", "1 d"), "time": {"exponential": {"rate": f"{rate}/d"}}, **loads},
         "look": once("look", "1 d", {"draw": "n", "from": {"normal": {"mean": 2, "sd": 3}}, **loads},
                      {"draw": "f", "chance": p, **loads},
                      {"draw": "k", "among": {"good": p, "bad": "rest"}, **loads},
                      {"pay": {"n": "n * 1 EUR", "f": "if(f, 1 EUR, 0 EUR)",
                               "k": "if(k == good, 1 EUR, 0 EUR)"}})},
        categories={"kinds": ["good", "bad"]}, costs={"n": "0 EUR/d", "f": "0 EUR/d", "k": "0 EUR/d"},
        attributes={"z": {"latent": "normal"}, "n": {"type": "number", "initial": 0},
                    "f": {"type": "flag", "initial": False}, "k": {"type": "kinds", "initial": "bad"}})
    lives = world.live(content, patients=PATIENTS, horizon="20000 d")
    everyone = range(PATIENTS)

    def scores(site):
        return [float(score(site, q, loading=loading, latent=latent("z", q))) for q in everyone]

    def payments(category):
        return [lives.value(f"cost_{category}_undiscounted", q) for q in everyone]
    times = [lives.times("clock", q)[0] for q in everyone]
    # A high score makes a time later, a number larger, a flag true, the first label likelier.
    return [(times, [float(-norm.logsf(s)) / rate for s in scores("clock")], CLOSE),
            (payments("n"), [2 + 3 * s for s in scores("look.n")]),
            (payments("f"), [float(s > norm.isf(p)) for s in scores("look.f")]),
            (payments("k"), [float(s > norm.isf(p)) for s in scores("look.k")]),
            (uniform("clock") != uniform("look.n"), True)]


def correlation(world):
    """Latents first, then attributes as they are drawn: each mixes its own score with those before."""
    content = model({"die": once("die", "1 d", {"goto": "dead"})},
                    categories={"kinds": ["good", "bad"]},
                    attributes={"z": {"latent": "normal"}, "size": "number", "fit": "flag",
                                "kind": "kinds", "other": "number"})
    drawn = {"size": {"from": {"normal": {"mean": 2, "sd": 3}}}, "fit": {"chance": 0.3},
             "other": {"from": {"exponential": {"rate": 0.5}}},
             "kind": {"among": {"good": 0.6, "bad": "rest"}}}
    r = {"z": {"size": 0.5, "kind": 0.3}, "size": {"fit": -0.4, "kind": 0.2}, "kind": {"fit": 0.1}}

    def live(**population):
        return world.live(content, patients=PATIENTS, population={"attributes": drawn, **population})

    def column(lives, name):
        return [lives.value(name, q) for q in range(PATIENTS)]
    members = ["z", "size", "fit", "kind"]
    matrix = np.eye(4)
    for a, row in r.items():
        for b, value in row.items():
            i, j = members.index(a), members.index(b)
            matrix[i, j] = matrix[j, i] = value
    own = np.array([[score("population." + name, q, purpose=BASELINE) for name in members]
                    for q in range(PATIENTS)])
    z, size, fit, kind = (own @ np.linalg.cholesky(matrix).T).T
    mixed, none, zero = live(correlation=r), live(), live(correlation={"size": {"z": 0, "kind": 0}})
    names = ("z", "size", "fit", "kind", "other")
    bits = [[column(lives, name) for name in names] for lives in (none, zero)]
    return [(column(mixed, "z"), [float(s) for s in z]),
            (column(mixed, "size"), [float(2 + 3 * s) for s in size]),
            (column(mixed, "fit"), [float(s > norm.isf(0.3)) for s in fit]),
            (column(mixed, "kind"), [float(s < norm.isf(0.6)) for s in kind]),
            (column(none, "size"), [float(2 + 3 * s) for s in own[:, 1]]),
            # What is not correlated, or correlated with 0, keeps every bit.
            (column(mixed, "other") == column(none, "other"), True), (bits[0] == bits[1], True)]


def resampling(world):
    """A row is the first whose cumulated weight exceeds the uniform's share of all."""
    content = model({"die": once("die", "1 d", {"goto": "dead"})}, attributes={"row": "number"})
    weights = [0, 2.5, 0, 0.1, 7, 1, 0]
    path = world.table("weights.csv", [("row", "w"), *((i, w) for i, w in enumerate(weights))])
    same = world.table("same.csv", [("row", "w"), *((i, 0.3) for i in range(7))])

    def rows(file, **more):
        csv = {"file": file, "columns": {"row": "row"}, "sample": "resample", **more}
        lives = world.live(content, patients=60, population={"csv": csv})
        return [int(lives.value("row", q)) for q in range(60)]
    at = [uniform("population.csv", q, purpose=BASELINE) for q in range(60)]
    expected = [int(np.searchsorted(np.cumsum(weights), u * sum(weights), side="right")) for u in at]
    plain = [int(u * 7) for u in at]
    return [(rows(path, weight="w"), expected), (rows(same, weight="w"), plain), (rows(same), plain)]


RULES = (keyed_site, loadings, correlation, resampling)
