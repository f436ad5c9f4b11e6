#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""`traincast validate`: formulas, errors, verdicts, exit codes, and what is said of wrong lists."""
import csv
import os
import signal
import sys
import textwrap
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
from traincast import *  # noqa: E402, F403

SMALL = training(workers=2, stop={"epochs": 2})

HEAD = """
paper: Somebody, Something, 2021
parts: {A: {title: First}, B: {title: Second}}
measures:
  time: {sql: "SELECT sim_time_s FROM runs WHERE run_id = :run_id"}
  rounds: {sql: "SELECT rounds FROM runs WHERE run_id = :run_id"}
  loss: {sql: "SELECT train_loss FROM runs WHERE run_id = :run_id"}
  nothing: {sql: "SELECT time_to_loss_s FROM runs WHERE run_id = :run_id"}
runs:
  one: {scenario: small.yaml}
  again: {scenario: small.yaml, set: {workers: 2}}
  four: {scenario: small.yaml, set: {workers: 4, stop: {epochs: 3}}}
  seeds: {scenario: small.yaml, seeds: 5}
"""


class Lists(Case):
    def setUp(self):
        super().setUp()
        self.scenario(SMALL, "small.yaml")

    def validate(self, text, *arguments, expect=DONE, head=HEAD, **more):
        path = self.folder / "published.yaml"
        path.write_text(head + textwrap.dedent(text))
        return traincast("validate", path, "--quiet", *arguments, expect=expect, **more)

    def rows(self, text, *arguments, expect=DONE):
        report = json.loads(self.validate(text, "--json", *arguments, expect=expect).stdout)
        return {row["id"]: row for row in report["studies"][0]["rows"]}, report

    def figure(self, ours, value, expect=DONE, **more):
        fields = {"part": "A", "what": "it", "tag": "data", "value": value, "ours": ours, **more}
        rows, _ = self.rows(f"figures: {json.dumps({'x': fields})}\n", expect=expect)
        return rows["x"]

    def finding(self, comparison, expect=DONE, **more):
        fields = {"part": "A", "what": "it", "tag": "abs", "expect": comparison, **more}
        rows, _ = self.rows(f"findings: {json.dumps({'x': fields})}\n", expect=expect)
        return rows["x"]


class Figures(Lists):
    def test_a_formula_is_arithmetic_over_the_runs(self):
        one = self.run_scenario(SMALL).one("sim_time_s")
        four = self.run_scenario(SMALL, {"workers": 4, "stop": "{epochs: 3}"}).one("sim_time_s")
        row = self.figure("2 * (time(four) - time(one)) / rounds(four)", 1, role="report")
        self.assert_close(row["simulated"], 2 * (four - one) / 3, 1e-14)

    def test_several_seeds_give_their_mean(self):
        losses = [self.run_scenario(SMALL, seed=seed).one("train_loss") for seed in range(1, 6)]
        row = self.figure("loss(seeds)", 1, role="report")
        self.assert_close(row["simulated"], sum(losses) / 5, 1e-14)
        self.assert_close(row["lowest"], min(losses), 1e-14)
        self.assert_close(row["highest"], max(losses), 1e-14)
        self.assertEqual(row["seeds"], 5)

    def test_the_error_is_relative_to_the_paper(self):
        row = self.figure("rounds(one)", 1.6)
        self.assertEqual((row["verdict"], row["error"]), ("ok", 0.25))

    def test_beyond_the_tolerance_exits_1(self):
        row = self.figure("rounds(one)", 1.6, tolerance=0.24, expect=RUN_FAILED)
        self.assertEqual(row["verdict"], "beyond")

    def test_a_calibrated_row_is_judged_too(self):
        row = self.figure("rounds(one)", 3, role="calibrated", expect=RUN_FAILED)
        self.assertEqual(row["verdict"], "beyond")

    def test_a_reported_row_is_not_judged(self):
        self.assertEqual(self.figure("rounds(one)", 99, role="report")["verdict"], "reported")

    def test_within_a_range_there_is_no_error(self):
        self.assertEqual(self.figure("rounds(one)", 1, until=3)["error"], 0)
        self.assertEqual(self.figure("rounds(one)", 1, until=1.6)["error"], 0.25)
        self.assertEqual(self.figure("rounds(one)", 2.5, until=3)["error"], -0.2)

    def test_a_measure_without_a_value_exits_1(self):
        row = self.figure("nothing(one)", 1, expect=RUN_FAILED)
        self.assertEqual((row["verdict"], row["simulated"]), ("no_value", None))

    def test_a_run_that_fails_is_told_and_exits_1(self):
        self.scenario(training(job={"kind": "data_parallel", "on_worker_loss": "abort"},
                               platform={**FUNCTIONS, "crash_after": "1 s", "crash_member": 1},
                               stop={"epochs": 100}), "small.yaml")
        row = self.figure("time(one)", 1, expect=RUN_FAILED)
        self.assertEqual(row["verdict"], "no_value")
        self.assertIn("worker 1", row["why"])


class Findings(Lists):
    def test_a_comparison_holds_or_fails(self):
        self.assertEqual(self.finding("rounds(one) < rounds(four)")["verdict"], "ok")
        self.assertEqual(self.finding("rounds(one) > rounds(four)", expect=RUN_FAILED)["verdict"],
                         "fails")
        self.assertEqual(self.finding("1 < rounds(one) < rounds(four) > 2")["verdict"], "ok")

    def test_it_must_hold_with_every_seed(self):
        losses = sorted(self.run_scenario(SMALL, seed=seed).one("train_loss")
                        for seed in range(1, 6))
        row = self.finding("loss(seeds) < 1")
        self.assertEqual((row["holds"], row["seeds"], row["p_value"]), (5, 5, 1 / 32))
        row = self.finding(f"loss(seeds) < {(losses[3] + losses[4]) / 2!r}", expect=RUN_FAILED)
        self.assertEqual((row["verdict"], row["holds"], row["p_value"]), ("fails", 4, 6 / 32))


FEW = """
figures:
  a1: {part: A, what: rounds, value: 2, unit: '', tag: tab, ours: rounds(one)}
  a2: {part: A, what: time, value: 30, tag: data, ours: time(seeds), role: report}
  b1: {part: B, what: "also, rounds", value: 3.3, unit: '', tag: data, ours: rounds(four)}
  b2: {part: B, what: loss, value: 0.68, tag: data, aspect: learning, ours: loss(again)}
findings:
  f1: {part: B, what: "\\"more\\" rounds", tag: abs, expect: rounds(one) < rounds(four)}
absent:
  b3: {part: B, why: cannot be simulated yet}
"""


class Output(Lists):
    def test_the_number_of_processes_changes_nothing(self):
        seen = []
        for processes in 1, 2, 5:
            database, table = (self.folder / f"{processes}.{end}" for end in ("db", "csv"))
            done = self.validate(FEW, "-j", processes, "--db", database, "--csv", table)
            opened = Database(database)
            self.addCleanup(opened.close)
            seen.append((done.stdout, table.read_text(), opened.dump()))
        self.assertEqual(seen[0], seen[1])
        self.assertEqual(seen[0], seen[2])

    def test_equal_scenarios_run_once(self):
        database = self.folder / "x.db"
        self.validate(FEW, "--db", database)
        opened = Database(database)
        self.addCleanup(opened.close)
        # one, again and the first of the seeds are the same
        self.assertEqual(opened.value("SELECT count(*) FROM runs"), 6)

    def test_without_db_nothing_is_left(self):
        temporary = self.folder / "tmp"
        temporary.mkdir()
        before = sorted(path.name for path in self.folder.iterdir())
        self.validate(FEW, env={"TMPDIR": str(temporary)}, cwd=self.folder)
        self.assertEqual(list(temporary.iterdir()), [])
        self.assertEqual(sorted({path.name for path in self.folder.iterdir()} - set(before)),
                         ["published.yaml"])

    def test_the_table_says_it_all(self):
        table = self.validate(FEW).stdout
        self.assertRegex(table, r"(?m)^  a1 +tab +2 +2 +\+0\.0 % +ok +rounds$")
        self.assertRegex(table, r"(?m)^  b1 +data +3\.3 +3 +-9\.1 % +ok +also, rounds$")
        self.assertRegex(table, r"(?m)^  f1 +abs +2 < 3 +1 of 1 +holds +\"more\" rounds$")
        self.assertRegex(table, r"(?m)^  b3 +not compared: cannot be simulated yet$")
        self.assertRegex(table, r"time \[data\] +1 rows +median +9\.1 % +worst +9\.1 % \(b1\)")
        self.assertRegex(table, r"time \[tab\] +1 rows +median +0\.0 %")
        self.assertRegex(table, r"learning \[data\] +1 rows")
        self.assertRegex(table, r"findings +1 of 1 hold")
        self.assertIn("[tab] as remembered from the paper", table)

    def test_json_and_csv_agree(self):
        table = self.folder / "x.csv"
        rows, report = self.rows(FEW, "--csv", table)
        with table.open(newline="") as lines:
            listed = list(csv.DictReader(lines))
        self.assertEqual([row["id"] for row in listed], ["a1", "a2", "b1", "b2", "f1"])
        for row in listed:
            for key in "part", "what", "tag", "verdict":
                self.assertEqual(row[key], rows[row["id"]][key])
            if row["kind"] == "figure":
                self.assertEqual(float(row["simulated"]), rows[row["id"]]["simulated"])
        self.assertTrue(report["good"])
        worst = [line for line in report["studies"][0]["summary"]
                 if (line["aspect"], line["tag"]) == ("time", "data")]
        self.assertEqual([(line["worst"], line["rows"]) for line in worst], [("b1", 1)])

    def test_only_picks_a_part_or_a_row(self):
        rows, _ = self.rows(FEW, "--only", "B")
        self.assertEqual(list(rows), ["b1", "b2", "f1"])
        rows, _ = self.rows(FEW, "--only", "a2")
        self.assertEqual(list(rows), ["a2"])
        done = self.validate(FEW, "--only", "C", expect=BAD_INPUT)
        self.assertIn("there is no part or row 'C' in it", done.stderr)

    def test_missing_data_are_a_reason_to_skip(self):
        self.scenario(training(data={"source": "file", "path": "no/such.csv", "format": "csv"}),
                      "small.yaml")
        rows, report = self.rows("""
            figures:
              x: {part: A, what: it, value: 1, tag: data, ours: time(one)}
            """)
        self.assertEqual(rows["x"]["verdict"], "skipped")
        self.assertEqual(rows["x"]["why"], "there is no no/such.csv: give --data DIR")
        self.assertTrue(report["good"])

    def test_a_signal_ends_all_its_processes(self):
        self.scenario(training(workers=10, data={"source": "higgs-like", "rows": 20000},
                               optimizer={"kind": "ga_sgd", "learning_rate": 0.1,
                                          "batch_size": 100},
                               evaluate={"every": "1 round"}, stop={"rounds": 1000000}),
                      "small.yaml")
        path, database = self.folder / "published.yaml", self.folder / "x.db"
        path.write_text(HEAD + "figures:\n  x: {part: A, what: it, value: 1, tag: data,"
                               " ours: time(seeds)}\n")
        process = Process("validate", path, "-j", 2, "--db", database)
        for _ in range(200):
            time.sleep(0.1)
            if database.exists() and Database(database).rows(
                    "SELECT 1 FROM sqlite_master WHERE name = 'runs'"):
                break
        process.send(signal.SIGTERM)
        code, stdout, _ = process.wait()
        self.assertEqual(code, RUN_FAILED)
        self.assertRegex(stdout, "NO VALUE")
        opened = Database(database)
        self.addCleanup(opened.close)
        self.assertEqual({row[0] for row in opened.rows("SELECT status FROM runs")}, {"cancelled"})


class Mistakes(Lists):
    def refused(self, text, *words, head=HEAD):
        database = self.folder / "none.db"
        done = self.validate(text, "--db", database, expect=BAD_INPUT, head=head)
        for word in words:
            self.assertRegex(done.stderr, word)
        self.assertEqual(done.stdout, "")
        self.assertFalse(database.exists())

    def row(self, *words, kind="figures", **fields):
        fields = {"part": "A", "what": "it", "tag": "data", "value": 1, "ours": "time(one)",
                  **fields}
        inside = ", ".join(f"{key}: {value}" for key, value in fields.items() if value is not None)
        self.refused(f"{kind}:\n  x: {{{inside}}}\n", *words)

    def test_unknown_keys_get_a_suggestion(self):
        self.row(r"published\.yaml:15:\d+: error: 'x' has no field 'rle'",
                 "did you mean 'role'", rle="report")

    def test_unknown_words_get_a_suggestion(self):
        self.row(r"15:\d+: error: 'tag' must be one of data, tab, repo, abs, der, not 'date'",
                 "did you mean 'data'", tag="date")
        self.row(r"15:\d+: error: there is no part 'C'", part="C")

    def test_formulas_are_checked(self):
        self.row(r"15:\d+: error: 'ours' names the measure 'tim', which there is not; "
                 "did you mean 'time'", ours="tim(one)")
        self.row("'ours' names the run 'on', which there is not; did you mean 'one'",
                 ours="time(on)")
        self.row("'ours' lacks '\\)' at its end", ours="(time(one)")
        self.row("'ours' must be one number, not a comparison", ours="time(one) < time(four)")
        self.row("'expect' must compare", kind="findings", ours=None, value=None,
                 expect="time(one)")

    def test_figures_need_a_value(self):
        self.row("'x' needs 'value'", value=None)
        self.row("'value' is 0, but must be above 0", value=0)
        self.row("'until' must be above 'value'", until=0.5)

    def test_measures_are_checked_before_anything_runs(self):
        figure = "figures:\n  x: {part: A, what: it, tag: data, value: 1, ours: time(one)}\n"
        good = "SELECT rounds FROM runs WHERE run_id = :run_id"
        for sql, why in (("SELECT round FROM runs WHERE run_id = :run_id", "no such column: round"),
                         ("SELECT name, rounds FROM runs", "it has 2 columns, not 1"),
                         ("DELETE FROM run", "it does not only read"),
                         ("SELECT 1 FROM runs WHERE run_id = :run", "no parameter ':run'")):
            self.refused(figure, r"yaml:6:\d+: error: 'sql' gives no number: .*" + why,
                         head=HEAD.replace(good, sql))

    def test_names_in_formulas_have_no_minus(self):
        figure = "figures:\n  x: {part: A, what: it, tag: data, value: 1, ours: time(one)}\n"
        self.refused(figure, "'a-b' stands in formulas", head=HEAD.replace("again:", "a-b:"))

    def test_seeds_must_pair(self):
        figure = ("figures:\n  x: {part: A, what: it, tag: data, value: 1,"
                  " ours: time(seeds) / time(again)}\n")
        self.refused(figure, r"its runs have \d and \d seeds",
                     head=HEAD.replace("{workers: 2}}", "{workers: 2}, seeds: 3}"))

    def test_a_wrong_scenario_is_told_with_its_run(self):
        figure = "figures:\n  x: {part: A, what: it, tag: data, value: 1, ours: time(again)}\n"
        self.refused(figure, "--set workers=none: error: 'workers' must be a whole number",
                     r"published\.yaml:11:\d+: note: that is the scenario of the run 'again'",
                     head=HEAD.replace("{workers: 2}", "{workers: none}"))
        self.refused(figure, "nowhere.yaml: error: cannot be read",
                     head=HEAD.replace("again: {scenario: small.yaml",
                                       "again: {scenario: nowhere.yaml"))

    def test_data_that_do_not_fit_are_bad_input(self):
        self.scenario(training(optimizer={"kind": "ma_sgd", "learning_rate": 0.1,
                                          "batch_size": 100000}), "small.yaml")
        done = self.validate("figures:\n  x: {part: A, what: it, tag: data, value: 1,"
                             " ours: time(one)}\n", expect=BAD_INPUT)
        self.assertIn("batch_size", done.stderr)

    def test_nothing_to_compare_is_a_mistake(self):
        self.refused("", "it has neither figures nor findings")

    def test_a_name_that_is_not_there_gets_a_suggestion(self):
        done = traincast("validate", "lambdaml2", expect=BAD_INPUT)
        self.assertIn("did you mean 'lambdaml'", done.stderr)
        done = traincast("validate", self.folder / "no.yaml", expect=BAD_INPUT)
        self.assertIn("no.yaml: error: cannot be read", done.stderr)


class LambdaMl(Case):
    def test_its_rows_can_be_asked_one_by_one(self):
        done = traincast("validate", "lambdaml", "--only", "p10-machines-50", "--json", "--quiet")
        row, = json.loads(done.stdout)["studies"][0]["rows"]
        self.assertEqual(row["published"], 160)
        self.assert_close(row["simulated"], 160, 0.05)


if __name__ == "__main__":
    main()
