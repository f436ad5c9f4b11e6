#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Whatever a scenario combines, the run ends, says how, and adds up.

Scenarios are drawn from a seed of their own: pattern, platform, store, lifetime, crashes, limits,
tails of latency.  None may deadlock, none may break an invariant; as long as nobody is given up,
all learn what the calm run of the same learning parameters learns.

    RUNS=300 SEED=7 random_runs.py Slow     looks elsewhere
"""
import os
import random
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
from traincast import *  # noqa: E402, F403


def seconds(value):
    return "%.3f s" % value


def value(chance, median_s):
    """A duration: constant, or spread in one way or another."""
    return chance.choice([
        seconds(median_s),
        {"lognormal": {"median": seconds(median_s), "sigma": round(chance.uniform(0.1, 1.2), 2)}},
        {"exponential": {"mean": seconds(median_s)}},
        {"uniform": {"min": seconds(0.2 * median_s), "max": seconds(2 * median_s)}},
        {"weibull": {"scale": seconds(median_s), "shape": round(chance.uniform(0.5, 3), 2)}},
    ])


def functions(chance):
    platform = {**FUNCTIONS, "memory": chance.choice(["512 MB", "1 GB", "3 GB"]),
                "cold_start": value(chance, 0.4), "warm_start": value(chance, 0.02),
                "invoke_overhead": seconds(chance.choice([0, 0.01, 0.2])),
                "trigger": chance.choice(["serial", "tree"]),
                "trigger_fan_out": chance.randint(1, 4),
                "keep_alive": value(chance, chance.choice([1, 60])),
                "async_retries": chance.randint(0, 4),
                "async_retry_delay": seconds(chance.choice([1, 10, 60]))}
    if chance.random() < 0.4:
        platform["lifetime"] = seconds(chance.uniform(8, 60))
    if chance.random() < 0.4:
        platform.update(crash_after=value(chance, chance.uniform(0.05, 20)),
                        crash_member=chance.randint(-1, 3), crash_attempts=chance.randint(1, 3))
    if chance.random() < 0.2:
        platform["crash_rate"] = "%d /h" % chance.randint(1, 200)
    if chance.random() < 0.2:
        platform.update(scaling_burst=chance.randint(1, 4), scaling_rate="%.2f /s" %
                        chance.uniform(0.2, 5), throttle_max_backoff="4 s")
    return platform


def machines(chance):
    return {**MACHINES, "instance": chance.choice(["t2.medium", "c5.large", "c5.4xlarge"]),
            "boot_time": value(chance, 20), "pair_setup": seconds(chance.choice([0, 0.1]))}


def store(chance):
    channel = {"kind": "s3", "latency": value(chance, chance.choice([0.001, 0.08, 0.5])),
               "polling": chance.choice(["ideal", "computed", "explicit"]),
               "poll_interval": seconds(chance.choice([0.01, 0.1, 1])),
               "list_interval": seconds(chance.choice([0, 0.05])),
               "list_page": chance.choice([1, 2, 1000]), "max_attempts": 100}
    if chance.random() < 0.3:
        channel.update(write_rate="%d /s" % chance.randint(5, 100),
                       read_rate="%d /s" % chance.randint(5, 100), backoff=seconds(0.2))
    if chance.random() < 0.3:
        channel["aggregate_bandwidth"] = "%d KB/s" % chance.randint(1, 100)
    return channel


def learning(chance):
    """What decides what is learnt."""
    workers = chance.choice([1, 2, 3, 4, 5, 9])
    optimizer = {"kind": chance.choice(["ga_sgd", "ma_sgd"]), "learning_rate": 0.1,
                 "batch_size": chance.choice([10000, 100000])}
    return dict(
        workers=workers, seed=chance.randint(1, 1000), optimizer=optimizer,
        data={"source": "higgs-like", "rows": 1000, "test_rows": 50,
              "validation": chance.choice([0, 0.2]),
              "charge_as": {"rows": 150000 * workers, "bytes": "%d MB" % (80 * workers)}},
        stop={"rounds": chance.randint(1, 6)}, evaluate={"every": "1 round"})


class RandomRuns(Case):
    def explore(self, count, seed):
        ends = {}
        for i in range(count):
            chance = random.Random(f"{seed} {i}")
            learns = learning(chance)
            on_functions = chance.random() < 0.75
            loss = chance.choice(["wait", "wait", "abort", "continue_without"])
            scenario = training(
                **{**learns, "evaluate": {"every": "1 round", "charged": chance.random() < 0.5}},
                platform=functions(chance) if on_functions else machines(chance),
                channel=store(chance) if on_functions or chance.random() < 0.4
                else {"kind": "direct", "latency": value(chance, 0.001)},
                pattern={"kind": chance.choice(["allreduce", "scatter_reduce", "tree", "ring"])},
                job={"kind": "data_parallel", "store": store(chance), "on_worker_loss": loss,
                     "loss_timeout": seconds(chance.choice([0, 1, 20])),
                     "lifetime_margin": seconds(chance.choice([0, 1, 5]))},
                record={"spans": chance.choice(["none", "critical", "all"]),
                        "requests": chance.choice(["counts", "rows"])})
            with self.subTest(seed=seed, i=i):
                run = self.run_scenario(scenario, expect=None)
                status, reason = run.one("status"), run.one("stop_reason")
                ends[status, reason] = ends.get((status, reason), 0) + 1
                self.assertIn(status, ("done", "failed"), run.one("message"))
                self.assertEqual(run.report["status"], status)
                if loss == "wait":
                    calm = self.run_scenario(training(
                        **learns, platform=MACHINES, channel={"kind": "direct"}))
                    self.assertEqual(run.learning(), calm.learning()[:len(run.learning())])
                    if status == "done":
                        self.assertEqual(run.one("rounds"), calm.one("rounds"))
        print(ends, flush=True)


class Fast(RandomRuns):
    def test_forty_runs(self):
        self.explore(40, seed=1)


class Slow(RandomRuns):
    def test_a_thousand_runs(self):
        self.explore(int(os.environ.get("RUNS", 1000)), os.environ.get("SEED", 2))


if __name__ == "__main__":
    main()
