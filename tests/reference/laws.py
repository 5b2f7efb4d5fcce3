#!/usr/bin/env python3
"""Writes laws.inc: cumulative hazards and their inverses to 50 digits, wrappers included.

Survival is written down from its definition at 300 digits (120 where it takes long), wrapper by wrapper as at
the head of sim/math/law.h, H is minus its logarithm, and H^-1 is found by bisection of that H: the only
thing shared with the library is the definition of the laws. Run from any folder (some minutes):

    python3 tests/reference/laws.py
"""
import bisect
import functools
import multiprocessing
import pathlib
import random

from mpmath import mp, mpf

mp.dps = 300
OUT = pathlib.Path(__file__).with_name("laws.inc")

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
# Splines: identifier -> (scale, knots [day], coefficients)
SPLINES = {
    "SPLINEH": ("SQ_SCALE_HAZARD", [73, 400, 1650], [-6.5, 1.1, 0.06]),
    "SPLINEO": ("SQ_SCALE_ODDS", [20, 90, 400, 900, 2400], [-7.25, 1.4, 0.11, -0.17, 0.05]),
    "SPLINEN": ("SQ_SCALE_NORMAL", [30, 365.25, 1500, 3000], [-4.0, 0.5, -0.03, 0.07]),
    "LINEH": ("SQ_SCALE_HAZARD", [50, 500], [-8.0, 1.3]),
}
for name, (scale, xs, ys) in SPLINES.items():
    TABLES[name] = ("SQ_SPLINE", "SQ_CONSTANT", "SQ_TAIL_NEVER", xs, ys)
CALENDARS = {} # hazards by arguments and time; calendar_tables.py fills it
# Hazard ratios over time: identifier -> (C initialiser, offset, [(end, ratio), ...] of profile time)


def waning(start, to, begin, length, steps, log):
    """Until `begin` start, then the value of the line at the middle of each step, then to."""
    pieces = [(mpf(begin), mpf(start))]
    for k in range(steps):
        share = (k + mpf(1) / 2) / steps
        ratio = mpf(start) ** (1 - share) * mpf(to) ** share if log else \
            start + share * (mpf(to) - mpf(start))
        pieces.append((begin + mpf(length) * (k + 1) / steps, ratio))
    text = f".kind = SQ_PROFILE_WANING, .logarithmic = {str(log).lower()}, .n = {steps}, "
    text += f".from = {start}, .to = {to}, .start = {begin}, .length = {length}"
    return text, pieces + [(mp.inf, mpf(to))]


def steps(name, xs, ys):
    ends = [mpf(x) for x in xs[1:]] + [mp.inf]
    return (f".kind = SQ_PROFILE_TABLE, .n = {len(xs)}, .x = {name}_X, .y = {name}_Y",
            list(zip(ends, map(mpf, ys))))


PROFILES = {
    "WANES": (0.0,) + waning(0.5, 1.0, 150.0, 300.0, 7, False),
    "LOGWANES": (35.5,) + waning(0.25, 1.75, 20.0, 90.0, 12, True),
    "STEPRATIO": (-60.0,) + steps("STEPRATIO", [0.0, 100.0, 250.0, 600.0], [0.7, 0.0, 2.5, 1.0]),
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


def normal_ccdf(z):
    return mp.erfc(z / mp.sqrt(2)) / 2


def spline_survival(table, t):
    """From the truncated powers in which flexsurv prints the coefficients."""
    scale, xs, ys = SPLINES[table]
    k, g, x = [mp.log(mpf(v)) for v in xs], [mpf(v) for v in ys], mp.log(t)

    def cube(v):
        return max(v, mpf(0)) ** 3
    total = g[0] + g[1] * x
    for j in range(1, len(k) - 1):
        share = (k[-1] - k[j]) / (k[-1] - k[0])
        total += g[j + 1] * (cube(x - k[j]) - share * cube(x - k[0]) - (1 - share) * cube(x - k[-1]))
    if scale == "SQ_SCALE_HAZARD":
        return mp.exp(-mp.exp(total))
    return 1 / (1 + mp.exp(total)) if scale == "SQ_SCALE_ODDS" else normal_ccdf(total)


def gamma_lower(a, x):
    """P(a, x) by its series of positive terms."""
    if x == 0 or x > 4 * a + 1000: # where 120 digits see no difference
        return mpf(x > 0)
    term = total = mpf(1)
    n = 0
    while term > total * mpf(10) ** (-mp.dps):
        n += 1
        term *= x / (a + n)
        total += term
    return mp.exp(a * mp.log(x) - x - log_gamma(a + 1)) * total


@functools.lru_cache(None)
def log_gamma(a):
    return mp.loggamma(a)


def base_survival(family, arg, table, t):
    return remembered_survival(family, tuple(arg), table, t, mp.prec)


@functools.lru_cache(10000)
def remembered_survival(family, arg, table, t, _):
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
        if a[0] * t > 60: # nothing that 300 digits could tell from 0
            return mpf(0)
        return mp.exp(-a[1] * (mp.expm1(a[0] * t) / a[0] if a[0] else t))
    if family == "SQ_GAMMA":
        return 1 - gamma_lower(a[0], a[1] * t)
    if family == "SQ_GENERALISED_GAMMA":
        w = mp.log(t / a[0]) / a[1]
        if a[2] == 0:
            return normal_ccdf(w)
        lower = gamma_lower(1 / a[2] ** 2, mp.exp(a[2] * w) / a[2] ** 2)
        return 1 - lower if a[2] > 0 else lower
    if family == "SQ_SPLINE":
        return spline_survival(table, t)
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
    if table in CALENDARS:
        return mp.exp(-CALENDARS[table](a, t))
    return mp.exp(log_survival_rates(table, t))


def truncated_survival(law, t):
    family, arg, table = law[:3]
    low, high = law[7]
    if (low, high) == OPEN:
        return base_survival(family, arg, table, t)
    above = base_survival(family, arg, table, mpf(high)) if high < mp.inf else mpf(0)
    below = base_survival(family, arg, table, mpf(low)) if low > -mp.inf else mpf(1)
    if t <= low or t >= high:
        return mpf(t <= low)
    return (base_survival(family, arg, table, t) - above) / (below - above)


def placed_survival(law, t):
    return truncated_survival(law, mpf(t) / mpf(law[4]) - mpf(law[8]))


def minus_log(alive):
    return mp.inf if alive <= 0 else -mp.log(alive)


def modified(law, survival, t):
    """int_0^t of ratio times profile times the hazard of a survival function."""
    offset, pieces = mpf(0), [(mp.inf, mpf(1))]
    if law[9]:
        offset, _, pieces = PROFILES[law[9]]
    total, before = mpf(0), mpf(0)
    for end, ratio in pieces:
        here = minus_log(survival(min(t, end + offset)))
        total += ratio * (here - before) if ratio else 0
        if here == mp.inf:
            return total
        before = here
        if t <= end + offset:
            break
    return mpf(law[3]) * total


def hazard(law, t):
    with mp.workdps(120 if "GAMMA" in law[0] or law[7:] != BARE else 300):
        t, cured = mpf(t), mpf(law[5])
        if law[6]:
            return modified(law, lambda u: cured + (1 - cured) * placed_survival(law, u), t)
        x = modified(law, lambda u: placed_survival(law, u), t)
        return minus_log(cured + (1 - cured) * mp.exp(-x)) if cured else x


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
    for _ in range(190):
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
LAWS += [("SQ_GAMMA", [0.4, 0.004], None), ("SQ_GAMMA", [6.5, 0.02], None),
         ("SQ_GAMMA", [130.0, 0.5], None), ("SQ_GENERALISED_GAMMA", [300.0, 0.8, 0.6], None),
         ("SQ_GENERALISED_GAMMA", [300.0, 1.1, -0.7], None),
         ("SQ_GENERALISED_GAMMA", [45.0, 0.9, 3.5], None),
         ("SQ_GENERALISED_GAMMA", [90.0, 0.5, -0.05], None),
         ("SQ_GENERALISED_GAMMA", [90.0, 0.5, 0.0], None)]
LAWS += [(TABLES[name][0], [], name) for name in TABLES]
LAWS += [("SQ_GAMMA", [2500.0, 2.0], None), ("SQ_GAMMA", [10.5, 0.05], None),
         ("SQ_GAMMA", [26.0, 0.1], None)]
OPEN = (-mp.inf, mp.inf)
BARE = (OPEN, 0.0, None)
# The wrappers of simd_law_wrap.h: (ratio, stretch, cured, population), (low, high), shift, profile
DRESSED = [((1, 1, 0, False), (20.5, 300.25), 0.0, None),
           ((1, 1, 0, False), (100.0, mp.inf), 0.0, None),
           ((1, 1, 0, False), OPEN, 12.25, None),
           ((2.5, 1.75, 0.3, False), (-mp.inf, 299.0), 7.5, None),
           ((0.6, 1, 0, False), OPEN, 0.0, "WANES"),
           ((1, 1.3, 0.2, False), OPEN, 0.0, "LOGWANES"),
           ((1.4, 0.8, 0.2, True), OPEN, 3.0, "STEPRATIO"),
           ((1.4, 0.8, 0.2, True), (10.0, 900.0), 3.0, "WANES")]
DRESSED_LAWS = [("SQ_EXPONENTIAL", [0.004], None), ("SQ_WEIBULL", [0.62, 400.0], None),
                ("SQ_GOMPERTZ", [-0.002, 0.003], None), ("SQ_LOGNORMAL", [270.0, 1.1], None),
                ("SQ_LOGLOGISTIC", [4.5, 161.0], None), ("SQ_GAMMA", [6.5, 0.02], None),
                ("SQ_GENERALISED_GAMMA", [300.0, 1.1, -0.7], None),
                ("SQ_UNIFORM", [5.0, 400.0], None), ("SQ_TRIANGULAR", [0.0, 260.0, 420.0], None),
                ("SQ_NORMAL", [150.0, 120.0], None), ("SQ_PIECEWISE", [], "STEPS"),
                ("SQ_TABULATED", [], "EXPCURVE"), ("SQ_SPLINE", [], "SPLINEO")]


def times(law):
    family, arg, table = law[:3]
    if table in SPLINES:
        return [0.5, 19.0, 33.3, 190.0, 399.0, 1450.0, 9000.0]
    if table and table != "ENDCURVE":
        return [0.25, 19.0, 33.3, 190.0, 399.0, 450.0, 9000.0, 30000.0]
    if table:
        return [0.25, 40.0, 100.0, 130.0, 299.0]
    if family in BOUNDED:
        return [5.0, 20.001, 30.0, 41.9]
    if family == "SQ_NORMAL":
        return [-200.0, -30.0, -3.0, 4.5, 80.0, 300.0]
    scale = arg[0] if family == "SQ_GENERALISED_GAMMA" else arg[-1]
    if family in ("SQ_EXPONENTIAL", "SQ_GOMPERTZ"):
        scale = 1 / arg[-1]
    if family == "SQ_GAMMA":
        scale = arg[0] / arg[1]
    return [scale * v for v in (1e-9, 1e-3, 0.2, 1.0, 1.3, 6.0)]


def number(v):
    return "INFINITY" if v == mp.inf else "-INFINITY" if v == -mp.inf else repr(v)


def key_of(law):
    family, arg, table, ratio, stretch, cured, population, limits, shift, profile = law
    numbers = ", ".join(repr(v) for v in (arg + [0.0, 0.0, 0.0])[:3])
    key = f'{family}, {{{numbers}}}, {"&" + table if table else "NULL"}, '
    key += f"{ratio}, {stretch}, {cured}, {str(population).lower()}, "
    return key + f'{number(limits[0])}, {number(limits[1])}, {shift!r}, ' + \
        ("&" + profile if profile else "NULL")


def plain_rows(law):
    key, family = key_of(law), law[0]
    draw = random.Random(key)
    for t in times(law):
        t *= draw.uniform(0.9, 1) if family not in BOUNDED else 1
        value = hazard(law, t)
        if "GAMMA" in family and not mpf(10) ** -60 < value < 50: # 1 - P has no digits left
            continue
        yield f"{{{key}, HAZARD, {t!r}, {text(value)}}},"
    for e in (1e-12, 1e-3, 0.3, 0.9, 3.0, 30.0):
        e *= draw.uniform(0.5, 1)
        yield f"{{{key}, INVERSE, {e!r}, {text(inverse(law, mpf(e)))}}},"


def dressed_rows(law):
    """Questions where the law answers: at some of its own quantiles."""
    key = key_of(law)
    draw = random.Random(key)
    for e in (1e-3, 0.1, 0.7, 2.0, 6.0):
        e *= draw.uniform(0.5, 1)
        t = inverse(law, mpf(e))
        yield f"{{{key}, INVERSE, {e!r}, {text(t)}}},"
        if t < mp.inf:
            t = float(t) * draw.uniform(0.97, 1.03)
            yield f"{{{key}, HAZARD, {t!r}, {text(hazard(law, t))}}},"


def rows_of(law):
    return list(dressed_rows(law) if law[7:] != BARE else plain_rows(law))


def rows():
    every = [law + wrapper + BARE for law in LAWS for wrapper in WRAPPERS]
    every += [law + wrapper + (limits, shift, profile) for law in DRESSED_LAWS
              for wrapper, limits, shift, profile in DRESSED]
    with multiprocessing.Pool() as pool:
        for some in pool.imap(rows_of, every):
            yield from some


def profile_definitions():
    for name, (offset, initialiser, pieces) in PROFILES.items():
        if "TABLE" in initialiser:
            starts = [0.0] + [float(end) for end, _ in pieces[:-1]]
            yield f"static const double {name}_X[] = {{{', '.join(map(repr, starts))}}};"
            ratios = ", ".join(repr(float(ratio)) for _, ratio in pieces)
            yield f"static const double {name}_Y[] = {{{ratios}}};"
        yield f"static const sq_profile {name} = {{\n    {initialiser}, .offset = {offset}}};"


def definitions():
    for name, (family, interpolation, tail, xs, ys) in TABLES.items():
        x, y = (", ".join(repr(float(v)) for v in column) for column in (xs, ys))
        scale = SPLINES[name][0] if name in SPLINES else "SQ_SCALE_HAZARD"
        yield f"static const reference_table {name} = {{"
        yield f"    {family}, {interpolation}, {tail}, {len(xs)}, {{{x}}},\n    {{{y}}}, {scale}}};"
    yield from profile_definitions()


if __name__ == "__main__":
    head = "/* Written by tests/reference/laws.py: laws, arguments and values to 50 digits. */\n"
    body = "static const reference_row ROWS[] = {\n" + "\n".join(rows()) + "\n};\n"
    OUT.write_text(head + "\n".join(definitions()) + "\n" + body)
