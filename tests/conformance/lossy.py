#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Networks that lose messages: the clock, the counts, the bill and the learning feel it, and only
where they should."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
from traincast import *  # noqa: E402, F403

PATTERNS = "allreduce", "scatter_reduce", "tree", "ring"


def bernoulli(ratio, **more):
    return {"kind": "bernoulli", "ratio": ratio, **more}


def machines(pattern="allreduce", transport=None, loss=None, workers=4, rounds=20, **changes):
    channel = {"kind": "direct", "latency": "1 ms"}
    if transport:
        channel["transport"] = transport
    if loss:
        channel["loss"] = loss
    return training(workers=workers, platform=MACHINES, channel=channel,
                    pattern={"kind": pattern}, evaluate={"every": "1 round"},
                    optimizer={"kind": "ga_sgd", "learning_rate": 0.1, "batch_size": 100},
                    stop={"rounds": rounds}, **changes)


def script(**messages):
    return {"kind": "script", "messages": messages}


class Fast(Case):
    def messages(self, run, kind="training"):
        return [row for row in run.rows("messages") if row["class"] == kind][0]

    def test_without_a_loss_every_transport_learns_the_same(self):
        plain = self.run_scenario(machines())
        for pattern in PATTERNS:
            for transport in "reliable", "unreliable", "bounded":
                with self.subTest(pattern=pattern, transport=transport):
                    run = self.run_scenario(machines(pattern, transport, bernoulli(0)))
                    self.assertEqual(run.learning(), plain.learning())
                    self.assertEqual(run.one("messages_lost"), 0)
                    self.assertEqual(self.messages(run)["dropped"], 0)

    def test_a_reliable_transport_pays_with_time_and_bytes_and_learns_the_same(self):
        for pattern in PATTERNS:
            with self.subTest(pattern=pattern):
                plain = self.run_scenario(machines(pattern))
                run = self.run_scenario(machines(pattern, "reliable", bernoulli(0.2)))
                count = self.messages(run)
                self.assertEqual(run.learning(), plain.learning())
                self.assertEqual(count["sent"], plain.one("messages_sent"))
                self.assertEqual(count["lost"], 0)
                self.assertGreater(count["retransmitted"], 0)
                self.assertGreater(run.one("bytes_sent"), plain.one("bytes_sent"))
                self.assertGreater(run.one("sim_time_s"), plain.one("sim_time_s") + 0.2)
                self.assertEqual(run.one("messages_sent"), count["sent"],
                                 "acknowledgements are no messages of the job")

    def test_what_is_lost_is_counted_by_class_and_over_time(self):
        run = self.run_scenario(machines("scatter_reduce", "unreliable", bernoulli(0.15), workers=8,
                                         rounds=200))
        count = self.messages(run)
        self.assertEqual(count["sent"], 200 * 8 * 7 * 2)
        self.assert_close(count["dropped"] / (count["sent"] + count["retransmitted"]), 0.15, 0.05)
        self.assert_close(count["lost"] / (200 * 8 * 7), 0.15, 0.06)
        self.assertEqual(run.rows("rounds")[-1]["messages_lost"], count["lost"])
        self.assertEqual(run.one("messages_lost"), count["lost"])
        total = {row["metric"]: row["total"] for row in run.database.rows(
            "SELECT metric, sum(value) AS total FROM series WHERE run_id = ? GROUP BY metric", run.id)}
        self.assertEqual(total["training.messages_sent"], count["sent"])
        self.assertEqual(total["training.messages_lost"], count["lost"])
        # copies sent again for want of an acknowledgement may follow the last round
        self.assert_close(total["training.messages_dropped"], count["dropped"], 0.005)

    def test_one_workers_lost_contribution_is_missing_from_the_mean_by_whatever_pattern(self):
        lost = script(gradient={"round": 5, "from": 3, "to": 0})
        up = script(gradient={"round": 5, "from": 3, "to": 1})  # its parent in the tree
        plain = self.run_scenario(machines())
        leader = self.run_scenario(machines("allreduce", "unreliable", lost))
        tree = self.run_scenario(machines("tree", "unreliable", up))
        self.assertEqual(leader.learning(), tree.learning())
        self.assertEqual(leader.learning()[:4], plain.learning()[:4])
        self.assertNotEqual(leader.learning()[4], plain.learning()[4])

    def test_the_mean_of_what_arrived_is_one_of_those_workers(self):
        """Round 1 without worker 3 = round 1 of the three others, from the same weights."""
        import numpy
        models = {}
        for name, loss in (("all", bernoulli(0)), ("without", script(
                w3={"round": 1, "from": 3, "to": 0})), ("alone", script(
                    w1={"round": 1, "from": 1, "to": 0}, w2={"round": 1, "from": 2, "to": 0},
                    w3={"round": 1, "from": 3, "to": 0}))):
            models[name] = self.run_scenario(machines("allreduce", "unreliable", loss, rounds=1),
                                             model=True).model()
        singles = [models["alone"]]
        for kept in 1, 2, 3:
            # by the ring of four everything of one chunk can be lost: here, keep one by one
            others = [w for w in (1, 2, 3) if w != kept]
            pair = self.run_scenario(machines("allreduce", "unreliable", script(
                **{f"w{w}": {"round": 1, "from": w, "to": 0} for w in others}), rounds=1),
                model=True).model()
            singles.append(2 * pair - models["alone"])  # gradients of equal shards average evenly
        numpy.testing.assert_allclose(models["all"], sum(singles) / 4, rtol=2e-4, atol=2e-6)
        numpy.testing.assert_allclose(models["without"], sum(singles[:3]) / 3, rtol=2e-4, atol=2e-6)

    def test_a_script_that_names_no_message_is_told_before_anything_runs(self):
        for loss, links in ((script(between={"round": 2, "from": 1, "to": 2}), None),
                            (script(w1={"round": 2, "from": 1, "to": 0}), {
                                "wan": {"from": "workers", "to": "workers", "loss": bernoulli(0.1)}})):
            scenario = self.scenario(machines("allreduce", "unreliable", loss, links=links))
            self.assertIn("sends nothing to node", traincast("check", scenario, expect=BAD_INPUT).stderr)

    def test_a_script_whose_round_never_came_fails_the_run(self):
        scenario = machines("allreduce", "unreliable", script(late={"round": 9, "from": 1, "to": 0}))
        scenario["stop"]["train_loss"] = 10
        run = self.run_scenario(scenario, expect=RUN_FAILED)
        self.assertEqual((run.one("rounds"), run.one("stop_reason")), (1, "unused"))

    def test_a_script_holds_over_a_link_that_says_nothing_of_loss(self):
        run = self.run_scenario(machines(
            "allreduce", "unreliable", script(w1={"round": 2, "from": 1, "to": 0}),
            links={"wan": {"from": "workers", "to": "workers", "latency": "2 ms"}}))
        self.assertEqual(run.one("messages_lost"), 1)

    def test_packets_count_alone_and_blocks_are_void(self):
        data = {"source": "higgs-like", "rows": 2000}
        counts = {}
        for per in "message", "block", "packet":
            run = self.run_scenario(machines(
                "allreduce", "unreliable", bernoulli(0.05, per=per, packet="16 B"), workers=8,
                rounds=40, data=data))
            counts[per] = self.messages(run)
        sent = counts["message"]["sent"] / 2  # contributions
        packets = -(-counts["message"]["bytes_sent"] // counts["message"]["sent"] // 16)
        void = 1 - 0.95 ** packets
        self.assert_close(counts["message"]["lost"] / sent, 0.05, 0.6)
        self.assert_close(counts["block"]["lost"] / sent, void, 0.25)
        self.assert_close(counts["packet"]["lost"] / sent, void, 0.25)
        self.assert_close(counts["packet"]["bytes_lost"] / counts["block"]["bytes_lost"],
                          0.05 / void, 0.4)

    def test_a_large_message_gets_through_packet_by_packet(self):
        """Of 1,800 packets some are lost in nearly every copy: only those are sent again."""
        run = self.run_scenario(machines(
            "allreduce", "reliable", bernoulli(0.05, per="packet"), workers=2, rounds=2,
            model={"kind": "mlp"}, data={"source": "image-like", "rows": 200}))
        count = self.messages(run)
        self.assertEqual((count["sent"], count["lost"]), (4, 0))
        self.assert_close(count["bytes_retransmitted"] / run.one("bytes_sent"), 0.05, 0.2)

    def test_a_ratio_drawn_for_each_message_may_be_above_1_now_and_then(self):
        ratio = {"normal": {"mean": 0.5, "sd": 2}}  # whose mean, cut off at 0 alone, is 1.07
        run = self.run_scenario(machines("allreduce", "reliable", bernoulli(ratio)))
        count = self.messages(run)
        self.assertEqual(count["lost"], 0)
        self.assert_close(count["dropped"] / (count["sent"] + count["retransmitted"]), 0.5, 0.2)

    def test_a_phantom_loses_messages_too(self):
        for pattern in "scatter_reduce", "ring":
            run = self.run_scenario(machines(
                pattern, "unreliable", bernoulli(0.1, per="packet"), rounds=3,
                model={"kind": "resnet20", "phantom": True},
                data={"source": "image-like", "rows": 400, "height": 32, "width": 32, "channels": 3}))
            self.assertGreater(run.one("messages_lost"), 10)

    def test_an_outage_at_the_beginning_is_no_loss_for_ever(self):
        path = self.folder / "outage.csv"
        path.write_text("0,1\n400,0\n")
        run = self.run_scenario(machines(
            "allreduce", {"kind": "reliable", "max_timeout": "10 s"}, bernoulli({"trace": str(path)})))
        self.assertGreater(run.one("sim_time_s"), 400)
        path.write_text("0,0\n400,1\n")
        said = traincast("check", self.scenario(machines(
            "allreduce", "reliable", bernoulli({"trace": str(path)}))), expect=BAD_INPUT).stderr
        self.assertIn("sent again for ever", said)

    def test_a_links_latency_is_drawn_for_each_message(self):
        run = self.run_scenario(machines(workers=2, links={
            "wan": {"from": "workers", "to": "workers", "latency": {"exponential": {"mean": "1 s"}}}}))
        ends_s = run.column("rounds", "sim_time_s")
        self.assertEqual(len({round(end - begin, 6) for begin, end in zip(ends_s, ends_s[1:])}), 19)

    def test_links_say_what_lies_between_nodes(self):
        plain = self.run_scenario(machines())
        slow = self.run_scenario(machines(links={"wan": {"from": "workers", "to": "workers",
                                                         "latency": "51 ms"}}))
        self.assert_close(slow.one("sim_time_s") - plain.one("sim_time_s"), 20 * 2 * 0.05, 1e-6)
        lossy = machines("allreduce", "unreliable", links={
            "web": {"from": "workers", "to": "workers", "traffic": "web", "loss": bernoulli(0.9)},
            "all": {"from": "workers", "to": "workers", "loss": bernoulli(0.2)}})
        count = self.messages(self.run_scenario(lossy))
        self.assert_close(count["dropped"] / (count["sent"] + count["retransmitted"]), 0.2, 0.5)

    def test_who_reads_a_result_may_be_left_behind_as_late(self):
        scenario = machines("scatter_reduce", "unreliable", {
            "kind": "gilbert_elliott", "p": 1, "r": 0.2, "bad_loss": 0.5}, workers=5, rounds=9,
            data={"source": "higgs-like", "rows": 400, "test_rows": 50},
            sync={"kind": "bsp", "timeout": "10 ms", "on_timeout": "continue_without"})
        for optimizer in "ga_sgd", "ma_sgd":
            scenario["optimizer"] = {"kind": optimizer, "learning_rate": 0.1, "batch_size": 20}
            self.assertEqual(self.run_scenario(scenario, seed=162168).one("rounds"), 9)

    def test_bounded_gives_up_at_its_deadline(self):
        wait = {"kind": "reliable", "timeout": "1 s"}
        bound = {"kind": "bounded", "timeout": "1 s", "deadline": "100 ms"}
        reliable = self.run_scenario(machines("scatter_reduce", wait, bernoulli(0.1)))
        bounded = self.run_scenario(machines("scatter_reduce", bound, bernoulli(0.1)))
        self.assertGreater(self.messages(bounded)["lost"], 0)
        self.assertLess(bounded.one("sim_time_s"), reliable.one("sim_time_s"))

    def test_a_lost_request_to_a_service_is_tried_again_at_a_price(self):
        client = {"timeout": "2 s", "backoff": "0.1 s", "max_attempts": 20}
        for kind in ({"kind": "s3"}, {"kind": "dynamodb"},
                     {"kind": "memcached", "node": "cache.t3.small"},
                     {"kind": "redis", "node": "cache.t3.small"}):
            with self.subTest(kind=kind["kind"]):
                plain = self.run_scenario(training(channel=kind))
                run = self.run_scenario(training(
                    channel={**kind, "client": client, "loss": bernoulli(0.1)},
                    record={"requests": "rows"}), check=False)
                check_bill(self, run)
                count = self.messages(run, "storage")
                self.assertEqual(run.learning(), plain.learning())
                self.assertGreater(count["retransmitted"], 0)
                self.assertEqual(count["lost"], 0)
                self.assertGreater(run.one("sim_time_s"), plain.one("sim_time_s") + 2)
                for operation in "PUT", "PutItem", "SET":
                    failed = [row["failed"] for row in run.rows("requests")
                              if row["operation"] == operation and row["channel"] == "main"]
                    self.assertTrue(all(failed), operation)

    def test_each_request_and_each_answer_is_sent_once_and_then_again(self):
        client = {"timeout": "2 s", "backoff": "0.1 s", "max_attempts": 20}
        none, some = [self.messages(self.run_scenario(training(
            channel={**STORE, "client": client, "loss": bernoulli(ratio)}), check=False), "storage")
            for ratio in (0, 0.2)]
        self.assertEqual((none["retransmitted"], none["sent"]), (0, some["sent"]))
        # A lost request is sent again, a lost answer makes two of it: the request, then itself.
        self.assertGreater(some["retransmitted"], some["dropped"])
        gone = self.run_scenario(training(channel={
            **STORE, "client": {**client, "max_attempts": 1}, "loss": bernoulli(0.5)}), expect=RUN_FAILED)
        count = self.messages(gone, "storage")
        self.assertEqual((count["lost"], count["bytes_lost"]), (count["dropped"], count["bytes_dropped"]))

    def test_messages_to_any_store_are_counted_over_time_whatever_the_job(self):
        lossy = {**STORE, "client": {"timeout": "1 s", "backoff": "0.1 s"}, "loss": bernoulli(0.1)}
        service = {"groups": {"functions": {"platform": FUNCTIONS}}, "channel": lossy,
                   "job": {"kind": "service", "requests": 200, "inter_arrival": "0.2 s",
                           "read": "1 MB", "write": "1 MB"}}
        loading = training(workers=8, platform=MACHINES, channel={"kind": "direct"},
                           job={"kind": "data_parallel", "store": lossy})
        for scenario in service, loading:
            run = self.run_scenario(scenario)
            count, steps = self.messages(run, "storage"), {}
            for row in run.rows("series"):
                if row["metric"].startswith("storage."):
                    steps.setdefault(row["metric"], []).append(row["value"])
            for name in "sent", "dropped", "retransmitted":
                self.assertEqual(sum(steps[f"storage.messages_{name}"]), count[name])
            self.assertEqual(sum(steps["storage.bytes_sent"]), count["bytes_sent"])
        self.assertEqual(traincast("check", self.scenario(service)).stderr, "")

    def test_a_writer_whose_answer_was_lost_has_written(self):
        """What others read is there although its writer tries again: ssp without slack is still bsp,
        and a lone worker's asp still plain descent."""
        client = {"timeout": "5 s", "backoff": "0.1 s", "max_attempts": 20}
        lossy = {**STORE, "client": client, "loss": bernoulli(0.2)}
        store = {"kind": "data_parallel", "store": {**STORE}}

        def learning(sync, channel, workers=3, **changes):
            return self.run_scenario(training(
                workers=workers, channel=channel, sync=sync, job=store, evaluate={"every": "1 round"},
                optimizer={"kind": "ga_sgd", "learning_rate": 0.1, "batch_size": 100},
                stop={"rounds": 12}, pattern="allreduce" if sync["kind"] == "bsp" else None,
                **changes)).learning()
        self.assertEqual(learning({"kind": "ssp", "bound": 0}, lossy), learning({"kind": "bsp"}, STORE))
        self.assertEqual(learning({"kind": "asp"}, lossy, 1), learning({"kind": "asp"}, STORE, 1))
        for sync in {"kind": "ssp", "bound": 2}, {"kind": "asp"}:
            crashing = {**FUNCTIONS, "crash_after": {"exponential": {"mean": "60 s"}}}
            learning(sync, lossy, platform=crashing)

    def test_a_link_may_lose_the_answers_of_a_server_alone(self):
        groups = {"workers": {"count": 4, "platform": FUNCTIONS},
                  "server": {"count": 1, "platform": MACHINES}}
        channel = {"kind": "vm_ps", "on": "server", "client": {"timeout": "1 s"}}
        lost = {}
        for way in ("server", "workers"), ("workers", "server"):
            run = self.run_scenario(training(
                workers=None, platform=None, channel=None, groups=groups,
                channels={"main": channel}, stop={"epochs": 8},
                links={"wan": {"from": way[0], "to": way[1], "both_ways": False,
                               "loss": bernoulli(0.2)}}), seconds=300)
            lost[way[0]] = {row["operation"]: row["failed"] for row in run.rows("requests")
                            if row["channel"] == "main"}
            self.assertGreater(self.messages(run, "storage")["dropped"], 0)
        self.assertGreater(lost["server"]["PUSH"], 0)
        self.assertGreater(lost["workers"]["PUSH"], 0)

    def test_a_client_that_gives_up_fails_the_run(self):
        run = self.run_scenario(training(
            channel={**STORE, "client": {"timeout": "1 s", "max_attempts": 2},
                     "loss": bernoulli(0.6)}, job={"kind": "data_parallel",
                                                   "on_worker_loss": "abort"}), expect=RUN_FAILED)
        self.assertEqual(self.messages(run, "storage")["class"], "storage")

    def test_on_two_threads_as_on_one(self):
        scenario = machines("ring", "unreliable", {"kind": "gilbert_elliott", "mean_loss": 0.1,
                                                   "mean_burst": 3})
        one, two = (self.run_scenario(scenario, threads=n) for n in (1, 2))
        self.assertEqual(one.database.dump(), two.database.dump())


if __name__ == "__main__":
    main()
