# SPDX-License-Identifier: MIT
"""What tests of the whole program share: run it, read its database, check what must always hold.

The program under test is $TRAINCAST (ctest sets it).  Real data sets are in $TRAINCAST_DATA, or
in ../shared/data beside the source tree; tests that need them skip, with a reason, without.
"""
import hashlib
import json
import math
import os
import pathlib
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import unittest

SOURCE = pathlib.Path(__file__).resolve().parents[2]
EXECUTABLE = pathlib.Path(os.environ.get("TRAINCAST", SOURCE / "build" / "traincast"))
SKIPPED = 77  # ctest's SKIP_RETURN_CODE
DONE, RUN_FAILED, BAD_INPUT, MACHINE = 0, 1, 2, 3

# Depends on the moment and the machine; everything else in a database is determined by the inputs.
WALL_TABLE = "run_wall"
CACHE_TABLE = "trajectory"  # what it holds depends on what was asked for when
WALL_COLUMNS = {"wall_s", "peak_memory_bytes", "created_utc", "hostname", "command_line"}
SECONDS_PER_RUN = 120

RECOMPUTE_BILL = (SOURCE / "analysis" / "recompute_bill.sql").read_text()


def data_dir():
    """Where the real data are, or None."""
    for place in os.environ.get("TRAINCAST_DATA"), SOURCE.parent / "shared" / "data":
        if place and (pathlib.Path(place) / "higgs" / "binary.train").exists():
            return pathlib.Path(place)
    return None


needs_data = unittest.skipUnless(
    data_dir(), "no real data: set TRAINCAST_DATA to a folder with higgs/, mushroom/, mnist/ ...")


# -- the program -------------------------------------------------------------------------------
def traincast(*arguments, expect=DONE, seconds=SECONDS_PER_RUN, **popen):
    """Runs it to its end; the exit code must be as expected (None: any)."""
    environment = {**os.environ, **popen.pop("env", {})}
    done = subprocess.run([str(EXECUTABLE), *map(str, arguments)], capture_output=True, text=True,
                          timeout=seconds, env=environment, **popen)
    if expect is not None and done.returncode != expect:
        raise AssertionError("exit code %d, expected %d: %s\n%s%s" % (
            done.returncode, expect, " ".join(map(str, arguments)), done.stdout, done.stderr))
    return done


def sets(settings):
    """{'a.b': 1} as --set arguments."""
    return [part for key, value in settings.items() for part in ("--set", f"{key}={value}")]


class Run:
    """One finished run: what --json said, and its rows."""

    def __init__(self, database, report, model_path):
        self.database, self.report, self.model_path = database, report, model_path
        self.id = report["run_id"]

    def rows(self, view, columns="*"):
        return self.database.rows(f"SELECT {columns} FROM {view} WHERE run_id = ?", self.id)

    def one(self, column):
        return self.rows("runs", column)[0][column]

    def column(self, view, column):
        return [row[column] for row in self.rows(view, column)]

    def breakdown(self):
        return {row["activity"]: row["critical_s"] for row in self.rows("breakdown")}

    def request_counts(self):
        return {(row["channel"], row["operation"]): row["count"] for row in self.rows("requests")}

    def model(self):
        """The parameters, float32[P]."""
        import numpy
        return numpy.load(self.model_path)

    def learning(self):
        """What no platform, channel, pattern or price may change."""
        return [(row["round"], row["epoch"], row["train_loss"], row["train_accuracy"],
                 row["test_loss"], row["test_accuracy"]) for row in self.rows("rounds")]


class Database:
    def __init__(self, path):
        self.path = path
        self.connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        self.connection.row_factory = sqlite3.Row

    def rows(self, sql, *arguments):
        return self.connection.execute(sql, arguments).fetchall()

    def value(self, sql, *arguments):
        return self.rows(sql, *arguments)[0][0]

    def dump(self):
        """Every row of every table but the wall clock's, as text."""
        tables = [row[0] for row in self.rows(
            "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        return "\n".join(f"{table}|{tuple(row)!r}" for table in tables
                         if table not in (WALL_TABLE, CACHE_TABLE) for row in self.rows(f"SELECT * FROM {table}"))

    def close(self):
        self.connection.close()


# -- what holds after every run ----------------------------------------------------------------
def check_invariants(case, run):
    """Time and money of a run add up, in whatever way it ended."""
    end = run.rows("runs")[0]
    sim_time_s = end["sim_time_s"]

    case.assertNotEqual(end["status"], "running")
    critical_s = math.fsum(row["critical_s"] for row in run.rows("breakdown"))
    case.assertLessEqual(abs(critical_s - sim_time_s), 1e-9 * max(1, sim_time_s),
                         "the breakdown sums to sim_time_s")
    case.assertEqual(sum(run.column("bill", "cost_pusd")), end["cost_pusd"], "the bill sums to cost")
    check_bill(case, run)
    for row in run.rows("invocations"):
        if row["start_s"] is not None:
            case.assertLessEqual(row["arrival_s"], row["start_s"])
            case.assertLessEqual(row["start_s"], row["end_s"])
            case.assertGreaterEqual(row["billed_ms"] + 1e-6, 1000 * (row["end_s"] - row["start_s"]))
    check_spans(case, run)
    check_request_rows(case, run)
    case.assertEqual(run.database.value("PRAGMA integrity_check"), "ok")
    case.assertEqual(run.database.rows("PRAGMA foreign_key_check"), [])


def check_request_rows(case, run):
    """record: {requests: rows} lists the very requests that are counted."""
    rows = run.database.rows(
        "SELECT channel, operation, count(*) AS count, sum(bytes) AS bytes FROM request_rows"
        " WHERE run_id = ? GROUP BY channel, operation ORDER BY channel, operation", run.id)
    if rows:
        counted = run.database.rows(
            "SELECT channel, operation, count, bytes FROM requests WHERE run_id = ? AND count > 0"
            " ORDER BY channel, operation", run.id)
        case.assertEqual([tuple(row) for row in rows], [tuple(row) for row in counted])


def check_spans(case, run):
    """What a worker did, it did one thing after another, inside an invocation (where there are
    functions).  Critical spans tile the run.

    `wait` is also what a critical path through a worker says after that worker has left.
    """
    inside, last_end_s = {}, {}
    critical = run.database.value("SELECT value_text FROM params WHERE run_id = ? AND"
                                  " key = 'record.spans'", run.id) == "critical"
    for span in run.rows("spans"):
        if span["lane"] == 0:
            who = "the run" if critical else span["entity"]
            before_s = last_end_s.get(who, 0 if critical else span["begin_s"])
            (case.assertEqual if critical else case.assertLessEqual)(
                before_s, span["begin_s"], tuple(span))
            last_end_s[who] = span["end_s"]
    if critical:
        case.assertEqual(last_end_s.get("the run", 0), run.one("sim_time_s"))
    for row in run.rows("invocations"):
        inside.setdefault(row["entity"], []).append((row["arrival_s"], row["end_s"]))
    for span in run.rows("spans"):
        if span["activity"] in ("start", "wait", "serve", "idle", "stop"):
            continue
        invocations = inside.get(span["entity"])
        case.assertTrue(not invocations or
                        any(begin_s - 1e-9 <= span["begin_s"] and span["end_s"] <= end_s + 1e-9
                            for begin_s, end_s in invocations),
                        f"{tuple(span)} lies in none of {invocations}")


def check_bill(case, run):
    """From invocations, machines, counts and prices, by SQL alone: the same integers."""
    lines = [line for line in run.database.connection.execute(RECOMPUTE_BILL, {"all": 1})
             if line["run_id"] == run.id]
    case.assertTrue(lines or not run.one("cost_pusd"))
    for line in lines:
        case.assertEqual(line["difference_pusd"], 0, tuple(line))
    case.assertEqual(sum(line["recomputed_pusd"] for line in lines), run.one("cost_pusd"))


# -- scenarios ---------------------------------------------------------------------------------
# Functions that start at once and alike, so that only what is under test takes or varies time.
PLAIN_FUNCTIONS = {"kind": "faas", "provider": "aws-2020", "memory": "3 GB", "cold_start": "0.25 s",
                   "invoke_overhead": "0 s"}
FUNCTIONS = {"kind": "faas", "provider": "aws-2020", "memory": "3 GB"}
MACHINES = {"kind": "iaas", "provider": "aws-2020", "instance": "c5.large"}
STORE = {"kind": "s3"}
# Latency as widely spread as S3's is, so that no two requests take the same time.
SPREAD_STORE = {"kind": "s3", "latency": {"lognormal": {"median": "80 ms", "sigma": 0.5}}}


def training(**changes):
    """A small training scenario as a dictionary; top-level keys are replaced by those given."""
    scenario = {
        "name": "test", "seed": 1, "workers": 4,
        "data": {"source": "higgs-like", "rows": 2000, "validation": 0.2},
        "model": {"kind": "lr"},
        "optimizer": {"kind": "ma_sgd", "learning_rate": 0.1, "batch_size": 100},
        "platform": FUNCTIONS, "channel": STORE, "pattern": {"kind": "allreduce"},
        "sync": {"kind": "bsp"}, "stop": {"epochs": 3},
    }
    scenario.update(changes)
    return {key: value for key, value in scenario.items() if value is not None}


# -- cases -------------------------------------------------------------------------------------
class Case(unittest.TestCase):
    """A test with a folder of its own, which goes away with it."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="traincast-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.runs = 0

    def scenario(self, text, name=None):
        """A file with this YAML text, or with this dictionary (JSON is YAML)."""
        if isinstance(text, dict):
            text = json.dumps(text, indent=1)
        path = self.folder / (name or hashlib.sha256(text.encode()).hexdigest()[:12] + ".yaml")
        path.write_text(text)
        return path

    def run_scenario(self, scenario, settings=None, seed=None, expect=DONE, threads=None,
                     database=None, model=False, seconds=SECONDS_PER_RUN, check=True):
        """Runs YAML text, a dictionary or a file; into a database of its own unless one is given."""
        self.runs += 1
        path = scenario if isinstance(scenario, pathlib.Path) else self.scenario(scenario)
        database = database or self.folder / f"results{self.runs}.db"
        model_path = self.folder / f"model{self.runs}.npy"
        arguments = ["run", path, "--json", "--quiet", "--db", database, *sets(settings or {})]
        if seed is not None:
            arguments += ["--seed", seed]
        if threads is not None:
            arguments += ["--threads", threads]
        if model:
            arguments += ["--model", model_path]
        if data_dir():
            arguments += ["--data", data_dir()]
        done = traincast(*arguments, expect=expect, seconds=seconds)
        opened = Database(database)
        self.addCleanup(opened.close)
        run = Run(opened, json.loads(done.stdout), model_path)
        if check:
            check_invariants(self, run)
        return run

    def assert_close(self, actual, expected, relative, absolute=0, message=None):
        if not abs(actual - expected) <= relative * abs(expected) + absolute:
            self.fail("%.17g, expected %.17g within %g%s" % (
                actual, expected, relative, f": {message}" if message else ""))


class Process:
    """The program in the background, for signals."""

    def __init__(self, *arguments):
        self.popen = subprocess.Popen([str(EXECUTABLE), *map(str, arguments)],
                                      stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def send(self, number=signal.SIGTERM):
        self.popen.send_signal(number)

    def wait(self, seconds=60):
        stdout, stderr = self.popen.communicate(timeout=seconds)
        return self.popen.returncode, stdout, stderr


def main():
    """unittest.main, but exit 77 with the reason when nothing could be tested."""
    program = unittest.main(module="__main__", exit=False, verbosity=2)
    result = program.result
    if not result.wasSuccessful():
        sys.exit(1)
    if result.testsRun == len(result.skipped):
        print("skipped: " + "; ".join(sorted({reason for _, reason in result.skipped})))
        sys.exit(SKIPPED)
    sys.exit(0)
