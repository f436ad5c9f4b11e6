#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Lifetimes, crashes, memory and limits: what they cost, and that learning does not notice them
unless the scenario says so."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
from traincast import *  # noqa: E402, F403

PATTERNS = "allreduce", "scatter_reduce", "tree", "ring"


def higgs(workers=4, epochs=10, **changes):
    """Some seconds of charged arithmetic an epoch, milliseconds of real one."""
    return training(
        workers=workers, data={"source": "higgs-like", "rows": 4000, "validation": 0.2,
                               "charge_as": {"rows": 2000000, "bytes": "1.5 GB"}},
        optimizer={"kind": "ma_sgd", "learning_rate": 0.1, "batch_size": 10000},
        evaluate={"every": "1 round"}, record={"spans": "all"}, stop={"epochs": epochs},
        **changes)


def job(**settings):
    return {"kind": "data_parallel", **settings}


class Lifetime(Case):
    def test_functions_that_hand_over_in_time_learn_the_same_and_pay_more(self):
        for pattern in PATTERNS:
            with self.subTest(pattern=pattern):
                long_lived = self.run_scenario(higgs(pattern={"kind": pattern}))
                short_lived = self.run_scenario(higgs(
                    pattern={"kind": pattern}, job=job(lifetime_margin="4 s"),
                    platform={**FUNCTIONS, "lifetime": "30 s"}), model=True)
                self.assertEqual(short_lived.learning(), long_lived.learning())
                before, after = long_lived.breakdown(), short_lived.breakdown()
                for activity in "start", "load", "checkpoint":
                    self.assertGreater(after[activity], before.get(activity, 0), activity)
                self.assertGreater(short_lived.one("cost_pusd"), long_lived.one("cost_pusd"))
                self.assertGreater(len(short_lived.rows("invocations")),
                                   len(long_lived.rows("invocations")))
                self.assertEqual(set(short_lived.column("invocations", "outcome")), {"ok"})

    def test_no_function_outlives_its_lifetime(self):
        run = self.run_scenario(higgs(job=job(lifetime_margin="0 s"),
                                      platform={**FUNCTIONS, "lifetime": "25 s"}), expect=None)
        for row in run.rows("invocations"):
            self.assertLessEqual(row["end_s"] - row["start_s"], 25 + 1e-9)

    def test_a_lifetime_shorter_than_an_epoch_is_warned_of_where_loading_takes_much_of_it(self):
        def check(**platform):
            path = self.scenario({**higgs(platform={**FUNCTIONS, **platform}), "optimizer": {
                "kind": "ga_sgd", "learning_rate": 0.1, "batch_size": 10000}})
            return traincast("check", path).stderr

        # Each loads 375 MB in 4.3 s and computes for 3 s an epoch.
        self.assertRegex(check(lifetime="6 s"), r":\d+:\d+: warning: a function lives 6 s, but "
                         r"worker 0 takes 4\.\d+ s at least to load .* an epoch takes several")
        self.assertEqual(check(lifetime="20 s"), "")

    def test_a_lifetime_that_ends_in_the_first_exchange_ends_the_run_not_the_world(self):
        run = self.run_scenario(higgs(platform={**FUNCTIONS, "lifetime": "8 s"}),
                                expect=RUN_FAILED)
        self.assertIn("expired", run.column("invocations", "outcome"))
        self.assertIn(run.one("stop_reason"), ("expired", "no_workers"))


class Crash(Case):
    """A crash may come at any moment: while loading, computing, writing, reading, waiting."""

    MOMENTS_S = [0.01 + 0.77 * i for i in range(24)]

    def crashing(self, pattern, at_s, **settings):
        return higgs(pattern={"kind": pattern}, epochs=4, job=job(**settings),
                     channel={**STORE, "latency": "200 ms"},
                     platform={**FUNCTIONS, "crash_after": f"{at_s} s", "crash_member": 1})

    def test_waiting_for_the_retry_learns_the_same_whenever_the_crash_comes(self):
        for pattern in PATTERNS:
            calm = self.run_scenario(self.crashing(pattern, 100000))
            for at_s in self.MOMENTS_S:
                with self.subTest(pattern=pattern, at_s=at_s):
                    run = self.run_scenario(self.crashing(pattern, at_s, on_worker_loss="wait"))
                    self.assertEqual(run.learning(), calm.learning())
                    self.assertGreater(run.one("sim_time_s"), calm.one("sim_time_s"))
                    outcomes = run.column("invocations", "outcome")
                    self.assertEqual(sorted(outcomes), ["crashed"] + ["ok"] * 4)

    def test_going_on_without_the_lost_ends_whenever_the_crash_comes(self):
        for pattern in PATTERNS:
            for at_s in self.MOMENTS_S:
                with self.subTest(pattern=pattern, at_s=at_s):
                    run = self.run_scenario(self.crashing(
                        pattern, at_s, on_worker_loss="continue_without", loss_timeout="5 s"))
                    self.assertEqual(run.one("epochs"), 4)
                    self.assertEqual(len(run.rows("rounds")), 4)
                    self.assertIn("crashed", run.column("misfortunes", "outcome"))

    def test_going_on_without_a_leader_lost_while_it_writes_the_checkpoint(self):
        def lifetime(**platform):
            return higgs(pattern={"kind": "allreduce"}, job=job(
                lifetime_margin="20 s", on_worker_loss="continue_without", loss_timeout="15 s",
                store={**STORE, "latency": "2 s"}), platform={
                    **FUNCTIONS, "lifetime": "60 s", "async_retry_delay": "30 s", **platform})
        calm = self.run_scenario(lifetime())
        writes = [row for row in calm.rows("spans") if row["activity"] == "checkpoint"][0]
        self.assertEqual(writes["entity"], "worker 0")
        first = [row for row in calm.rows("invocations") if row["entity"] == "worker 0"][0]
        at_s = (writes["begin_s"] + writes["end_s"]) / 2 - first["start_s"]
        run = self.run_scenario(lifetime(crash_after=f"{at_s} s", crash_member=0))
        self.assertEqual(run.one("epochs"), calm.one("epochs"))
        self.assertEqual(run.column("misfortunes", "outcome"), ["crashed"])

    def test_what_is_learnt_without_the_lost_differs(self):
        calm = self.run_scenario(self.crashing("allreduce", 100000))
        run = self.run_scenario(self.crashing("allreduce", 5, on_worker_loss="continue_without",
                                              loss_timeout="5 s"))
        self.assertNotEqual(run.one("train_loss"), calm.one("train_loss"))
        self.assert_close(run.one("train_loss"), calm.one("train_loss"), 0.02)

    def test_a_loss_may_end_the_run(self):
        for at_s in self.MOMENTS_S[::5]:
            run = self.run_scenario(self.crashing("ring", at_s, on_worker_loss="abort"),
                                    expect=RUN_FAILED)
            self.assertEqual((run.one("status"), run.one("stop_reason")), ("failed", "crashed"))

    def test_a_worker_that_keeps_crashing_is_lost_for_good(self):
        run = self.run_scenario(higgs(platform={
            **FUNCTIONS, "crash_after": "3 s", "crash_member": 2, "crash_attempts": 99}),
            expect=RUN_FAILED)
        self.assertIn("lost for good after 3 attempts", run.one("message"))
        self.assertEqual(run.column("invocations", "outcome").count("crashed"), 3)

    def test_when_all_are_lost_the_run_has_failed(self):
        run = self.run_scenario(higgs(
            job=job(on_worker_loss="continue_without", loss_timeout="5 s"),
            platform={**FUNCTIONS, "crash_after": "3 s"}), expect=RUN_FAILED)
        self.assertEqual(run.one("stop_reason"), "no_workers")

    def test_random_crashes_are_survived(self):
        for seed in range(5):
            with self.subTest(seed=seed):
                calm = self.run_scenario(higgs(), seed=seed)
                run = self.run_scenario(higgs(platform={**FUNCTIONS, "crash_rate": "60 /h",
                                                        "async_retries": 100}), seed=seed)
                self.assertEqual(run.learning(), calm.learning())

    def test_crashes_and_lifetimes_together(self):
        calm = self.run_scenario(higgs())
        for at_s in self.MOMENTS_S[::2]:
            with self.subTest(at_s=at_s):
                run = self.run_scenario(higgs(job=job(lifetime_margin="4 s"), platform={
                    **FUNCTIONS, "lifetime": "30 s", "crash_after": f"{at_s} s",
                    "crash_member": 0, "crash_attempts": 1}))
                self.assertEqual(run.learning(), calm.learning())


class Limits(Case):
    def test_data_that_do_not_fit_a_function_are_refused_before_the_run(self):
        path = self.scenario(higgs(workers=1, platform={**FUNCTIONS, "memory": "128 MB"}))
        database = self.folder / "none.db"
        for command in ["check", path], ["run", path, "--db", database]:
            done = traincast(*command, expect=BAD_INPUT)
            self.assertRegex(done.stderr, rf"{path.name}:\d+:\d+: error: out of memory: worker 0 needs .* 128 MB")
        self.assertFalse(database.exists())

    def test_a_message_larger_than_the_channel_takes_is_refused_before_the_run(self):
        path = self.scenario(training(channel={**STORE, "max_object": "100 B"}))
        done = traincast("check", path, expect=BAD_INPUT)
        self.assertRegex(done.stderr, r"232 B does not fit into channel 's3', whose limit is 100 B")

    def test_functions_cannot_be_reached_directly(self):
        done = traincast("check", self.scenario(training(channel={"kind": "direct"})),
                         expect=BAD_INPUT)
        self.assertIn("direct", done.stderr)

    def test_more_workers_than_the_account_admits_are_refused_before_the_run(self):
        path = self.scenario(higgs(workers=4, platform={**FUNCTIONS, "concurrency": 3}))
        done = traincast("check", path, expect=BAD_INPUT)
        self.assertIn("4 workers are more than the 3 functions", done.stderr)

    def test_a_limit_that_is_reached_a_while_only_delays(self):
        run = self.run_scenario(higgs(
            workers=12, platform={**FUNCTIONS, "scaling_burst": 4, "scaling_rate": "2 /s"}))
        free = self.run_scenario(higgs(workers=12))
        self.assertEqual(run.learning(), free.learning())
        self.assertGreater(run.breakdown()["start"], free.breakdown()["start"])

    def test_stops_on_time_cost_and_loss_are_met_at_the_first_round_that_meets_them(self):
        for stop, column, reached in (
                ({"time": "30 s"}, "sim_time_s", lambda value: value >= 30),
                ({"cost": "0.002 USD"}, "cost_usd", lambda value: value >= 0.002),
                ({"epochs": 50, "train_loss": 0.66}, "train_loss", lambda value: value <= 0.66)):
            with self.subTest(stop=stop):
                run = self.run_scenario({**higgs(), "stop": stop})
                rows = run.rows("rounds")
                self.assertEqual(run.one("stop_reason"), list(stop)[-1])
                if column != "cost_usd":  # others still run, and cost, when the first decides
                    self.assertFalse(any(reached(row[column]) for row in rows[:-1]))
                self.assertTrue(reached(rows[-1][column]))
                if column == "train_loss":
                    self.assertEqual(run.one("time_to_loss_s"), rows[-1]["sim_time_s"])


if __name__ == "__main__":
    main()
