#!/usr/bin/env python3
"""Writes kernels.inc: exp, log, expm1, log1p, pow and the standard normal to 50 digits.

Every value is computed by mpmath at 80 digits from the exact binary value of the argument, by
mpmath's own functions, and so shares no formula with the library. Run from any folder:

    python3 tests/reference/kernels.py
"""
import pathlib
import random

from mpmath import mp, mpf

mp.dps = 80
OUT = pathlib.Path(__file__).with_name("kernels.inc")
draw = random.Random(20240229)


def text(value):
    return mp.nstr(value, 50, strip_zeros=True, min_fixed=-5, max_fixed=20)


def ccdf(x):
    return mp.erfc(mpf(x) / mp.sqrt(2)) / 2


def log_ccdf(x):
    """mpmath's erfc underflows nowhere, but is slow far out: use the continued fraction there."""
    if x < 0:
        return mp.log1p(-ccdf(-x))
    if x < 1000:
        return mp.log(ccdf(x))
    x = mpf(x)
    fraction = x
    for k in range(200, 0, -1):
        fraction = x + k / fraction
    return -x * x / 2 - mp.log(mp.sqrt(2 * mp.pi)) - mp.log(fraction)


def root(function, low, high):
    """The zero of an increasing function, by bisection to 60 digits."""
    low, high = mpf(low), mpf(high)
    for _ in range(230):
        middle = (low + high) / 2
        if function(middle) < 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def from_hazard(e):
    return root(lambda x: -log_ccdf(x) - e, -40, 40 + 2 * mp.sqrt(e))


def quantile(p):
    if p <= 0.5:
        return -root(lambda x: -mp.log(ccdf(x)) + mp.log(p), -1, 40)
    return root(lambda x: (1 - mpf(p)) - ccdf(x), -1, 40)


def log_uniform(low, high, n):
    return [10.0 ** draw.uniform(low, high) for _ in range(n)]


def arguments():
    signed = [s * v for v in log_uniform(-18, 2.84, 16) for s in (1, -1)]
    yield "exp", [0.0, 1.0, -745.0, 709.5] + signed, lambda x: mp.exp(x)
    yield "expm1", [1e-300, -1e-17, -40.0] + signed, lambda x: mp.expm1(x)
    positive = log_uniform(-300, 300, 20) + log_uniform(-1, 1, 20)
    yield "log", [1.0, 0.5, 5e-324] + positive, lambda x: mp.log(x)
    above = log_uniform(-300, 308, 24) + [-v for v in log_uniform(-300, -1e-6, 16)]
    yield "log1p", [1e308, -0.5, -1 + 2.0**-53] + above, lambda x: mp.log1p(x)
    normal = [0.0] + [s * v for v in log_uniform(-10, 1.57, 26) for s in (1, -1)]
    yield "normal_ccdf", normal, ccdf
    yield "normal_cdf", normal, lambda x: ccdf(-x)
    far = [19.999, 20.0, 38.5, 100.0, 12345.678, 1e8, 3e8]
    yield "normal_log_ccdf", normal + far, log_ccdf
    tails = log_uniform(-300, -1, 20)
    middle = [draw.random() for _ in range(20)]
    near_one = [1 - v for v in log_uniform(-15, -1, 10)]
    edges = [0.075, 0.0750001, 0.925, 5e-324, 1e-310, 1e-299, 1.3887943864964021e-11]
    yield "normal_quantile", edges + tails + middle + near_one, quantile
    hazard = log_uniform(-300, 4, 30) + log_uniform(-2, 1.5, 20)
    edges = [0.0779, 0.078, 0.6931471805599453, 2.5902, 2.5903, 25.0, 25.01, 690.0, 690.1]
    yield "normal_from_hazard", edges + hazard + [1e5, 1e8, 1e15], from_hazard


def rows():
    for name, values, function in arguments():
        for x in values:
            result = function(mpf(x)) if name != "normal_quantile" else function(x)
            yield f'{{"{name}", {x!r}, 0, {text(result)}}},'
    for _ in range(40):
        x, y = 10.0 ** draw.uniform(-12, 12), draw.uniform(-12, 12)
        yield f'{{"pow", {x!r}, {y!r}, {text(mp.power(mpf(x), mpf(y)))}}},'


HEADER = """/* Written by tests/reference/kernels.py: name, argument, second argument, value to 50 digits. */
"""

if __name__ == "__main__":
    OUT.write_text(HEADER + "\n".join(rows()) + "\n")
