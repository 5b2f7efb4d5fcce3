#!/usr/bin/env python3
"""Writes sim/math/gamma_series.h: the coefficients that sim/math/simd_gamma.h works with.

Temme's expansion of the incomplete gamma function in powers of 1/a (SIAM J Math Anal 1979;10:757-766)
needs functions c_k(eta). Their Taylor series follow from mu mu' = eta (1 + mu), mu = lambda - 1, and

    c_0 = 1/mu - 1/eta,    c_k = c_(k-1)' / eta + (-1)^k g_k / mu

with g_k the coefficients of Stirling's series of the gamma function. Run from any folder:

    python3 tests/reference/gamma.py
"""
import pathlib

from mpmath import mp, mpf

mp.dps = 120
OUT = pathlib.Path(__file__).parents[2] / "sim/math/gamma_series.h"
SMALLEST, ETA, ORDERS, LENGTH = 25, 1, 16, 90
NEEDED = mpf(2) ** -58


def reciprocal_of_mu():
    """Coefficients of eta / mu, mu = eta + m_2 eta^2 + ... from mu mu' = eta (1 + mu)."""
    m = [mpf(0), mpf(1)]
    for n in range(2, LENGTH + 2):
        # coefficient of eta^n in mu mu': sum_i m_i (n+1-i) m_(n+1-i), i = 1..n
        known = sum(m[i] * (n + 1 - i) * m[n + 1 - i] for i in range(2, n))
        m.append((m[n - 1] - known) / (n + 1))
    s, inverse = m[1:], [mpf(1)]
    for n in range(1, LENGTH):
        inverse.append(-sum(s[i] * inverse[n - i] for i in range(1, n + 1)))
    return inverse


def stirling():
    """g_k: Gamma(a) = sqrt(2 pi / a) (a/e)^a sum g_k a^-k."""
    log = [mpf(0)] * (ORDERS + 1)
    for k in range(1, ORDERS + 1, 2):
        log[k] = mp.bernoulli(k + 1) / ((k + 1) * k)
    g = [mpf(1)]
    for n in range(1, ORDERS + 1):
        g.append(sum(i * log[i] * g[n - i] for i in range(1, n + 1)) / n)
    return g


def temme():
    inverse, g = reciprocal_of_mu(), stirling()
    row = inverse[1:]
    rows = [row]
    for k in range(1, ORDERS):
        # (1/eta) d/deta and 1/mu both begin with 1/eta; there they cancel
        left = [(n + 1) * row[n + 1] for n in range(len(row) - 1)]
        right = [(-1) ** k * g[k] * v for v in inverse]
        assert abs(left[0] + right[0]) < mpf(10) ** -60
        row = [left[n] + right[n] for n in range(1, len(left))]
        rows.append(row)
    kept = []
    for k, row in enumerate(rows):
        size = [abs(v) * mpf(ETA) ** n / mpf(SMALLEST) ** k for n, v in enumerate(row)]
        last = max((n for n, v in enumerate(size) if v > NEEDED), default=-1)
        if last >= 0:
            kept.append(row[:last + 1])
    return kept


def text(values):
    return ",\n    ".join(mp.nstr(v, 20) for v in values)


if __name__ == "__main__":
    rows = temme()
    log_gamma = [(-1) ** k * (mp.zeta(k) - 1) / k for k in range(2, 29)]
    parts = ["/* Written by tests/reference/gamma.py: series of the incomplete gamma function. */",
             "#ifndef SQ_MATH_GAMMA_SERIES_H", "#define SQ_MATH_GAMMA_SERIES_H", "",
             "/* log Gamma(2 + b) = b (LOG_GAMMA_2[0] + LOG_GAMMA_2[1] b + ...). */",
             "static const double LOG_GAMMA_2[] = {",
             "    " + text([1 - mp.euler] + log_gamma) + "};", "",
             f"/* Temme's c_k(eta), |eta| <= {ETA}, for shapes from {SMALLEST} on; k after k. */",
             f"enum {{ TEMME_SMALLEST = {SMALLEST}, TEMME_ORDERS = {len(rows)} }};",
             "static const int TEMME_LENGTH[TEMME_ORDERS] = {"
             + ", ".join(str(len(r)) for r in rows) + "};",
             "static const double TEMME[] = {",
             "    " + ",\n\n    ".join(text(r) for r in rows) + "};", "", "#endif", ""]
    OUT.write_text("\n".join(parts))
