#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Who waits for whom: bsp, ssp, asp.

With a barrier, or a bound of 0, what is learnt depends on no clock; without, it does, and only on
the simulated one.  The gap of ssp never exceeds its bound, and stragglers make it reach it.
"""
import os
import random
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
sys.path.insert(0, os.path.dirname(__file__))
from traincast import *  # noqa: E402, F403
import random_runs  # noqa: E402

CACHE = {"kind": "redis", "node": "cache.t3.medium"}
PATTERNS = "allreduce", "scatter_reduce", "tree", "ring"
ASP = {"kind": "asp"}
GA = {"kind": "ga_sgd", "learning_rate": 0.1, "batch_size": 100}
MA = {"kind": "ma_sgd", "learning_rate": 0.1, "batch_size": 100, "local_epochs": 2}
STRAGGLERS = {"lognormal": {"median": 1, "sigma": 1}}


def ssp(bound):
    return {"kind": "ssp", "bound": bound}


def scenario(sync, **changes):
    """Shards of different sizes; the pattern is bsp's alone."""
    return training(**{
        "workers": 4, "sync": sync, "pattern": {"kind": "allreduce"} if sync["kind"] == "bsp" else None,
        "data": {"source": "higgs-like", "rows": 1999, "test_rows": 300, "validation": 0.2,
                 "charge_as": {"rows": 1100000, "bytes": "150 MB"}},
        "optimizer": {**MA, "batch_size": 10000}, "evaluate": {"every": "1 round"},
        "record": {"spans": "all"}, "stop": {"epochs": 8}, **changes})


class SyncCase(Case):
    def learn(self, sync, **changes):
        how = {key: changes.pop(key) for key in ("expect", "threads", "seed", "settings")
               if key in changes}
        return self.run_scenario(scenario(sync, **changes), model=True, **how)

    def assert_same(self, a, b):
        self.assertEqual(a.learning(), b.learning())
        self.assertEqual(a.model().tobytes(), b.model().tobytes())

    def assert_different(self, a, b):
        self.assertNotEqual(a.model().tobytes(), b.model().tobytes())

    def figure(self, run, metric):
        values = [row["value"] for row in run.rows("series") if row["metric"] == metric]
        self.assertEqual(len(values), 1, metric)
        return values[0]


class OneWorker(SyncCase):
    """Nobody to wait for: every kind is plain descent, and the bytes differ only."""

    def test_learns_the_same_bits_whatever_the_kind(self):
        falling = {**GA, "schedule": {"decay": "inverse_sqrt"}}
        for optimizer in GA, MA, falling:
            alone = {"workers": 1, "optimizer": optimizer, "stop": {"epochs": 4},
                     "data": {"source": "higgs-like", "rows": 999, "test_rows": 100}}
            plain = self.learn({"kind": "bsp"}, **alone)
            for sync in ASP, ssp(0), ssp(3):
                with self.subTest(optimizer=optimizer["kind"], sync=sync):
                    self.assert_same(self.learn(sync, **alone), plain)

    def test_a_round_of_asp_is_one_get_and_one_put(self):
        store = {**STORE, "latency": "80 ms", "bandwidth": "1 MB/s"}
        alone = {"workers": 1, "platform": PLAIN_FUNCTIONS, "channel": store}
        plain, run = self.learn({"kind": "bsp"}, **alone), self.learn(ASP, **alone)
        rounds = run.one("rounds")
        self.assertEqual(rounds, 4)
        counts = run.request_counts()
        self.assertEqual((counts["main", "GET"], counts["main", "PUT"]), (rounds, rounds))
        transfer_s = 2 * (0.080 + 232 / 1e6)
        self.assert_close(run.one("sim_time_s"), plain.one("sim_time_s") + rounds * transfer_s, 1e-9)
        self.assert_close(run.breakdown()["communicate"], rounds * transfer_s, 1e-9)


class Asynchronous(SyncCase):
    def test_what_is_learnt_depends_on_the_latency_of_the_store(self):
        for optimizer in {**GA, "batch_size": 20000}, {**MA, "batch_size": 10000}:
            with self.subTest(optimizer=optimizer["kind"]):
                runs = [self.learn(ASP, optimizer=optimizer, speed=STRAGGLERS,
                                   channel={**STORE, "latency": latency})
                        for latency in ("80 ms", "81 ms", "800 ms", "80 ms")]
                self.assert_different(runs[0], runs[2])
                self.assert_same(runs[0], runs[3])

    def test_with_a_barrier_it_does_not(self):
        for sync in {"kind": "bsp"}, ssp(0):
            runs = [self.learn(sync, speed=STRAGGLERS, channel={**STORE, "latency": latency})
                    for latency in ("80 ms", "800 ms")]
            self.assert_same(*runs)

    def test_every_round_of_w_workers_counts_as_one(self):
        run = self.learn(ASP, speed=STRAGGLERS, stop={"rounds": 6})
        self.assertEqual(run.one("rounds"), 6)
        self.assertEqual(run.one("epochs"), 12)
        self.assertEqual([row["round"] for row in run.rows("rounds")], list(range(1, 7)))
        # Those whose PUT was under way when the run ended have been counted, too, if seen.
        self.assertIn(run.request_counts()["main", "PUT"], range(24, 28))

    def test_a_worker_is_told_how_many_it_overwrites(self):
        # In step, the last of four to write overwrites three, the first nobody: 1.5 on average.
        run = self.learn(ASP, platform=PLAIN_FUNCTIONS)
        self.assertEqual(self.figure(run, "asp_overtaken"), 1.5)
        # Out of step, each of the others writes once while one is at work.
        run = self.learn(ASP, stop={"epochs": 80}, channel=SPREAD_STORE)
        self.assert_close(self.figure(run, "asp_overtaken"), 3, 0.1)
        self.assertEqual(self.figure(self.learn(ASP, workers=1), "asp_overtaken"), 0)

    def test_any_store_will_do(self):
        stores = STORE, CACHE, {**CACHE, "kind": "memcached"}, {"kind": "dynamodb"}
        for sync in ASP, ssp(0), ssp(2):
            runs = [self.learn(sync, channel=store, speed=STRAGGLERS) for store in stores]
            self.assertEqual({run.one("epochs") for run in runs}, {8})
            if sync == ssp(0):
                self.assertEqual(len({run.model().tobytes() for run in runs}), 1)

    def test_machines_will_do(self):
        for sync in ASP, ssp(0), ssp(2):
            run = self.learn(sync, platform=MACHINES, speed=STRAGGLERS,
                             evaluate={"every": "1 round", "charged": True})
            self.assertEqual(run.one("epochs"), 8)
            self.assertGreater(run.breakdown()["evaluate"], 0)

    def test_nobody_waits(self):
        run = self.learn(ASP, speed=STRAGGLERS)
        self.assertEqual(run.breakdown().get("wait", 0), 0)

    def test_a_loss_to_reach_ends_the_run_at_its_round(self):
        run = self.learn(ASP, stop={"epochs": 50, "train_loss": 0.66})
        rows = run.rows("rounds")
        self.assertEqual(run.one("stop_reason"), "train_loss")
        self.assertTrue(all(row["train_loss"] > 0.66 for row in rows[:-1]))
        self.assertLessEqual(rows[-1]["train_loss"], 0.66)
        self.assertEqual(run.one("sim_time_s"), rows[-1]["sim_time_s"])


class Bound(SyncCase):
    def test_a_bound_of_zero_is_the_barrier_whatever_the_pattern(self):
        for optimizer in {**GA, "batch_size": 20000}, {**MA, "batch_size": 10000}:
            for speed in 1, STRAGGLERS:
                calm = {"optimizer": optimizer, "speed": speed}
                run = self.learn(ssp(0), **calm)
                self.assertEqual(self.figure(run, "ssp_gap"), 0)
                for pattern in PATTERNS:
                    with self.subTest(optimizer=optimizer["kind"], speed=speed, pattern=pattern):
                        self.assert_same(run, self.learn({"kind": "bsp"}, **calm,
                                                         pattern={"kind": pattern}))

    def test_stragglers_make_the_gap_reach_the_bound(self):
        for optimizer in {**GA, "batch_size": 20000}, {**MA, "batch_size": 10000, "local_epochs": 1}:
            for bound in 0, 1, 2, 5:
                with self.subTest(optimizer=optimizer["kind"], bound=bound):
                    run = self.learn(ssp(bound), optimizer=optimizer, speed=STRAGGLERS,
                                     stop={"epochs": 12})
                    self.assertEqual(self.figure(run, "ssp_gap"), bound)

    def test_the_gap_never_exceeds_the_bound(self):
        for seed in range(1, 6):
            run = self.learn(ssp(3), speed=STRAGGLERS, channel=SPREAD_STORE, seed=seed)
            self.assertLessEqual(self.figure(run, "ssp_gap"), 3)

    def test_above_zero_what_is_learnt_depends_on_the_clock(self):
        for optimizer in {**GA, "batch_size": 20000}, {**MA, "batch_size": 10000}:
            with self.subTest(optimizer=optimizer["kind"]):
                runs = [self.learn(ssp(3), optimizer=optimizer, speed=STRAGGLERS,
                                   channel={**STORE, "latency": latency})
                        for latency in ("80 ms", "8 s", "80 ms")]
                self.assert_different(runs[0], runs[1])
                self.assert_same(runs[0], runs[2])
                barrier = self.learn({"kind": "bsp"}, optimizer=optimizer)
                self.assert_different(runs[0], barrier)
                self.assert_close(runs[0].one("train_loss"), barrier.one("train_loss"), 0.05)

    def test_without_a_bound_nobody_waits(self):
        run = self.learn(ssp(1000), speed=STRAGGLERS)
        self.assertEqual(run.breakdown().get("wait", 0), 0)
        fast = max(row["end_s"] for row in run.rows("invocations"))
        self.assertEqual(run.one("sim_time_s"), fast)

    def test_each_clock_but_the_first_reads_all_others_once(self):
        run = self.learn(ssp(0), channel={**STORE, "polling": "ideal"}, workers=5)
        counts = run.request_counts()
        self.assertEqual(run.one("rounds"), 4)
        self.assertEqual(counts["main", "PUT"], 4 * 5)
        self.assertEqual(counts["main", "GET"], 3 * 5 * 4)

    def test_polls_that_are_computed_are_those_that_are_simulated(self):
        a, b = [self.learn(ssp(1), speed=STRAGGLERS, channel={**SPREAD_STORE, "polling": polling})
                for polling in ("computed", "explicit")]
        self.assert_same(a, b)
        self.assertEqual(a.request_counts(), b.request_counts())
        self.assertEqual((a.one("sim_time_s"), a.one("cost_pusd")),
                         (b.one("sim_time_s"), b.one("cost_pusd")))

    def test_the_larger_the_bound_the_shorter_the_waits(self):
        runs = [self.learn(ssp(bound), optimizer={**GA, "batch_size": 10000}, channel=SPREAD_STORE)
                for bound in (0, 1, 4, 1000)]
        times = [run.one("sim_time_s") for run in runs]
        self.assertEqual(times, sorted(times, reverse=True))
        self.assertLess(times[-1], 0.95 * times[0])

    def test_a_criterion_other_than_a_count_ends_all_at_once(self):
        run = self.learn(ssp(2), speed=STRAGGLERS, stop={"time": "120 s"})
        self.assertEqual(run.one("stop_reason"), "time")
        self.assertGreaterEqual(run.one("sim_time_s"), 120)
        self.assertEqual(run.one("sim_time_s"), run.rows("rounds")[-1]["sim_time_s"])


class SameBytes(SyncCase):
    def test_two_runs_and_any_number_of_threads_leave_identical_rows(self):
        for sync in ASP, ssp(2):
            for optimizer in {**GA, "batch_size": 5000}, {**MA, "batch_size": 5000}:
                with self.subTest(sync=sync, optimizer=optimizer["kind"]):
                    runs = [self.learn(sync, optimizer=optimizer, speed=STRAGGLERS, workers=7,
                                       channel=SPREAD_STORE, threads=threads)
                            for threads in (1, 1, 2)]
                    for run in runs[1:]:
                        self.assertEqual(run.database.dump(), runs[0].database.dump())
                        self.assertEqual(run.model().tobytes(), runs[0].model().tobytes())


class Misfortune(SyncCase):
    MOMENTS_S = [0.01 + 0.61 * i for i in range(12)]

    def crashing(self, at_s, member=1, **platform):
        return {**FUNCTIONS, "crash_after": f"{at_s} s", "crash_member": member, **platform}

    def test_one_that_comes_back_goes_on_from_what_is_there(self):
        for sync in ASP, ssp(2):
            for at_s in self.MOMENTS_S:
                with self.subTest(sync=sync, at_s=at_s):
                    run = self.learn(sync, platform=self.crashing(at_s, async_retry_delay="2 s"))
                    self.assertEqual(run.one("epochs"), 8)
                    self.assertIn("crashed", run.column("invocations", "outcome"))

    def test_with_a_bound_of_zero_it_learns_the_same_whenever_the_crash_comes(self):
        calm = self.learn({"kind": "bsp"})
        for at_s in self.MOMENTS_S:
            with self.subTest(at_s=at_s):
                run = self.learn(ssp(0), platform=self.crashing(at_s))
                self.assert_same(run, calm)
                self.assertIn("crashed", run.column("invocations", "outcome"))

    def test_the_lost_hold_nobody_back(self):
        gone = {"kind": "data_parallel", "on_worker_loss": "continue_without", "loss_timeout": "1 s"}
        for sync in ASP, ssp(0), ssp(2):
            for at_s in self.MOMENTS_S:
                with self.subTest(sync=sync, at_s=at_s):
                    run = self.learn(sync, job=gone, platform=self.crashing(
                        at_s, async_retries=0), stop={"epochs": 8})
                    self.assertEqual(run.one("epochs"), 8)
                    self.assertIn("crashed", run.column("invocations", "outcome"))

    def test_when_all_are_lost_the_run_has_failed(self):
        for sync in ASP, ssp(1):
            run = self.learn(sync, expect=RUN_FAILED, platform={
                **FUNCTIONS, "crash_after": "3 s", "async_retries": 0},
                job={"kind": "data_parallel", "on_worker_loss": "continue_without"})
            self.assertEqual(run.one("stop_reason"), "no_workers")

    def test_functions_hand_over_before_their_lifetime_ends(self):
        job = {"kind": "data_parallel", "lifetime_margin": "1 s"}
        short = {**FUNCTIONS, "lifetime": "9 s"}
        for sync in ASP, ssp(0), ssp(2):
            with self.subTest(sync=sync):
                run = self.learn(sync, job=job, platform=short, stop={"epochs": 16})
                self.assertEqual(run.one("epochs"), 16)
                self.assertNotIn("expired", run.column("invocations", "outcome"))
                self.assertGreater(len(run.rows("invocations")), 4)
        calm = self.learn({"kind": "bsp"}, stop={"epochs": 16})
        self.assert_same(self.learn(ssp(0), job=job, platform=short, stop={"epochs": 16}), calm)

    def test_random_crashes_are_survived(self):
        for sync in ASP, ssp(2):
            for seed in range(1, 5):
                run = self.learn(sync, seed=seed, stop={"epochs": 20}, platform={
                    **FUNCTIONS, "crash_rate": "300 /h", "async_retries": 100,
                    "async_retry_delay": "1 s"})
                self.assertEqual(run.one("epochs"), 20)


class Timeout(SyncCase):
    """A barrier that somebody does not come to in time."""

    def late(self, **sync):
        # Worker 1 crashes in its first round, and is back a minute later.
        return scenario({"kind": "bsp", **sync}, platform={
            **FUNCTIONS, "crash_after": "3 s", "crash_member": 1, "async_retry_delay": "1 min"})

    def test_without_one_it_is_waited_for(self):
        run = self.run_scenario(self.late())
        self.assertEqual(run.one("stop_reason"), "epochs")
        self.assertGreater(run.one("sim_time_s"), 60)

    def test_who_has_waited_long_enough_gives_up(self):
        run = self.run_scenario(self.late(timeout="10 s"), expect=RUN_FAILED)
        self.assertEqual((run.one("status"), run.one("stop_reason")), ("failed", "timeout"))
        self.assertRegex(run.one("message"), r"worker \d waited 10 s in the exchange of round 1")
        self.assertIn("timeout", run.column("invocations", "outcome"))
        rows = [row for row in run.rows("misfortunes") if row["outcome"] == "timeout"]
        self.assertIn("waited 10 s in the exchange of round 1", [row["detail"] for row in rows])
        waits = [span for span in run.rows("spans") if span["activity"] == "wait"
                 and span["entity"] == rows[0]["entity"]]
        self.assert_close(waits[-1]["end_s"], run.one("sim_time_s"), 1e-9)
        self.assertLess(waits[-1]["end_s"] - waits[-1]["begin_s"], 10.5)
        self.assertGreaterEqual(waits[-1]["end_s"] - waits[-1]["begin_s"], 10 - 1e-9)

    def test_or_all_go_on_without_who_has_not_come(self):
        for pattern in PATTERNS:
            with self.subTest(pattern=pattern):
                run = self.run_scenario({**self.late(timeout="10 s", on_timeout="continue_without"),
                                         "pattern": {"kind": pattern}})
                self.assertEqual(run.one("stop_reason"), "epochs")
                self.assertLess(run.one("sim_time_s"), 60)
                self.assertIn("timeout", run.column("misfortunes", "outcome"))

    def test_one_that_only_computes_slowly_may_be_left_behind_alive(self):
        slow = {"kind": "bsp", "timeout": "2 s", "on_timeout": "continue_without"}
        calm = scenario({"kind": "bsp"}, speed=STRAGGLERS)
        hasty = scenario(slow, speed=STRAGGLERS)
        patient, run = self.run_scenario(calm), self.run_scenario(hasty)
        self.assertLess(run.one("sim_time_s"), patient.one("sim_time_s"))
        self.assertEqual(run.one("epochs"), 8)
        self.assertNotEqual(run.one("train_loss"), patient.one("train_loss"))

    def test_one_that_is_not_reached_changes_nothing(self):
        plain = self.run_scenario(scenario({"kind": "bsp"}, speed=STRAGGLERS))
        patient = self.run_scenario(scenario({"kind": "bsp", "timeout": "10 min"}, speed=STRAGGLERS))
        self.assertEqual(patient.learning(), plain.learning())
        self.assertEqual(patient.one("sim_time_s"), plain.one("sim_time_s"))
        self.assertEqual(patient.one("cost_pusd"), plain.one("cost_pusd"))


class AtRandom(SyncCase):
    """Whatever is combined, a run without a barrier ends, says how, and adds up.

    RUNS=300 SEED=7 sync.py AtRandom looks elsewhere.
    """

    def draw(self, chance, sync):
        loss = chance.choice(["wait", "wait", "abort", "continue_without"])
        learns = random_runs.learning(chance)
        on_functions = chance.random() < 0.8
        return loss, learns, training(
            **{**learns, "evaluate": {"every": "1 round", "charged": chance.random() < 0.5}},
            sync=sync, pattern={"kind": chance.choice(PATTERNS)} if sync["kind"] == "bsp" else None,
            platform=(random_runs.functions if on_functions else random_runs.machines)(chance),
            speed=chance.choice([1, STRAGGLERS]), channel=random_runs.store(chance),
            job={"kind": "data_parallel", "on_worker_loss": loss,
                 "loss_timeout": f"{chance.choice([0, 1, 20])} s",
                 "lifetime_margin": f"{chance.choice([0, 1, 5])} s"},
            record={"spans": chance.choice(["none", "all"]), "requests": chance.choice(
                ["counts", "rows"])})

    def test_runs_end_and_add_up(self):
        runs, seed = int(os.environ.get("RUNS", 40)), os.environ.get("SEED", "1")
        ends = {}
        for i in range(runs):
            chance = random.Random(f"sync {seed} {i}")
            sync = chance.choice([ASP, ssp(0), ssp(1), ssp(3), {
                "kind": "bsp", "timeout": f"{chance.uniform(0.1, 20):.3f} s",
                "on_timeout": chance.choice(["abort", "continue_without"])}])
            loss, learns, drawn = self.draw(chance, sync)
            with self.subTest(seed=seed, i=i, sync=sync):
                run = self.run_scenario(drawn, expect=None)
                ends[run.one("status")] = ends.get(run.one("status"), 0) + 1
                self.assertIn(run.one("status"), ("done", "failed"), run.one("message"))
                if run.one("status") == "done":
                    self.assertEqual(run.one("rounds"), learns["stop"]["rounds"])
                if sync["kind"] == "ssp":
                    self.assertLessEqual(self.figure(run, "ssp_gap"), sync["bound"])
                if sync == ssp(0) and loss == "wait":
                    calm = self.run_scenario(training(**learns))
                    self.assertEqual(run.learning(), calm.learning()[:len(run.learning())])
        print(ends, flush=True)


class Refused(SyncCase):
    def complaint(self, sync, **changes):
        path = self.scenario(scenario(sync, **changes))
        return traincast("check", path, expect=BAD_INPUT).stderr

    def test_a_pattern_belongs_to_the_barrier(self):
        for sync in ASP, ssp(1):
            self.assertRegex(self.complaint(sync, pattern={"kind": "ring"}),
                             rf":\d+:\d+: error: sync '{sync['kind']}' does not use 'pattern'")
        self.assertRegex(self.complaint({"kind": "bsp"}, pattern=None),
                         r"error: 'pattern' is missing: sync 'bsp' needs it\n.*there are: allreduce")

    def test_a_network_that_keeps_nothing(self):
        for sync in ASP, ssp(1):
            self.assertRegex(self.complaint(sync, platform=MACHINES, channel={"kind": "direct"}),
                             rf"error: sync '{sync['kind']}' .* 'direct' keeps nothing")

    def test_a_message_that_does_not_fit(self):
        for sync in ASP, ssp(1):
            self.assertIn("232 B does not fit into channel 's3', whose limit is 100 B",
                          self.complaint(sync, channel={**STORE, "max_object": "100 B"}))

    def test_an_optimizer_whose_workers_keep_a_state(self):
        admm = {"kind": "admm", "learning_rate": 0.1, "batch_size": 10000}
        for sync in ASP, ssp(1):
            self.assertRegex(self.complaint(sync, optimizer=admm),
                             rf"sync '{sync['kind']}' learns by the clock: its optimizer keeps a state")

    def test_more_than_the_channel_holds(self):
        small = {"vcpus": 2, "memory": "1 MiB", "nic_up": "1 Gb/s", "nic_down": "1 Gb/s",
                 "price": "1 USD/h"}
        self.assertIn("sync 'ssp' leaves 1392 kB in channel 'memcached', which holds 1 MiB",
                      self.complaint(ssp(1), workers=3000, platform=MACHINES,
                                     data={"source": "higgs-like", "rows": 9000},
                                     optimizer={**MA, "batch_size": 1},
                                     channel={"kind": "memcached", "node": small}))

    def test_a_bound_that_is_none(self):
        self.assertIn("'ssp' needs 'bound'", self.complaint({"kind": "ssp"}))
        self.assertIn("outside", self.complaint(ssp(-1)))


if __name__ == "__main__":
    main()
