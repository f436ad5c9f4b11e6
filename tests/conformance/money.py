#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Every bill follows from invocations, machines, request counts and prices, to the pico-dollar.

check_invariants recomputes the bill by analysis/recompute_bill.sql after every run of every test;
here are the runs whose bills are the most intricate, and a bill computed by hand.
"""
import math
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
from traincast import *  # noqa: E402, F403

PUSD_PER_USD = 10 ** 12
GB_S_PUSD = 16666700        # 0.0000166667 USD
INVOCATION_PUSD = 200000    # 0.20 USD per million
PUT_PUSD, GET_PUSD = 5000000, 400000
T2_MEDIUM_PUSD = 46400000000


def service(platform, **job):
    return {"name": "service", "seed": 1, "workers": 2, "platform": platform,
            "job": {"kind": "service", "requests": 1000,
                    "inter_arrival": {"exponential": {"mean": "100 ms"}},
                    "service_time": {"lognormal": {"median": "100 ms", "sigma": 0.5}}, **job}}


class Money(Case):
    def test_functions(self):
        run = self.run_scenario(training(channel=SPREAD_STORE))
        self.assertEqual({row["unit"] for row in run.rows("bill")},
                         {"GB-s", "invocation", "request"})

    def test_machines(self):
        run = self.run_scenario(training(platform=MACHINES, channel={"kind": "direct"}))
        self.assertIn("h", {row["unit"] for row in run.rows("bill")})

    def test_functions_that_crash_and_come_back(self):
        run = self.run_scenario(training(
            platform={**FUNCTIONS, "crash_after": "3 s"}, stop={"epochs": 10}))
        self.assertGreater(len(run.rows("invocations")), 4)

    def test_functions_that_replace_themselves(self):
        run = self.run_scenario(training(
            job={"kind": "data_parallel", "lifetime_margin": "5 s"},
            platform={**FUNCTIONS, "lifetime": "20 s"}, stop={"epochs": 60}))
        self.assertGreaterEqual(len(run.rows("invocations")), 12)

    def test_requests_that_are_refused_are_not_charged(self):
        run = self.run_scenario(training(
            workers=20, pattern={"kind": "scatter_reduce"}, stop={"epochs": 1},
            data={"source": "higgs-like", "rows": 4000},
            channel={**SPREAD_STORE, "write_rate": "20 /s", "max_attempts": 100}))
        put = [row for row in run.rows("requests")
               if (row["channel"], row["operation"]) == ("main", "PUT")][0]
        self.assertGreater(put["unbilled"], 0)
        self.assertEqual(put["count"] - put["unbilled"], 400)

    def test_services(self):
        for platform in FUNCTIONS, MACHINES:
            with self.subTest(platform=platform["kind"]):
                self.run_scenario(service(platform))

    def test_a_service_that_reads_and_writes(self):
        run = self.run_scenario(service(FUNCTIONS, read="1 MB", write="100 KB") |
                                {"channel": STORE})
        counts = run.request_counts()
        self.assertEqual((counts["main", "GET"], counts["main", "PUT"]), (1000, 1000))

    def test_this_years_rules_as_well(self):
        run = self.run_scenario(training(
            platform={"kind": "faas", "provider": "aws-2026", "memory": "3 GB"}))
        for row in run.rows("invocations"):
            # INIT is billed since August 2025, in milliseconds.
            self.assertGreater(row["billed_ms"], 1000 * (row["end_s"] - row["start_s"]) + 50)

    def test_one_function_by_hand(self):
        run = self.run_scenario(training(
            workers=1, platform=PLAIN_FUNCTIONS, pattern={"kind": "allreduce"}))
        function, = run.rows("invocations")
        billed_ms = math.ceil((function["end_s"] - function["start_s"]) * 10 - 1e-9) * 100
        self.assertEqual(function["billed_ms"], billed_ms)
        self.assertEqual(run.one("cost_pusd"), billed_ms * 3 * GB_S_PUSD // 1000
                         + INVOCATION_PUSD + GET_PUSD)

    def test_two_machines_by_hand(self):
        run = self.run_scenario(training(
            workers=2, channel={"kind": "direct"},
            platform={"kind": "iaas", "provider": "aws-2020", "instance": "t2.medium",
                      "boot_time": "30 s", "pair_setup": "0 s"}))
        billed_s = max(60, math.ceil(run.one("sim_time_s") - 1e-9))
        loads = run.request_counts()["store", "GET"]
        self.assertEqual(loads, 2)
        self.assertEqual(run.one("cost_pusd"),
                         2 * (billed_s * T2_MEDIUM_PUSD // 3600) + loads * GET_PUSD)

    def test_what_rounds_have_cost_by_then_only_grows_and_ends_at_the_bill(self):
        run = self.run_scenario(training(evaluate={"every": "1 round"}, stop={"epochs": 5}))
        costs = run.column("rounds", "cost_pusd")
        self.assertEqual(costs, sorted(costs))
        self.assertLessEqual(costs[-1], run.one("cost_pusd"))
        self.assertGreater(costs[-1], 0.9 * run.one("cost_pusd"))


if __name__ == "__main__":
    main()
