#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Decentralised jobs against what is known in closed form.

On the bowl (lambda/2) ||x||^2 with independent gradient noise sigma^2 per coordinate everything about
RPS is exact: with g = learning rate, d1 = (1 - g lambda)^2, beta = a1 - a2, per coordinate
    Xi* = beta (n-1) g^2 sigma^2 / (1 - beta d1)           sum of (x_i - mean)^2 over the replicas
    m2* = g^2 sigma^2 (1/n + a2/n (d1 Xi* / (g sigma)^2 + n-1)) / (1 - d1)       square of the mean
where a1, a2, aw are the constants of one exchange (tests/unit/algorithms/averaging_lab.h).
"""
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
from traincast import *  # noqa: E402, F403

CONSTANTS_PROGRAM = EXECUTABLE.parent / "tests" / "test_algorithms_averaging_constants"


# -- the closed forms ----------------------------------------------------------------------------
def constants(n, p):
    q = 1 - p
    inverse, heard = (1 - p ** n) / (n * q), 1 + (n - 1) * q
    heard2 = (n - 1) * p * q + heard * heard
    a1 = (heard * inverse + (n - 1) * p - 1) / (n - 1)
    a2 = ((heard2 * inverse + 2 * (1 - inverse) * p * (1 + (n - 2) * q) + (n - 1) * p) / n - 1) / (n - 1)
    return a1, a2, p * (n - 2 + inverse) / (n - 1)


def stationary(n, beta, to_mean, step, rate, local_steps=1):
    """(Xi*, m2*) per coordinate with sigma = 1; step: rate * curvature.  An exchange leaves beta of
    Xi, and to_mean of it moves into the square of the mean; local steps between two of them."""
    d1, noise = (1 - step) ** 2, rate ** 2
    kept, grown = d1 ** local_steps, noise * (1 - d1 ** local_steps) / (1 - d1)
    apart = beta * (n - 1) * grown / (1 - beta * kept)
    return apart, (grown / n + to_mean * (kept * apart + (n - 1) * grown)) / (1 - kept)


def rps(n, p, step, rate, local_steps=1):
    a1, a2, _ = constants(n, p)
    return stationary(n, a1 - a2, a2 / n, step, rate, local_steps)


def dropping(n, p, step, rate):
    """A worker is complete, and has all of the mean, with probability c each; K are complete."""
    c = (1 - p) ** (n - 1)
    odds = [math.comb(n, k) * c ** k * (1 - c) ** (n - k) for k in range(n + 1)]
    spread = sum(odds[k] * (1 / k - 1 / n) for k in range(1, n + 1)) / (n - 1)
    some = 1 - odds[0]
    to_mean = ((n * c * (1 - c) + (n * c) ** 2) * spread + some * c * (1 - c)) / n ** 2
    return stationary(n, n * c * spread + 1 - some * c - n * to_mean, to_mean, step, rate)


def gradients_apart(n, p, step, rate):
    a1, a2, aw = constants(n, p)
    return (a1 - a2) * (n - 1) * rate ** 2 / (2 * step * aw - step ** 2 * (a1 - a2))


# -- scenarios -----------------------------------------------------------------------------------
def unreliable(p):
    return {"kind": "direct", "transport": "unreliable", "loss": {"kind": "bernoulli", "ratio": p}}


def bowl(n, rounds, features, rate=0.02, averaging="rps", channel=None, **changes):
    """One pass through the rows: every step's noise is new."""
    return training(**{
        "workers": n, "job": {"kind": "decentralised", "averaging": averaging},
        "data": {"source": "noise", "rows": n * rounds, "features": features},
        "model": {"kind": "quadratic"},
        "optimizer": {"kind": "ga_sgd", "learning_rate": rate, "batch_size": 1},
        "platform": MACHINES, "compute": {"flops": "10 GFLOP/s"}, "channel": channel or unreliable(0),
        "pattern": None, "sync": None, "evaluate": {"every": "1 round"},
        "record": {"spans": "none"}, "stop": {"rounds": rounds}, **changes})


class Averages:
    """Of a run on the bowl, over its rounds from `since` on, per coordinate."""

    def __init__(self, run, n, features, since):
        def mean(metric):
            return run.database.value(
                "SELECT avg(value) FROM series WHERE run_id = ? AND metric = ? AND step > ? AND"
                " entity IS NULL", run.id, metric, since)
        self.apart = mean("consensus_distance") * n / features
        self.mean2 = 2 * mean("averaged_train_loss") / features
        self.replica2 = 2 * run.database.value(
            "SELECT avg(train_loss) FROM rounds WHERE run_id = ? AND round > ?", run.id,
            since) / features


class Decentralised(Case):
    def averages(self, n, p, rounds, features, since, rate=0.02, averaging="rps"):
        run = self.run_scenario(bowl(n, rounds, features, rate, averaging, unreliable(p)))
        return Averages(run, n, features, since)

    def check_bowl(self, n, p, rounds, features, rate, within, within_mean=None):
        got = self.averages(n, p, rounds, features, rounds // 8, rate)
        self.check_averages(got, n, p, rate, rps(n, p, rate, rate), within, within_mean)

    def check_averages(self, got, n, p, rate, expected, within, within_mean=None):
        apart, mean2 = expected
        print("n %d p %g rate %g: Xi %.5g %+.2f %%, m2 %.5g %+.2f %%, replica %+.2f %%" % (
            n, p, rate, got.apart / rate ** 2, 100 * (got.apart / apart - 1),
            got.mean2 / rate ** 2, 100 * (got.mean2 / mean2 - 1),
            100 * (got.replica2 / (mean2 + apart / n) - 1)), flush=True)
        self.assert_close(got.apart, apart, within)
        self.assert_close(got.mean2, mean2, within_mean or within)
        self.assert_close(got.replica2, mean2 + apart / n, within_mean or within)


class Fast(Decentralised):
    def test_on_the_bowl_replicas_stay_as_far_apart_as_is_known(self):
        self.check_bowl(8, 0.1, 1500, 100, 0.1, 0.02, 0.04)

    def test_the_closed_forms_are_those_of_the_examples(self):
        for p, apart, mean2 in (0.01, 0.133, 1.608), (0.1, 1.462, 1.872):
            got = rps(16, p, 0.02, 1)
            self.assert_close(got[0], apart, 1e-2)
            self.assert_close(got[1], mean2, 1e-3)
        for n, variance in (4, 7.337), (16, 1.964), (64, 0.577):
            apart, mean2 = rps(n, 0.1, 0.02, 1)
            self.assert_close(mean2 + apart / n, variance, 2e-3)

    def test_gradient_averaging_forgets_the_others_at_any_loss(self):
        """Xi* hardly depends on p, while RPS's does: replicas end as far apart as lone workers."""
        for p in 0.2, 0.4:
            got = self.averages(8, p, 1500, 60, 400, 0.2, "gradients")
            self.assert_close(got.apart, gradients_apart(8, p, 0.2, 0.2), 0.06)

    def test_without_loss_rps_is_reliable_averaging_bit_for_bit(self):
        settings = [("rps", unreliable(0)), ("reliable", unreliable(0)), ("reliable", unreliable(0.2)),
                    ("rps", {"kind": "direct"}), ({"kind": "rps", "map": "fixed"}, unreliable(0)),
                    ("drop_workers", unreliable(0))]
        runs = [self.run_scenario(bowl(5, 40, 103, 0.1, averaging, channel), model=True)
                for averaging, channel in settings]
        for run in runs[1:]:
            self.assertEqual(run.model_path.read_bytes(), runs[0].model_path.read_bytes())
            self.assertEqual(run.learning(), runs[0].learning())
        self.assertEqual(runs[0].one("messages_lost"), 0)
        self.assertGreater(runs[2].one("messages_retransmitted"), 300)

    def test_without_loss_gradient_averaging_is_data_parallel_bit_for_bit(self):
        """Gradients of one row each have weight 1."""
        peers = self.run_scenario(bowl(4, 60, 103, 0.1, "gradients"), model=True)
        together = self.run_scenario(bowl(4, 60, 103, 0.1, channel={"kind": "direct"},
                                          job={"kind": "data_parallel"}, pattern={"kind": "ring"},
                                          sync={"kind": "bsp"}), model=True)
        self.assertEqual(peers.model_path.read_bytes(), together.model_path.read_bytes())
        self.assertEqual(peers.learning(), together.learning())

    def test_a_round_sends_2n_n_minus_1_messages_and_loses_their_share(self):
        n, rounds, features = 8, 200, 40
        run = self.run_scenario(bowl(n, rounds, features, channel=unreliable(0.1)))
        sent = rounds * 2 * n * (n - 1)
        self.assertEqual(run.one("messages_sent"), sent)
        self.assert_close(run.one("messages_lost"), 0.1 * sent, 0, 4 * (0.09 * sent) ** 0.5)
        self.assertEqual(run.one("bytes_sent"), rounds * 2 * (n - 1) * features * 4)
        lost = run.column("rounds", "messages_lost")
        self.assertEqual(lost, sorted(lost))

    def test_a_script_tells_a_contribution_from_the_average_that_comes_back(self):
        """Worker 0's first message to worker 1 is its block 1, the second what it made of block 0."""
        distances = {}
        for message in 1, 2:
            loss = {"kind": "script", "messages": {"m": {"round": 1, "from": 0, "to": 1, "message": message}}}
            run = self.run_scenario(bowl(3, 1, 3, averaging={"kind": "rps", "map": "fixed"}, channel={
                "kind": "direct", "transport": "unreliable", "loss": loss}))
            self.assertEqual(run.one("messages_lost"), 1)
            distances[message] = run.database.value(
                "SELECT value FROM series WHERE run_id = ? AND metric = 'consensus_distance'", run.id)
        self.assert_close(distances[1], 0, 0, 1e-12)  # all hear of the same average, if of two models
        self.assertGreater(distances[2], 1e-6)

    def test_a_script_names_only_what_the_round_really_sends(self):
        """With a server that is drawn anew, who sends whom a second message differs by round."""
        loss = {"kind": "script", "messages": {
            f"r{r}": {"round": r, "from": 0, "to": 1} for r in range(1, 9)}}
        scenario = self.scenario(bowl(4, 8, 8, averaging={"kind": "rps", "servers": 1}, channel={
            "kind": "direct", "transport": "unreliable", "loss": loss}))
        said = traincast("check", scenario, expect=BAD_INPUT).stderr
        self.assertIn("node 0 sends nothing to node 1", said)
        self.assertLess(said.count("sends nothing"), 8)

    def test_when_everything_is_lost_each_learns_alone(self):
        """One kind of averaging is as good as another then."""
        own = [{"kind": "rps"}, {"kind": "drop_workers"}, {"kind": "d_psgd"},
               {"kind": "d_psgd", "missing": "renormalise"}, {"kind": "gradients"}]
        runs = [self.run_scenario(bowl(3, 40, 11, 0.1, averaging, unreliable(1))) for averaging in own]
        for run in runs:
            self.assertEqual(run.one("messages_lost"), run.one("messages_sent"))
            self.assertEqual(run.learning(), runs[0].learning())
        lone = self.run_scenario(bowl(1, 40, 11, 0.1))
        self.assertEqual(lone.one("messages_sent"), 0)
        # Blocks that nobody fills: the first step of 'skip' is that of one block of three.
        skip = self.run_scenario(bowl(3, 40, 12, 0.1, {"kind": "gradients", "fallback": "skip"}, unreliable(1)))
        self.assertLess(skip.learning()[0][2], 0.7 * runs[0].learning()[0][2])

    def test_when_everything_is_lost_what_repairs_is_refused(self):
        for averaging, transport in (("reliable", "unreliable"), ("rps", "reliable"),
                                     ("reliable", {"kind": "reliable", "max_attempts": 5}),
                                     ("rps", {"kind": "bounded", "share": 0.5})):
            with self.subTest(averaging=averaging, transport=transport):
                scenario = self.scenario(bowl(3, 4, 10, averaging=averaging, channel={
                    **unreliable(1), "transport": transport}))
                self.assertIn("sent again for ever", traincast("check", scenario, expect=BAD_INPUT).stderr)

    def test_one_thread_or_two_give_the_same_database(self):
        dumps = [self.run_scenario(bowl(4, 30, 50, channel=unreliable(0.2)), threads=threads,
                                   database=self.folder / f"threads{threads}.db").database.dump()
                 for threads in (1, 2)]
        self.assertEqual(*dumps)

    def test_a_phase_takes_what_the_network_cards_need(self):
        """Datagrams one after another: n-1 blocks up and down in each phase, and a latency."""
        n, features, latency_s = 4, 4_000_000, 0.001
        run = self.run_scenario(bowl(
            n, 2, features, channel={**unreliable(0), "latency": "1 ms"},
            evaluate={"every": "never"}, compute={"flops": "1e18 FLOP/s"}))
        block_s = features / n * 4 / self.nic_bytes_per_s()
        spent_s = run.breakdown()["communicate"] / 2
        # The last block crosses the sender's card and then the receiver's.
        self.assert_close(spent_s, 2 * (latency_s + n * block_s), 0.01)

    def nic_bytes_per_s(self):
        described = traincast("resolve", self.scenario(bowl(2, 1, 1))).stdout
        for line in described.splitlines():
            if "network:" in line or "nic" in line.split(":")[0]:
                return self.rate_of(line.split("#")[0].split(":", 1)[1].strip())
        self.fail(described)

    @staticmethod
    def rate_of(text):
        number, unit = text.split()
        return float(number) * {"Gb/s": 1.25e8, "MB/s": 1e6, "GB/s": 1e9, "Mb/s": 1.25e5,
                                "B/s": 1}[unit]

    def test_a_lost_packet_voids_its_slice_or_its_whole_block(self):
        """1 % of packets void 22 % of messages of 25 packets; by packet, 1 % is lost of each."""
        spread = {}
        for per in "block", "packet":
            loss = {"kind": "bernoulli", "ratio": 0.01, "per": per, "packet": "40 B"}
            run = self.run_scenario(bowl(8, 200, 2000, 0.1, channel={
                "kind": "direct", "transport": "unreliable", "loss": loss}))
            spread[per] = Averages(run, 8, 2000, 20).apart
        void = rps(8, 1 - 0.99 ** 25, 0.1, 0.1)[0]
        self.assert_close(spread["block"], void, 0.05)
        self.assert_close(spread["packet"], rps(8, 0.01, 0.1, 0.1)[0], 0.05)

    # -- neighbours --
    def test_on_a_complete_graph_neighbours_average_all(self):
        ring = self.run_scenario(bowl(5, 60, 30, 0.1, {"kind": "d_psgd"}))
        whole = self.run_scenario(bowl(5, 60, 30, 0.1, {"kind": "d_psgd", "graph": "complete"}))
        ideal = self.run_scenario(bowl(5, 60, 30, 0.1, "reliable"))
        self.assertEqual(ring.one("messages_sent"), 60 * 5 * 2)
        self.assertEqual(whole.one("messages_sent"), 60 * 5 * 4)
        self.assert_close(whole.one("train_loss"), ideal.one("train_loss"), 1e-4)
        self.assertGreater(Averages(ring, 5, 30, 20).apart, 0.001)

    def test_a_graph_file_may_be_a_ring(self):
        path = self.folder / "ring.txt"
        path.write_text("# a ring of five\n0 1\n2 1\n2, 3 # three\n\n4 3\n0 4\n")
        chosen = {"kind": "d_psgd", "graph": {"kind": "file", "path": str(path)}}
        runs = [self.run_scenario(bowl(5, 60, 30, 0.1, averaging, unreliable(0.2)))
                for averaging in (chosen, "d_psgd")]
        self.assertEqual(runs[0].learning(), runs[1].learning())

    def test_what_is_wrong_with_a_graph_is_said_where_it_stands(self):
        path = self.folder / "graph.txt"
        scenario = self.scenario(bowl(5, 60, 30, 0.1, {
            "kind": "d_psgd", "graph": {"kind": "file", "path": str(path)}}))
        for text, words in (("0 1\n1 9\n", "graph.txt:2:3: error: there is no worker 9"),
                            ("0 1\nx 2\n", "graph.txt:2:1: error: expected the number"),
                            ("0 1\n 2\n", "graph.txt:2:3: error: an edge is two numbers"),
                            ("0 1 2\n", "graph.txt:1:5: error: an edge has two ends"),
                            ("0 0\n", "graph.txt:1:1: error: worker 0 is linked with itself"),
                            ("0 1\n1 0\n", "graph.txt:2:1: error: workers 1 and 0 are linked already"),
                            ("0 1\n1 2\n3 4\n", "error: the graph is not connected")):
            path.write_text(text)
            said = traincast("check", scenario, expect=BAD_INPUT).stderr
            self.assertIn(words, said)

    # -- time --
    def test_with_a_deadline_nobody_waits_for_stragglers(self):
        changes = {"compute": {"call": "100 ms"}, "speed": {"uniform": {"min": 0.1, "max": 1}},
                   "record": {"spans": "all"}}
        job = {"kind": "decentralised", "averaging": "rps", "deadline": "20 ms"}
        waits = self.run_scenario(bowl(4, 30, 30, 0.1, **changes))
        goes = self.run_scenario(bowl(4, 30, 30, 0.1, job=job, **changes))
        self.assertGreater(goes.report["metrics"]["messages_late"], 100)
        self.assertEqual((goes.one("messages_lost"), goes.one("rounds")), (0, 30))
        idle_s = [sum(span["end_s"] - span["begin_s"] for span in run.rows("spans")
                      if span["activity"] in ("wait", "communicate")) for run in (waits, goes)]
        self.assertLess(idle_s[1], 4 * 30 * 2 * 0.02 + 60)
        self.assertLess(idle_s[1], idle_s[0])

    def test_local_steps_exchange_less_often(self):
        job = {"kind": "decentralised", "averaging": "reliable", "local_steps": 5}
        run = self.run_scenario(bowl(4, 100, 30, 0.1, job=job, stop={"rounds": 20}))
        self.assertEqual(run.one("messages_sent"), 20 * 2 * 4 * 3)
        self.assertEqual(run.one("epochs"), 1)
        # Five steps of noise averaged once are what five averaged steps are: the bowl is linear.
        each = self.run_scenario(bowl(4, 100, 30, 0.1, "reliable"))
        self.assert_close(run.one("train_loss"), each.one("train_loss"), 1e-3)


class Slow(Decentralised):
    def test_the_constants_of_an_exchange_on_the_whole_grid(self):
        if not CONSTANTS_PROGRAM.exists():
            self.skipTest("the unit tests are not built")
        subprocess.run([CONSTANTS_PROGRAM, "whole"], check=True)

    def test_the_bowl_within_2_percent(self):
        for n, p in (16, 0.01), (16, 0.1), (8, 0.3), (4, 0.5), (32, 0.05):
            self.check_bowl(n, p, 3000, 400, 0.1, 0.02)

    def test_whole_workers_dropped_within_2_percent(self):
        for p in 0.01, 0.05, 0.1:
            got = self.averages(16, p, 12000, 60, 500, 0.1, "drop_workers")
            self.check_averages(got, 16, p, 0.1, dropping(16, p, 0.1, 0.1), 0.02)

    def test_local_steps_under_loss_within_2_percent(self):
        for steps, p in (2, 0.3), (4, 0.1), (8, 0.05):
            job = {"kind": "decentralised", "averaging": "rps", "local_steps": steps}
            run = self.run_scenario(bowl(16, 2000 * steps, 200, 0.1, channel=unreliable(p), job=job,
                                         stop={"rounds": 2000}))
            self.check_averages(Averages(run, 16, 200, 250), 16, p, 0.1,
                                rps(16, p, 0.1, 0.1, steps), 0.02)

    def test_the_law_of_n(self):
        for n, rounds in (4, 6000), (16, 6000), (64, 3000):
            self.check_bowl(n, 0.1, rounds, 200 if n < 64 else 100, 0.02, 0.02)

    def test_gradient_averaging_does_not_depend_on_p(self):
        for p in 0.01, 0.05, 0.2:
            got = self.averages(8, p, 8000, 200, 3000, 0.1, "gradients")
            expected = gradients_apart(8, p, 0.1, 0.1)
            print("p %g: Xi %.5g, %+.2f %%" % (p, got.apart, 100 * (got.apart / expected - 1)))
            self.assert_close(got.apart, expected, 0.02)


if __name__ == "__main__":
    main()
