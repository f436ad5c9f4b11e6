#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What other programs read: views as csv and JSON, timelines, and the database itself."""
import collections
import csv
import io
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
from traincast import *  # noqa: E402, F403

SERVICE = {"name": "requests", "seed": 1, "platform": FUNCTIONS, "job": {
    "kind": "service", "inter_arrival": "2 s", "requests": 50, "service_time": "0.2 s"}}


class Export(Case):
    @classmethod
    def setUpClass(cls):
        cls.shared = pathlib.Path(tempfile.mkdtemp(prefix="traincast-"))
        cls.addClassCleanup(shutil.rmtree, cls.shared, ignore_errors=True)
        cls.path = cls.shared / "x.db"
        for scenario in (training(record={"spans": "all"}), training(workers=2, seed=2), SERVICE):
            path = cls.shared / "scenario.yaml"
            path.write_text(json.dumps(scenario))
            traincast("run", path, "--quiet", "--db", cls.path)
        cls.database = Database(cls.path)
        cls.addClassCleanup(cls.database.close)

    def export(self, *arguments):
        return traincast("export", self.path, *arguments).stdout

    # -- views -------------------------------------------------------------------------------
    def test_a_view_comes_out_whole_as_csv_and_as_json(self):
        for view in "runs", "rounds", "bill", "params":
            expected = [dict(row) for row in self.database.rows(f"SELECT * FROM {view}")]
            self.assertEqual(json.loads(self.export(view, "--format", "json")), expected)
            rows = list(csv.DictReader(io.StringIO(self.export(view))))
            self.assertEqual(len(rows), len(expected))
            self.assertEqual(set(rows[0]), set(expected[0]))
        self.assertEqual(len(json.loads(self.export("-f", "json", "-w", "workers = 2"))), 1)

    def test_all_views_are_files_of_a_folder(self):
        self.export("all", "--out", self.folder / "views")
        views = {row[0] for row in self.database.rows(
            "SELECT name FROM sqlite_master WHERE type = 'view'")}
        self.assertEqual({path.stem for path in (self.folder / "views").iterdir()}, views)

    def test_wide_runs_have_a_column_for_each_setting_that_differs(self):
        rows = json.loads(self.export("wide", "-f", "json", "-w", "job = 'data_parallel'"))
        self.assertEqual([row["groups.workers.count"] for row in rows], [4, 2])
        self.assertNotIn("channels.main.kind", rows[0])

    # -- timelines ---------------------------------------------------------------------------
    def trace(self, run):
        return json.loads(self.export("--format", "trace", "--run", run))["traceEvents"]

    def check_nesting(self, events):
        """On a track, spans are apart or strictly within one another."""
        tracks = collections.defaultdict(list)
        for event in events:
            if event["ph"] == "X":
                begin_ns = round(event["ts"] * 1000)
                tracks[event["tid"]].append((begin_ns, begin_ns + round(event["dur"] * 1000)))
        for spans in tracks.values():
            open_ends = []
            for begin_ns, end_ns in sorted(spans, key=lambda span: (span[0], -span[1])):
                while open_ends and open_ends[-1] <= begin_ns:
                    open_ends.pop()
                self.assertTrue(not open_ends or end_ns <= open_ends[-1])
                open_ends.append(end_ns)
        names = {event["tid"] for event in events if event["name"] == "thread_name"}
        self.assertEqual(set(tracks), names)
        return tracks

    def test_a_trace_has_every_span_and_nests(self):
        for run in 1, 2, 3:
            events = self.trace(run)
            self.check_nesting(events)
            counted = collections.Counter(event["name"] for event in events if event["ph"] == "X")
            for activity, count in self.database.rows(
                    "SELECT activity, count(*) FROM spans WHERE run_id = ? GROUP BY 1", run):
                self.assertEqual(counted[activity], count)
            invocations = self.database.value(
                "SELECT count(*) FROM invocations WHERE run_id = ? AND end_s IS NOT NULL", run)
            self.assertEqual(sum(counted.values()) - invocations, self.database.value(
                "SELECT count(*) FROM spans WHERE run_id = ?", run))

    def test_spans_that_cross_get_tracks_of_their_own(self):
        """No run makes such spans on one lane today; the file must be right if one does."""
        path = self.folder / "crossing.db"
        shutil.copy(self.path, path)
        with sqlite3.connect(path) as db:
            db.execute("DELETE FROM span WHERE run_id = 1")
            db.executemany("INSERT INTO span (run_id, seq, entity_id, lane, activity_id, begin_s,"
                           " end_s) VALUES (1, ?, 0, 1, 1, ?, ?)",
                           ((1, 0, 10), (2, 2, 6), (3, 4, 8), (4, 5, 12), (5, 10, 12), (6, 2, 2)))
        db.close()
        tracks = self.check_nesting(json.loads(traincast(
            "export", path, "-f", "trace", "-r", 1).stdout)["traceEvents"])
        self.assertGreater(len(tracks), 2)

    def test_a_trace_shows_loss_and_money_as_curves(self):
        counters = [event for event in self.trace(1) if event["ph"] == "C"]
        losses = [event["args"]["value"] for event in counters if event["name"] == "train_loss"]
        expected = [row[0] for row in self.database.rows(
            "SELECT train_loss FROM rounds WHERE run_id = 1 ORDER BY round")]
        self.assertEqual(len(losses), len(expected))
        for found, value in zip(losses, expected):
            self.assert_close(found, value, 1e-8)

    def test_a_paje_trace_is_in_order_and_pops_what_it_pushes(self):
        last_s, depth, known = 0, collections.Counter(), set()
        for line in self.export("--format", "paje", "--run", 1).splitlines():
            word = line.split()
            if word[0] == "2":
                known.add(word[2])
            elif word[0] in "45":
                self.assertGreaterEqual(float(word[1]), last_s)
                last_s = float(word[1])
                self.assertIn(word[3], known)
                depth[word[3]] += 1 if word[0] == "4" else -1
                self.assertIn(depth[word[3]], (0, 1))
        self.assertEqual(set(depth.values()), {0})
        self.assertGreater(last_s, 0)

    def test_run_writes_the_same_trace(self):
        path, trace = self.folder / "r.db", self.folder / "trace.json"
        traincast("run", self.scenario(training()), "--quiet", "--db", path, "--trace", trace)
        self.assertEqual(trace.read_text(), traincast("export", path, "-f", "trace").stdout)

    def test_mistakes_are_named(self):
        for arguments, words in ((("rnus",), "did you mean 'runs'?"), (("all",), "--out DIR"),
                                 (("runs", "-f", "xml"), "--format is"),
                                 (("-f", "trace", "-r", 9), "there is no run 9"),
                                 (("-f", "trace", "-w", "workers = 77"), "there are no runs"),
                                 (("runs", "-o", self.folder / "no" / "x.csv"), "No such file")):
            self.assertIn(words, traincast("export", self.path, *arguments,
                                           expect=BAD_INPUT).stderr)

    # -- other readers -----------------------------------------------------------------------
    def test_pandas_reads_it_as_the_documentation_says(self):
        try:
            import pandas  # noqa: F401
        except ImportError:
            self.skipTest("pandas is not installed (in Debian: python3-pandas)")
        text = (SOURCE / "docs" / "answers.md").read_text()
        example = re.search(r"```python\n(import sqlite3, pandas\n.*?)```", text, re.S).group(1)
        scope = {}
        os.chdir(self.folder)
        shutil.copy(self.path, self.folder / "results.db")
        exec(example, scope)  # pylint: disable=exec-used
        frame = scope["runs"]
        self.assertEqual(list(frame["sim_time_s"]), [row[0] for row in self.database.rows(
            "SELECT sim_time_s FROM runs ORDER BY run_id")])
        self.assertEqual(scope["curves"].shape[1], 2)


if __name__ == "__main__":
    main()
