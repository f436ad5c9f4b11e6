#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Simulated times against hand counts, through the whole program: scenario, clock, database.

Nothing contends, nothing varies, workers begin together: then a round's communication is a
number of transfers one after another, each m bytes by B bytes/s after a latency L.
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
from traincast import *  # noqa: E402, F403

ROUNDS = 3
LATENCY_S, BYTES_PER_S = 0.08, 65e6
FEATURES = 149  # with two classes 300 floats: 1, 2, 3, 10 and 50 divide the message
MESSAGE_BYTES = 4 * 2 * (FEATURES + 1)
WORKERS = 1, 2, 3, 10, 50


def transfer_s(bytes_):
    return bytes_ / BYTES_PER_S + LATENCY_S


# pattern: seconds on the critical path of R rounds, W workers, m bytes
CLOSED_FORM = {
    # Own PUT, leader's W GETs, its PUT, a follower's GET: W + 3.  In every round but the first the
    # leader reads its own object while the others still write theirs: one GET less.
    "allreduce": lambda R, W, m: (R * (W + 2) + 1) * transfer_s(m),
    # W - 1 PUTs, W - 1 GETs, one PUT, W - 1 GETs, each of a W-th.
    "scatter_reduce": lambda R, W, m: R * (3 * W - 2) * transfer_s(m / W),
}


class ClosedForm(Case):
    def csv(self, rows=200):
        """A data set as wide as we like; what it says does not matter."""
        path = self.folder / "wide.csv"
        path.write_text("".join("%d,%s\n" % (i % 2, ",".join(
            "%.2f" % ((i * 7 + j * 13) % 17 / 17) for j in range(FEATURES))) for i in range(rows)))
        return path

    def scenario_of(self, pattern, workers, **changes):
        return training(
            workers=workers, platform=PLAIN_FUNCTIONS, pattern={"kind": pattern},
            data={"source": "file", "path": str(self.csv()), "format": "csv"},
            optimizer={"kind": "ga_sgd", "learning_rate": 0.01, "batch_size": 4},
            channel={"kind": "s3", "polling": "ideal", "latency": f"{LATENCY_S} s",
                     "bandwidth": f"{BYTES_PER_S / 1e6} MB/s"},
            evaluate={"every": "1 round"}, record={"spans": "all"}, stop={"rounds": ROUNDS},
            **changes)

    def test_rounds_communicate_as_long_as_a_hand_count_says(self):
        for pattern, closed_form in CLOSED_FORM.items():
            for W in WORKERS:
                for R in 1, ROUNDS:
                    with self.subTest(pattern=pattern, W=W, R=R):
                        run = self.run_scenario({**self.scenario_of(pattern, W),
                                                 "stop": {"rounds": R}})
                        spent = run.breakdown()
                        # One worker has nobody to exchange with.
                        expected_s = closed_form(R, W, MESSAGE_BYTES) if W > 1 else 0
                        self.assert_close(spent.get("communicate", 0) + spent.get("wait", 0),
                                          expected_s, 1e-9)

    def test_the_rest_of_a_run_is_its_start_its_data_and_its_rows(self):
        run = self.run_scenario(self.scenario_of("allreduce", 2))
        given = {row["key"]: row["value_num"] for row in run.rows("params")}
        rows = {key: given[f"groups.workers.compute.{key}"] for key in ("row", "nonzero", "call")}
        nic_bytes_per_s = given["groups.workers.platform.nic_down"]
        bulk_bytes_per_s = min(nic_bytes_per_s, given["job.store.bulk_connections"] * BYTES_PER_S)
        partition_bytes = os.path.getsize(self.folder / "wide.csv") / 2
        batch_s = 4 * rows["row"] + 4 * FEATURES * rows["nonzero"] + rows["call"]
        spent = run.breakdown()
        self.assert_close(spent["start"], 0.25, 1e-9)
        self.assert_close(spent["load"], LATENCY_S + partition_bytes / bulk_bytes_per_s, 1e-6)
        self.assert_close(spent["compute"], ROUNDS * batch_s, 1e-9)

    def test_a_message_is_as_long_as_the_parameters(self):
        run = self.run_scenario(self.scenario_of("allreduce", 2))
        counts = {(row["channel"], row["operation"]): row for row in run.rows("requests")}
        self.assertEqual(counts["main", "PUT"]["count"], 3 * ROUNDS)
        self.assertEqual(counts["main", "PUT"]["bytes"], 3 * ROUNDS * MESSAGE_BYTES)
        self.assertEqual(counts["main", "GET"]["count"], 3 * ROUNDS)  # 2 of the leader's, 1

    def test_scatter_reduce_makes_w_squared_puts(self):
        W = 10
        run = self.run_scenario(self.scenario_of("scatter_reduce", W))
        counts = run.request_counts()
        self.assertEqual(counts["main", "PUT"], ROUNDS * W * W)
        self.assertEqual(counts["main", "GET"], ROUNDS * 2 * W * (W - 1))

    def test_direct_messages_of_a_ring_take_two_w_minus_two_steps(self):
        W, latency_s, bytes_per_s = 10, 0.001, 100e6
        run = self.run_scenario(self.scenario_of("ring", W) | {
            "platform": {**MACHINES, "boot_time": "10 s", "pair_setup": "0 s",
                         "instance": "c5.large"},
            "channel": {"kind": "direct", "latency": f"{latency_s} s",
                        "bandwidth": f"{bytes_per_s / 1e6} MB/s"}})
        spent = run.breakdown()
        step_s = latency_s + MESSAGE_BYTES / W / bytes_per_s
        self.assert_close(spent.get("communicate", 0) + spent.get("wait", 0),
                          ROUNDS * (2 * W - 2) * step_s, 1e-9)


class Polling(Case):
    """Polls that are computed cost the same, and happen at the same times, as simulated ones."""

    SAME = {
        "rounds": "*", "breakdown": "*", "bill": "*", "requests": "*", "invocations": "*",
        "spans": "*", "misfortunes": "*", "messages": "*", "runs":
        "sim_time_s, cost_pusd, train_loss, epochs, rounds, time_to_loss_s, status, stop_reason",
    }

    def compare(self, pattern, workers):
        scenario = training(
            workers=workers, pattern={"kind": pattern},
            data={"source": "higgs-like", "rows": 20 * workers},
            optimizer={"kind": "ga_sgd", "learning_rate": 0.1, "batch_size": 10},
            record={"spans": "all"}, evaluate={"every": "1 round"}, stop={"rounds": 3})
        runs = [self.run_scenario({**scenario, "channel": {**SPREAD_STORE, "polling": polling}})
                for polling in ("computed", "explicit")]
        for view, columns in self.SAME.items():
            computed, explicit = [[tuple(row) for row in run.rows(view, columns)] for run in runs]
            self.assertEqual(computed, explicit, view)
        return runs[0]

    def test_computed_polls_equal_explicit_ones_in_every_count_time_and_cent(self):
        for pattern in "allreduce", "scatter_reduce", "tree", "ring":
            for W in 2, 10, 50:
                with self.subTest(pattern=pattern, W=W):
                    self.compare(pattern, W)

    def test_waiting_followers_have_polled(self):
        run = self.compare("allreduce", 10)
        counts = run.request_counts()
        self.assertGreater(counts["main", "GET"], 3 * (10 + 9))
        self.assertGreater(counts["main", "LIST"], 3 * 2)


if __name__ == "__main__":
    main()
