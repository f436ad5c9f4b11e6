#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Figures: what is drawn is what the database says, every drawing comes out in every form, and
without gnuplot there are at least the numbers."""
import collections
import csv
import io
import os
import re
import sys
import xml.etree.ElementTree

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
from traincast import *  # noqa: E402, F403
import sweep_db  # noqa: E402

DRAWN = {"learning": [], "frontier": [], "breakdown": [], "bills": [], "response": [],
         "speedup": [], "distribution": ["--by", "channel"], "heat": ["-p", "y=channel"],
         "timeline": []}
needs_gnuplot = unittest.skipUnless(shutil.which("gnuplot"), "gnuplot is not installed")


class Plot(Case):
    @classmethod
    def setUpClass(cls):
        cls.shared = pathlib.Path(tempfile.mkdtemp(prefix="traincast-"))
        cls.addClassCleanup(shutil.rmtree, cls.shared, ignore_errors=True)
        cls.path = sweep_db.make_small(cls.shared)
        cls.database = Database(cls.path)
        cls.addClassCleanup(cls.database.close)

    def plot(self, *arguments, **options):
        return traincast("plot", self.path, *arguments, **options)

    def data(self, *arguments):
        """The numbers that are drawn."""
        path = self.folder / "data.csv"
        self.plot(*arguments, "--data", path)
        with open(path, newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))

    # -- the numbers -------------------------------------------------------------------------
    def test_every_question_that_can_be_drawn_is_tested_here(self):
        marked = re.findall(r"(?m)^  (\w+) .* \*$", traincast("query").stdout)
        self.assertEqual(set(marked) - {"latency", "series"}, set(DRAWN))

    def test_bands_are_students_over_replications(self):
        import numpy
        import scipy.stats
        rows = self.data("learning", "-p", "x=epoch", "-w", "channel = 's3' AND workers = 4")
        losses = collections.defaultdict(list)
        for row in self.database.rows("SELECT epoch, rounds.train_loss AS loss FROM rounds JOIN"
                                      " runs USING (run_id) WHERE channel = 's3' AND workers = 4"):
            losses[row["epoch"]].append(row["loss"])
        self.assertEqual(len(rows), len(losses))
        for row in rows:
            values = losses[float(row["epoch"])]
            low, high = scipy.stats.t.interval(0.95, len(values) - 1, loc=numpy.mean(values),
                                               scale=scipy.stats.sem(values))
            self.assertEqual(int(row["runs"]), 2)
            self.assert_close(float(row["train_loss"]), numpy.mean(values), 1e-12)
            self.assert_close(float(row["low"]), low, 1e-9)
            self.assert_close(float(row["high"]), high, 1e-9)

    def test_curves_in_time_are_interpolated_between_evaluations(self):
        import numpy
        rows = self.data("learning", "-w", "channel = 'direct' AND workers = 2")
        curves = [numpy.array([tuple(row) for row in self.database.rows(
            "SELECT sim_time_s, train_loss FROM rounds WHERE run_id = ? ORDER BY round", run[0])])
            for run in self.database.rows(
                "SELECT run_id FROM runs WHERE channel = 'direct' AND workers = 2")]
        for row in rows:
            x = float(row["sim_time_s"])
            values = [numpy.interp(x, curve[:, 0], curve[:, 1]) for curve in curves]
            self.assert_close(float(row["train_loss"]), numpy.mean(values), 1e-9)
        self.assert_close(float(rows[0]["sim_time_s"]), max(c[0, 0] for c in curves), 1e-12)
        self.assert_close(float(rows[-1]["sim_time_s"]), min(c[-1, 0] for c in curves), 1e-12)

    def test_a_distribution_climbs_to_one(self):
        rows = self.data("distribution", "--by", "channel")
        for channel in sweep_db.SIDES:
            values = sorted(row[0] for row in self.database.rows(
                "SELECT sim_time_s FROM runs WHERE channel = ?", channel))
            mine = [row for row in rows if row["series"] == channel]
            self.assertEqual([float(row["sim_time_s"]) for row in mine], [values[0], *values])
            self.assertEqual([float(row["share"]) for row in mine],
                             [i / len(values) for i in range(len(values) + 1)])

    def test_samples_within_runs_are_drawn_as_distributions_and_curves(self):
        path, data = self.folder / "service.db", self.folder / "data.csv"
        run = self.run_scenario({"name": "s", "platform": FUNCTIONS, "record": {"requests": "rows"},
                                 "job": {"kind": "service", "inter_arrival": "2 s", "requests": 40,
                                         "service_time": {"uniform": {"min": "0 s", "max": "1 s"}}}},
                                database=path)
        expected = sorted(row["value"] for row in run.rows("series")
                          if row["metric"] == "latency_s")
        traincast("plot", path, "latency", "--data", data)
        rows = list(csv.DictReader(io.StringIO(data.read_text())))
        self.assertEqual([float(row["latency_s"]) for row in rows[1:]], expected)
        traincast("plot", path, "series", "-p", "metric=latency_s", "--data", data)
        rows = list(csv.DictReader(io.StringIO(data.read_text())))
        self.assertEqual(sorted(float(row["value"]) for row in rows), expected)

    def test_words_may_stand_at_the_x_axis(self):
        rows = self.data("response", "-p", "x=channel", "--measure", "cost_usd")
        self.assertEqual({row["channel"] for row in rows}, set(sweep_db.SIDES))

    # -- the figures -------------------------------------------------------------------------
    @needs_gnuplot
    def test_every_drawing_comes_out_as_svg_with_names_and_units(self):
        for name, arguments in DRAWN.items():
            with self.subTest(name=name):
                path = self.folder / f"{name}.svg"
                done = self.plot(name, "--out", path, *arguments)
                self.assertEqual(done.stdout, "")
                self.assertRegex(done.stderr, r"^(traincast plot: note: .*\n)?$")
                root = xml.etree.ElementTree.parse(path).getroot()
                text = " ".join(" ".join(node.itertext()) for node in root.iter()
                                if node.tag.endswith("text"))
                self.assertRegex(text, r"\((s|USD)\)" if name != "speedup" else "speedup")
                self.assertGreater(len(list(root.iter())), 40)

    def test_figures_of_the_readme_are_there_and_fit_for_a_browser(self):
        readme = (SOURCE / "README.md").read_text()
        shown = set(re.findall(r"\]\((docs/figures/\w+\.svg)\)", readme))
        self.assertEqual(shown, {f"docs/figures/{path.name}"
                                 for path in (SOURCE / "docs" / "figures").glob("*.svg")})
        makes = (SOURCE / "docs" / "figures" / "make.sh").read_text()
        for figure in shown:
            path = SOURCE / figure
            self.assertLess(path.stat().st_size, 60000)
            root = xml.etree.ElementTree.parse(path).getroot()
            self.assertEqual(root.tag, "{http://www.w3.org/2000/svg}svg")
            self.assertFalse([node for node in root.iter() if node.tag.endswith(
                ("}script", "}image", "}foreignObject", "}style"))])
            self.assertIn(f"--out {path.name}", makes)
        for command in re.findall(r"`(traincast (?:plot|sweep|run) [^`]*)`", readme):
            if "docs/figures" in command or "--campaign" in command or "one.db" in command:
                self.assertIn(command.split(" ", 1)[1].replace(" --db one.db", "", 1).split(" --set")[0]
                              .split(".yaml")[0], makes)

    @needs_gnuplot
    def test_pdf_and_png_are_what_they_say(self):
        for ending, head in (("pdf", b"%PDF-"), ("png", b"\x89PNG")):
            path = self.folder / f"x.{ending}"
            self.plot("breakdown", "--out", path, "--title", "Where it goes", "--size", "400x300")
            self.assertEqual(path.read_bytes()[:len(head)], head)

    @needs_gnuplot
    def test_the_same_database_gives_the_same_bytes(self):
        for which in "ab":
            self.plot("frontier", "--out", self.folder / f"{which}.svg")
        self.assertEqual((self.folder / "a.svg").read_bytes(),
                         (self.folder / "b.svg").read_bytes())

    @needs_gnuplot
    def test_names_are_not_taken_for_commands(self):
        name = "it's $(touch x) `y` @z_2 \\n 'q'"
        path = self.folder / "names.db"
        for seed in 1, 2:
            self.run_scenario(training(name=name + str(seed), seed=seed, stop={"epochs": 1}),
                              database=path)
        traincast("plot", path, "breakdown", "--by", "name", "--out", self.folder / "n.svg",
                  "--title", name, cwd=self.folder)
        self.assertIn("@z_2", (self.folder / "n.svg").read_text())
        self.assertFalse((self.folder / "x").exists())

    def test_without_gnuplot_it_says_what_to_install_and_gives_the_numbers(self):
        data = self.folder / "data.csv"
        done = self.plot("breakdown", "--out", self.folder / "x.svg", "--data", data,
                         expect=MACHINE, env={"PATH": str(self.folder)})
        self.assertIn("gnuplot-nox", done.stderr)
        self.assertGreater(len(data.read_text().splitlines()), 9)
        self.plot("breakdown", "--data", data, env={"PATH": str(self.folder)})

    def test_a_run_that_has_ended_keeps_its_last_value(self):
        path = self.folder / "ended.db"
        for seed, epochs in ((1, 1), (2, 3), (3, 2)):
            self.run_scenario(training(seed=seed, stop={"epochs": epochs}), database=path)
        data = self.folder / "data.csv"
        done = traincast("plot", path, "learning", "--data", data, "--by", "channel")
        self.assertIn("keep their last value", done.stderr)
        rows = list(csv.DictReader(data.read_text().splitlines()))
        database = Database(path)
        last = [row["train_loss"] for row in database.rows("SELECT train_loss FROM runs")]
        end = database.value("SELECT max(sim_time_s) FROM rounds WHERE train_loss IS NOT NULL")
        database.close()
        self.assert_close(float(rows[-1]["sim_time_s"]), end, 1e-9)
        self.assert_close(float(rows[-1]["train_loss"]), math.fsum(last) / 3, 1e-9)

    def test_memory_has_human_units(self):
        rows = self.data("response", "-p", "x=platform.memory", "-w", "platform.kind = 'faas'")
        self.assertEqual({row["platform.memory_gb"] for row in rows}, {"3"})

    @needs_gnuplot
    def test_what_cannot_be_drawn_leaves_no_file(self):
        done = self.plot("frontier", "--out", self.folder / "no" / "x.png", expect=MACHINE)
        self.assertIn("cannot write", done.stderr)
        self.assertNotIn("part", done.stderr)
        self.assertEqual(done.stdout, "")
        figure = self.folder / "figure.svg"
        figure.write_text("before")
        self.plot("learning", "-w", "workers = 77", "--out", figure, expect=BAD_INPUT)
        self.assertEqual(figure.read_text(), "before")
        self.plot("learning", "--out", figure)
        self.assertEqual(list(self.folder.iterdir()), [figure])

    def test_above_six_lines_bands_are_left_out_and_it_says_so(self):
        done = self.plot("learning", "--data", self.folder / "data.csv")
        self.assertIn("no bands of confidence", done.stderr)
        done = self.plot("learning", "--data", self.folder / "data.csv", "--by", "channel")
        self.assertNotIn("no bands", done.stderr)

    def test_mistakes_are_named(self):
        out = self.folder / "x.svg"
        for arguments, words in (
                (("learning",), "--out FILE"), (("learning", "-o", "x.gif"), ".svg, .pdf or .png"),
                (("campaigns", "-o", out), "is not drawn"), (("lerning", "-o", out), "'learning'"),
                (("learning", "-o", out, "-w", "workers > 99"), "nothing to draw"),
                (("learning", "-o", out, "--size", "3"), "760x460"),
                (("learning", "-o", out, "--log", "z"), "--log is"),
                (("distribution", "-o", out, "-m", "name"), "must be numbers"),
                (("learning", "-o", out, "--by", "run_id,seed,channel,workers"), None)):
            with self.subTest(arguments=arguments):
                done = self.plot(*arguments, expect=BAD_INPUT if words else None)
                self.assertIn(words or "", done.stderr)
        self.assertFalse((self.folder / "x.gif").exists())


if __name__ == "__main__":
    main()
