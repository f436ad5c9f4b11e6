#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Full-batch GA-SGD, run until it no longer moves, ends where scikit-learn does.

Ours:          mean cross-entropy of a softmax over K outputs + l2/2 ||w||^2, biases free.
scikit-learn:  C * sum of losses + 1/2 ||v||^2, intercept free.
K > 2 (multinomial): the same function when C = 1 / (l2 N).  K = 2: scikit-learn has one vector
v = w1 - w0; at our optimum w1 = -w0 = v/2, so l2/2 ||w||^2 = l2/4 ||v||^2 and C = 2 / (l2 N).

The penalty is strong enough for plain descent to arrive within seconds.  (What w0 and w1 have in
common only the penalty removes, by a factor 1 - rate * l2 a round.)  Objectives are computed
here, in double precision, from the parameters that `run --model` wrote.
"""
import gzip
import os
import struct
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
from traincast import *  # noqa: E402, F403

try:
    import numpy
    from sklearn.datasets import load_svmlight_file
    from sklearn.linear_model import LogisticRegression
except ImportError as missing:
    numpy = None
    reason = str(missing)
needs_sklearn = unittest.skipUnless(numpy, "no scikit-learn" if numpy else globals().get("reason"))


def logits(parameters, x, classes):
    """Parameters float[D][K], then K biases; x: [N][D]."""
    features = len(parameters) // classes - 1
    weights = parameters[:features * classes].reshape(features, classes).astype(float)
    return x[:, :features] @ weights + parameters[features * classes:].astype(float)


def objective(parameters, x, y, classes, l2):
    z = logits(parameters, x, classes)
    z = z - z.max(axis=1, keepdims=True)
    losses = numpy.log(numpy.exp(z).sum(axis=1)) - z[numpy.arange(len(y)), y]
    weights = parameters[:-classes].astype(float)
    return losses.mean() + l2 / 2 * (weights ** 2).sum()


def sklearn_parameters(x, y, classes, l2):
    """scikit-learn's optimum in our layout."""
    C = (2 if classes == 2 else 1) / (l2 * len(y))
    fitted = LogisticRegression(C=C, tol=1e-10, max_iter=100000, solver="lbfgs",
                                multi_class="auto").fit(x, y)
    if classes > 2:
        return numpy.concatenate([fitted.coef_.T.ravel(), fitted.intercept_])
    w, b = fitted.coef_[0] / 2, fitted.intercept_[0] / 2
    return numpy.concatenate([numpy.stack([-w, w], axis=1).ravel(), [-b, b]])


@needs_sklearn
class SameOptimum(Case):
    def descend(self, data, workers, rows, l2, rate, rounds):
        assert rows % workers == 0
        return self.run_scenario(training(
            workers=workers, data=data, model={"kind": "lr", "l2": l2},
            optimizer={"kind": "ga_sgd", "learning_rate": rate, "batch_size": rows // workers},
            platform=MACHINES, channel={"kind": "direct"}, pattern={"kind": "allreduce"},
            evaluate={"every": "never"}, record={"spans": "none"}, stop={"rounds": rounds}),
            model=True).model()

    def compare(self, ours, x, y, classes, l2, others=()):
        theirs = sklearn_parameters(x, y, classes, l2)
        self.assert_close(objective(ours, x, y, classes, l2),
                          objective(theirs, x, y, classes, l2), 1e-5)
        for rows in (x, *others):
            same = logits(ours, rows, classes).argmax(1) == logits(theirs, rows, classes).argmax(1)
            self.assertGreaterEqual(same.mean(), 0.995)

    @needs_data
    def test_higgs(self):
        x, y = self.read_tsv("binary.train")
        test_x, _ = self.read_tsv("binary.test")
        data = {"source": "file", "path": "higgs/binary.train", "format": "csv"}
        l2 = 0.01
        for W in 1, 10:
            with self.subTest(W=W):
                ours = self.descend(data, W, 7000, l2, rate=0.2, rounds=2500)
                self.compare(ours, x, y, 2, l2, others=[test_x])

    def read_tsv(self, name):
        table = numpy.loadtxt(data_dir() / "higgs" / name, delimiter="\t")
        return table[:, 1:], table[:, 0].astype(int)

    @needs_data
    def test_mushroom(self):
        folder = data_dir() / "mushroom"
        x, y, test_x, _ = load_svmlight_file(str(folder / "agaricus.txt.train"), n_features=127,
                                             zero_based=True), None, None, None
        x, y = x
        test_x, _ = load_svmlight_file(str(folder / "agaricus.txt.test"), n_features=127,
                                       zero_based=True)
        data = {"source": "file", "path": "mushroom/agaricus.txt.train", "format": "libsvm"}
        l2 = 0.03
        # 6,513 = 3 * 13 * 167 rows: 13 workers have equal shards.
        for W in 1, 13:
            with self.subTest(W=W):
                ours = self.descend(data, W, 6513, l2, rate=0.35, rounds=2500)
                self.compare(self.from_index_0(ours), x.toarray(), y.astype(int), 2, l2,
                             others=[test_x.toarray()])

    def from_index_0(self, parameters):
        """libsvm counts features from 1, we from 0: a row of zeros before ours."""
        return numpy.concatenate([numpy.zeros(2, parameters.dtype), parameters])

    @needs_data
    def test_ten_digits(self):
        """Multinomial, through the IDX reader: the first 300 images of MNIST."""
        rows, l2 = 300, 1
        paths = {}
        for what, head in ("images", 16), ("labels", 8):
            with gzip.open(data_dir() / "mnist" / f"train-{what}-idx{3 if head == 16 else 1}-ubyte.gz") as f:
                header, body = f.read(head), f.read(rows * (784 if head == 16 else 1))
            paths[what] = self.folder / f"first-{what}-idx{3 if head == 16 else 1}-ubyte"
            paths[what].write_bytes(header[:4] + struct.pack(">I", rows) + header[8:] + body)
        x = numpy.frombuffer(paths["images"].read_bytes()[16:], numpy.uint8).reshape(rows, 784) / 255
        y = numpy.frombuffer(paths["labels"].read_bytes()[8:], numpy.uint8).astype(int)
        data = {"source": "file", "path": str(paths["images"]), "format": "idx"}
        ours = self.descend(data, 2, rows, l2, rate=0.08, rounds=3000)
        self.compare(ours, x, y, 10, l2)


if __name__ == "__main__":
    main()
