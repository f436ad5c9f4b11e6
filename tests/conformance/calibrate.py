#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""`traincast calibrate`: a channel or a machine that measurements were made of comes back, through
the whole program: csv, fit, overlay, a run that uses it."""
import csv
import math
import os
import random
import re
import sqlite3
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
from traincast import *  # noqa: E402, F403

LATENCY_S, BYTES_PER_S = 0.08, 65e6
# Requests that ended well, of the channel of the models.
REQUESTS = """SELECT operation, bytes, end_s - begin_s AS seconds FROM request_rows
              WHERE channel = 'main' AND outcome = 'ok' AND operation IN ('PUT', 'GET')"""


class Calibrate(Case):
    def csv(self, rows, header, name="measured.csv"):
        path = self.folder / name
        with open(path, "w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(header)
            writer.writerows(rows)
        return path

    def calibrate(self, what, path, *more, expect=DONE):
        done = traincast("calibrate", what, "--csv", path, "--json", *more, expect=expect)
        return json.loads(done.stdout) if expect == DONE else done

    def resolved(self, scenario):
        """{key: value_num} of a run of one round."""
        run = self.run_scenario({**scenario, "stop": {"rounds": 1}})
        return {row["key"]: row["value_num"] for row in run.rows("params")}


class Channel(Calibrate):
    HEADER = "operation", "bytes", "seconds"

    def requests(self, count=300, sigma=0.4):
        chance = random.Random(1)
        for i in range(count):
            size = 10 ** (3 + i % 6)
            yield (("GET", "PUT")[i // 6 % 2], size,
                   LATENCY_S * math.exp(sigma * chance.gauss(0, 1)) + size / BYTES_PER_S)

    def test_without_noise_the_channel_comes_back_exactly(self):
        found = self.calibrate("channel", self.csv(self.requests(sigma=0), self.HEADER))
        self.assert_close(found["latency_median_s"], LATENCY_S, 1e-9)
        self.assert_close(found["bandwidth_bytes_per_s"], BYTES_PER_S, 1e-9)
        self.assertEqual(found["latency_sigma"], 0)
        self.assertEqual(found["residuals"]["count"], 300)
        self.assertLess(found["residuals"]["max_relative"], 1e-9)

    def test_with_noise_it_comes_back_within_its_errors(self):
        found = self.calibrate("channel", self.csv(self.requests(3000), self.HEADER))
        self.assert_close(found["latency_median_s"], LATENCY_S, 0.05)
        self.assert_close(found["latency_sigma"], 0.4, 0.1)
        self.assert_close(found["bandwidth_bytes_per_s"], BYTES_PER_S, 0.01)
        self.assertLessEqual(found["bandwidth_low_bytes_per_s"], BYTES_PER_S)
        self.assertGreaterEqual(found["bandwidth_high_bytes_per_s"], BYTES_PER_S)
        self.assert_close(found["latency_fitted"]["p99_s"], found["latency_measured"]["p99_s"], 0.2)

    def test_the_overlay_is_what_a_run_then_uses(self):
        overlay = self.folder / "mine.yaml"
        found = self.calibrate("channel", self.csv(self.requests(), self.HEADER), "--out", overlay)
        self.assertIn("measured.csv, 300 measurements", overlay.read_text())
        scenario = training(platform={**FUNCTIONS, "file": str(overlay)})
        used = self.resolved(scenario)
        self.assert_close(used["channels.main.bandwidth"], found["bandwidth_bytes_per_s"], 1e-8)
        self.assert_close(used["channels.main.latency.lognormal.median"],
                          found["latency_median_s"], 1e-8)
        self.assert_close(used["channels.main.latency.lognormal.sigma"], found["latency_sigma"],
                          1e-8)
        # The first group's file holds for the store as well.
        self.assertEqual(used["job.store.bandwidth"], used["channels.main.bandwidth"])
        text = traincast("resolve", self.scenario(scenario)).stdout
        self.assertRegex(text, r"bandwidth: .*# .*mine\.yaml:\d+, source: calibrated from measured\.csv")

    def test_the_overlay_may_become_a_providers_file(self):
        platforms = self.folder / "platforms"
        shutil.copytree(SOURCE / "platforms", platforms)
        overlay = platforms / "mine.yaml"
        self.calibrate("channel", self.csv(self.requests(), self.HEADER), "--out", overlay)
        overlay.write_text("extends: aws-2020\n" + overlay.read_text())
        scenario = training(platform={**FUNCTIONS, "provider": "mine"})
        traincast("check", self.scenario(scenario), "--platforms", platforms)

    def test_the_measured_distribution_itself_can_be_used(self):
        overlay = self.folder / "mine.yaml"
        path = self.csv(self.requests(3000), self.HEADER)
        self.calibrate("channel", path, "--out", overlay, "--empirical")
        self.assertLess(max(map(len, overlay.read_text().splitlines())), 120)
        text = traincast("resolve", self.scenario(
            training(platform={**FUNCTIONS, "file": str(overlay)})), "--canonical").stdout
        latencies = re.search(r"empirical: \[(.*?)\]", text, re.S).group(1).split(",")
        self.assertEqual(len(latencies), 1000)
        self.resolved(training(platform={**FUNCTIONS, "file": str(overlay)}))

    def test_an_operation_can_be_fitted_alone(self):
        rows = [(name, size, latency_s + size / BYTES_PER_S) for size in (1e3, 1e6, 2e6, 1e8)
                for name, latency_s in (("GET", 0.02), ("PUT", 0.06)) for _ in range(10)]
        path = self.csv(rows, self.HEADER)
        self.assertEqual(self.calibrate("channel", path, "--operation", "PUT")["measurements"], 40)
        done = traincast("calibrate", "channel", "--csv", path)
        self.assertIn("a PUT takes 3.00 times the latency of a GET", done.stderr)
        self.assertIn("measured.csv:1:1: warning", done.stderr)

    def test_a_service_that_is_full_is_seen(self):
        rows = [("GET", size, LATENCY_S + size / min(BYTES_PER_S, 1e9 / many), many)
                for many in (1, 5, 40) for size in (1e7, 2e7, 5e7, 1e8)]
        overlay = self.folder / "mine.yaml"
        found = self.calibrate("channel", self.csv(rows, (*self.HEADER, "concurrency")), "--out",
                               overlay)
        self.assert_close(found["aggregate_bytes_per_s"], 1e9, 1e-6)
        used = self.resolved(training(platform={**FUNCTIONS, "file": str(overlay)}))
        self.assert_close(used["channels.main.aggregate_bandwidth"], 1e9, 1e-6)

    def test_measurements_of_machines_make_a_direct_channel(self):
        overlay = self.folder / "mine.yaml"
        rows = [("SEND", size, 5e-4 + size / 1.2e8) for size in (100, 1000, 100000, 10000000)]
        self.calibrate("channel", self.csv(rows, self.HEADER), "--name", "direct", "--out", overlay)
        used = self.resolved(training(platform={**MACHINES, "file": str(overlay)},
                                      channel={"kind": "direct"}))
        self.assert_close(used["channels.main.latency"], 5e-4, 1e-8)
        self.assert_close(used["channels.main.bandwidth"], 1.2e8, 1e-8)


class RoundTrip(Calibrate):
    """Simulated requests, exported by SQL, give the simulated channel back."""

    FEATURES = 1000000  # two classes: messages of 8 MB, and parts of them

    def wide(self):
        path = self.folder / "wide.svm"
        path.write_text("".join(f"{i % 2} {i + 1}:1 {self.FEATURES}:{i % 3}\n" for i in range(64)))
        return path

    def exported(self, latency):
        """Requests of 8 MB (allreduce), 4 and 1 MB (scatter_reduce), and of 232 B."""
        database = self.folder / "results.db"
        wide = {"source": "file", "path": str(self.wide()), "format": "libsvm"}
        for data, pattern, workers in ((wide, "allreduce", 4), (wide, "scatter_reduce", 2),
                                       (wide, "scatter_reduce", 8), (None, "allreduce", 4)):
            self.run_scenario(training(
                workers=workers, data=data or {"source": "higgs-like", "rows": 64},
                optimizer={"kind": "ga_sgd", "learning_rate": 0.1, "batch_size": 4,
                           "sparse_messages": False},
                platform=PLAIN_FUNCTIONS, pattern={"kind": pattern},
                channel={**STORE, **({"latency": latency} if latency else {})},
                record={"requests": "rows"}, stop={"rounds": 10}), database=database)
        with sqlite3.connect(database) as connection:
            rows = connection.execute(REQUESTS).fetchall()
        return self.csv(rows, Channel.HEADER)

    def test_the_catalogues_s3_comes_back(self):
        found = self.calibrate("channel", self.exported(None))
        self.assertGreater(found["measurements"], 1000)
        self.assert_close(found["latency_median_s"], LATENCY_S, 1e-9)
        self.assert_close(found["bandwidth_bytes_per_s"], BYTES_PER_S, 1e-9)
        self.assertEqual(found["latency_sigma"], 0)

    def test_a_varying_s3_comes_back(self):
        path = self.exported({"lognormal": {"median": "80 ms", "sigma": 0.3}})
        overlay = self.folder / "mine.yaml"
        found = self.calibrate("channel", path, "--out", overlay)
        self.assert_close(found["latency_median_s"], LATENCY_S, 0.04)
        self.assert_close(found["latency_sigma"], 0.3, 0.08)
        self.assert_close(found["bandwidth_bytes_per_s"], BYTES_PER_S, 0.05)
        # What was simulated with the true channel and with the fitted one takes about as long.
        times = [self.run_scenario(training(platform={**PLAIN_FUNCTIONS, **changes},
                                            channel={**STORE, **channel}, stop={"epochs": 20})
                                   ).one("sim_time_s")
                 for changes, channel in (
                     ({"file": str(overlay)}, {}),
                     ({}, {"latency": {"lognormal": {"median": "80 ms", "sigma": 0.3}}}))]
        self.assert_close(times[0], times[1], 0.05)


class Compute(Calibrate):
    HEADER = "rows", "calls", "nonzeros", "seconds"
    ROW_S, CALL_S, NONZERO_S = 8.79e-6, 240e-6, 10e-9

    def batches(self, count=200, sigma=0.0):
        chance = random.Random(1)
        for i in range(count):
            rows, calls = 10 ** (2 + i % 4), 1 + i % 7
            nonzeros = rows * chance.randrange(10, 1000)
            yield rows, calls, nonzeros, math.exp(sigma * chance.gauss(0, 1)) * (
                rows * self.ROW_S + calls * self.CALL_S + nonzeros * self.NONZERO_S)

    def test_without_noise_the_machine_comes_back_exactly(self):
        found = self.calibrate("compute", self.csv(self.batches(), self.HEADER), "--name", "lr")
        self.assert_close(found["row_s"], self.ROW_S, 1e-9)
        self.assert_close(found["call_s"], self.CALL_S, 1e-9)
        self.assert_close(found["nonzero_s"], self.NONZERO_S, 1e-9)

    def test_with_noise_it_comes_back_within_its_errors(self):
        path = self.csv(self.batches(400, sigma=0.05), self.HEADER)
        found = self.calibrate("compute", path, "--name", "lr")
        for key, true in ("row", self.ROW_S), ("call", self.CALL_S), ("nonzero", self.NONZERO_S):
            error = found[f"{key}_deviation_s"]
            self.assertLess(abs(found[f"{key}_s"] - true), 4 * error)
            self.assertLess(error, 0.03 * true)

    def test_the_overlay_is_what_a_run_then_uses(self):
        overlay = self.folder / "mine.yaml"
        self.calibrate("compute", self.csv(self.batches(), self.HEADER), "--name", "lr", "--out",
                       overlay)
        used = self.resolved(training(platform={**FUNCTIONS, "file": str(overlay)}))
        self.assert_close(used["groups.workers.compute.row"], self.ROW_S, 1e-8)
        self.assert_close(used["groups.workers.compute.call"], self.CALL_S, 1e-8)
        self.assert_close(used["groups.workers.compute.nonzero"], self.NONZERO_S, 1e-8)


class Plot(Calibrate):
    def test_a_picture_is_drawn(self):
        if not shutil.which("gnuplot"):
            self.skipTest("no gnuplot")
        channel = self.csv(list(Channel.requests(self, 100)), Channel.HEADER)
        compute = self.csv(list(Compute.batches(Compute(), 50)), Compute.HEADER, "compute.csv")
        for ending, magic in (".svg", b"<?xml"), (".png", b"\x89PNG"), (".pdf", b"%PDF"):
            for what, path, name in ("channel", channel, "s3"), ("compute", compute, "it's"):
                picture = self.folder / f"{what}, it's a 'plot'{ending}"
                done = traincast("calibrate", what, "--csv", path, "--name", name, "--plot", picture)
                self.assertTrue(picture.read_bytes().startswith(magic))
                self.assertEqual(done.stderr, "")

    def test_every_measurement_is_in_it(self):
        if not shutil.which("gnuplot"):
            self.skipTest("no gnuplot")
        picture = self.folder / "plot.svg"
        traincast("calibrate", "channel", "--csv",
                  self.csv(list(Channel.requests(self, 100)), Channel.HEADER), "--plot", picture)
        # A mark for each in both panels; a few more are the key's.
        marks = picture.read_text().count("<use xlink:href='#gpPt6'")
        self.assertTrue(200 <= marks <= 204, marks)

    def test_without_gnuplot_there_is_a_clear_word_and_the_overlay(self):
        overlay = self.folder / "mine.yaml"
        done = traincast("calibrate", "channel", "--csv",
                         self.csv(list(Channel.requests(self, 30)), Channel.HEADER), "--out",
                         overlay, "--plot", self.folder / "plot.svg", expect=MACHINE,
                         env={"PATH": str(self.folder)})
        self.assertIn("gnuplot is not installed", done.stderr)
        self.assertIn("bandwidth", done.stdout)
        self.assertNotIn("plot.svg", done.stdout)
        self.assertIn("bandwidth: 65", overlay.read_text())


class Mistakes(Calibrate):
    def refused(self, text, *more, what="channel"):
        path = self.folder / "wrong.csv"
        path.write_text(text)
        overlay = self.folder / "mine.yaml"
        done = traincast("calibrate", what, "--csv", path, "--out", overlay, *more,
                         expect=BAD_INPUT)
        self.assertFalse(overlay.exists())
        self.assertEqual(done.stdout, "")
        return done.stderr.replace(str(path), "wrong.csv")

    def test_of_the_csv_have_their_line(self):
        for text, says in (
                ("operation,bytes,secs\nGET,1,1\n", "wrong.csv:1:1: error: there is no column 'seconds'"),
                ("operation,bytes,seconds\nGET,1,1\nGET,2,-3\nGET,3,1\n",
                 "wrong.csv:3:7: error: 'seconds' is -3, but must be above 0"),
                ("operation,bytes,seconds\nGET,1,1\nGET,2,1\n",
                 "wrong.csv:3:1: error: there are 2 measurements: 3 is the least"),
                ("operation,bytes,seconds\nGET,9,1\nGET,9,2\nGET,9,1\n",
                 "wrong.csv:2:1: error: every measurement moves 9 bytes: bandwidth cannot be told"),
                ("", "wrong.csv: the file is empty")):
            with self.subTest(says=says):
                self.assertIn(says, self.refused(text))
        self.assertIn("wrong.csv:2:1: error: 'rows' and 'calls' grow together", self.refused(
            "rows,calls,seconds\n1,1,1\n2,2,2\n3,3,4\n", "--name", "lr", what="compute"))

    def test_of_the_command_line_are_said(self):
        good = "operation,bytes,seconds\nGET,1,1\nGET,2,2\nGET,3,3.5\n"
        for more, says in (
                (["--name", "s4"], "there is no channel 's4'; did you mean 's3'?"),
                (["--plot", "x.gif"], "a picture's name ends in .svg, .png or .pdf"),
                (["--operation", "PUT"], "0 measurements of operation 'PUT'")):
            with self.subTest(says=says):
                self.assertIn(says, self.refused(good, *more))
        self.assertIn("which entry of compute", self.refused(good, what="compute"))
        self.assertIn("'channel' or 'compute', not 'chanel'", self.refused(good, what="chanel"))
        path = self.folder / "data.csv"
        path.write_text(good)
        self.assertIn("would overwrite", traincast("calibrate", "channel", "--csv", path, "--out",
                                                   path, expect=BAD_INPUT).stderr)
        self.assertEqual(path.read_text(), good)
        self.assertIn("--csv FILE", traincast("calibrate", "channel", expect=BAD_INPUT).stderr)

    def test_an_overlay_that_cannot_be_written_is_an_error_of_the_machine(self):
        path = self.csv(list(Channel.requests(self, 30)), Channel.HEADER)
        done = traincast("calibrate", "channel", "--csv", path, "--out",
                         self.folder / "no" / "mine.yaml", expect=MACHINE)
        self.assertIn("mine.yaml", done.stderr)


class Libraries(Case):
    def test_gsls_cblas_does_not_stand_before_openblas(self):
        done = traincast("version", env={"LD_DEBUG": "bindings", "LD_BIND_NOW": "1"})
        bindings = re.findall(r"binding file (\S+) \[\d+\] to (\S+) \[\d+\]: normal symbol "
                              r"`(cblas_\w+)'", done.stderr)
        if not bindings:
            self.skipTest("the loader does not say")
        for file, provider, symbol in bindings:
            self.assertIn("openblas", provider, f"{symbol} of {file}")


if __name__ == "__main__":
    main()
