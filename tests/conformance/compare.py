#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What a person reads at the end: two runs side by side, and the last lines of a run."""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
from traincast import *  # noqa: E402, F403
import sweep_db  # noqa: E402

FUNCTIONS_RUN = training(name="functions")
MACHINES_RUN = training(name="machines", platform=MACHINES, channel={"kind": "direct"},
                        pattern={"kind": "ring"})


class Compare(Case):
    def setUp(self):
        super().setUp()
        self.path = self.folder / "x.db"
        self.functions = self.run_scenario(FUNCTIONS_RUN, database=self.path)
        self.machines = self.run_scenario(MACHINES_RUN, database=self.path)

    def compare(self, *arguments):
        return json.loads(traincast("compare", *arguments, "--json").stdout)

    def test_every_number_is_the_runs_own(self):
        found = self.compare(self.path, 1, 2)
        for which, run in ("a", self.functions), ("b", self.machines):
            self.assert_close(found["time"]["total"][which], run.one("sim_time_s"), 1e-14)
            self.assert_close(found["bill"]["total"][which], run.one("cost_usd"), 1e-14)
            self.assert_close(found["learning"]["train loss"][which], run.one("train_loss"), 1e-14)
            for activity, critical_s in run.breakdown().items():
                if critical_s >= 0.001:
                    self.assert_close(found["time"][activity][which], critical_s, 1e-14)
            for row in run.rows("bill"):
                if row["cost_pusd"]:
                    self.assert_close(found["bill"][row["resource"]][which], row["cost_usd"], 1e-14)
            for (channel, operation), count in run.request_counts().items():
                if count:
                    self.assertEqual(found["requests"][f"{channel} {operation}"][which], count)
        total = found["time"]["total"]
        self.assert_close(total["ratio"], total["b"] / total["a"], 1e-14)

    def test_settings_are_those_that_differ(self):
        found = self.compare(self.path, 1, 2)["params"]
        params = [{row["key"]: row["value_text"] for row in run.rows("params")}
                  for run in (self.functions, self.machines)]
        differ = {key for key in params[0].keys() | params[1].keys()
                  if params[0].get(key) != params[1].get(key)}
        self.assertEqual(set(found), differ)
        for key in differ:
            self.assertEqual(found[key], {"a": params[0].get(key), "b": params[1].get(key)})

    def test_a_run_beside_itself_differs_in_nothing(self):
        found = self.compare(self.path, 1, 1)
        self.assertEqual(found["params"], {})
        for part in "learning", "time", "bill", "requests":
            for row in found[part].values():
                self.assertEqual(row["a"], row["b"])
                self.assertEqual(row["ratio"], 1)

    def test_runs_are_found_by_name_and_in_two_files(self):
        other = self.folder / "y.db"
        self.run_scenario(FUNCTIONS_RUN, {"stop.epochs": 2}, database=other)
        by_number = self.compare(self.path, 1, 2)
        self.assertEqual(self.compare(self.path, "functions", "machines"), by_number)
        self.assertEqual(self.compare(f"{self.path}:1", f"{self.path}:machines"), by_number)
        found = self.compare(f"{self.path}:functions", other)
        self.assertEqual(found["params"], {"stop.epochs": {"a": "3", "b": "2"}})
        epochs = found["learning"]["epochs"]
        self.assertEqual((epochs["a"], epochs["b"]), (3, 2))
        self.assert_close(epochs["ratio"], 2 / 3, 1e-14)
        self.assertEqual(self.compare(self.path, other)["run"]["name"],
                         {"a": "machines", "b": "functions"})  # the last of each file

    def test_a_name_means_the_last_run_that_has_it(self):
        self.run_scenario(FUNCTIONS_RUN, {"stop.epochs": 2}, database=self.path)
        found = self.compare(self.path, "functions", 1)
        self.assertEqual(found["run"]["number"], {"a": 3, "b": 1})

    def test_the_table_has_a_line_for_each(self):
        table = traincast("compare", self.path, 1, 2).stdout
        self.assertRegex(table, r"(?m)^  name +functions +machines$")
        self.assertRegex(table, r"(?m)^  epochs +3 +3 +1$")
        self.assertRegex(table, r"(?m)^  vm c5.large +- +[0-9.e-]+$")
        self.assertRegex(table, r"(?m)^  channels.main.kind +s3 +direct$")
        self.assertRegex(table, r"(?m)^  and \d+ that only one of them has \(--all\)$")
        self.assertNotIn("keep_alive", table)
        self.assertIn("keep_alive", traincast("compare", self.path, 1, 2, "--all").stdout)

    def test_nothing_is_written(self):
        before = self.path.read_bytes()
        traincast("compare", self.path, 1, 2)
        self.assertEqual(self.path.read_bytes(), before)
        self.assertEqual([path.name for path in self.folder.glob("x.db*")], ["x.db"])

    def test_what_is_not_there_exits_2(self):
        for arguments, words in (((self.path, 1, 7), "there is no run '7'"),
                                 ((self.path, "function", 1), "1 functions, 2 machines"),
                                 ((self.folder / "no.db", 1, 2), "No such file"),
                                 ((self.path,), "an argument is missing")):
            done = traincast("compare", *arguments, expect=BAD_INPUT)
            self.assertIn(words, done.stderr)
            self.assertEqual(done.stdout, "")
        self.assertFalse((self.folder / "no.db").exists())

    def test_another_programs_file_exits_3(self):
        path = self.folder / "text.db"
        path.write_text("no database at all, but long enough to look at its header" * 10)
        self.assertIn("is no SQLite database",
                      traincast("compare", path, 1, 2, expect=MACHINE).stderr)


class Groups(Case):
    """Two groups of runs, against scipy."""

    @classmethod
    def setUpClass(cls):
        cls.shared = pathlib.Path(tempfile.mkdtemp(prefix="traincast-"))
        cls.addClassCleanup(shutil.rmtree, cls.shared, ignore_errors=True)
        cls.path = sweep_db.make_small(cls.shared, seeds=3)
        cls.database = Database(cls.path)
        cls.addClassCleanup(cls.database.close)

    def compare(self, *arguments):
        return json.loads(traincast("compare", self.path, *arguments, "--json").stdout)

    def values(self, condition, measure):
        return [row[0] for row in self.database.rows(
            f"SELECT {measure} FROM runs WHERE {condition} ORDER BY seed, workers")]

    def check(self, found, low, high, difference):
        self.assert_close(found["difference"], difference, 1e-12)
        self.assert_close(found["low"], low, 1e-8)
        self.assert_close(found["high"], high, 1e-8)

    def test_runs_of_common_seeds_are_paired(self):
        import numpy
        import scipy.stats
        a, b = "channel = 's3'", "channel = 'memcached'"
        found = self.compare(a, b)
        self.assertTrue(found["paired"])
        self.assertEqual(found["paired_by"], "seed, groups.workers.count")
        for measure in "sim_time_s", "cost_usd":
            differences = numpy.subtract(self.values(b, measure), self.values(a, measure))
            low, high = scipy.stats.t.interval(0.95, len(differences) - 1,
                                               loc=numpy.mean(differences),
                                               scale=scipy.stats.sem(differences))
            self.check(found["measures"][measure], low, high, numpy.mean(differences))
        self.assertEqual(found["measures"]["train_loss"]["difference"], 0)

    def test_groups_without_common_runs_are_welchs(self):
        import numpy
        import scipy.stats
        a, b = "workers = 2 AND channel <> 'direct'", "workers = 8 AND channel = 'direct'"
        for arguments in (a, b), (a, "workers = 8 AND channel = 's3'", "--unpaired"):
            found = self.compare(*arguments, "-m", "sim_time_s")
            self.assertFalse(found["paired"])
            x, y = (self.values(condition, "sim_time_s") for condition in arguments[:2])
            errors = [numpy.var(v, ddof=1) / len(v) for v in (x, y)]
            freedom = sum(errors) ** 2 / sum(e ** 2 / (len(v) - 1)
                                             for e, v in zip(errors, (x, y)))
            half = scipy.stats.t.ppf(0.975, freedom) * math.sqrt(sum(errors))
            middle = numpy.mean(y) - numpy.mean(x)
            self.check(found["measures"]["sim_time_s"], middle - half, middle + half, middle)
            self.assert_close(found["measures"]["sim_time_s"]["degrees_of_freedom"], freedom, 1e-9)

    def test_names_are_groups_where_a_measure_is_asked_for(self):
        found = self.compare("functions", "machines", "--measure", "cost_usd, 2 * sim_time_s")
        self.assertEqual((found["runs_a"], found["runs_b"]), (18, 9))
        self.assertEqual(set(found["measures"]), {"cost_usd", "2 * sim_time_s"})

    def test_under_five_replications_there_is_a_warning(self):
        for limit, words in ((3, "3 replications: under 5"), (1, "one run says nothing")):
            done = traincast("compare", self.path, f"channel='s3' AND workers=2 AND seed<={limit}",
                             f"channel='direct' AND workers=2 AND seed<={limit}")
            self.assertIn(words, done.stderr)
        self.assertEqual(traincast("compare", self.path, "channel='s3'", "channel='direct'").stderr,
                         "")

    def test_a_measure_without_numbers_has_none(self):
        done = traincast("compare", self.path, "channel = 's3'", "channel = 'direct'", "-m", "name")
        self.assertNotIn("nan", done.stdout)
        self.assertIn("have no name", done.stderr)

    def test_groups_that_make_no_sense_exit_2(self):
        for a, b, words in (("workers = 2", "channel = 's3'", "is in both groups"),
                            ("workers = 99", "channel = 's3'", "no run that is done"),
                            ("worker = 2", "channel = 's3'", "did you mean 'workers'?")):
            done = traincast("compare", self.path, a, b, expect=BAD_INPUT)
            self.assertIn(words, done.stderr)


class EndOfARun(Case):
    def report(self, scenario, **settings):
        """What is printed, and the run behind it."""
        path, database = self.scenario(scenario), self.folder / "x.db"
        text = traincast("run", path, "--quiet", "--db", database, *sets(settings)).stdout
        opened = Database(database)
        self.addCleanup(opened.close)
        return text, Run(opened, {"run_id": opened.value("SELECT max(run_id) FROM runs")}, None)

    def check(self, scenario):
        text, run = self.report(scenario)
        activity, critical_s = max(run.breakdown().items(), key=lambda item: item[1])
        total_s = run.one("sim_time_s")
        share = re.search(r"(?m)^  time went +to (\w+), ([0-9.]+) % of the critical path", text)
        self.assertEqual(share.group(1), activity)
        self.assert_close(float(share.group(2)), 100 * critical_s / total_s, 0, 0.051)
        best = re.search(r"at best to ([0-9.]+) s", text)
        if best:
            self.assert_close(float(best.group(1)), total_s - critical_s, 1e-3)
        line = max(run.rows("bill"), key=lambda row: row["cost_pusd"])
        self.assertRegex(text, rf"(?m)^  money went to {line['resource']}, "
                               rf"{100 * line['cost_pusd'] / run.one('cost_pusd'):.1f} % of the bill")
        return text

    def test_the_verdict_names_the_largest_shares(self):
        self.check(training())
        self.check(training(platform=MACHINES, channel={"kind": "direct"}, pattern={"kind": "ring"}))
        text = self.check(training(optimizer={"kind": "ga_sgd", "learning_rate": 0.1,
                                              "batch_size": 10}, pattern={"kind": "scatter_reduce"},
                                   stop={"rounds": 50}))
        self.assertIn("time went  to communicate", text)
        self.assertIn("fewer rounds, another pattern or a faster channel would shorten it", text)

    def test_of_reserved_capacity_the_verdict_says_what_it_falls_with(self):
        channel = {"kind": "dynamodb", "capacity": "provisioned", "write_rate": "500/s",
                   "read_rate": "500/s"}
        done = traincast("run", self.scenario(training(channel=channel)), "--quiet", "--db",
                         self.folder / "capacity.db")
        self.assertRegex(done.stdout, r"money went to main write capacity, [0-9.]+ % of the bill: "
                                      r"it falls with the rate that is reserved")

    def test_a_service_has_a_verdict_too(self):
        text = self.check({"name": "s", "seed": 1, "platform": FUNCTIONS, "job": {
            "kind": "service", "inter_arrival": "2 s", "requests": 100, "service_time": "0.2 s"}})
        self.assertIn("time went  to idle", text)
        self.assertIn("there was nothing to do", text)

    def test_counters_that_stayed_at_zero_are_left_out(self):
        text, run = self.report(training())
        for (channel, operation), count in run.request_counts().items():
            line = rf"(?m)^ .*{channel} +{operation} +{count} requests"
            if count:
                self.assertRegex(text, line)
            else:
                self.assertNotRegex(text, line)
        self.assertIn(0, run.request_counts().values())


if __name__ == "__main__":
    main()
