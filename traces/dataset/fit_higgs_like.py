#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes higgs_like_table.h, the constants of higgs_like.c, from rows of the real Higgs data.

    fit_higgs_like.py HIGGS_ROWS > higgs_like_table.h

HIGGS_ROWS: label first, then the 28 features (UCI HIGGS, or a part of it).  For each class a
Gaussian copula is fitted, by moments alone; nothing looks at a classifier or a learning curve:

* marginals: each continuous feature is a piecewise linear function of a standard normal number,
  least squares against the sorted values, so the class means survive; each b-tag, which takes
  three values, a step function with the observed shares;
* dependence: the correlations of the normal numbers for which the *features* have the observed
  correlations.  With f = sum a_k He_k(z) / sqrt(k!) the correlation of two features is
  sum a_k b_k r^k / (sd sd'), increasing in r, solved by bisection (Cario and Nelson, 1997).  The
  matrix so found is not quite a correlation matrix, because the four b-tags exclude one another
  more than Gaussians can; negative eigenvalues are raised to zero (error in the features'
  correlations: at most 0.04, among the b-tags).
"""
import sys
import textwrap
from math import factorial

import numpy as np
from numpy.polynomial import hermite_e, polynomial
from scipy import optimize, stats

FEATURES = 28
TAGS = [8, 12, 16, 20]
Z_MOST, STEP = 3.5, 0.25
KNOTS = np.arange(-Z_MOST, Z_MOST + STEP / 2, STEP)
ORDER = 20
GRID = stats.norm.ppf((np.arange(20001) + 0.5) / 20001)


def hat_functions(z):
    t = np.clip((z + Z_MOST) / STEP, 0, len(KNOTS) - 1 - 1e-12)
    i = t.astype(int)
    matrix = np.zeros((len(z), len(KNOTS)))
    matrix[np.arange(len(z)), i] = 1 - (t - i)
    matrix[np.arange(len(z)), i + 1] += t - i
    return matrix


def fit_marginals(x):
    hats = hat_functions(stats.norm.ppf((np.arange(len(x)) + 0.5) / len(x)))
    marginals = []
    for j in range(FEATURES):
        if j in TAGS:
            values, counts = np.unique(x[:, j], return_counts=True)
            assert len(values) == 3
            marginals.append((values, stats.norm.ppf(np.cumsum(counts)[:-1] / len(x))))
        else:
            knots = np.linalg.lstsq(hats, np.sort(x[:, j]), rcond=None)[0]
            marginals.append(np.maximum.accumulate(knots))
    return marginals


def value(marginal, z):
    if isinstance(marginal, tuple):
        return marginal[0][np.searchsorted(marginal[1], z)]
    return np.interp(z, KNOTS, marginal)


def hermite_coefficients(marginal):
    v = value(marginal, GRID)
    return np.array([np.mean(v * hermite_e.hermeval(GRID, [0] * k + [1])) /
                   np.sqrt(float(factorial(k))) for k in range(ORDER)]) / v.std()


def fit_factor(x, marginals):
    wanted = np.corrcoef(x.T)
    a = [hermite_coefficients(m) for m in marginals]
    r = np.eye(FEATURES)
    for i in range(FEATURES):
        for j in range(i):
            p = a[i] * a[j]
            p[0] = -wanted[i, j]
            f = lambda c: polynomial.polyval(c, p)
            r[i, j] = r[j, i] = optimize.brentq(f, -0.999, 0.999)
    eigenvalues, vectors = np.linalg.eigh(r)
    r = vectors @ np.diag(np.maximum(eigenvalues, 1e-3)) @ vectors.T
    scale = np.sqrt(np.diag(r))
    return np.linalg.cholesky(r / scale / scale[:, None])


def literal(number):
    word = "%.6g" % number
    return word + ("f" if "." in word or "e" in word else ".0f")


def print_block(numbers, indent):
    text = "{" + ", ".join(literal(n) for n in numbers) + "},"
    print(textwrap.fill(text, 96, initial_indent=" " * indent, subsequent_indent=" " * indent + " "))


def print_array(head, per_class, comment):
    print("\n/* %s */" % comment)
    print("static const float %s = {" % head)
    for blocks in per_class:
        print("    {")
        for block in blocks:
            print_block(block, 8)
        print("    },")
    print("};")


def main():
    rows = np.loadtxt(sys.argv[1])
    y, x = rows[:, 0], rows[:, 1:]
    assert x.shape[1] == FEATURES
    classes = [x[y == c] for c in (0, 1)]
    marginals = [fit_marginals(c) for c in classes]
    factors = [fit_factor(c, m) for c, m in zip(classes, marginals)]

    print("/* SPDX-License-Identifier: MIT")
    print(" * higgs_like_table.h -- made by fit_higgs_like.py from %d rows of Higgs (Baldi, Sadowski,"
          % len(y))
    print(" * Whiteson, Nature Communications 5, 2014; UCI machine learning repository).  Parameters")
    print(" * of a distribution only, no rows.  Do not edit. */")
    print("/* clang-format off */")
    print("enum {")
    print("    HIGGS_FEATURES = %d, HIGGS_TAGS = %d, HIGGS_KNOTS = %d," %
          (FEATURES, len(TAGS), len(KNOTS)))
    print("    HIGGS_KNOTS_PER_UNIT = %d" % round(1 / STEP))
    print("};")
    print("static const float higgs_z_most = %.6gf;" % Z_MOST)
    print("static const double higgs_signal_share = %.9f; /* of class 1 */" % y.mean())
    print("static const int higgs_tag_feature[HIGGS_TAGS] = {%s};" % ", ".join(map(str, TAGS)))
    print("\n/* What a b-tag can be. */")
    print("static const float higgs_tag_value[HIGGS_TAGS][3] = {")
    for j in TAGS:
        print_block(marginals[0][j][0], 4)
    print("};")
    print_array("higgs_tag_step[2][HIGGS_TAGS][2]",
                [[m[j][1] for j in TAGS] for m in marginals],
                "The normal numbers from which on it is its second, its third value.")
    print_array("higgs_knot[2][HIGGS_FEATURES][HIGGS_KNOTS]",
                [[[0] if j in TAGS else m[j] for j in range(FEATURES)] for m in marginals],
                "A feature's value at equidistant normal numbers; unused for b-tags.")
    print_array("higgs_factor[2][HIGGS_FEATURES][HIGGS_FEATURES]",
                [[row[:i + 1] for i, row in enumerate(f)] for f in factors],
                "Lower Cholesky factor of the normal numbers' correlations.")


main()
