#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""`traincast estimate`: with contention, jitter and polling off the closed form and the simulation
agree; the paper's formulas come out of it; rounds come from a sample of the rows."""
import math
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
from traincast import *  # noqa: E402, F403

FEATURES = 149  # with two classes 300 floats: 1, 2, 10 and 50 divide the message
WORKERS = 1, 2, 10, 50
ROUNDS = 7
# What the closed form leaves out is off: polls, jitter, the skew of a serial start.
IDEAL_STORE = {"kind": "s3", "polling": "ideal", "latency": "80 ms", "bandwidth": "65 MB/s"}
IDEAL_MACHINES = {**MACHINES, "boot_time": "100 s", "pair_setup": "20 ms"}
TERMS = "start", "load", "compute", "communicate"


class Estimate(Case):
    def estimate(self, scenario, *more, expect=DONE):
        path = scenario if isinstance(scenario, pathlib.Path) else self.scenario(scenario)
        done = traincast("estimate", path, "--json", "--quiet", *more, expect=expect)
        return json.loads(done.stdout) if expect == DONE else done

    def csv(self, rows=500):
        path = self.folder / "wide.csv"
        if not path.exists():
            path.write_text("".join("%d,%s\n" % (i % 2, ",".join(
                "%.2f" % ((i * 7 + j * 13) % 17 / 17) for j in range(FEATURES)))
                for i in range(rows)))
        return path

    def plain(self, pattern, workers, direct=False, **changes):
        """Nothing contends, nothing varies, workers begin together and are alike."""
        return training(**{
            "workers": workers, "pattern": {"kind": pattern},
            "platform": IDEAL_MACHINES if direct else PLAIN_FUNCTIONS,
            "channel": {"kind": "direct"} if direct else IDEAL_STORE,
            "data": {"source": "file", "path": str(self.csv()), "format": "csv",
                     "charge_as": {"rows": 500000, "bytes": "500 MB"}},
            "optimizer": {"kind": "ga_sgd", "learning_rate": 0.01, "batch_size": 1000},
            "evaluate": {"every": "1 epoch"}, "stop": {"rounds": ROUNDS}, **changes})


class Agreement(Estimate):
    def compare(self, scenario, relative=1e-6, cost=1e-9):
        found = self.estimate(scenario, "--simulate")
        self.assertEqual(found["simulated_rounds"], found["rounds"])
        for name in (*TERMS, "time"):
            term = found["terms"][name]
            self.assert_close(term["estimate"], term["simulated"], relative, 1e-12, name)
        self.assertEqual(found["terms"]["other"]["simulated"], 0)
        if cost is not None:
            term = found["terms"]["cost"]
            self.assert_close(term["estimate"], term["simulated"], cost, message="cost")
        return found

    def test_functions_over_s3_agree_in_every_term_and_in_money(self):
        for pattern in "allreduce", "scatter_reduce":
            for W in WORKERS:
                with self.subTest(pattern=pattern, W=W):
                    # AllReduce's leader is through a GET before the others, and billed for less:
                    # one granule of 100 ms of 3 GB.
                    found = self.compare(self.plain(pattern, W),
                                         cost=None if pattern == "allreduce" else 1e-9)
                    cost = found["terms"]["cost"]
                    self.assertLessEqual(0, cost["difference"] + 1e-15)
                    self.assertLessEqual(cost["difference"], 2 * 0.1 * 3 * 0.0000166667)

    def test_machines_agree_in_every_term_and_in_money(self):
        for pattern in "ring", "scatter_reduce", "allreduce":
            for W in WORKERS:
                with self.subTest(pattern=pattern, W=W):
                    self.compare(self.plain(pattern, W, direct=True))

    def test_a_tree_of_machines_agrees_in_time_and_money(self):
        # Which of the leaves' arithmetic the critical path is booked to is a matter of
        # microseconds.
        for W in WORKERS:
            with self.subTest(W=W):
                terms = self.estimate(self.plain("tree", W, direct=True), "--simulate")["terms"]
                for name in "time", "cost":
                    self.assert_close(terms[name]["estimate"], terms[name]["simulated"], 1e-6)

    def test_a_tree_and_a_ring_over_s3_agree(self):
        for pattern in {"kind": "ring"}, {"kind": "tree"}, {"kind": "tree", "fan_out": 4}:
            for W in WORKERS:
                with self.subTest(pattern=pattern, W=W):
                    scenario = self.plain("ring", W)
                    self.compare({**scenario, "pattern": pattern}, cost=None)

    def test_messages_that_w_does_not_divide_agree(self):
        for W in 3, 7, 50:
            for pattern, direct in (("scatter_reduce", False), ("ring", True)):
                with self.subTest(pattern=pattern, W=W):
                    scenario = self.plain(pattern, W, direct, data={
                        "source": "higgs-like", "rows": 1400 * W})
                    found = self.estimate(scenario, "--simulate")["terms"]["time"]
                    self.assert_close(found["estimate"], found["simulated"], 1e-6)

    def test_one_round_and_many_agree(self):
        for rounds in 1, 2, 3, 200:
            with self.subTest(rounds=rounds):
                self.compare(self.plain("allreduce", 10, stop={"rounds": rounds}), cost=None)

    def test_a_short_last_batch_is_counted_where_it_comes(self):
        # 50,000 rows a worker in batches of 7,000: seven whole ones and 1,000.
        for rounds in 7, 8, 9, 19:
            with self.subTest(rounds=rounds):
                self.compare(self.plain(
                    "scatter_reduce", 10, stop={"rounds": rounds},
                    optimizer={"kind": "ga_sgd", "learning_rate": 0.01, "batch_size": 7000}))

    def test_other_optimizers_agree(self):
        for optimizer in ({"kind": "ma_sgd", "learning_rate": 0.1, "batch_size": 1000,
                           "local_epochs": 2},
                          {"kind": "admm", "learning_rate": 0.1, "batch_size": 1000}):
            with self.subTest(**optimizer):
                self.compare(self.plain("scatter_reduce", 10, optimizer=optimizer,
                                        stop={"epochs": 20}))

    def test_a_serial_start_is_that_of_the_last(self):
        # Whoever begins earlier has written its parts when the last one comes: scatter_reduce
        # does not notice.
        platform = {**PLAIN_FUNCTIONS, "invoke_overhead": "0.2 s"}
        self.compare(self.plain("scatter_reduce", 10, platform=platform), cost=None)

    def test_a_start_by_a_tree_agrees(self):
        for W in 1, 2, 9, 50:
            for fan_out in 1, 3, 8:
                platform = {**PLAIN_FUNCTIONS, "invoke_overhead": "0.2 s", "trigger": "tree",
                            "trigger_fan_out": fan_out}
                with self.subTest(W=W, fan_out=fan_out):
                    found = self.estimate(self.plain("scatter_reduce", W, platform=platform,
                                                     stop={"rounds": 1}), "--simulate")
                    start = found["terms"]["start"]
                    self.assert_close(start["estimate"], start["simulated"], 1e-9)

    def test_the_other_criteria_stop_after_the_same_round(self):
        for stop in ({"epochs": 0.3}, {"time": "30 s", "rounds": 500},
                     {"cost": "0.02 USD", "rounds": 500}):
            with self.subTest(**stop):
                found = self.estimate(self.plain("scatter_reduce", 10, stop=stop), "--simulate")
                self.assertEqual(found["rounds"], found["simulated_rounds"])
                self.assertEqual(found["reason"], next(iter(stop)))

    def test_a_cache_alone_with_two_clients_agrees_but_for_their_sharing_it(self):
        channel = {"kind": "redis", "node": "cache.m5.large", "polling": "ideal",
                   "latency": "10 ms", "start_time": "120 s"}
        found = self.estimate(self.plain("allreduce", 2, channel=channel), "--simulate")
        for name in "start", "load", "compute":
            term = found["terms"][name]
            self.assert_close(term["estimate"], term["simulated"], 1e-6, message=name)
        communicate = found["terms"]["communicate"]
        self.assert_close(communicate["estimate"], communicate["simulated"], 0.01)

    def test_machines_are_paid_from_when_the_channel_is_up_or_from_the_beginning(self):
        cache = {"kind": "redis", "node": "cache.m5.large", "polling": "ideal",
                 "latency": "10 ms", "start_time": "120 s"}
        for platform in IDEAL_MACHINES, PLAIN_FUNCTIONS:
            for first in True, False:
                with self.subTest(**platform, first=first):
                    found = self.estimate(self.plain("allreduce", 2, platform=platform, channel={
                        **cache, "start_before_workers": first}), "--simulate")
                    for name in "time", "cost":
                        term = found["terms"][name]
                        self.assert_close(term["estimate"], term["simulated"], 0.01, message=name)

    def test_a_round_is_its_slowest_stragglers(self):
        slow = {"one": {"member": 2, "speed": 0.4}, "two": {"member": 3, "speed": 0.5}}
        for direct in False, True:
            with self.subTest(direct=direct):
                found = self.estimate(self.plain("scatter_reduce", 10, direct, stragglers=slow),
                                      "--simulate")["terms"]
                self.assert_close(found["compute"]["estimate"], found["compute"]["simulated"], 1e-6)
                self.assert_close(found["time"]["estimate"], found["time"]["simulated"], 0.03)

    SERVER = {"platform": {**IDEAL_MACHINES, "instance": "t2.2xlarge"}, "count": 1}

    def server(self, workers, channel=None, **changes):
        return self.plain("allreduce", workers, groups={"server": self.SERVER}, channel={
            "kind": "vm_ps", "polling": "ideal", "latency": "1 ms", **(channel or {})}, **changes)

    def test_a_parameter_server_agrees_in_every_term_and_in_money(self):
        for W in WORKERS:
            for channel in {}, {"serialisation": "thrift", "threads": 3}, {"bandwidth": "900 MB/s"}:
                with self.subTest(W=W, **channel):
                    self.compare(self.server(W, channel))

    def test_a_parameter_server_agrees_whoever_its_clients_are(self):
        for platform in ({**PLAIN_FUNCTIONS, "memory": "1 GB"}, IDEAL_MACHINES):
            with self.subTest(**platform):
                self.compare(self.server(10, platform=platform))

    def test_a_parameter_server_may_straggle_itself(self):
        slow = {**self.SERVER, "stragglers": {"it": {"member": 0, "speed": 0.1}}}
        self.compare({**self.server(10), "groups": {"server": slow}})

    def test_a_parameter_servers_sum_of_sparse_messages_is_larger_than_each(self):
        self.compare(self.server(
            10, data={"source": "criteo-like", "rows": 5000}, stop={"rounds": 2},
            optimizer={"kind": "ga_sgd", "learning_rate": 0.1, "batch_size": 200}))


class Paper(Estimate):
    """LambdaML's formulas themselves, computed here."""

    S_BYTES, L_S, B = 50e6, 0.08, 65e6

    def test_faas_over_s3_is_3w_minus_2_steps(self):
        for W in 2, 10, 50:
            found = self.estimate(self.plain("scatter_reduce", W))
            steps = ROUNDS * (3 * W - 2) * (1200 / W / self.B + self.L_S)
            self.assert_close(found["terms"]["communicate"]["estimate"], steps, 1e-9)
            self.assertEqual(found["exchange"]["operations"], 3 * W - 2)

    def test_iaas_by_a_ring_is_2w_minus_2_steps(self):
        latency_s, nic = 150e-6, 225e6  # c5.large
        for W in 2, 10, 50:
            found = self.estimate(self.plain("ring", W, direct=True))
            steps = ROUNDS * (2 * W - 2) * (1200 / W / nic + latency_s)
            self.assert_close(found["terms"]["communicate"]["estimate"], steps, 1e-9)
            self.assertEqual(found["exchange"]["operations"], 2 * W - 2)
            self.assert_close(found["terms"]["start"]["estimate"],
                              100 + 0.02 * W * (W - 1) / 2, 1e-12)

    def test_loading_is_the_partition_by_the_slower_of_card_and_store(self):
        found = self.estimate(self.plain("scatter_reduce", 10, platform={
            **PLAIN_FUNCTIONS, "nic_down": "20 MB/s"}))
        self.assert_close(found["terms"]["load"]["estimate"], self.L_S + self.S_BYTES / 20e6, 1e-9)


class Rounds(Estimate):
    """How many rounds a loss takes, from a sample."""

    def learning(self, **changes):
        return training(**{
            "workers": 10, "data": {"source": "higgs-like", "rows": 50000, "validation": 0.2},
            "optimizer": {"kind": "ga_sgd", "learning_rate": 0.1, "batch_size": 400},
            "evaluate": {"every": "1 round"}, "platform": PLAIN_FUNCTIONS, "channel": IDEAL_STORE,
            "stop": {"train_loss": 0.68, "epochs": 40}, **changes})

    def test_a_sample_takes_about_as_many_rounds_as_all_rows(self):
        found = self.estimate(self.learning(), "--simulate")
        self.assertEqual(found["reason"], "train_loss")
        self.assertEqual(found["sample"]["rows"], 4000)
        self.assertEqual(found["sample"]["workers"], 10)
        self.assertGreater(found["simulated_rounds"], 20)
        self.assertLess(abs(found["rounds"] / found["simulated_rounds"] - 1), 0.25)

    def test_all_rows_take_exactly_as_many(self):
        found = self.estimate(self.learning(), "--simulate", "--sample", "100%")
        self.assertEqual(found["rounds"], found["simulated_rounds"])
        self.assert_close(found["terms"]["time"]["estimate"],
                          found["terms"]["time"]["simulated"], 1e-6)

    def test_one_worker_alone_times_a_factor(self):
        alone = self.estimate(self.learning(), "--factor", "1")
        self.assertEqual(alone["sample"]["workers"], 1)
        self.assertEqual(alone["rounds"], alone["sample"]["rounds"])
        double = self.estimate(self.learning(), "--factor", "2")
        self.assertEqual(double["rounds"], 2 * alone["rounds"])

    def test_the_same_sample_is_drawn_again(self):
        found = [self.estimate(self.learning(), "--threads", n)["sample"] for n in (1, 2)]
        self.assertEqual(*found)
        other = self.estimate(self.learning(seed=2))["sample"]
        self.assertNotEqual(other["train_loss"], found[0]["train_loss"])

    def test_a_loss_out_of_reach_is_said_and_the_other_criterion_counts(self):
        found = self.estimate(self.learning(stop={"train_loss": 0.1, "rounds": 20}))
        self.assertEqual((found["sample"]["end"], found["rounds"], found["reason"]),
                         ("not_reached", 20, "rounds"))

    def test_accuracy_and_test_loss_are_criteria_too(self):
        for stop in {"test_loss": 0.68}, {"test_accuracy": 0.58}:
            scenario = self.learning(stop={**stop, "epochs": 40})
            scenario["data"]["test_rows"] = 5000
            found = self.estimate(scenario)
            self.assertEqual((found["sample"]["end"], found["reason"]), ("reached", next(iter(stop))))

    def test_without_a_loss_no_sample_is_trained(self):
        scenario = self.learning(stop={"epochs": 3})
        self.assertIsNone(self.estimate(scenario)["sample"])
        done = traincast("estimate", self.scenario(scenario), "--sample", "5%")
        self.assertIn("no sample is needed", done.stderr)


class Mistakes(Estimate):
    def test_what_no_closed_form_describes_is_refused(self):
        waiting = self.plain("allreduce", 4)
        del waiting["pattern"]
        waiting["sync"] = {"kind": "asp"}
        waiting["stop"] = {"epochs": 3}
        self.assertRegex(self.estimate(waiting, expect=BAD_INPUT).stderr,
                         r"yaml:\d+:\d+: error: .*rounds that end for all; with sync 'asp'")
        self.assertIn("a server that has its machine to itself", self.estimate(self.plain(
            "allreduce", 4, direct=True, channel={"kind": "vm_ps", "on": "workers"}),
            expect=BAD_INPUT).stderr)
        service = SOURCE / "scenarios" / "service-functions.yaml"
        self.assertIn("no closed form describes a job of kind 'service'",
                      self.estimate(service, expect=BAD_INPUT).stderr)

    def test_options_are_checked(self):
        scenario = training(stop={"train_loss": 0.6, "epochs": 3})
        for more, says in (
                (("--sample", "0"), "a share above 0"), (("--sample", "150%"), "a share above 0"),
                (("--sample", "some"), "not 'some'"), (("--factor", "-1"), "a number above 0"),
                (("--factor", "much"), "not 'much'")):
            with self.subTest(more=more):
                self.assertIn(says, self.estimate(scenario, *more, expect=BAD_INPUT).stderr)

    def test_a_wrong_scenario_is_told_as_always(self):
        done = self.estimate({**training(), "modle": {}}, expect=BAD_INPUT)
        self.assertIn("did you mean 'model'", done.stderr)

    def test_nothing_is_written(self):
        traincast("estimate", self.scenario(training()), "--simulate", "--quiet", cwd=self.folder)
        self.assertEqual([path.suffix for path in self.folder.iterdir()], [".yaml"])

    def test_people_see_every_term(self):
        text = traincast("estimate", self.scenario(training()), "--simulate", "--quiet").stdout
        for word in (*TERMS, "other", "time", "cost", "estimate", "simulated", "left out"):
            self.assertIn(word, text)


if __name__ == "__main__":
    main()
