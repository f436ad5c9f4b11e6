#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Sets scikit-learn beside our kernels: one core, float32 (and float64, where that is faster for it),
same shapes, in turn within one run; prints a Markdown table, exits 1 when a promise is broken.

    tests/bench/sklearn_bench.py [--build DIR] [--turns N]

A pass of logistic regression and of the support vector machine is to be 5 times as fast as
SGDClassifier.partial_fit and as fast as two OpenBLAS matrix-vector products; a step of Lloyd's
algorithm twice as fast as KMeans.  OpenBLAS gets the best kernel that the CPU has, also under
scikit-learn.  Processor time counts, and the best of the turns.
"""
import argparse
import os
import pathlib
import re
import subprocess
import sys
import time

SOURCE = pathlib.Path(__file__).resolve().parents[2]
FEATURES, ROWS, FEW_ROWS = 28, 1100000, 110000
LINE = re.compile(r"^(.*?)\s+([0-9.]+) ns/row", re.MULTILINE)

# (what, ours, theirs, at least times as fast)
PROMISES = [
    ("pass of LR", "LR gradients, rows as they lie", "partial_fit log_loss", 5),
    ("pass of SVM", "SVM gradients, rows as they lie", "partial_fit hinge", 5),
    ("pass of LR", "LR gradients, rows as they lie", "two OpenBLAS sgemv passes", 1),
    ("pass of SVM", "SVM gradients, rows as they lie", "two OpenBLAS sgemv passes", 1),
    ("epoch of MA-SGD, random batches", "MA-SGD epoch of LR, random batches",
     "partial_fit log_loss", None),
    ("Lloyd step, k = 10", "Lloyd step, k = 10, rows as they lie", "KMeans k = 10", 2),
    ("Lloyd step, k = 1000", "Lloyd step, k = 1000", "KMeans k = 1000", 2),
]


def best_kernel():
    with open("/proc/cpuinfo") as cpuinfo:
        flags = next(line for line in cpuinfo if line.startswith("flags")).split()
    if {"avx512f", "avx512bw", "avx512dq", "avx512vl"} <= set(flags):
        return "SkylakeX"
    return "Haswell" if "avx2" in flags and "fma" in flags else None


def enter_environment():
    """Threads and kernel are chosen when libraries load: begins anew with them chosen."""
    wanted = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    if best_kernel():
        wanted["OPENBLAS_CORETYPE"] = best_kernel()
    if any(os.environ.get(name) != value for name, value in wanted.items()):
        os.execve(sys.executable, [sys.executable] + sys.argv, {**os.environ, **wanted})
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


def spent_s(run):
    begun_s = time.process_time()
    run()
    return time.process_time() - begun_s


class Theirs:
    def __init__(self):
        import numpy
        random = numpy.random.default_rng(1)
        self.x = random.random((ROWS, FEATURES), dtype=numpy.float32)
        self.wide = self.x.astype(float)
        self.y = random.integers(0, 2, ROWS)

    def partial_fit(self, loss, x, shuffle):
        from sklearn.linear_model import SGDClassifier
        model = SGDClassifier(loss=loss, learning_rate="constant", eta0=0.01, shuffle=shuffle)
        return spent_s(lambda: model.partial_fit(x, self.y, classes=[0, 1])) / ROWS

    def lloyd(self, x, clusters, steps=8):
        """A run of many steps less one of one step."""
        import warnings
        from sklearn.cluster import KMeans
        warnings.simplefilter("ignore")

        def run(most):
            KMeans(clusters, init=x[:clusters], n_init=1, algorithm="lloyd", tol=0,
                   max_iter=most, copy_x=False).fit(x)
        return (spent_s(lambda: run(steps + 1)) - spent_s(lambda: run(1))) / steps / len(x)

    def turn(self):
        for loss in "log_loss", "hinge":
            for x in self.x, self.wide:
                for shuffle in False, True:
                    yield "partial_fit " + loss, self.partial_fit(loss, x, shuffle)
        yield "KMeans k = 10", self.lloyd(self.x.copy(), 10)
        yield "KMeans k = 1000", self.lloyd(self.x[:FEW_ROWS].copy(), 1000, steps=3)


def ours(program):
    text = subprocess.run([program], capture_output=True, text=True, check=True).stdout
    return [(what, float(ns) * 1e-9) for what, ns in LINE.findall(text)]


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--build", type=pathlib.Path, default=SOURCE / "build")
    options.add_argument("--turns", type=int, default=3)
    chosen = options.parse_args()
    enter_environment()
    theirs, best_s = Theirs(), {}
    for _ in range(chosen.turns):
        for what, took_s in [*theirs.turn(), *ours(chosen.build.resolve() / "tests" / "bench_math_bench")]:
            best_s[what] = min(took_s, best_s.get(what, took_s))
    broken = 0
    print(f"One core, float32, {FEATURES} features; OpenBLAS kernel {best_kernel() or 'its own'}\n")
    print("| what | ours | beside it | times as fast | at least |\n|---|---|---|---|---|")
    for what, own, other, least in PROMISES:
        ratio = best_s[other] / best_s[own]
        missed = least is not None and ratio < least
        broken += missed
        print("| %s | %.1f ns/row | %s: %.1f ns/row | %.1f%s | %s |" % (
            what, 1e9 * best_s[own], other, 1e9 * best_s[other], ratio,
            " **missed**" if missed else "", least or ""))
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
