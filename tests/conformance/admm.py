#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""ADMM arrives at the optimum of the L1-penalised problem, as independent solvers find it.

W workers with equal shards minimise  sum_i mean loss_i + lambda ||w||_1,  which is W times
    mean loss over all rows + (lambda / W) ||w||_1        (biases free).
Two outputs have the penalty of their difference v: ||w||_1 = ||v||_1 at the optimum.  Solvers: an
accelerated proximal gradient method, written here in double precision, and scikit-learn's saga
(C = 1 / (l1 N)).
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
sys.path.insert(0, os.path.dirname(__file__))
from traincast import *  # noqa: E402, F403
from svm import generated_rows, needs_rows  # noqa: E402

try:
    import numpy
    import warnings
    from scipy.sparse.linalg import norm as sparse_norm
    from sklearn.datasets import load_svmlight_file
    from sklearn.linear_model import LogisticRegression
except ImportError as missing:
    numpy = None
    reason = str(missing)
needs_sklearn = unittest.skipUnless(numpy, "no scikit-learn" if numpy else globals().get("reason"))


def loss(v, c, x, s):
    """Mean logistic loss; s: 1 or -1."""
    return numpy.logaddexp(0, -s * (x @ v + c)).mean()


def proximal(x, s, l1, steps=20000):
    """FISTA with restarts; returns the least objective."""
    n, d = x.shape
    squares = sparse_norm(x) ** 2 if hasattr(x, "tocsr") else (x ** 2).sum()
    rate = 4 * n / (squares + n)  # 1 / a bound on the largest curvature
    w = numpy.zeros(d + 1)
    at, momentum, best = w.copy(), 1.0, numpy.inf
    for _ in range(steps):
        pull = -s / (1 + numpy.exp(s * (x @ at[:d] + at[d]))) / n
        step = at - rate * numpy.append(x.T @ pull, pull.sum())
        step[:d] = numpy.sign(step[:d]) * numpy.maximum(0, abs(step[:d]) - rate * l1)
        if (at - step) @ (step - w) > 0:
            momentum = 1.0
        following = (1 + numpy.sqrt(1 + 4 * momentum ** 2)) / 2
        at = step + (momentum - 1) / following * (step - w)
        moved = abs(step - w).max()
        w, momentum = step, following
        if moved < 1e-9:
            break
    return loss(w[:d], w[d], x, s) + l1 * abs(w[:d]).sum()


def saga(x, s, l1):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fitted = LogisticRegression(penalty="l1", solver="saga", C=1 / (l1 * len(s)), tol=1e-7,
                                    max_iter=3000).fit(x, s)
    v = fitted.coef_[0]
    return loss(v, fitted.intercept_[0], x, s) + l1 * abs(v).sum()


def our_objective(parameters, x, s, l1):
    w = parameters[:-2].reshape(-1, 2).astype(float)
    b = parameters[-2:].astype(float)
    return loss(w[:, 1] - w[:, 0], b[1] - b[0], x, s) + l1 * abs(w).sum()


@needs_sklearn
class SameOptimum(Case):
    def train(self, data, workers, rows, rounds, optimizer):
        assert rows % workers == 0
        return self.run_scenario(training(
            workers=workers, data=data, optimizer={"batch_size": rows // workers, **optimizer},
            platform=MACHINES, channel={"kind": "direct"}, pattern={"kind": "allreduce"},
            evaluate={"every": "never"}, record={"spans": "none"}, stop={"rounds": rounds}),
            model=True).model()

    def compare(self, parameters, x, y, l1, solvers, zeros):
        s = 2 * y.astype(int) - 1
        found = our_objective(parameters, x, s, l1)
        bests = [solver(x, s, l1) for solver in solvers]
        print("objective %.7f, solvers %s; %d of %d weights are 0" % (
            found, ", ".join("%.7f" % best for best in bests), (parameters == 0).sum(),
            len(parameters)), flush=True)
        for best in bests:
            self.assert_close(found, best, 1e-4)
        self.assertGreaterEqual((parameters == 0).sum(), zeros)

    def admm(self, data, workers, rows, rounds, l1, rate, rho, local_epochs=10, begin_at="common"):
        return self.train(data, workers, rows, rounds, {
            "kind": "admm", "learning_rate": rate, "rho": rho, "lambda": l1 * workers,
            "local_epochs": local_epochs, "begin_at": begin_at})

    @needs_data
    def test_higgs(self):
        table = numpy.loadtxt(data_dir() / "higgs" / "binary.train", delimiter="\t")
        data = {"source": "file", "path": "higgs/binary.train", "format": "csv"}
        for begin_at, zeros in ("common", 20), ("mean", 0):
            with self.subTest(begin_at=begin_at):
                ours = self.admm(data, 10, 7000, 400, l1=0.005, rate=0.2, rho=0.1,
                                 begin_at=begin_at)
                self.compare(ours, table[:, 1:], table[:, 0], 0.005, [proximal, saga], zeros)

    @needs_data
    def test_mushroom(self):
        x, y = load_svmlight_file(str(data_dir() / "mushroom" / "agaricus.txt.train"),
                                  n_features=127, zero_based=True)
        data = {"source": "file", "path": "mushroom/agaricus.txt.train", "format": "libsvm"}
        ours = self.admm(data, 13, 6513, 400, l1=0.01, rate=0.3, rho=0.1)
        ours = numpy.concatenate([numpy.zeros(2, ours.dtype), ours])  # indices from 0
        self.compare(ours, x, y, 0.01, [proximal, saga], 200)

    @needs_rows
    def test_news(self):
        x, y = generated_rows(self.folder, "rcv1-like", 2000, 5000, 1)
        data = {"source": "rcv1-like", "rows": 2000, "features": 5000}
        ours = self.admm(data, 5, 2000, 500, l1=0.002, rate=2, rho=0.01, local_epochs=30)
        self.compare(ours, x, y, 0.002, [proximal], 5000)

    @needs_data
    def test_a_falling_rate_takes_plain_descent_there_as_well(self):
        table = numpy.loadtxt(data_dir() / "higgs" / "binary.train", delimiter="\t")
        data = {"source": "file", "path": "higgs/binary.train", "format": "csv"}
        scenario = training(
            workers=10, data=data, model={"kind": "lr", "l1": 0.005},
            optimizer={"kind": "ga_sgd", "learning_rate": 0.2, "batch_size": 700,
                       "schedule": {"decay": "step", "every": 1000, "factor": 0.3}},
            platform=MACHINES, channel={"kind": "direct"}, evaluate={"every": "never"},
            record={"spans": "none"}, stop={"rounds": 5000})
        ours = self.run_scenario(scenario, model=True).model()
        self.compare(ours, table[:, 1:], table[:, 0], 0.005, [proximal], 0)


class Rounds(Case):
    """What a round of ADMM is, and what a function's lifetime takes from it."""

    ADMM = {"kind": "admm", "learning_rate": 0.1, "batch_size": 100, "local_epochs": 5}

    def test_a_round_is_its_local_epochs_and_a_message_twice_the_weights(self):
        run = self.run_scenario(training(optimizer=self.ADMM, stop={"epochs": 15}))
        self.assertEqual([row["epoch"] for row in run.rows("rounds")], [5, 10, 15])
        bytes_of = {key: row for key, row in (((row["channel"], row["operation"]), row["bytes"])
                                              for row in run.rows("requests"))}
        # allreduce: W messages and one merged one a round, of 2 * 58 floats each
        self.assertEqual(bytes_of["main", "PUT"], 3 * 5 * 2 * 58 * 4)

    def test_multipliers_are_lost_when_functions_are_invoked_anew(self):
        def run(lifetime):
            platform = {**FUNCTIONS, "lifetime": lifetime}
            return self.run_scenario(training(
                workers=2, data={"source": "higgs-like", "rows": 2000,
                                 "charge_as": {"rows": 11000000, "bytes": "8 GB"}},
                optimizer={**self.ADMM, "batch_size": 10000, "local_epochs": 1},
                platform=platform, stop={"epochs": 8}))
        long, short = run("10 h"), run("300 s")
        self.assertEqual(len(long.rows("invocations")), 2)
        self.assertGreater(len(short.rows("invocations")), 2)
        first, last = long.learning()[0], long.learning()[-1]
        self.assertEqual(short.learning()[0], first)
        self.assertNotEqual(short.learning()[-1], last)


if __name__ == "__main__":
    main()
