#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""LambdaML's published learning curve, with nothing fitted.

Logistic regression on Higgs, ten workers, MA-SGD, learning rate 0.1, batches of 10 K, 80 % of the
rows trained on: the training loss after epochs 1, 2, 3, 5 and 40 (series measured by LambdaML's
authors, from the plot data in their repository's history).  11 M rows are charged, hence 88 steps
an epoch, whatever is in memory: 7,000 real rows, or generated ones.
"""
import os
import statistics
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
from traincast import *  # noqa: E402, F403

PUBLISHED = {1: .6643, 2: .6552, 3: .6512, 5: .6475, 40: .6385}
WITHIN = 0.003
SEEDS = range(1, 6)


class LearningCurve(Case):
    def curve(self, data, seeds=SEEDS):
        """Mean training loss over the seeds after the published epochs."""
        losses = []
        for seed in seeds:
            run = self.run_scenario(training(
                workers=10, platform=FUNCTIONS, pattern={"kind": "allreduce"},
                data={**data, "validation": 0.2,
                      "charge_as": {"rows": 11000000, "bytes": "8 GB"}},
                optimizer={"kind": "ma_sgd", "learning_rate": 0.1, "batch_size": 10000},
                evaluate={"every": "1 epoch"}, stop={"epochs": 40}), seed=seed)
            losses.append({row["round"]: row["train_loss"] for row in run.rows("rounds")})
        return {epoch: statistics.mean(loss[epoch] for loss in losses) for epoch in PUBLISHED}

    def compare(self, data, **how):
        simulated = self.curve(data, **how)
        print("epoch", *PUBLISHED, sep="\t")
        print("publ.", *PUBLISHED.values(), sep="\t")
        print("ours", *("%.4f" % loss for loss in simulated.values()), sep="\t", flush=True)
        for epoch, loss in PUBLISHED.items():
            self.assertLessEqual(abs(simulated[epoch] - loss), WITHIN, f"epoch {epoch}")


class Fast(LearningCurve):
    @needs_data
    def test_seven_thousand_real_rows_learn_as_published(self):
        self.compare({"source": "file", "path": "higgs/binary.train", "format": "csv"})

    # Not 7,000: each seed generates rows of its own, and the best loss on so few scatters by
    # 0.005 from set to set and lies 0.003 below that of the population they were drawn from.
    def test_fifty_thousand_generated_rows_learn_as_published(self):
        self.compare({"source": "higgs-like", "rows": 50000})


class Slow(LearningCurve):
    def test_a_million_generated_rows_learn_as_published(self):
        self.compare({"source": "higgs-like", "rows": 1000000})


if __name__ == "__main__":
    main()
