#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""k-means from the same first centroids ends where scikit-learn's KMeans (lloyd) does; the weighted
mean over many workers is one worker's.

The first centroids are the first rows of worker 0, which with partition `contiguous` are those of
the file.  Inertias are computed here, in double precision, from the parameters that `run --model`
wrote: float[D][K].
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
sys.path.insert(0, os.path.dirname(__file__))
from traincast import *  # noqa: E402, F403
from svm import generated_rows, needs_rows  # noqa: E402

try:
    import numpy
    from sklearn.cluster import KMeans
    from sklearn.datasets import load_svmlight_file
    from sklearn.metrics import pairwise_distances_argmin_min
except ImportError as missing:
    numpy = None
    reason = str(missing)
needs_sklearn = unittest.skipUnless(numpy, "no scikit-learn" if numpy else globals().get("reason"))

ROUNDS = 300


def clustering(data, workers, clusters, **optimizer):
    return training(
        workers=workers, data={**data, "partition": "contiguous"},
        model={"kind": "kmeans", "clusters": clusters},
        optimizer={"kind": "em", **optimizer}, platform=MACHINES, channel={"kind": "direct"},
        evaluate={"every": "1 round"}, record={"spans": "none"}, stop={"rounds": ROUNDS})


def inertia(x, centroids):
    return (pairwise_distances_argmin_min(x, centroids)[1] ** 2).sum()


@needs_sklearn
class SameInertia(Case):
    def cluster(self, data, workers, clusters):
        """Until nothing moves."""
        run = self.run_scenario(clustering(data, workers, clusters, threshold=1e-12), model=True)
        self.assertEqual(run.report["stop_reason"], "settled")
        return run

    def compare(self, data, x, clusters, workers):
        dense = x.toarray() if hasattr(x, "toarray") else x
        exact = KMeans(clusters, init=dense[:clusters], n_init=1, algorithm="lloyd", tol=0,
                       max_iter=ROUNDS).fit(dense)
        best = inertia(dense, exact.cluster_centers_)
        models = []
        for W in 1, workers:
            with self.subTest(W=W):
                run = self.cluster(data, W, clusters)
                models.append(run.model().reshape(-1, clusters).T.astype(float))
                width = models[-1].shape[1]
                found = inertia(dense[:, -width:], models[-1])
                print("W %d: inertia %.9g, scikit-learn %.9g, %+.1e; %d rounds, its %d" % (
                    W, found, best, found / best - 1, run.report["rounds"], exact.n_iter_),
                    flush=True)
                self.assert_close(found, best, 1e-6)
                # What the run itself says is that of the same centroids.
                self.assert_close(run.one("train_loss") * len(dense), found, 1e-6)
                self.assertIsNone(run.one("train_accuracy"))
        self.assert_same(*models)

    def assert_same(self, one, many):
        self.assertLessEqual(abs(one - many).max(), 2e-6 * abs(one).max())

    @needs_data
    def test_higgs(self):
        table = numpy.loadtxt(data_dir() / "higgs" / "binary.train", delimiter="\t")
        data = {"source": "file", "path": "higgs/binary.train", "format": "csv"}
        for clusters in 2, 10, 37:
            with self.subTest(clusters=clusters):
                self.compare(data, table[:, 1:], clusters, workers=10)

    @needs_data
    def test_mushroom(self):
        x, _ = load_svmlight_file(str(data_dir() / "mushroom" / "agaricus.txt.train"),
                                  n_features=127, zero_based=True)
        data = {"source": "file", "path": "mushroom/agaricus.txt.train", "format": "libsvm"}
        self.compare(data, x, 5, workers=13)

    @needs_rows
    def test_news(self):
        x, _ = generated_rows(self.folder, "rcv1-like", 3000, 2000, 1)
        self.compare({"source": "rcv1-like", "rows": 3000, "features": 2000}, x, 3, workers=7)

    @needs_rows
    def test_advertisements(self):
        x, _ = generated_rows(self.folder, "criteo-like", 3000, 3000, 1)
        self.compare({"source": "criteo-like", "rows": 3000, "features": 3000}, x, 4, workers=7)


class Averages(Case):
    DATA = {"source": "higgs-like", "rows": 3000}

    def test_the_unweighted_mean_needs_equal_shares(self):
        """Of equal shards it is near the exact one; of few rows and many it is not."""
        def loss(partition, average):
            scenario = clustering(self.DATA, 3, 5, average=average)
            scenario["data"]["partition"] = partition
            scenario["stop"] = {"rounds": 20}
            return self.run_scenario(scenario).one("train_loss")
        self.assert_close(loss("iid", "unweighted"), loss("iid", "weighted"), 0.02)
        skewed = {"kind": "dirichlet", "alpha": 0.1}
        self.assertNotEqual(loss(skewed, "unweighted"), loss(skewed, "weighted"))

    def test_a_threshold_ends_the_run(self):
        rounds = [self.run_scenario(clustering(self.DATA, 3, 5, threshold=threshold)).report["rounds"]
                  for threshold in (1, 0.1, 0.01)]
        self.assertEqual(sorted(rounds), rounds)
        self.assertLess(rounds[0], rounds[2])
        self.assertLess(rounds[2], ROUNDS)

    def test_every_channel_and_pattern_learns_the_same(self):
        runs = []
        for channel, pattern in (("s3", "allreduce"), ("s3", "scatter_reduce"), ("direct", "ring")):
            scenario = clustering(self.DATA, 3, 5)
            scenario.update(channel=channel, pattern=pattern, stop={"rounds": 5})
            runs.append(self.run_scenario(scenario).learning())
        self.assertEqual(runs[0], runs[1])
        self.assertEqual(runs[0], runs[2])


class BadInput(Case):
    def complaint(self, **changes):
        return traincast("check", self.scenario(training(**changes)), expect=BAD_INPUT).stderr

    def test_more_clusters_than_rows(self):
        said = self.complaint(model={"kind": "kmeans", "clusters": 500}, optimizer={"kind": "em"},
                              data={"source": "higgs-like", "rows": 1000})
        self.assertIn("worker 0, which has 250 rows to train on, but there are 500 clusters", said)

    def test_optimizers_that_do_not_fit(self):
        clusters = {"kind": "kmeans", "clusters": 3}
        sgd = {"learning_rate": 0.1, "batch_size": 100}
        self.assertIn("error: optimizer 'admm' needs a convex model, which 'kmeans' is not",
                      self.complaint(model=clusters, optimizer={"kind": "admm", **sgd}))
        self.assertIn("error: optimizer 'ga_sgd' follows a gradient, which model 'kmeans' has not",
                      self.complaint(model=clusters, optimizer={"kind": "ga_sgd", **sgd}))
        self.assertIn("error: optimizer 'em' is for models like 'kmeans'",
                      self.complaint(optimizer={"kind": "em"}))


if __name__ == "__main__":
    main()
