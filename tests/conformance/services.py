#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Channels other than S3 through the whole program: what starts first, what is rented, what does
not fit, and that none of it changes what is learnt."""
import math
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
from traincast import *  # noqa: E402, F403

CACHE = {"kind": "memcached", "node": "cache.t3.medium"}
REDIS = {"kind": "redis", "node": "cache.m5.large"}
SERVER = {"count": 1, "platform": {"kind": "iaas", "provider": "aws-2020",
                                   "instance": "t2.2xlarge"}}
NODE_PUSD, SERVER_PUSD = 68000000000, 371200000000  # an hour
PLACES = {
    "s3": {"channel": STORE},
    "dynamodb, scans": {"channel": {"kind": "dynamodb"}},
    "dynamodb, queries": {"channel": {"kind": "dynamodb", "collect": "query"}},
    "memcached": {"channel": CACHE},
    "redis": {"channel": REDIS},
    "vm_ps": {"channel": {"kind": "vm_ps"}, "groups": {"server": SERVER}},
    "vm_ps, thrift": {"channel": {"kind": "vm_ps", "serialisation": "thrift"},
                      "groups": {"server": SERVER}},
}


def wide(folder, features):
    """Two rows of so many features, of which they have one each: a message of 8 bytes a feature."""
    path = folder / "wide.libsvm"
    path.write_text("".join("%d %d:1\n" % (row % 2, features - row) for row in range(40)))
    return {"data": {"source": "file", "path": str(path), "format": "libsvm"},
            "optimizer": {"kind": "ma_sgd", "learning_rate": 0.1, "batch_size": 10}}


class Services(Case):
    def test_every_channel_learns_the_same_bits(self):
        first = None
        for name, where in PLACES.items():
            with self.subTest(channel=name):
                run = self.run_scenario(training(evaluate={"every": "1 round"}, **where),
                                        model=True)
                first = first or run
                self.assertEqual(run.learning(), first.learning())
                self.assertEqual(run.model().tobytes(), first.model().tobytes())

    def test_machines_may_use_them_too(self):
        for name, where in PLACES.items():
            with self.subTest(channel=name):
                self.run_scenario(training(platform=MACHINES, **where))


class Starting(Case):
    def start(self, **where):
        return self.run_scenario(training(platform=PLAIN_FUNCTIONS, **where))

    def test_functions_start_when_the_node_is_up(self):
        run = self.start(channel=CACHE)
        self.assert_close(run.breakdown()["start"], 140 + 0.25, 1e-9)
        for row in run.rows("invocations"):
            self.assert_close(row["arrival_s"], 140, 1e-12)

    def test_or_they_start_at_once_and_wait_for_it_and_are_paid(self):
        waits = self.start(channel=CACHE)
        paid = self.start(channel={**CACHE, "start_before_workers": "no"})
        self.assert_close(paid.one("sim_time_s"), waits.one("sim_time_s"), 0.05)
        for row in paid.rows("invocations"):
            self.assertEqual(row["arrival_s"], 0)
            self.assertGreater(row["billed_ms"], 140000)
        self.assertGreater(paid.one("cost_usd"), 1.2 * waits.one("cost_usd"))
        # ... and the wait for the node is the job's start, not somebody's lateness.
        self.assertGreater(paid.breakdown()["start"], 100)
        self.assertLess(paid.breakdown().get("wait", 0), 2)

    def test_functions_start_when_the_servers_machine_has_booted(self):
        run = self.start(channel={"kind": "vm_ps"}, groups={"server": SERVER})
        self.assert_close(run.breakdown()["start"], 130.9 + 0.25, 1e-9)

    def test_a_service_waits_for_it_as_well(self):
        run = self.run_scenario({
            "name": "service", "seed": 1, "workers": 1, "platform": PLAIN_FUNCTIONS,
            "channel": CACHE, "job": {"kind": "service", "requests": 3, "write": "1 KB",
                                      "inter_arrival": "1 s", "service_time": "0 s"}})
        self.assertGreater(run.one("sim_time_s"), 140)


class Renting(Case):
    def test_a_node_is_paid_by_the_full_hour(self):
        run = self.run_scenario(training(channel=CACHE))
        node, = run.rows("machines")
        self.assertEqual((node["instance"], node["billed_s"]), ("cache.t3.medium", 3600))
        self.assertEqual(node["release_s"], run.one("sim_time_s"))
        self.assertEqual(node["cost_pusd"], NODE_PUSD)

    def test_a_job_of_more_than_an_hour_pays_two(self):
        run = self.run_scenario(training(channel={**CACHE, "start_time": "1 h"}))
        self.assertEqual(run.rows("machines")[0]["cost_pusd"], 2 * NODE_PUSD)

    def test_a_servers_machine_is_paid_by_the_second_with_its_boot(self):
        run = self.run_scenario(training(channel={"kind": "vm_ps"}, groups={"server": SERVER}))
        machine, = run.rows("machines")
        billed_s = math.ceil(run.one("sim_time_s") - 1e-9)
        self.assertEqual(machine["billed_s"], billed_s)
        self.assertEqual(machine["cost_pusd"], billed_s * SERVER_PUSD // 3600)

    def test_units_of_a_database_are_the_only_price_of_its_requests(self):
        run = self.run_scenario(training(channel={"kind": "dynamodb", "polling": "ideal"},
                                         platform=PLAIN_FUNCTIONS))
        units = {row["resource"]: row["quantity"] for row in run.rows("bill")
                 if row["resource"].startswith("main")}
        counts = run.request_counts()
        # Messages of 232 bytes: a unit for each write, half a unit for each look of the leader's.
        self.assertEqual(units, {
            "main write units": counts["main", "PutItem"] + counts["main", "DeleteItem"],
            "main read units": (counts["main", "GetItem"] + counts["main", "Scan"]) / 2})
        self.assertEqual(counts["main", "PutItem"], 3 * 5)


class Fitting(Case):
    def refuse(self, *words, **changes):
        scenario = self.scenario(training(**changes))
        for command in ("check",), ("run", "--quiet", "--db", self.folder / "none.db"):
            done = traincast(*command, scenario, expect=BAD_INPUT)
            for word in words:
                self.assertIn(word, done.stderr)
        self.assertFalse((self.folder / "none.db").exists())

    def test_a_message_above_the_limit_is_told_before_anything_runs(self):
        model = wide(self.folder, 200000)
        for channel, limit in ({"kind": "dynamodb"}, "400 KiB"), (CACHE, "1 MB"):
            with self.subTest(channel=channel["kind"]):
                self.refuse("does not fit", channel["kind"], limit, channel=channel, **model)

    def test_the_limit_of_an_item_can_be_raised_or_the_message_cut(self):
        model = wide(self.folder, 200000)
        for changes in ({"channel": {**CACHE, "max_object": "2 MB"}},
                        {"channel": CACHE, "pattern": {"kind": "scatter_reduce"}}):
            traincast("check", self.scenario(training(**model, **changes)))

    def test_a_round_above_the_nodes_memory_is_told_before_anything_runs(self):
        node = {"name": "cache.t3.small", "memory": "4 MiB"}
        self.refuse("do not fit", "memcached", "holds", channel={**CACHE, "node": node},
                    **wide(self.folder, 120000))

    def test_a_server_needs_a_group_of_machines(self):
        self.refuse("group 'server', which is not there", channel={"kind": "vm_ps"})
        self.refuse("group 'server' has functions", channel={"kind": "vm_ps"},
                    groups={"server": {"count": 1, "platform": FUNCTIONS}})

    def test_a_server_that_merges_takes_a_pattern_with_a_leader(self):
        self.refuse("'ring' has no leader", channel={"kind": "vm_ps"},
                    groups={"server": SERVER}, pattern={"kind": "ring"})

    def test_data_cannot_lie_in_a_store_that_is_empty_at_first(self):
        self.refuse("empty when the run begins",
                    job={"kind": "data_parallel", "store": CACHE})


if __name__ == "__main__":
    main()
