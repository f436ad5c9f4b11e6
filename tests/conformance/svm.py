#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The linear support vector machine ends where scikit-learn's exact solver does.

Ours:      mean hinge loss of the difference of two outputs + l2/2 ||w||^2, biases free.
SVC:       C * sum of hinge losses + 1/2 ||v||^2, intercept free (libsvm, kernel "linear").
With v = w1 - w0 and, at our optimum, w1 = -w0 = v/2, they are the same when C = 2 / (l2 N).

Full-batch GA-SGD with a step length that halves: the hinge loss has kinks, where a constant one
would go to and fro.  Objectives are computed here, in double precision, from the parameters that
`run --model` wrote.
"""
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
from traincast import *  # noqa: E402, F403

try:
    import numpy
    from sklearn.datasets import load_svmlight_file
    from sklearn.svm import SVC
except ImportError as missing:
    numpy = None
    reason = str(missing)
needs_sklearn = unittest.skipUnless(numpy, "no scikit-learn" if numpy else globals().get("reason"))

ROWS_PROGRAM = EXECUTABLE.parent / "tests" / "bench_rows"
needs_rows = unittest.skipUnless(ROWS_PROGRAM.exists(), "bench_rows was not built")


def generated_rows(folder, kind, rows, features, seed):
    """(x, y) of a generator, read back from text."""
    path = folder / f"{kind}.libsvm"
    with open(path, "w") as text:
        subprocess.run([ROWS_PROGRAM, kind, str(rows), str(features), str(seed)], stdout=text,
                       check=True)
    x, y = load_svmlight_file(str(path), n_features=features, zero_based=False)
    return x, (y > 0).astype(int)


def objective(v, c, x, y, l2):
    """For one vector v, as halves of which our two have the least penalty."""
    margin = 1 - (2 * y - 1) * (x @ v + c)
    return numpy.maximum(0, margin).mean() + l2 / 4 * (v ** 2).sum()


def our_objective(parameters, x, y, l2):
    w = parameters[:-2].reshape(-1, 2).astype(float)
    b = parameters[-2:].astype(float)
    margin = 1 - (2 * y - 1) * (x @ (w[:, 1] - w[:, 0]) + b[1] - b[0])
    return numpy.maximum(0, margin).mean() + l2 / 2 * (w ** 2).sum()


@needs_sklearn
class SameOptimum(Case):
    def descend(self, data, workers, rows, l2, rate, every, rounds, **more):
        assert rows % workers == 0
        return self.run_scenario(training(
            workers=workers, data=data, model={"kind": "svm", "l2": l2, **more},
            optimizer={"kind": "ga_sgd", "learning_rate": rate, "batch_size": rows // workers,
                       "schedule": {"decay": "step", "every": every, "factor": 0.5}},
            platform=MACHINES, channel={"kind": "direct"}, pattern={"kind": "allreduce"},
            evaluate={"every": "never"}, record={"spans": "none"}, stop={"rounds": rounds}),
            model=True).model()

    def compare(self, ours, x, y, l2):
        exact = SVC(kernel="linear", C=2 / (l2 * len(y)), tol=1e-5, cache_size=1000).fit(x, y)
        v = exact.coef_.toarray()[0] if hasattr(exact.coef_, "toarray") else exact.coef_[0]
        best = objective(v, exact.intercept_[0], x, y, l2)
        found = our_objective(ours, x, y, l2)
        print("objective %.7f, scikit-learn %.7f, %+.1e" % (found, best, found / best - 1),
              flush=True)
        self.assert_close(found, best, 1e-4)

    @needs_data
    def test_higgs(self):
        table = numpy.loadtxt(data_dir() / "higgs" / "binary.train", delimiter="\t")
        data = {"source": "file", "path": "higgs/binary.train", "format": "csv"}
        for W in 1, 10:
            with self.subTest(W=W):
                ours = self.descend(data, W, 7000, l2=0.02, rate=0.2, every=800, rounds=6400)
                self.compare(ours, table[:, 1:], table[:, 0].astype(int), 0.02)

    @needs_data
    def test_mushroom(self):
        x, y = load_svmlight_file(str(data_dir() / "mushroom" / "agaricus.txt.train"),
                                  n_features=127, zero_based=True)
        data = {"source": "file", "path": "mushroom/agaricus.txt.train", "format": "libsvm"}
        for W in 1, 13:
            with self.subTest(W=W):
                ours = self.descend(data, W, 6513, l2=0.1, rate=0.2, every=500, rounds=5000)
                ours = numpy.concatenate([numpy.zeros(2, ours.dtype), ours])  # indices from 0
                self.compare(ours, x, y.astype(int), 0.1)

    @needs_rows
    def test_news(self):
        x, y = generated_rows(self.folder, "rcv1-like", 2000, 5000, 1)
        data = {"source": "rcv1-like", "rows": 2000, "features": 5000}
        for W in 1, 5:
            with self.subTest(W=W):
                ours = self.descend(data, W, 2000, l2=0.005, rate=4, every=600, rounds=6000)
                self.compare(ours, x, y, 0.005)

    @needs_rows
    def test_advertisements(self):
        x, y = generated_rows(self.folder, "criteo-like", 2000, 10000, 1)
        data = {"source": "criteo-like", "rows": 2000, "features": 10000}
        ours = self.descend(data, 4, 2000, l2=0.1, rate=0.5, every=500, rounds=5000)
        self.compare(ours, x, y, 0.1)

    def test_averaged_outputs_are_half_the_loss(self):
        data = {"source": "higgs-like", "rows": 2000}
        whole = self.descend(data, 4, 2000, l2=0.04, rate=0.1, every=50, rounds=400)
        half = self.descend(data, 4, 2000, l2=0.02, rate=0.2, every=50, rounds=400,
                            average_outputs=True)
        self.assertLess(abs(whole - half).max(), 1e-4)


class BadInput(Case):
    def complaint(self, **changes):
        scenario = self.scenario(training(**changes))
        return traincast("check", scenario, expect=BAD_INPUT).stderr

    def test_three_classes(self):
        (self.folder / "three.csv").write_text("".join(f"{i % 3},{i},{i * i}\n" for i in range(30)))
        said = self.complaint(model={"kind": "svm"}, workers=1,
                              data={"source": "file", "path": str(self.folder / "three.csv")},
                              optimizer={"kind": "ga_sgd", "learning_rate": 1, "batch_size": 5})
        self.assertIn("error: model 'svm' tells two classes apart, but the data have 3", said)

    def test_a_penalty_below_zero(self):
        self.assertIn("'l1' is -1", self.complaint(model={"kind": "svm", "l1": -1}))


if __name__ == "__main__":
    main()
