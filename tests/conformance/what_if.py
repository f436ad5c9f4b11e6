#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What the study of LambdaML asked of a world that is not there yet, as keys of a scenario: hot
data, functions at the price of a machine, a fast link to machines, machines that start at once."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
from traincast import *  # noqa: E402, F403

BYTES = 8e9
DISK = 1950e6 / 8  # bytes a second, platforms/aws-2020.yaml
PARSE = 89e6


def data(**more):
    return {"source": "higgs-like", "rows": 2000, "validation": 0.2,
            "charge_as": {"rows": 11000000, "bytes": "8 GB"}, **more}


def on_machines(compute=None, **more):
    return training(data=data(**more), workers=2, compute=compute, stop={"epochs": 1},
                    platform=MACHINES,
                    channel={"kind": "direct"}, pattern={"kind": "ring"})


class HotData(Case):
    def load(self, *arguments, **keywords):
        return self.run_scenario(on_machines(*arguments, **keywords)).breakdown().get("load", 0)

    def test_what_is_in_memory_is_not_loaded(self):
        run = self.run_scenario(on_machines(location="memory"))
        self.assertEqual(run.breakdown().get("load", 0), 0)
        self.assertEqual(run.request_counts()["store", "GET"], 0)

    def test_what_is_on_disk_is_parsed_as_it_is_read(self):
        self.assert_close(self.load(location="disk"), BYTES / 2 / PARSE, 1e-9)

    def test_a_fast_parser_waits_for_the_disk(self):
        self.assert_close(self.load({"name": "lr", "parse": "10 GB/s"}, location="disk"),
                          BYTES / 2 / DISK + 30e-6, 1e-9)

    def test_machines_win_where_data_are_hot(self):
        cold = self.run_scenario(on_machines()).one("sim_time_s")
        memory = self.run_scenario(on_machines(location="memory")).one("sim_time_s")
        self.assertLess(memory + 40, cold)

    def test_the_closed_form_knows_where_data_lie(self):
        for location in ["disk", "memory"]:
            path = self.scenario(on_machines(location=location))
            report = json.loads(traincast("estimate", path, "--simulate", "--json").stdout)
            load = report["terms"]["load"]
            self.assert_close(load["estimate"], load["simulated"], 1e-9, 1e-9)

    def test_functions_keep_nothing(self):
        path = self.scenario(training(data=data(location="memory")))
        done = traincast("check", path, expect=BAD_INPUT)
        self.assertRegex(done.stderr, r":\d+:\d+: error: a function keeps nothing from one job to "
                                      r"the next: only of machines can the data be in 'memory'")


class Price(Case):
    def test_a_function_by_the_hour_costs_the_same_with_any_memory(self):
        bills = []
        for memory in ["2 GB", "3 GB"]:
            run = self.run_scenario(training(platform={
                **PLAIN_FUNCTIONS, "memory": memory, "price": "0.526 USD/h"}))
            seconds = sum(row["billed_ms"] for row in run.rows("invocations")) / 1000
            cost = sum(row["cost_usd"] for row in run.rows("bill")
                       if row["resource"] == "faas duration")
            self.assert_close(cost, seconds / 3600 * 0.526, 1e-6)
            bills.append(cost)
        self.assert_close(bills[0], bills[1], 0.01)


class Link(Case):
    def test_a_fast_link_to_a_machine_shortens_large_messages(self):
        base = training(
            data={"source": "criteo-like", "rows": 2000, "features": 1000000, "validation": 0.2},
            optimizer={"kind": "ma_sgd", "learning_rate": 1, "batch_size": 100},
            groups={"server": {"count": 1, "platform": {
                "kind": "iaas", "provider": "aws-2020", "instance": "c5.4xlarge"}}},
            channel={"kind": "vm_ps"}, stop={"epochs": 2})
        fast = {"channel.bandwidth": "10 Gb/s", "platform.nic_up": "10 Gb/s",
                "platform.nic_down": "10 Gb/s"}
        today = self.run_scenario(base).one("sim_time_s")
        then = self.run_scenario(base, fast).one("sim_time_s")
        self.assertLess(then, today)


class Start(Case):
    def test_machines_that_start_like_functions_win_a_short_run(self):
        functions = self.run_scenario(training(data=data(), workers=10)).one("sim_time_s")
        machines = {**MACHINES, "instance": "t2.medium"}
        slow, quick = (self.run_scenario(training(
            data=data(), workers=10, channel={"kind": "direct"}, pattern={"kind": "ring"},
            platform={**machines, **more})).one("sim_time_s")
            for more in [{}, {"boot_time": "360 ms", "pair_setup": "0 s"}])
        self.assertLess(quick, functions)
        self.assertLess(functions, slow)


if __name__ == "__main__":
    main()
