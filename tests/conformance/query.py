#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Questions to a database: every named one against what Python makes of the same rows, forms of
the answer, conditions on settings, and that nothing is ever written."""
import collections
import csv
import io
import itertools
import os
import re
import resource
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
from traincast import *  # noqa: E402, F403
import sweep_db  # noqa: E402

QUESTIONS = sorted(path.stem for path in (SOURCE / "analysis").glob("*.sql"))
NEEDED = {"heat": ["-p", "y=channel"], "series": ["-p", "metric=latency_s"]}  # parameters without which a question cannot be asked


def mean(values):
    values = list(values)
    return math.fsum(values) / len(values)


class Asking(Case):
    @classmethod
    def setUpClass(cls):
        cls.shared = pathlib.Path(tempfile.mkdtemp(prefix="traincast-"))
        cls.addClassCleanup(shutil.rmtree, cls.shared, ignore_errors=True)
        cls.path = sweep_db.make_small(cls.shared)
        cls.database = Database(cls.path)
        cls.addClassCleanup(cls.database.close)
        cls.all_runs = cls.database.rows("SELECT * FROM runs")

    def ask(self, *arguments):
        return json.loads(traincast("query", self.path, *arguments, "--json").stdout)

    def refuse(self, *arguments):
        done = traincast("query", *arguments, expect=BAD_INPUT)
        self.assertEqual(done.stdout, "")
        return done.stderr

    def configurations(self):
        """(channel, workers): its runs."""
        groups = collections.defaultdict(list)
        for run in self.all_runs:
            groups[run["channel"], run["workers"]].append(run)
        return groups

    @staticmethod
    def label(channel, workers):
        return f"{channel}, workers {workers}"


class Fast(Asking):
    # -- named questions ---------------------------------------------------------------------
    def test_every_question_has_a_sentence_and_an_answer(self):
        listed = traincast("query").stdout
        for name in QUESTIONS:
            sentence = re.search(rf"(?m)^  {name} +(\S.*)$", listed).group(1)
            self.assertRegex(sentence, r"[?.]( \*)?$")
            self.assertIn("SELECT", traincast("query", name).stdout)
            self.ask(name, *NEEDED.get(name, []))

    def test_campaigns_count_runs_time_and_money(self):
        line, = self.ask("campaigns")
        self.assertEqual((line["campaign"], line["runs"], line["done"], line["failed"]),
                         ("small", len(self.all_runs), len(self.all_runs), 0))
        self.assert_close(line["cost_usd"], math.fsum(run["cost_usd"] for run in self.all_runs), 1e-12)

    def test_axes_are_what_was_varied_and_nothing_that_follows_from_it(self):
        self.assertEqual({line["key"]: line["distinct_values"] for line in self.ask("settings")},
                         {"channels.main.kind": 3, "groups.workers.count": 3})

    def test_the_frontier_is_what_nobody_beats(self):
        points = {self.label(*key): (mean(r["sim_time_s"] for r in runs),
                                     mean(r["cost_usd"] for r in runs))
                  for key, runs in self.configurations().items()}
        best = {name for name, (time_s, usd) in points.items()
                if not any(t <= time_s and c <= usd and (t, c) != (time_s, usd)
                           for t, c in points.values())}
        found = self.ask("frontier")
        self.assertEqual({line["label"] for line in found if line["on_frontier"]}, best)
        self.assertEqual({line["label"] for line in found}, set(points))
        for line in found:
            self.assert_close(line["sim_time_s"], points[line["label"]][0], 1e-12)
            self.assert_close(line["cost_usd"], points[line["label"]][1], 1e-12)
        self.assertEqual({line["label"] for line in self.ask("frontier", "-p", "all=0")}, best)

    def until(self, loss):
        """label: (mean time, mean money, runs that reach it) until the loss."""
        reached = collections.defaultdict(list)
        for run in self.all_runs:
            rows = self.database.rows("SELECT min(sim_time_s) AS t, min(cost_usd) AS c FROM rounds"
                                      " WHERE run_id = ? AND train_loss <= ?", run["run_id"], loss)
            if rows[0]["t"] is not None:
                reached[self.label(run["channel"], run["workers"])].append(rows[0])
        return {name: (mean(row["t"] for row in rows), mean(row["c"] for row in rows), len(rows))
                for name, rows in reached.items()}

    def test_cheapest_and_frontier_to_a_loss_look_at_the_rounds(self):
        losses = sorted(run["train_loss"] for run in self.all_runs)
        loss = losses[len(losses) // 2]
        expected = self.until(loss)
        found = self.ask("cheapest", "-p", f"loss={loss}")
        self.assertEqual({line["label"]: line["reached"] for line in found},
                         {name: entry[2] for name, entry in expected.items()})
        for line in found:
            self.assert_close(line["sim_time_s"], expected[line["label"]][0], 1e-12)
            self.assert_close(line["cost_usd"], expected[line["label"]][1], 1e-12)
        prices = [line["cost_usd"] for line in found]
        self.assertEqual(prices, sorted(prices))
        always = {name for name, entry in expected.items() if entry[2] == 2}
        self.assertEqual({line["label"] for line in self.ask("frontier", "-p", f"loss={loss}")},
                         always)

    def test_the_breakdown_sums_to_the_time(self):
        parts = collections.defaultdict(float)
        for line in self.ask("breakdown"):
            parts[line["label"]] += line["time_s"]
        for key, runs in self.configurations().items():
            self.assert_close(parts[self.label(*key)], mean(r["sim_time_s"] for r in runs), 1e-9)

    def test_bills_sum_to_the_money(self):
        self.assert_close(math.fsum(line["cost_usd"] for line in self.ask("bill")),
                          math.fsum(run["cost_usd"] for run in self.all_runs), 1e-9)
        parts = collections.defaultdict(float)
        for line in self.ask("bills"):
            parts[line["label"]] += line["cost_usd"]
        for key, runs in self.configurations().items():
            self.assert_close(parts[self.label(*key)], mean(r["cost_usd"] for r in runs), 1e-9)

    def test_the_speedup_is_against_the_fewest_workers(self):
        groups = self.configurations()
        for line in self.ask("speedup"):
            first = mean(r["sim_time_s"] for r in groups[line["others"], 2])
            here = mean(r["sim_time_s"] for r in groups[line["others"], line["workers"]])
            self.assert_close(line["speedup"], first / here, 1e-12)
            self.assert_close(line["efficiency_percent"],
                              100 * first / here * 2 / line["workers"], 1e-12)

    def test_the_crossover_compares_the_best_of_both_sides(self):
        groups = self.configurations()

        def best(workers, channels, what):
            return min(mean(run[what] for run in groups[channel, workers]) for channel in channels)

        found = self.ask("crossover")
        self.assertEqual([line["workers"] for line in found], list(sweep_db.WORKERS))
        ratios = []
        for line in found:
            functions = best(line["workers"], ("s3", "memcached"), "sim_time_s")
            machines = best(line["workers"], ("direct",), "sim_time_s")
            self.assert_close(line["time_ratio"], functions / machines, 1e-12)
            self.assertEqual(line["faster"], "faas" if functions < machines else "iaas")
            cheap = [best(line["workers"], side, "cost_usd")
                     for side in (("s3", "memcached"), ("direct",))]
            self.assertEqual(line["cheaper"], "faas" if cheap[0] < cheap[1] else "iaas")
            ratios.append((line["workers"], line["cost_ratio"], line["cost_crossing"]))
        for (x0, r0, _), (x1, r1, crossing) in itertools.pairwise(ratios):
            if (r0 - 1) * (r1 - 1) < 0:
                self.assert_close(r0 + (r1 - r0) * (crossing - x0) / (x1 - x0), 1, 1e-9)
            else:
                self.assertIsNone(crossing)

    def test_sensitivity_is_the_share_of_variance_between_the_values(self):
        values = [run["sim_time_s"] for run in self.all_runs]
        total = math.fsum((value - mean(values)) ** 2 for value in values)
        columns = {"channels.main.kind": "channel", "groups.workers.count": "workers",
                   "seed": "seed"}
        found = {line["key"]: line for line in self.ask("sensitivity")}
        self.assertEqual(set(found), set(columns))
        for key, column in columns.items():
            groups = collections.defaultdict(list)
            for run in self.all_runs:
                groups[run[column]].append(run["sim_time_s"])
            between = math.fsum(len(group) * (mean(group) - mean(values)) ** 2
                                for group in groups.values())
            self.assert_close(found[key]["explained_percent"], 100 * between / total, 1e-6)
            self.assert_close(found[key]["low"], min(map(mean, groups.values())), 1e-12)
            self.assert_close(found[key]["high"], max(map(mean, groups.values())), 1e-12)

    def test_the_summary_has_students_interval(self):
        import scipy.stats
        groups = self.configurations()
        for line in self.ask("summary", "-m", "cost_usd * 1000"):
            channel, workers = re.fullmatch(r"(\w+), workers (\d+)", line["label"]).groups()
            values = [1000 * run["cost_usd"] for run in groups[channel, int(workers)]]
            half = scipy.stats.t.ppf(0.975, len(values) - 1) * scipy.stats.sem(values)
            self.assert_close(line["mean"], mean(values), 1e-12)
            self.assert_close(line["low"], mean(values) - half, 1e-8)
            self.assert_close(line["high"], mean(values) + half, 1e-8)

    def test_failed_runs_say_why(self):
        path = self.folder / "failed.db"
        self.run_scenario(training(stop={"epochs": 50, "time": "20 s"}), database=path, expect=None)
        self.run_scenario(training(), database=path)
        found = json.loads(traincast("query", path, "failed", "--json").stdout)
        statuses = [row["status"] for row in Database(path).rows("SELECT status FROM runs")]
        self.assertEqual(len(found), sum(status != "done" for status in statuses))

    def test_a_bill_that_is_wrong_is_found(self):
        self.assertEqual(self.ask("recompute_bill"), [])
        self.assertGreater(len(self.ask("recompute_bill", "-p", "all=1")), len(self.all_runs))
        path = self.folder / "wrong.db"
        shutil.copy(self.path, path)
        with sqlite3.connect(path) as db:
            db.execute("UPDATE charge SET cost_pusd = cost_pusd + 1 WHERE run_id = 3 AND seq = 1")
        db.close()
        line, = json.loads(traincast("query", path, "recompute_bill", "--json").stdout)
        self.assertEqual((line["run_id"], line["difference_pusd"]), (3, 1))

    # -- conditions --------------------------------------------------------------------------
    def count(self, *arguments):
        return self.ask("SELECT count(*) AS n FROM runs", *arguments)[0]["n"]

    def test_conditions_take_columns_settings_and_units(self):
        memory = self.database.value("SELECT count(*) FROM runs JOIN params USING (run_id)"
                                     " WHERE key = 'groups.workers.platform.memory'")
        for condition, expected in (
                ("channel = 's3'", 6), ("workers > 2 AND seed = 1", 6),
                ("channels.main.kind = 's3'", 6), ("groups.workers.platform.memory = '3 GB'", memory),
                ("platform.memory >= '2.5 GB'", memory), ("'2.5 GB' <= platform.memory", memory),
                ("'2.5 GB' <= (\"platform.memory\") AND platform.memory > '1 GB'", memory),
                ("platform.memory > '1 GB' AND name = '1'", 0), ("rows > 0", 18), ("channels.main = 's3'", 6),
                ("data.rows > 0 AND platform.memory LIKE '3%'", memory), ("platform.memory > '3 GB'", 0),
                ("platform.memory BETWEEN '1 GB' AND '3072 MB'", memory),
                ("learning_rate = 0.1", 18), ("abs(learning_rate - 0.1) < 1e-9", 18),
                ("\"channels.main.kind\" IN ('s3', 'direct')", 12)):
            with self.subTest(condition=condition):
                self.assertEqual(self.count("--where", condition), expected)
        self.assertEqual(self.count("--campaign", "small"), len(self.all_runs))
        self.assertEqual(self.count("--campaign", "other"), 0)

    def test_conditions_hold_for_every_view(self):
        chosen = self.database.value("SELECT count(*) FROM rounds JOIN runs USING (run_id)"
                                     " WHERE channel = 's3'")
        self.assertEqual(self.ask("SELECT count(*) AS n FROM rounds", "-w", "channel = 's3'"),
                         [{"n": chosen}])
        keys = {line["key"] for line in self.ask("settings", "-w", "channel = 's3'")}
        self.assertEqual(keys, {"groups.workers.count"})

    def test_what_runs_are_told_apart_by_can_be_chosen(self):
        labels = {line["label"] for line in self.ask("runs", "--by", "platform, workers")}
        self.assertIn("faas, workers 2", labels)
        labels = {line["label"] for line in self.ask("runs", "--by", "channels.main.kind,seed")}
        self.assertIn("s3, seed 1", labels)

    def test_answers_over_settings_obey_by(self):
        lines = self.ask("response", "--by", "channel,workers")
        self.assertEqual({line["others"] for line in lines}, {"s3", "memcached", "direct"})
        lines = self.ask("speedup", "--by", "workers, seed")
        self.assertEqual(len(lines), len({(r["workers"], r["seed"]) for r in self.all_runs}))
        self.assertEqual({line["key"] for line in self.ask("settings", "--by", "seed")}, {"seed"})

    def test_a_choice_is_named_without_its_kind(self):
        path = self.folder / "peers.db"
        self.run_scenario(SOURCE / "tests/golden/replicas.yaml", database=path)
        for condition, runs in (("averaging = 'rps'", 1), ("job.averaging = 'd_psgd'", 0),
                                ("loss = 'bernoulli'", 1), ("job.local_steps = 2", 1),
                                ("channel.loss = 'bernoulli'", 1), ("channel.loss.kind = 'none'", 0)):
            lines = json.loads(traincast("query", path, "runs", "-w", condition, "--json").stdout)
            self.assertEqual(len(lines), runs, condition)
        self.assertIn("did you mean 'averaging'?",
                      self.refuse(path, "runs", "-w", "averagin = 'rps'"))

    def test_quantities_are_compared_with_columns_too(self):
        def chosen(condition):
            return {line["run_id"] for line in self.ask("runs", "-w", condition)}
        times = sorted(run["sim_time_s"] for run in self.all_runs)
        middle = times[len(times) // 2]
        later = {run["run_id"] for run in self.all_runs if run["sim_time_s"] > middle}
        for condition in (f"sim_time_s > '{middle * 1000!r} ms'", f"'{middle!r} s' < runs.sim_time_s",
                          f"\"sim_time_s\" > '{middle!r}'"):
            self.assertEqual(chosen(condition), later, condition)
        cost = sorted(run["cost_usd"] for run in self.all_runs)[len(times) // 2]
        cheap = {run["run_id"] for run in self.all_runs if run["cost_usd"] < cost}
        for column in "cost_usd", "cost_pusd":
            self.assertEqual(chosen(f"{column} < '{cost!r} USD'"), cheap)
        self.assertIn("'sim_time_s'", self.refuse(self.path, "runs", "-w", "sim_time_s > '2 GB'"))

    def test_other_views_can_be_asked_about_in_a_condition(self):
        everything = {line["run_id"] for line in self.ask("runs")}
        self.assertEqual({line["run_id"] for line in self.ask("runs", "-w", (
            "EXISTS (SELECT 1 FROM rounds WHERE rounds.run_id = runs.run_id AND rounds.epoch = 1)"))},
            everything)

    def test_words_where_numbers_are_due_are_refused(self):
        self.assertIn("must be a number or none",
                      self.refuse(self.path, "frontier", "-p", "loss=0,65"))
        for name in "summary", "response":
            self.assertEqual(self.ask(name, "--measure", "name"), [])

    def test_rows_that_are_not_shown_are_counted(self):
        done = traincast("query", self.path, "runs", "--limit", 5)
        self.assertEqual(len(done.stdout.splitlines()), 7)
        self.assertIn("5 of 18 rows", done.stderr)
        many = "-- Numbers?\n-- show: 3\nVALUES (1), (2), (3), (4)\n"
        path = self.folder / "many.sql"
        path.write_text(many)
        self.assertIn("3 of 4 rows", traincast("query", self.path, path).stderr)
        self.assertEqual(len(self.ask(path)), 4)
        self.assertEqual(traincast("query", self.path, path, "--all").stderr, "")
        self.assertIn("the last 2 of 18 chosen runs",
                      traincast("query", self.path, "learning", "-p", "runs=2", "-f", "csv").stderr)

    def test_an_empty_answer_says_why(self):
        for arguments, words in ((("recompute_bill",), "the bill agrees"),
                                 (("failed",), "ended well"), (("latency",), "record.requests=rows"),
                                 (("summary", "-w", "workers = 77"), "no runs that --where")):
            done = traincast("query", self.path, *arguments, "-f", "csv")
            self.assertEqual(len(done.stdout.splitlines()), 1)
            self.assertIn(words, done.stderr)
        for name in set(QUESTIONS) - {"runs"}:
            self.assertIn("-- empty: ", (SOURCE / f"analysis/{name}.sql").read_text(), name)

    # -- forms -------------------------------------------------------------------------------
    def test_csv_and_json_keep_every_bit(self):
        sql = "SELECT run_id, name, sim_time_s, message, cost_pusd FROM runs ORDER BY run_id"
        expected = [dict(row) for row in self.database.rows(sql)]
        self.assertEqual(self.ask(sql), expected)
        text = traincast("query", self.path, sql, "--format", "csv").stdout
        rows = list(csv.DictReader(io.StringIO(text)))
        self.assertEqual([float(row["sim_time_s"]) for row in rows],
                         [row["sim_time_s"] for row in expected])
        self.assertEqual({row["message"] for row in rows}, {""})

    def test_csv_quotes_and_json_escapes(self):
        sql = """SELECT 'a,"b"' || char(10) || 'c' AS "x,y", 1e300 * 1e10 AS big, NULL AS none"""
        self.assertEqual(self.ask(sql), [{"x,y": 'a,"b"\nc', "big": None, "none": None}])
        text = traincast("query", self.path, sql, "--format", "csv").stdout
        self.assertEqual(list(csv.reader(io.StringIO(text))),
                         [["x,y", "big", "none"], ['a,"b"\nc', "inf", ""]])

    def test_a_table_is_aligned_and_an_empty_one_has_its_names(self):
        lines = traincast("query", self.path, "SELECT 1 AS one, 'abc' AS word UNION SELECT 22, ''"
                          ).stdout.splitlines()
        self.assertEqual([line.rstrip() for line in lines],
                         ["one  word", "---  ----", "  1  abc", " 22"])
        for form, text in (("table", "a  b\n-  -\n"), ("csv", "a,b\n"), ("json", "[]\n"),
                           ("markdown", "| a | b |\n|---|---|\n")):
            done = traincast("query", self.path, "SELECT 1 AS a, 2 AS b WHERE 0", "-f", form)
            self.assertEqual(done.stdout, text)

    def test_latex_is_booktabs_with_units_and_escapes(self):
        text = traincast("query", self.path, "SELECT 'a_b & 50 %' AS name, 1.5e-7 AS cost_usd, "
                         "-2.0 AS sim_time_s", "-f", "latex").stdout
        for part in (r"\toprule", r"\bottomrule", r"\begin{tabular}{lrr}", r"a\_b \& 50 \%",
                     r"$1.5 \times 10^{-7}$", "cost (USD)", "simulated time (s)", "$-2$"):
            self.assertIn(part, text)

    # -- mistakes ----------------------------------------------------------------------------
    def test_nothing_can_be_written(self):
        before = self.path.read_bytes()
        other = self.folder / "other.db"
        for sql in ("DELETE FROM run", "UPDATE run SET name = 'x'", "DROP VIEW runs",
                    "CREATE TABLE t (a)", f"ATTACH '{other}' AS o", f"VACUUM INTO '{other}'",
                    "PRAGMA query_only = OFF", "PRAGMA user_version = 9",
                    "SELECT 1; DELETE FROM run", "INSERT INTO runs SELECT * FROM runs"):
            with self.subTest(sql=sql):
                self.assertRegex(self.refuse(self.path, sql), "does not only read|more than one")
        self.assertEqual(self.path.read_bytes(), before)
        self.assertEqual([p.name for p in self.shared.glob("small.db*")], ["small.db"])
        self.assertFalse(other.exists())

    def test_mistakes_are_named(self):
        for arguments, words in (
                (("fronteir",), "did you mean 'frontier'?"), (("SELECT x FROM runs",), "x"),
                (("frontier", "-p", "los=1"), "it has loss, all"),
                (("frontier", "-p", "loss"), "NAME=VALUE"), (("heat",), "needs --param y="),
                (("runs", "-w", "chanel = 's3'"), "did you mean 'channel'?"),
                (("runs", "-w", "platform.memry > 1"), "platform.memory"),
                (("runs", "-w", "kind = 's3'"), "may be any of"),
                (("runs", "-w", "workers >"), "not understood"),
                (("runs", "-w", "workers = 'x"), "not closed"),
                (("runs", "-w", "platform.memory > '2 XB'"), "wrong unit: '2 XB'"),
                (("runs", "-w", "platform.memory > '3 GB/s'"), "for example '3 GB'"),
                (("runs", "-w", "'2 seconds' < platform.memory"), "wrong unit"),
                (("runs", "-w", "platform.memory = 'much'"), "must be a number with a unit"),
                (("learning", "-p", "x=epochs"), "did you mean 'epoch'?"),
                (("runs", "--limit", "-1"), "at least 1"),
                (("runs", "-w", ""), "empty"), (("runs", "--by", "chanel"), "channel"),
                (("summary", "-m", "sim_time"), "did you mean"),
                (("runs", "-f", "xml"), "--format is"), (("SELECT :a",), "no parameter ':a'"),
                (("nothing.sql",), "No such file")):
            with self.subTest(arguments=arguments):
                self.assertIn(words, self.refuse(self.path, *arguments))
        self.assertIn("No such file", self.refuse(self.folder / "no.db", "runs"))
        self.assertIn("neither a database nor a question", self.refuse("frontiers"))

    def test_a_file_of_ones_own_is_a_question_with_parameters(self):
        path = self.folder / "mine.sql"
        path.write_text("-- How many?\n-- :least = 4   workers\n-- {what} = workers   column\n"
                        "SELECT count({what}) AS \"{what}\" FROM runs WHERE workers >= :least\n")
        self.assertEqual(self.ask(path), [{"workers": 12}])
        self.assertEqual(self.ask(path, "-p", "least=8", "-p", "what=platform.memory"),
                         [{"platform.memory": 4}])


class Slow(Case):
    def test_every_question_to_10000_runs_of_100_rounds_takes_less_than_half_a_second(self):
        path = sweep_db.make_small(self.folder)
        sweep_db.make_large(path, 10000, 100)
        self.assertGreater(Database(path).value("SELECT count(*) FROM rounds"), 990000)
        for name in QUESTIONS:
            taken = []
            for _ in range(3):
                begun, used = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
                traincast("query", path, name, *NEEDED.get(name, []))
                after = resource.getrusage(resource.RUSAGE_CHILDREN)
                taken.append((time.monotonic() - begun, after.ru_utime - used.ru_utime
                              + after.ru_stime - used.ru_stime))
            wall_s, cpu_s = min(taken)
            print(f"{name:16} {wall_s:6.3f} s, {cpu_s:6.3f} s of CPU")
            with self.subTest(question=name):
                self.assertLess(cpu_s, 0.5)  # another load of the machine cannot change it


if __name__ == "__main__":
    main()
