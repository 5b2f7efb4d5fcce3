#!/usr/bin/env python3
"""Writes laws.inc: cumulative hazards and their inverses to 50 digits, wrappers included.

Survival is written down from its definition, S = c + (1 - c) S0(t/a)^r or (c + (1 - c) S0(t/a))^r, at
300 digits, H is minus its logarithm, and H^-1 is found by bisection of that H: the only thing shared
with the library is the definition of the laws. Run from any folder:

    python3 tests/reference/laws.py
"""
import bisect
import pathlib
import random

from mpmath import mp, mpf

mp.dps = 300
OUT = pathlib.Path(__file__).with_name("laws.inc")
draw = random.Random(19021211)

# Tables: identifier -> (family, interpolation, tail, x, y)
TABLES = {
    "STEPS": ("SQ_PIECEWISE", "SQ_CONSTANT", "SQ_TAIL_NEVER",
              [0, 30, 365.25, 1000], [0.002, 0.0, 0.0007, 0.0001]),
    "LIFE": ("SQ_LIFE_TABLE", "SQ_CONSTANT", "SQ_TAIL_NEVER",
             [365.25 * k for k in (1, 10, 40, 70, 90)], [1e-6, 2.5e-6, 1e-5, 8e-5, 5e-4]),
    "LOGLIFE": ("SQ_LIFE_TABLE", "SQ_LOGLINEAR", "SQ_TAIL_NEVER",
                [365.25 * k for k in (0, 1, 10, 40, 70, 90)],
                [2e-5, 1e-6, 2.5e-6, 2.5e-6, 8e-5, 5e-4]),
    "CURVE": ("SQ_TABULATED", "SQ_LINEAR", "SQ_TAIL_NEVER",
              [0, 20, 180, 200, 400], [1, 1, 0.6, 0.6, 0.25]),
    "EXPCURVE": ("SQ_TABULATED", "SQ_LINEAR", "SQ_TAIL_EXPONENTIAL",
                 [0, 90, 180, 720], [1, 0.9, 0.55, 0.0625]),
    "ENDCURVE": ("SQ_TABULATED", "SQ_LINEAR", "SQ_TAIL_ERROR",
                 [0, 100, 300], [1, 0.5, 0]),
}


def log_survival_rates(table, t):
    """Minus the integral of the rate, by the antiderivative on each piece of (0, t)."""
    _, interpolation, _, xs, ys = TABLES[table]
    xs, ys = [mpf(x) for x in xs], [mpf(y) for y in ys]
    pieces = [(mpf(0), xs[0], ys[0], ys[0])]
    for i in range(len(xs)):
        following = ys[i + 1] if interpolation == "SQ_LOGLINEAR" and i + 1 < len(xs) else ys[i]
        end = xs[i + 1] if i + 1 < len(xs) else mp.inf
        pieces.append((xs[i], end, ys[i], following))
    total = mpf(0)
    for start, end, left, right in pieces:
        if t <= start:
            break
        upto = min(t, end)
        if left == right:
            total += left * (upto - start)
        else:
            growth = mp.log(right / left) / (end - start)
            total += left * mp.expm1(growth * (upto - start)) / growth
    return -total


def survival_curve(table, t):
    _, _, tail, xs, ys = TABLES[table]
    if t >= xs[-1]:
        if tail == "SQ_TAIL_NEVER" or ys[-1] == 0:
            return mpf(ys[-1])
        return mp.exp(mp.log(mpf(ys[-1])) / xs[-1] * t)
    i = bisect.bisect_right(xs, t) - 1
    share = (t - mpf(xs[i])) / (mpf(xs[i + 1]) - mpf(xs[i]))
    return mpf(ys[i]) * (1 - share) + mpf(ys[i + 1]) * share


def base_survival(family, arg, table, t):
    a = ([mpf(v) for v in arg] + [mpf(0)] * 3)[:3]
    if family == "SQ_NORMAL":
        return mp.erfc((t - a[0]) / a[1] / mp.sqrt(2)) / 2
    if t <= 0:
        return mpf(1)
    if family == "SQ_EXPONENTIAL":
        return mp.exp(-a[0] * t)
    if family == "SQ_WEIBULL":
        return mp.exp(-((t / a[1]) ** a[0]))
    if family == "SQ_GOMPERTZ":
        if a[0] * t > 10**4:
            return mpf(0)
        return mp.exp(-a[1] * (mp.expm1(a[0] * t) / a[0] if a[0] else t))
    if family == "SQ_LOGLOGISTIC":
        return 1 / (1 + (t / a[1]) ** a[0])
    if family == "SQ_TRIANGULAR":
        low, mode, high = a
        if t <= low or t >= high:
            return mpf(t <= low)
        if t < mode:
            return 1 - (t - low) ** 2 / ((high - low) * (mode - low))
        return (high - t) ** 2 / ((high - low) * (high - mode))
    if family == "SQ_LOGNORMAL":
        return mp.erfc(mp.log(t / a[0]) / a[1] / mp.sqrt(2)) / 2
    if family == "SQ_UNIFORM":
        return min(mpf(1), max(mpf(0), (a[1] - t) / (a[1] - a[0])))
    if family == "SQ_TABULATED":
        return survival_curve(table, t)
    return mp.exp(log_survival_rates(table, t))


def hazard(law, t):
    family, arg, table, ratio, stretch, cured, population = law
    ratio, stretch, cured = mpf(ratio), mpf(stretch), mpf(cured)
    alive = base_survival(family, arg, table, mpf(t) / stretch)
    if population:
        whole = (cured + (1 - cured) * alive) ** ratio
    else:
        whole = cured + (1 - cured) * alive**ratio
    return mp.inf if whole == 0 else -mp.log(whole)


def inverse(law, e):
    """The first time at which the hazard reaches e; infinity above the plateau."""
    low, high = mpf(0), mpf(1)
    if law[0] == "SQ_NORMAL":
        low = -mpf(10) ** 6
    while hazard(law, high) < e:
        high *= 2
        if high > mpf(10) ** 60:
            return mp.inf
    if low == 0:
        low = high
        while hazard(law, low) >= e and low > mpf(10) ** -400:
            low /= 1024
    for _ in range(230):
        middle = (low + high) / 2
        if hazard(law, middle) < e:
            low = middle
        else:
            high = middle
    return high


def text(value):
    if value == mp.inf:
        return "INFINITY"
    return mp.nstr(value, 50, strip_zeros=True, min_fixed=-5, max_fixed=20)


BOUNDED = ("SQ_UNIFORM", "SQ_TRIANGULAR")
WRAPPERS = [(1, 1, 0, False), (0.37, 1, 0, False), (2.5, 1.75, 0.3, False), (1.9, 0.6, 0.3, True)]
LAWS = [("SQ_EXPONENTIAL", [0.004], None), ("SQ_WEIBULL", [0.62, 400.0], None),
        ("SQ_WEIBULL", [3.4, 25.5], None), ("SQ_LOGNORMAL", [270.0, 1.1], None),
        ("SQ_LOGNORMAL", [33.0, 0.25], None), ("SQ_UNIFORM", [20.0, 42.0], None),
        ("SQ_NORMAL", [-3.0, 12.0], None)]
LAWS += [("SQ_GOMPERTZ", [0.0009, 0.0004], None), ("SQ_GOMPERTZ", [-0.002, 0.003], None),
         ("SQ_GOMPERTZ", [0.0, 0.01], None), ("SQ_LOGLOGISTIC", [0.7, 300.0], None),
         ("SQ_LOGLOGISTIC", [4.5, 61.0], None), ("SQ_TRIANGULAR", [20.0, 26.0, 42.0], None),
         ("SQ_TRIANGULAR", [20.0, 42.0, 42.0], None), ("SQ_TRIANGULAR", [20.0, 20.0, 42.0], None)]
LAWS += [(TABLES[name][0], [], name) for name in TABLES]


def times(law):
    family, arg, table = law[:3]
    if table and table != "ENDCURVE":
        return [0.25, 19.0, 33.3, 190.0, 399.0, 450.0, 9000.0, 30000.0]
    if table:
        return [0.25, 40.0, 100.0, 130.0, 299.0]
    if family in BOUNDED:
        return [5.0, 20.001, 30.0, 41.9]
    if family == "SQ_NORMAL":
        return [-200.0, -30.0, -3.0, 4.5, 80.0, 300.0]
    scale = arg[-1]
    if family in ("SQ_EXPONENTIAL", "SQ_GOMPERTZ"):
        scale = 1 / arg[-1]
    return [scale * v for v in (1e-9, 1e-3, 0.2, 1.0, 1.3, 6.0)]


def rows():
    for family, arg, table in LAWS:
        for wrapper in WRAPPERS:
            law = (family, arg, table) + wrapper
            numbers = ", ".join(repr(v) for v in (arg + [0.0, 0.0, 0.0])[:3])
            key = f'{family}, {{{numbers}}}, {"&" + table if table else "NULL"}, '
            key += f"{wrapper[0]}, {wrapper[1]}, {wrapper[2]}, {str(wrapper[3]).lower()}"
            for t in times(law):
                t *= draw.uniform(0.9, 1) if family not in BOUNDED else 1
                yield f"{{{key}, HAZARD, {t!r}, {text(hazard(law, t))}}},"
            for e in (1e-12, 1e-3, 0.3, 0.9, 3.0, 30.0):
                e *= draw.uniform(0.5, 1)
                yield f"{{{key}, INVERSE, {e!r}, {text(inverse(law, mpf(e)))}}},"


def definitions():
    for name, (family, interpolation, tail, xs, ys) in TABLES.items():
        x, y = (", ".join(repr(float(v)) for v in column) for column in (xs, ys))
        yield f"static const reference_table {name} = {{"
        yield f"    {family}, {interpolation}, {tail}, {len(xs)}, {{{x}}},\n    {{{y}}}}};"


if __name__ == "__main__":
    head = "/* Written by tests/reference/laws.py: laws, arguments and values to 50 digits. */\n"
    body = "static const reference_row ROWS[] = {\n" + "\n".join(rows()) + "\n};\n"
    OUT.write_text(head + "\n".join(definitions()) + "\n" + body)
