#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Sweeps: the points a file makes, its mistakes, and a database that depends on nothing but them."""
import json
import os
import random
import resource
import signal
import sqlite3
import subprocess
import sys
import time

import jsonschema
import yaml

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
from traincast import *  # noqa: E402, F403

SWEEPS = sorted((SOURCE / "scenarios").rglob("sweeps/*.yaml"))
TINY = training(workers=3, data={"source": "higgs-like", "rows": 500},
                optimizer={"kind": "ma_sgd", "learning_rate": 0.1, "batch_size": 50})


# Some hundred points in a second or two, of several computations.
LONG = {"axes": {"grid": {"optimizer.learning_rate": [0.05, 0.1, 0.2],
                          "platform.memory": [f"{64 * i} MB" for i in range(16, 36)]}},
        "set": {"stop.epochs": 20, "data.rows": 4000}, "replications": 3}


class SweepCase(Case):
    def disturb(self, moments):
        """Kills the sweep, which is also the writer, or one of its processes, at random moments;
        in the end the database must be that of an undisturbed one."""
        path, rng = self.sweep(LONG), random.Random(1)
        begun_s = time.monotonic()
        whole, _ = self.run_sweep(path, self.folder / "whole.db")
        lasts_s, killed, database = time.monotonic() - begun_s, 0, self.folder / "killed.db"
        for moment in range(moments):
            if moment % 5 == 0:
                database.unlink(missing_ok=True)
            process = Process("sweep", path, "--db", database, "-q", "-j", rng.choice([1, 2, 3]))
            time.sleep(rng.uniform(0.02, lasts_s / 2))
            victims = [process.popen.pid]
            if rng.random() < 0.4:
                children = subprocess.run(["pgrep", "-P", str(process.popen.pid)],
                                          capture_output=True, text=True).stdout.split()
                victims = [int(child) for child in children[:1]] or victims
            try:
                os.kill(victims[0], signal.SIGKILL)
                killed += 1
            except ProcessLookupError:
                pass
            self.assertIn(process.wait()[0], (-signal.SIGKILL, RUN_FAILED, DONE))
            if moment % 5 == 4 or moment == moments - 1:
                ended, _ = self.run_sweep(path, database)
                self.assertEqual(ended.dump(), whole.dump())
                self.assertEqual(ended.value("PRAGMA integrity_check"), "ok")
        self.assertGreaterEqual(killed, moments // 2)

    def sweep(self, description, **changes):
        """A sweep of TINY in a folder of its own."""
        self.scenario(TINY, "tiny.yaml")
        return self.scenario({"scenario": "tiny.yaml", **description, **changes}, "sweep.yaml")

    def points(self, description, *arguments):
        """Of each point: name, replication and values by axis."""
        lines = traincast("sweep", self.sweep(description), "--list", *arguments).stdout
        return [(name, int(replication), dict(axis.split("=", 1) for axis in axes))
                for _, name, replication, *axes in
                (line.split("\t") for line in lines.splitlines())]

    def mistakes(self, description):
        """What is said of it; nothing is run, nothing written."""
        done = traincast("sweep", self.sweep(description), "--db", self.folder / "no.db",
                         expect=BAD_INPUT)
        self.assertFalse((self.folder / "no.db").exists())
        return done.stderr.replace(str(self.folder) + "/", "")

    def run_sweep(self, path, database, *arguments, expect=DONE, **more):
        done = traincast("sweep", path, "--db", database, "--json", "--quiet", *arguments,
                         expect=expect, **more)
        opened = Database(database)
        self.addCleanup(opened.close)
        return opened, json.loads(done.stdout)


class Fast(SweepCase):
    # -- points --
    def test_a_grid_combines_every_value_with_every_other_the_last_fastest(self):
        points = self.points({"axes": {"grid": {"workers": [1, 2],
                                                "platform.memory": ["1 GB", "2 GB", "3 GB"]}}})
        self.assertEqual([(axes["workers"], axes["platform.memory"]) for _, _, axes in points],
                         [(w, m) for w in "12" for m in ("1 GB", "2 GB", "3 GB")])
        self.assertEqual(points[1][0], "tiny/1/2 GB")

    def test_a_zip_goes_along_all_axes_at_once(self):
        points = self.points({"axes": {"zip": {"workers": [1, 2, 3], "stop.epochs": [6, 5, 4]}}})
        self.assertEqual([tuple(axes.values()) for _, _, axes in points],
                         [("1", "6"), ("2", "5"), ("3", "4")])

    def test_a_list_gives_the_points_themselves_and_may_leave_keys_out(self):
        points = self.points({"axes": {"list": [{"workers": 1}, {"stop.epochs": 2, "workers": 2}]}})
        self.assertEqual([axes for _, _, axes in points],
                         [{"workers": "1"}, {"workers": "2", "stop.epochs": "2"}])

    def test_blocks_are_combined_and_replications_stand_behind_each_point(self):
        points = self.points({"axes": {"grid": {"workers": [1, 2]},
                                       "zip": {"stop.epochs": [1, 2], "name": ["a", "b"]}},
                              "replications": 3})
        self.assertEqual(len(points), 2 * 2 * 3)
        self.assertEqual([replication for _, replication, _ in points[:4]], [1, 2, 3, 1])

    def test_each_stratum_of_a_latin_hypercube_has_one_point(self):
        for form, of in ("uniform", lambda x: (x - 1) / 9), ("log_uniform", math.log10):
            points = self.points({"axes": {"latin_hypercube": {"points": 20, "keys": {
                "optimizer.learning_rate": {form: {"min": 1, "max": 10}},
                "optimizer.batch_size": {"uniform": {"min": 10, "max": 100, "step": 1}}}}}})
            rates = [float(axes["optimizer.learning_rate"]) for _, _, axes in points]
            self.assertEqual(sorted(math.floor(20 * of(rate)) for rate in rates), list(range(20)))
            batches = [axes["optimizer.batch_size"] for _, _, axes in points]
            self.assertTrue(all(batch.isdigit() and 10 <= int(batch) <= 100 for batch in batches))

    def test_random_values_keep_unit_and_range_and_do_not_depend_on_other_axes(self):
        memory = {"platform.memory": {"uniform": {"min": "128 MB", "max": "3008 MB",
                                                  "step": "64 MB"}}}
        more = {**memory, "channel": ["s3", "dynamodb"]}
        alone, beside = (self.points({"axes": {"random": {"points": 50, "keys": keys}}})
                         for keys in (memory, more))
        drawn = [axes["platform.memory"] for _, _, axes in alone]
        self.assertEqual(drawn, [axes["platform.memory"] for _, _, axes in beside])
        self.assertTrue(all(text.endswith(" MB") and int(text[:-3]) % 64 == 0 for text in drawn))
        self.assertGreater(len(set(drawn)), 20)
        self.assertEqual({axes["channel"] for _, _, axes in beside}, {"s3", "dynamodb"})

    def test_ends_and_step_of_a_range_may_have_several_units_and_sizes_are_whole_bytes(self):
        memory, size = "platform.memory", "data.charge_as.bytes"
        points = self.points({"set": {"data.charge_as.rows": 1000}, "axes": {"random": {
            "points": 20, "keys": {
                memory: {"uniform": {"min": "1 GB", "max": "3072 MB", "step": "64 MB"}},
                size: {"log_uniform": {"min": "1 MB", "max": "10 GB"}}}}}})
        drawn = [float(axes[memory].removesuffix(" GB")) for _, _, axes in points]
        self.assertTrue(all(1 <= x <= 3 and 16 * x == int(16 * x) for x in drawn), drawn)
        self.assertGreater(len(set(drawn)), 8)

    def test_where_keeps_the_points_for_which_it_holds(self):
        grid = {"axes": {"grid": {"workers": [1, 2, 4], "platform.memory": ["1 GB", "2 GB"],
                                  "channel": ["s3", {"kind": "dynamodb"}]}}}
        for where, wanted in {
            "workers * memory <= 4 GB": lambda w, m, c: w * m <= 4,
            "channel == s3 or workers > 2 and platform.memory == 2 GB":
                lambda w, m, c: c == "s3" or w > 2 and m == 2,
            "not (workers == 2) and channel != 'dynamodb'": lambda w, m, c: w != 2 and c != "dynamodb",
            "memory = '2 GB' and workers <> 4 and channel = 's3'":
                lambda w, m, c: m == 2 and w != 4 and c == "s3",
            "memory >= 2048 MB and channel = s3": lambda w, m, c: m == 2 and c == "s3",
            "(workers + 1) / 2 > 1": lambda w, m, c: (w + 1) / 2 > 1,
        }.items():
            left = [(int(axes["workers"]), int(axes["platform.memory"][0]), axes["channel"])
                    for _, _, axes in self.points({**grid, "where": where})]
            self.assertEqual(left, [(w, m, c) for w in (1, 2, 4) for m in (1, 2)
                                    for c in ("s3", "dynamodb") if wanted(w, m, c)], where)

    def test_points_are_called_as_the_file_wants(self):
        points = self.points({"axes": {"grid": {"platform.memory": ["1 GB"], "workers": [2]}},
                              "point_name": "{workers} of {memory} ({scenario})"})
        self.assertEqual(points[0][0], "2 of 1 GB (tiny)")

    def test_names_hold_what_values_of_one_kind_differ_in(self):
        channel = {"kind": "s3", "latency": "40 ms"}
        points = self.points({"axes": {"grid": {"channel": [
            channel, {**channel, "latency": "50 ms"}, "dynamodb"]}}})
        self.assertEqual([name for name, _, _ in points],
                         ["tiny/s3 latency=40 ms", "tiny/s3 latency=50 ms", "tiny/dynamodb"])
        self.assertEqual(points[0][2]["channel"], "s3 latency=40 ms")

    def test_points_that_ask_for_the_same_are_run_once_and_counted_apart(self):
        path = self.sweep({"axes": {"grid": {"workers": [1, 1]}}})
        _, said = self.run_sweep(path, self.folder / "a.db")
        self.assertEqual([said[key] for key in ("done_now", "done_before", "same", "left")],
                         [1, 0, 1, 0])

    def test_points_that_are_called_the_same_are_told(self):
        path = self.sweep({"axes": {"grid": {"workers": [1, 2]}}, "point_name": "point"})
        said = traincast("sweep", path, "--list").stderr
        self.assertIn("points 1 and 2 are both called 'point'", said)

    # -- mistakes --
    def test_a_number_drawn_amiss_is_told_once_with_a_hint(self):
        said = self.mistakes({"axes": {"random": {"points": 9, "keys": {
            "workers": {"uniform": {"min": 1, "max": 9}}}}}})
        self.assertEqual(said.count("error:"), 1)
        self.assertIn("a 'step' makes it take only", said)

    def test_a_combination_that_cannot_be_is_named(self):
        said = self.mistakes({"axes": {"grid": {"channel": ["s3", "direct"], "workers": [1, 2]}}})
        self.assertIn("so at point 'tiny/direct/1'", said)
        self.assertIn("'where' says which points are wanted", said)

    def test_a_scenario_is_no_sweep(self):
        said = traincast("sweep", self.scenario(TINY, "tiny.yaml"), expect=BAD_INPUT).stderr
        self.assertEqual(said.count("error:"), 1)
        self.assertIn("this is one scenario: traincast run", said)

    def test_every_mistake_is_shown_where_it_stands_before_anything_runs(self):
        self.scenario(TINY, "tiny.yaml")
        path = self.scenario("scenario: tiny.yaml\naxes:\n  grid:\n    platfrom.memory: [1 GB]\n"
                             "    workers: [1, 0]\n    stop.epochs: [1, many]\n", "sweep.yaml")
        said = traincast("sweep", path, expect=BAD_INPUT).stderr
        for place, words in (":4:5:", "has no field 'platfrom'"), (":5:18:", "outside"), \
                (":6:22:", "many"), (":4:5: note:", "did you mean 'platform'"):
            self.assertTrue(any(place in line and words in line for line in said.splitlines()),
                            f"{place} {words}: {said}")

    def test_mistakes_of_the_description_itself_are_shown(self):
        grid = {"grid": {"workers": [1, 2]}}
        for description, words in [
            ({"axis": grid}, "has no field 'axis'"),
            ({"axes": {"gird": {}}}, "has no field 'gird'"),
            ({"axes": {"grid": {"workers": []}}}, "there is nothing in it"),
            ({"axes": {"grid": {"workers": 3}}}, "must be a list of values"),
            ({"axes": {"zip": {"workers": [1, 2], "seed": [1]}}}, "'seed' has 1 values"),
            ({"axes": {**grid, "zip": {"workers": [1]}}}, "'workers' is varied twice"),
            ({"axes": {"random": {"points": 2, "keys": {"workers": {"uniform": {"min": 1}}}}}},
             "needs 'max'"),
            ({"axes": {"random": {"points": 2, "keys": {"channel.bandwidth": {
                "uniform": {"min": "1 MB/s", "max": "1 GB"}}}}}}, "measures something else"),
            ({"axes": {"random": {"points": 2, "keys": {"workers": {"normal": {}}}}}},
             "a range like"),
            ({"axes": grid, "where": "workers > 2"}, "'where' excludes all"),
            ({"axes": grid, "where": "wokers > 1"}, "did you mean 'workers'"),
            ({"axes": grid, "where": "workers > "}, "at its end"),
            ({"axes": grid, "where": "workers + 1"}, "is no comparison"),
            ({"axes": grid, "where": "workers > 'a'"}, "compares a number with a word"),
            ({"axes": grid, "point_name": "{worker}"}, "is no axis"),
            ({"axes": {"grid": {"seed": [1]}}, "replications": 2}, "'seed' is an axis"),
            ({"scenario": "none.yaml"}, "cannot be read"),
            ({"scenario": []}, "no scenario"),
            ({"axes": {"grid": {k: list(range(1, 101)) for k in ("workers", "seed", "a", "b")}}},
             "points"),
        ]:
            self.assertIn(words, self.mistakes(description))

    def test_what_comes_with_it_is_right_and_valid_by_the_schema(self):
        schema = json.loads(traincast("schema", "sweep").stdout)
        jsonschema.Draft7Validator.check_schema(schema)
        for path in SWEEPS:
            with self.subTest(path.name):
                jsonschema.validate(yaml.safe_load(path.read_text()), schema)
                traincast("sweep", path, "--dry-run", "--db", self.folder / "none.db")
                self.assertTrue(path.read_text().startswith("# "), "its question comes first")
        with self.assertRaises(jsonschema.ValidationError):
            jsonschema.validate({"scenario": "x.yaml", "axes": {"grid": {"workers": 3}}}, schema)

    # -- running --
    def test_every_point_is_run_once_with_the_same_seeds(self):
        path = self.sweep({"axes": {"grid": {"platform.memory": ["1 GB", "2 GB"]}},
                           "replications": 2, "seed": 7, "name": "two"})
        database, said = self.run_sweep(path, self.folder / "a.db")
        self.assertEqual((said["points"], said["done_now"], said["failed"]), (4, 4, 0))
        self.assertEqual([tuple(row) for row in database.rows(
            "SELECT run_id, name, seed, status, campaign FROM runs ORDER BY run_id")],
            [(1, "tiny/1 GB", 7, "done", "two"), (2, "tiny/1 GB", 8, "done", "two"),
             (3, "tiny/2 GB", 7, "done", "two"), (4, "tiny/2 GB", 8, "done", "two")])
        again, said = self.run_sweep(path, self.folder / "a.db")
        self.assertEqual((said["done_now"], said["done_before"]), (0, 4))
        self.assertEqual(again.value("SELECT count(*) FROM runs"), 4)

    def test_a_point_is_the_run_that_its_scenario_would_be(self):
        path = self.sweep({"axes": {"grid": {"platform.memory": ["2 GB"]}}, "name": "one"})
        database, _ = self.run_sweep(path, self.folder / "a.db")
        run = self.run_scenario(TINY, {"platform.memory": "2 GB", "name": "tiny/2 GB",
                                       "campaign": "one"})
        strip = [line for line in database.dump().splitlines() if not line.startswith("axis|")]
        self.assertEqual("\n".join(strip), run.database.dump())

    def test_the_database_depends_neither_on_processes_nor_on_threads(self):
        path = self.sweep({"axes": {"grid": {"platform.memory": ["1 GB", "2 GB", "3 GB"],
                                             "pattern": ["allreduce", "ring", "tree"]}},
                           "set": {"channel": "s3"}, "replications": 2,
                           "where": "pattern != ring"})
        dumps = {self.run_sweep(path, self.folder / f"{j}.db", "-j", j)[0].dump() for j in (1, 3)}
        self.assertEqual(len(dumps), 1)

    def test_merged_shards_make_the_same_database_however_often(self):
        path = self.sweep({"axes": {"grid": {"workers": [1, 2], "platform.memory": [
            "1 GB", "2 GB", "3 GB"]}}})
        whole, _ = self.run_sweep(path, self.folder / "whole.db")
        shards = [self.folder / f"{i}.db" for i in (3, 1, 2)]
        for shard in shards:
            part, said = self.run_sweep(path, shard, "--shard", f"{shard.stem}/3")
            self.assertEqual((said["points"], part.value("SELECT count(*) FROM runs")), (2, 2))
        merged = self.folder / "merged.db"
        for expect, some in (RUN_FAILED, shards[:2]), (DONE, shards), (DONE, shards[1:]):
            traincast("sweep", path, *some, "--merge", "--db", merged, expect=expect)
        merged = Database(merged)
        self.assertEqual(merged.dump(), whole.dump())
        self.assertEqual(merged.value("SELECT count(*) FROM trajectories"), 2)
        self.assertEqual(merged.rows("PRAGMA foreign_key_check"), [])
        merged.close()

    def test_only_shards_that_are_there_are_merged_and_the_file_itself_is_no_shard(self):
        path = self.sweep({"axes": {"grid": {"workers": [1, 2]}}})
        one, merged = self.folder / "one.db", self.folder / "merged.db"
        self.run_sweep(path, one, "--shard", "1/2")
        said = traincast("sweep", path, one, self.folder / "tow.db", "--merge", "--db", merged,
                         expect=BAD_INPUT).stderr
        self.assertIn("tow.db cannot be read", said)
        self.assertEqual([(self.folder / name).exists() for name in ("tow.db", "merged.db")],
                         [False, False])
        for shards in (one,), (one, merged):
            traincast("sweep", path, *shards, "--merge", "--db", merged, expect=RUN_FAILED)
        self.assertNotIn("runs merged", traincast("sweep", path, "--db", merged).stderr)

    def test_numbers_that_no_machine_has_are_refused(self):
        path = self.sweep({"axes": {"grid": {"workers": [1, 2]}}})
        for arguments, words in (("-j", "-1"), "--processes is from 1 to"), \
                (("-j", "100000"), "--processes is from 1 to"), (("--limit", "nan"), "--limit"):
            said = traincast("sweep", path, *arguments, "--db", self.folder / "no.db",
                             expect=BAD_INPUT).stderr
            self.assertIn(words, said)
        self.assertFalse((self.folder / "no.db").exists())
        self.run_sweep(path, self.folder / "a.db", "-j", 300)  # and what it does not need, idles

    def test_points_taken_out_of_the_file_are_told_and_removed_when_asked(self):
        database = self.folder / "a.db"
        path = self.sweep({"axes": {"grid": {"workers": [2, 3, 4, 5]}}})
        traincast("sweep", path, "--shard", "1/4", "--db", self.folder / "shard.db")
        traincast("sweep", path, self.folder / "shard.db", "--merge", "--db", database,
                  expect=RUN_FAILED)
        path = self.sweep({"axes": {"grid": {"workers": [3, 4]}}})
        said = traincast("sweep", path, "--db", database)
        self.assertIn("1 planned points of campaign 'sweep' are not in this file", said.stderr)
        self.assertIn("1 more wait there", traincast("sweep", path, "-n", "--db", database).stdout)
        self.assertNotIn("note:", traincast("sweep", path, "--prune", "--db", database).stderr)
        opened = Database(database)
        self.assertEqual([tuple(row) for row in opened.rows(
            "SELECT workers, status FROM runs ORDER BY workers")],
            [(2, "done"), (3, "done"), (4, "done")])
        self.assertEqual(opened.rows("SELECT key FROM param WHERE key = 'groups.workers.count' AND value_text = '5'"), [])
        self.assertEqual(opened.rows("PRAGMA foreign_key_check"), [])
        opened.close()

    def test_what_another_database_has_done_is_left_out(self):
        path = self.sweep({"axes": {"grid": {"workers": [1, 2, 3]}}})
        self.run_sweep(path, self.folder / "one.db", "--shard", "2/3")
        _, said = self.run_sweep(path, self.folder / "rest.db", "--known", self.folder / "one.db")
        self.assertEqual(said["done_now"], 2)

    def test_a_point_that_fails_does_not_stop_the_rest(self):
        path = self.sweep({"axes": {"grid": {"optimizer.batch_size": [50, 100000, 60]}}})
        database, said = self.run_sweep(path, self.folder / "a.db", expect=RUN_FAILED)
        self.assertEqual((said["done_now"], said["failed"]), (2, 1))
        self.assertEqual([row[0] for row in database.rows("SELECT status FROM runs")],
                         ["done", "planned", "done"])

    def test_failures_of_other_shards_are_not_this_one_s(self):
        path = self.sweep({"axes": {"grid": {"stop.time": ["1000 s", "2000 s"],
                                             "optimizer.learning_rate": [0.1, 1e308]}}})
        for shard, failed in ("2/2", 2), ("1/2", 0):  # into one file
            _, said = self.run_sweep(path, self.folder / "a.db", "--shard", shard,
                                     expect=RUN_FAILED if failed else DONE)
            self.assertEqual((said["done_before"], said["failed"]), (0, failed))

    # -- what is learnt is computed once --
    def reused(self, description, expect=DONE, learnings=None):
        """The database with reuse, which must be the one without."""
        path = self.sweep(description)
        with_it, _ = self.run_sweep(path, self.folder / "with.db", expect=expect)
        without, _ = self.run_sweep(path, self.folder / "without.db", "--no-reuse", expect=expect)
        self.assertEqual(with_it.dump(), without.dump())
        if learnings is not None:
            self.assertEqual(with_it.value("SELECT count(*) FROM trajectories"), learnings)
        return path, with_it

    def test_what_cannot_change_learning_shares_one_computation(self):
        self.reused({"axes": {"grid": {
            "channel": ["s3", {"kind": "memcached", "node": "cache.t3.small"}],
            "platform.memory": ["1 GB", "2 GB"], "pattern": ["allreduce", "scatter_reduce"],
            "platform.duration_price": ["0.00001 USD/GB-s", "0.00002 USD/GB-s"]}}}, learnings=1)

    def test_what_can_change_learning_does_not(self):
        self.reused({"axes": {"grid": {"optimizer.learning_rate": [0.1, 0.2], "workers": [2, 3],
                                       "data.rows": [400, 500]}}, "replications": 2}, learnings=16)

    def test_points_that_end_elsewhere_share_what_they_have_in_common(self):
        _, database = self.reused({"axes": {"list": [
            {"stop.epochs": 2}, {"stop.epochs": 5}, {"stop": {"epochs": 50, "time": "4 s"}},
            {"stop.epochs": 4, "evaluate.every": "2 rounds"},
            {"stop": {"epochs": 50, "train_loss": 0.687}}]}}, learnings=1)
        self.assertEqual(database.value("SELECT max(rounds) FROM runs"),
                         database.value("SELECT rounds FROM trajectories"))

    def test_lost_workers_learn_what_they_would_without_reuse(self):
        for optimizer in ({"kind": "admm", "learning_rate": 0.1, "batch_size": 50},
                          {"kind": "ma_sgd", "learning_rate": 0.1, "batch_size": 50,
                           "momentum": 0.9, "keep_momentum": "yes"}):
            self.reused({"set": {"optimizer": optimizer, "stop.epochs": 12,
                                 "job.lifetime_margin": "0 s", "platform.crash_member": 1},
                         "axes": {"list": [{"platform.memory": "1 GB"},
                                           {"platform.lifetime": "5 s"},
                                           {"platform.crash_after": "4 s"},
                                           {"platform.crash_after": "4 s", "job": {
                                               "kind": "data_parallel", "loss_timeout": "1 s",
                                               "on_worker_loss": "continue_without"}}]}},
                        learnings=1)
            (self.folder / "with.db").unlink()
            (self.folder / "without.db").unlink()

    def test_what_depends_on_the_clock_is_computed_every_time(self):
        self.scenario({key: value for key, value in TINY.items() if key != "pattern"},
                      "apart.yaml")
        self.reused({"scenario": "apart.yaml", "axes": {"grid": {
            "sync": [{"kind": "asp"}, {"kind": "ssp", "bound": 0}, {"kind": "ssp", "bound": 2}],
            "platform.memory": ["1 GB", "2 GB"]}}}, learnings=0)

    def test_timeouts_leave_out_whom_they_would_without_reuse(self):
        self.reused({"set": {"stop.epochs": 6}, "axes": {"grid": {
            "speed": [1, {"lognormal": {"median": 1, "sigma": 1}}],
            "sync": ["bsp", {"kind": "bsp", "timeout": "0.05 s",
                             "on_timeout": "continue_without"}]}}}, learnings=1)

    def test_a_later_sweep_goes_on_from_what_is_known(self):
        axes = {"axes": {"grid": {"platform.memory": ["1 GB", "2 GB"]}}}
        database = self.folder / "a.db"
        self.run_sweep(self.sweep(axes, set={"stop.epochs": 2}), database)
        self.run_sweep(self.sweep(axes, set={"stop.epochs": 5}, name="more"), database)
        again, _ = self.run_sweep(self.sweep(axes, name="shorter", set={"stop.epochs": 3}), database)
        self.assertEqual([tuple(row) for row in again.rows("SELECT rounds FROM trajectories")],
                         [(5,)])
        other, _ = self.run_sweep(self.sweep(axes, name="shorter", set={"stop.epochs": 3}),
                                  self.folder / "b.db", "--no-reuse")
        query = "SELECT name, train_loss, sim_time_s, cost_pusd FROM runs WHERE campaign='shorter'"
        self.assertEqual([tuple(row) for row in again.rows(query)],
                         [tuple(row) for row in other.rows(query)])

    # -- ended, and begun again --
    def test_a_killed_sweep_goes_on_where_it_was(self):
        self.disturb(moments=3)

    def test_a_signal_ends_it_cleanly(self):
        path = self.sweep(LONG)
        for number in signal.SIGINT, signal.SIGTERM, signal.SIGUSR1, signal.SIGHUP:
            process = Process("sweep", path, "--db", self.folder / "a.db", "--json")
            time.sleep(0.5)
            process.send(number)
            code, stdout, _ = process.wait()
            if code == RUN_FAILED:
                said = json.loads(stdout)
                self.assertTrue(said["interrupted"] and said["left"])
            opened = Database(self.folder / "a.db")
            self.assertEqual(opened.value("PRAGMA integrity_check"), "ok")
            self.assertEqual(opened.value("SELECT count(*) FROM runs WHERE status NOT IN"
                                          " ('planned', 'done')"), 0)
            opened.close()

    def cpu_s(self):
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return used.ru_utime + used.ru_stime

    def test_two_sweeps_at_once_on_one_file_lose_nothing_and_compute_nothing_twice(self):
        path = self.sweep(LONG)
        begun_s = self.cpu_s()
        whole, _ = self.run_sweep(path, self.folder / "whole.db")
        one_s, begun_s = self.cpu_s() - begun_s, self.cpu_s()
        both = [Process("sweep", path, "--db", self.folder / "a.db", "-q", "--json")
                for _ in range(2)]
        ended = [process.wait() for process in both]
        self.assertEqual([code for code, _, _ in ended], [DONE, DONE])
        done = [json.loads(said) for _, said, _ in ended]
        self.assertEqual(sum(each["done_now"] for each in done), done[0]["points"])
        self.assertLess(self.cpu_s() - begun_s, 1.6 * one_s)
        opened = Database(self.folder / "a.db")
        self.assertEqual(opened.dump(), whole.dump())
        opened.close()

    def while_it_runs(self, path, database, change):
        """A sweep, one point after another, during which change() is called; what it says."""
        process = Process("sweep", path, "--db", database, "-q", "-j", 1, "--no-reuse")
        for _ in range(2000):
            time.sleep(0.01)
            with sqlite3.connect(database) as reader:
                if reader.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] and \
                        reader.execute("SELECT count(*) FROM run").fetchone()[0]:
                    break
        change()
        return process.wait()

    def test_a_scenario_that_is_edited_while_it_is_swept_changes_nothing_of_it(self):
        path = self.sweep({"axes": {"grid": {"optimizer.learning_rate": [0.1, 0.2, 0.3, 0.4]}},
                           "set": {"data.rows": 20000, "optimizer.batch_size": 10}})
        whole, _ = self.run_sweep(path, self.folder / "whole.db", "--no-reuse")
        code, _, _ = self.while_it_runs(
            path, self.folder / "a.db", lambda: self.scenario({**TINY, "seed": 99}, "tiny.yaml"))
        self.assertEqual(code, DONE)
        opened = Database(self.folder / "a.db")
        self.assertEqual(opened.dump(), whole.dump())
        opened.close()

    def test_data_that_change_while_they_are_swept_are_told(self):
        rows = "\n".join(f"{i % 2},{i % 7},{i % 5}" for i in range(40000)) + "\n"
        (self.folder / "rows.csv").write_text(rows)
        path = self.sweep({
            "axes": {"grid": {"optimizer.learning_rate": [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]}},
            "set": {"data": {"source": "file", "path": "rows.csv"},
                    "optimizer.batch_size": 10, "stop.epochs": 4}})
        code, _, said = self.while_it_runs(
            path, self.folder / "a.db",
            lambda: (self.folder / "rows.csv").write_text(rows + "1,2,3\n"))
        self.assertEqual(code, RUN_FAILED)
        self.assertIn("its data have changed since the sweep began", said)

    def test_a_file_that_is_locked_for_a_while_is_waited_for(self):
        path = self.sweep({"axes": {"grid": {"workers": [1, 2]}}})
        whole, _ = self.run_sweep(path, self.folder / "a.db")
        other = sqlite3.connect(self.folder / "b.db", isolation_level=None)
        traincast("sweep", path, "--db", self.folder / "b.db", "--shard", "1/2")
        other.execute("BEGIN IMMEDIATE")
        process = Process("sweep", path, "--db", self.folder / "b.db", "-q")
        time.sleep(0.5)
        self.assertIsNone(process.popen.poll())
        other.execute("ROLLBACK")
        other.close()
        self.assertEqual(process.wait()[0], DONE)

    def test_waiting_for_a_locked_file_ends_with_a_signal(self):
        path = self.sweep({"axes": {"grid": {"workers": [1, 2]}}})
        self.run_sweep(path, self.folder / "a.db", "--shard", "1/2")
        other = sqlite3.connect(self.folder / "a.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        process = Process("sweep", path, "--db", self.folder / "a.db", "-q")
        time.sleep(0.5)
        process.send(signal.SIGINT)
        code, _, said = process.wait(seconds=20)
        self.assertEqual(code, MACHINE)
        self.assertIn("was waited for until a signal came", said)
        other.execute("ROLLBACK")
        other.close()

    def test_a_disk_that_is_full_or_read_only_is_told_and_nothing_is_lost(self):
        path = self.sweep({"axes": {"grid": {"workers": [1, 2]}}})
        read_only = self.folder / "read_only"
        read_only.mkdir()
        command = ["sweep", path, "--db", read_only / "a.db", "-q"]
        read_only.chmod(0o555)
        if os.getuid() != 0:
            self.assertIn("may not be written", traincast(*command, expect=MACHINE).stderr)
        read_only.chmod(0o755)
        self.run_sweep(path, self.folder / "b.db", "--shard", "1/2")
        before = (self.folder / "b.db").read_bytes()
        done = traincast("sweep", path, "--db", self.folder / "b.db", "-q", expect=MACHINE,
                         preexec_fn=lambda: resource.setrlimit(
                             resource.RLIMIT_FSIZE, (len(before), len(before))))
        self.assertIn("nothing was written", done.stderr)
        self.assertEqual((self.folder / "b.db").read_bytes(), before)
        self.run_sweep(path, self.folder / "b.db")

    def test_an_axis_has_the_number_of_the_run_s_setting(self):
        database, _ = self.run_sweep(self.sweep({"axes": {"grid": {
            "platform.memory": ["1 GB", "1536 MB"], "optimizer.learning_rate": [0.1]}}}),
            self.folder / "a.db")
        rows = database.rows("SELECT a.value_num, p.value_num FROM axes a JOIN params p"
                             " ON p.run_id = a.run_id AND p.key LIKE '%.' || a.key"
                             " WHERE a.key = 'platform.memory' ORDER BY a.run_id")
        self.assertEqual([tuple(row) for row in rows],
                         [(2**30, 2**30), (1536 * 2**20, 1536 * 2**20)])


class Slow(SweepCase):
    def test_kill_at_50_random_moments_changes_nothing(self):
        self.disturb(moments=50)

    def test_ten_thousand_points_at_300_a_second(self):
        path = self.sweep({"axes": {"grid": {
            "channel.latency": [f"{i} ms" for i in range(1, 101)],
            "platform.memory": [f"{64 * i} MB" for i in range(16, 36)]}}, "replications": 5})
        begun_s = time.monotonic()
        database, said = self.run_sweep(path, self.folder / "a.db", seconds=600)
        self.assertEqual(said["done_now"], 10000)
        print(f"10,000 points in {time.monotonic() - begun_s:.1f} s of which it ran"
              f" {said['elapsed_s']:.1f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
