#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The job without training: latencies against queueing theory, and a bill that adds up.

Poisson arrivals at rate lambda, service times of mean s.  Closed forms of the mean response time:
one machine, one request at a time (M/D/1, Pollaczek and Khinchine):  s + rho s / (2 (1 - rho))
cores shared by all requests (M/G/1 processor sharing, whatever the distribution): s / (1 - rho)
c cores, a request uses at most one (M/G/c processor sharing, likewise):           as M/M/c
Means over 20,000 requests scatter by about sqrt(2 (1 + rho) / n) / (1 - rho), here 2 to 5 %;
seeds are fixed, so the tests never fail by chance.
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
from traincast import *  # noqa: E402, F403

REQUESTS = 20000
MACHINE = {"kind": "iaas", "provider": "aws-2020", "instance": "c5.large", "boot_time": "0 s",
           "pair_setup": "0 s"}
CORES = 2  # of a c5.large


def service(platform, workers=1, **settings):
    return {"name": "service", "seed": 3, "workers": workers, "platform": platform,
            "job": {"kind": "service", "requests": REQUESTS, **settings}}


def erlang_response_s(cores, load, service_s):
    """Mean response time of M/M/c; load = lambda s, in cores."""
    queue = load ** cores / math.factorial(cores) * cores / (cores - load)
    busy = queue / (sum(load ** k / math.factorial(k) for k in range(cores)) + queue)
    return service_s + busy * service_s / (cores - load)


class Service(Case):
    def metrics(self, run):
        return {row["metric"]: row["value"] for row in run.rows("series")
                if row["metric"] != "latency_s"}

    def mean_latency_s(self, *arguments, **settings):
        run = self.run_scenario(service(*arguments, **settings))
        metrics = self.metrics(run)
        self.assertEqual(metrics["requests_answered"], REQUESTS)
        return metrics["latency_mean_s"]

    def test_one_at_a_time_waits_as_pollaczek_and_khinchine_say(self):
        s, rho = 0.1, 0.7
        mean_s = self.mean_latency_s(
            {**MACHINE, "max_concurrent": 1}, service_time=f"{s} s",
            inter_arrival={"exponential": {"mean": f"{s / rho} s"}})
        self.assert_close(mean_s, s + rho * s / (2 * (1 - rho)), 0.05)

    def test_shared_cores_answer_whatever_the_distribution(self):
        s, rho = 0.1, 0.6
        for service_time in (f"{s} s", {"exponential": {"mean": f"{s} s"}},
                             {"uniform": {"min": "0 s", "max": f"{2 * s} s"}}):
            with self.subTest(service_time=service_time):
                mean_s = self.mean_latency_s(
                    MACHINE, service_time=service_time, parallel=1,
                    inter_arrival={"exponential": {"mean": f"{s / CORES / rho} s"}})
                self.assert_close(mean_s, s / CORES / (1 - rho), 0.05)

    def test_two_cores_of_which_a_request_uses_one_answer_as_erlang_says(self):
        s, load = 0.1, 1.4
        mean_s = self.mean_latency_s(
            MACHINE, service_time=f"{s} s",
            inter_arrival={"exponential": {"mean": f"{s / load} s"}})
        self.assert_close(mean_s, erlang_response_s(CORES, load, s), 0.05)

    def test_functions_answer_in_their_start_and_service_time(self):
        cold_s, warm_s, s = 0.4, 0.02, 0.1
        run = self.run_scenario({**service(
            {**FUNCTIONS, "memory": "1769 MB", "max_memory": "3072 MB", "step_memory": "1 MB",
             "cold_start": f"{cold_s} s", "warm_start": f"{warm_s} s"},
            service_time=f"{s} s", inter_arrival={"exponential": {"mean": "50 ms"}}),
            "record": {"requests": "rows"}})
        latencies_s = [row["value"] for row in run.rows("series") if row["metric"] == "latency_s"]
        self.assertEqual(len(latencies_s), REQUESTS)
        cold = sum(run.column("invocations", "cold"))
        for latency_s in latencies_s:
            self.assertLess(min(abs(latency_s - cold_s - s), abs(latency_s - warm_s - s)), 1e-9)
        self.assertEqual(sum(latency_s > 0.3 for latency_s in latencies_s), cold)
        self.assertLess(cold, 30)

    def test_percentiles_are_those_of_the_latencies(self):
        run = self.run_scenario({**service(
            FUNCTIONS, service_time={"lognormal": {"median": "100 ms", "sigma": 0.5}},
            inter_arrival={"exponential": {"mean": "50 ms"}}), "record": {"requests": "rows"}})
        latencies_s = sorted(row["value"] for row in run.rows("series")
                             if row["metric"] == "latency_s")
        metrics = self.metrics(run)
        for share, name in (0.50, "p50"), (0.95, "p95"), (0.99, "p99"), (1, "max"):
            rank = math.ceil(share * len(latencies_s)) - 1
            self.assertEqual(metrics[f"latency_{name}_s"], latencies_s[rank])
        self.assert_close(metrics["latency_mean_s"],
                          math.fsum(latencies_s) / len(latencies_s), 1e-12)

    def test_too_few_functions_mean_failed_requests_not_a_failed_run(self):
        run = self.run_scenario(service(
            {**FUNCTIONS, "concurrency": 2, "client_max_attempts": 1}, service_time="500 ms",
            inter_arrival={"exponential": {"mean": "100 ms"}}, requests=1000))
        metrics = self.metrics(run)
        self.assertGreater(metrics["requests_failed"], 100)
        self.assertEqual(metrics["requests_answered"] + metrics["requests_failed"], 1000)
        self.assertIn("throttled", run.column("misfortunes", "outcome"))

    def test_time_is_spent_answering_or_idle(self):
        for platform in FUNCTIONS, MACHINE:
            run = self.run_scenario(service(platform, inter_arrival="1 s", service_time="100 ms",
                                            requests=200))
            spent = run.breakdown()
            self.assertGreater(spent["serve"], 0)
            self.assertGreater(spent["idle"], 0)
            self.assertEqual(run.one("status"), "done")
            self.assertIsNone(run.one("train_loss"))

    def test_a_duration_bounds_it_as_well(self):
        run = self.run_scenario({"name": "service", "seed": 1, "platform": FUNCTIONS, "job": {
            "kind": "service", "duration": "100 s", "inter_arrival": "1 s"}})
        self.assertEqual(run.one("stop_reason"), "duration")
        self.assertEqual(self.metrics(run)["requests_arrived"], 100)


if __name__ == "__main__":
    main()
