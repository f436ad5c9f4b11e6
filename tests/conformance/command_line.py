#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What a user types and gets back: exit codes, stdout and stderr, what is left on disk."""
import os
import random
import re
import resource
import signal
import sqlite3
import subprocess
import sys
import time

import yaml

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
from traincast import *  # noqa: E402, F403

SCENARIOS = sorted(path for path in (SOURCE / "scenarios").rglob("*.yaml")
                   if path.name != "published.yaml"  # a paper's figures beside its scenarios
                   and path.parent.name != "sweeps")  # many runs of a scenario: sweep.py
SMALL = training(workers=2, stop={"epochs": 1})
# Some seconds of real time, so that a signal meets it at work.
LONG = training(workers=10, data={"source": "higgs-like", "rows": 20000},
                optimizer={"kind": "ga_sgd", "learning_rate": 0.1, "batch_size": 100},
                pattern={"kind": "scatter_reduce"}, evaluate={"every": "1 round"},
                stop={"rounds": 1000000})
NOBODY = 65534


def needs_real_data(path):
    text = path.read_text()
    return "source: file" in text


class Loader(yaml.SafeLoader):
    """As editors read YAML: `on` is a word (1.2), not a boolean (1.1)."""


Loader.yaml_implicit_resolvers = {
    first: [r for r in resolvers if first not in "oO" or r[0] != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()}


class ExitCodes(Case):
    def test_a_good_scenario_exits_0_and_leaves_one_run(self):
        run = self.run_scenario(SMALL)
        self.assertEqual([row["status"] for row in run.database.rows("SELECT status FROM runs")],
                         ["done"])

    def test_a_bad_scenario_exits_2_with_its_place_and_makes_no_file(self):
        path = self.scenario({**SMALL, "wrokers": 3})
        database = self.folder / "none.db"
        done = traincast("run", path, "--db", database, expect=BAD_INPUT)
        self.assertRegex(done.stderr, rf"{path.name}:\d+:\d+: error: ")
        self.assertIn("did you mean 'workers'?", done.stderr)
        self.assertEqual(done.stdout, "")
        self.assertFalse(database.exists())

    def test_all_mistakes_are_said_at_once(self):
        bad = training(workers=0, stop=None, channel={"kind": "s4"},
                       platform={**FUNCTIONS, "memory": 3008})
        done = traincast("check", self.scenario(bad), expect=BAD_INPUT)
        for word in "workers", "s4", "3008":
            self.assertIn(word, done.stderr)
        self.assertGreaterEqual(done.stderr.count(": error: "), 3)

    def test_a_missing_scenario_exits_2(self):
        done = traincast("run", self.folder / "no.yaml", expect=BAD_INPUT)
        self.assertIn("no.yaml", done.stderr)

    def test_a_missing_data_file_exits_2_at_its_place(self):
        path = self.scenario(training(data={"source": "file", "path": "no.csv", "format": "csv"}))
        database = self.folder / "none.db"
        done = traincast("run", path, "--db", database, expect=BAD_INPUT)
        self.assertRegex(done.stderr, rf"{path.name}:\d+:\d+: error: .*no.csv")
        self.assertFalse(database.exists())

    def test_relative_data_start_where_the_option_the_variable_or_the_scenario_says(self):
        """In this order; the first that says something counts, whether or not the file is there."""
        for place in "beside", "variable", "option":
            (self.folder / place).mkdir()
        rows = "".join(f"{i % 2},{i % 7},{i % 3}\n" for i in range(40))
        scenario = self.folder / "beside" / "scenario.yaml"
        scenario.write_text(json.dumps(training(
            data={"source": "file", "path": "sub/rows.csv"}, workers=2, platform=MACHINES,
            channel={"kind": "direct"}, stop={"rounds": 1},
            optimizer={"kind": "ga_sgd", "learning_rate": 0.1, "batch_size": 5})))
        option = ["--data", self.folder / "option"]
        cases = (("beside", [], ""), ("variable", [], self.folder / "variable"),
                 ("option", option, ""), ("option", option, self.folder / "variable"))
        for place, arguments, variable in cases:
            path = self.folder / place / "sub" / "rows.csv"
            for command in ["check", scenario], ["run", scenario, "--db", self.folder / "x.db"]:
                said = traincast(*command, *arguments, env={"TRAINCAST_DATA": str(variable)},
                                 expect=BAD_INPUT).stderr
                self.assertIn(f"{path}: No such file", said)
                path.parent.mkdir(exist_ok=True)
                path.write_text(rows)
                traincast(*command, *arguments, env={"TRAINCAST_DATA": str(variable)})
                path.unlink()

    def test_a_batch_larger_than_the_shard_exits_2(self):
        path = self.scenario(training(optimizer={"kind": "ma_sgd", "learning_rate": 0.1,
                                                 "batch_size": 10000}))
        done = traincast("check", path, expect=BAD_INPUT)
        self.assertIn("batch_size", done.stderr)
        self.assertIn("charge_as", done.stderr)

    def test_a_run_that_fails_exits_1_and_its_rows_say_why(self):
        run = self.run_scenario(training(
            job={"kind": "data_parallel", "on_worker_loss": "abort"},
            platform={**FUNCTIONS, "crash_after": "1 s", "crash_member": 1},
            stop={"epochs": 100}), expect=RUN_FAILED)
        row, = run.rows("runs")
        self.assertEqual((row["status"], row["stop_reason"]), ("failed", "crashed"))
        self.assertIn("worker 1", row["message"])
        self.assertIn("crashed", run.column("misfortunes", "outcome"))

    def test_a_diverging_run_exits_1(self):
        run = self.run_scenario(training(optimizer={
            "kind": "ga_sgd", "learning_rate": 3e38, "batch_size": 100}), expect=RUN_FAILED)
        self.assertEqual(run.one("status"), "diverged")

    def test_wrong_use_exits_2_and_says_how_it_is_used(self):
        path = self.scenario(SMALL)
        for arguments in (["run", path, "--no-such-option"], ["run"], ["run", path, path],
                          ["run", path, "--seed", "many"], ["run", path, "--set"], ["rum", path],
                          ["check"], ["list", "chanel"], ["describe", "channel.s4"], ["version", 1]):
            with self.subTest(arguments=arguments):
                done = traincast(*arguments, expect=BAD_INPUT, cwd=self.folder)
                self.assertEqual(done.stdout, "")
                self.assertTrue(done.stderr)
        self.assertFalse((self.folder / "results.db").exists())

    def test_nothing_typed_exits_2_with_the_commands(self):
        done = traincast(expect=BAD_INPUT)
        self.assertIn("run", done.stdout + done.stderr)

    def test_help_of_every_command_exits_0(self):
        for command in self.commands():
            done = traincast(command, "--help")
            self.assertIn("Usage", done.stdout)

    def commands(self):
        text = traincast("--help").stdout
        names = [line.split()[0] for line in text.splitlines() if line.startswith("  ")]
        self.assertIn("run", names)
        return [name for name in names if name[0].isalpha()]

    def test_an_override_that_does_not_exist_exits_2(self):
        path = self.scenario(SMALL)
        for override in "platform.memroy=1 GB", "stop.epochs", "=3", "stop.epochs=many":
            with self.subTest(override=override):
                done = traincast("run", path, "--set", override, "--db",
                                 self.folder / "none.db", expect=BAD_INPUT)
                self.assertIn("error: ", done.stderr)

    def test_what_would_be_ignored_or_never_end_exits_2(self):
        service = {"name": "s", "seed": 1, "platform": FUNCTIONS, "job": {
            "kind": "service", "requests": 3}}
        for scenario, override, words in (
                (service, "stop.time=20 s", "does not use 'stop'"),
                (service, "stop.epochs=3", "does not use 'stop'"),
                (service, "job={kind: service, duration: 1 s, inter_arrival: 0 s}",
                 "job.requests"),
                (SMALL, "job.store.kind=direct", "which keeps nothing")):
            with self.subTest(override=override):
                done = traincast("check", self.scenario(scenario), "--set", override,
                                 expect=BAD_INPUT)
                self.assertIn(words, done.stderr)

    def test_a_model_file_that_cannot_be_written_exits_3(self):
        traincast("run", self.scenario(SMALL), "--db", self.folder / "r.db", "--quiet",
                  "--model", self.folder / "no" / "model.npy", expect=MACHINE)

    def test_a_model_of_a_job_that_trains_none_exits_2(self):
        service = {"name": "s", "seed": 1, "platform": FUNCTIONS,
                   "job": {"kind": "service", "requests": 3}}
        done = traincast("run", self.scenario(service), "--model", self.folder / "model.npy",
                         "--db", self.folder / "none.db", expect=BAD_INPUT)
        self.assertIn("trains no model", done.stderr)
        self.assertFalse((self.folder / "none.db").exists())


class Output(Case):
    def test_json_is_one_object_and_nothing_else(self):
        done = traincast("run", self.scenario(SMALL), "--json", "--db", self.folder / "r.db")
        report = json.loads(done.stdout)
        for key in ("run_id", "status", "sim_time_s", "cost_usd", "cost_pusd", "train_loss",
                    "breakdown_s", "bill", "requests"):
            self.assertIn(key, report)

    def test_json_agrees_with_the_database(self):
        run = self.run_scenario(SMALL)
        for key in ("status", "stop_reason", "cost_pusd", "rounds", "epochs"):
            self.assertEqual(run.report[key], run.one(key))
        for key in ("sim_time_s", "train_loss", "train_accuracy"):
            self.assert_close(run.report[key], run.one(key), 1e-14)
        self.assert_close(math.fsum(run.report["breakdown_s"].values()), run.one("sim_time_s"), 1e-9)

    def test_quiet_says_nothing_on_stderr(self):
        done = traincast("run", self.scenario(SMALL), "--quiet", "--db", self.folder / "r.db",
                         env={"OPENBLAS_CORETYPE": "Haswell"})
        # ASan, where it is built in, has a word about stacks of its own choice.
        self.assertEqual(re.sub("==.*ASan is ignoring(.*\n){3}", "", done.stderr), "")
        self.assertIn("cost", done.stdout)

    def test_the_result_names_time_money_and_learning(self):
        done = traincast("run", self.scenario(SMALL), "--db", self.folder / "r.db")
        for word in "learning", "simulated", "cost", "USD", "requests", "r.db":
            self.assertIn(word, done.stdout)

    def test_a_trace_is_json_with_the_spans(self):
        trace = self.folder / "trace.json"
        traincast("run", self.scenario({**SMALL, "record": {"spans": "all"}}), "--quiet",
                  "--db", self.folder / "r.db", "--trace", trace)
        events = json.loads(trace.read_text())["traceEvents"]
        self.assertIn("compute", {event["name"] for event in events})

    def test_spans_of_a_trace_do_not_overlap(self):
        trace = self.folder / "trace.json"
        traincast("run", self.scenario({**SMALL, "workers": 4, "record": {"spans": "all"}}),
                  "--quiet", "--db", self.folder / "r.db", "--trace", trace)
        until_ns = {}
        spans = [event for event in json.loads(trace.read_text())["traceEvents"]
                 if event["ph"] == "X"]
        for span in sorted(spans, key=lambda span: span["ts"]):
            begin_ns = round(span["ts"] * 1e3)
            self.assertGreaterEqual(begin_ns, until_ns.get(span["tid"], 0))
            until_ns[span["tid"]] = begin_ns + round(span["dur"] * 1e3)
        self.assertGreater(len(until_ns), 3)

    def test_a_full_standard_output_exits_3(self):
        path = self.scenario(SMALL)
        with open("/dev/full", "w", encoding="utf-8") as full:
            for command in (["run", path, "--json", "--quiet", "--db", self.folder / "r.db"],
                            ["resolve", path], ["schema"]):
                done = subprocess.run([EXECUTABLE, *map(str, command)], stdout=full,
                                      stderr=subprocess.PIPE, check=False, timeout=60)
                self.assertEqual(done.returncode, MACHINE, command)

    def test_options_may_stand_anywhere_and_all_count(self):
        path, database = self.scenario(SMALL), self.folder / "r.db"
        done = traincast("run", "--seed", 5, "--set", "name=a", path, "--set", "stop.epochs=2",
                         "--json", "--db", database, "--quiet")
        run = Run(Database(database), json.loads(done.stdout), None)
        self.assertEqual((run.one("seed"), run.one("name"), run.one("epochs")), (5, "a", 2))
        run.database.close()

    def test_runs_are_added_to_a_database(self):
        database = self.folder / "r.db"
        runs = [self.run_scenario(SMALL, database=database, seed=seed) for seed in (1, 2, 3)]
        self.assertEqual([run.id for run in runs], [1, 2, 3])

    def test_version_names_what_results_depend_on(self):
        text = traincast("version").stdout
        for word in "traincast", "SimGrid", "OpenBLAS", "kernel", "SQLite":
            self.assertIn(word, text)


class Signals(Case):
    def start(self, database):
        process = Process("run", self.scenario(LONG), "--quiet", "--json", "--db", database)
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                if self.count(database):
                    break
            except sqlite3.Error:
                pass
            time.sleep(0.02)
        return process

    def count(self, database):
        with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
            return connection.execute("SELECT count(*) FROM runs").fetchone()[0]

    def test_terminated_it_exits_1_and_keeps_what_happened(self):
        for number in signal.SIGTERM, signal.SIGINT, signal.SIGHUP:
            if signal.getsignal(number) == signal.SIG_IGN:
                continue  # nohup
            with self.subTest(signal=number.name):
                database = self.folder / f"{number.name}.db"
                process = self.start(database)
                time.sleep(0.3)
                process.send(number)
                code, stdout, stderr = process.wait()
                self.assertEqual(code, RUN_FAILED, stderr)
                self.assertEqual(json.loads(stdout)["status"], "cancelled")
                opened = Database(database)
                run = Run(opened, json.loads(stdout), None)
                check_invariants(self, run)
                self.assertEqual((run.one("status"), run.one("stop_reason")),
                                 ("cancelled", "signal"))
                self.assertGreater(run.one("rounds"), 0)
                opened.close()

    def test_what_cannot_be_written_in_the_end_is_shown_all_the_same(self):
        database, model = self.folder / "full.db", self.folder / "model.npy"
        self.run_scenario(SMALL, database=database)
        size = database.stat().st_size + 30000  # room to begin, none for its rows
        many = self.scenario(training(workers=8, stop={"epochs": 20}, record={
            "spans": "all", "requests": "rows"}), "many.yaml")
        done = traincast("run", many, "--quiet", "--json", "--db", database, "--model", model,
                         expect=MACHINE, preexec_fn=lambda: resource.setrlimit(
                             resource.RLIMIT_FSIZE, (size, size)))
        said = json.loads(done.stdout)
        self.assertEqual((said["status"], said["db"]), ("done", None))
        self.assertIn("nothing was written", done.stderr)
        self.assertTrue(model.stat().st_size > 128)

    def test_where_something_cannot_be_written_is_told_before_the_run(self):
        for option in "--trace", "--model":
            said = traincast("run", self.scenario(SMALL), option, self.folder / "none" / "x",
                             "--db", self.folder / "no.db", expect=MACHINE).stderr
            self.assertIn(f"{option}: ", said)
            self.assertFalse((self.folder / "no.db").exists())

    def test_a_run_says_how_it_was_called(self):
        run = self.run_scenario(SMALL, {"name": "it's me"})
        self.assertRegex(run.one("command_line"), r"traincast run .* --set 'name=it'\\''s me'")

    def test_a_limit_on_real_time_ends_a_run(self):
        database = self.folder / "r.db"
        done = traincast("run", self.scenario(LONG), "--quiet", "--json", "--db", database,
                         "--limit", 0.5, expect=RUN_FAILED)
        report = json.loads(done.stdout)
        self.assertEqual((report["status"], report["stop_reason"]), ("time_limit", "wall_time"))

    def test_killed_at_any_moment_it_leaves_a_sound_database(self):
        database = self.folder / "r.db"
        first = self.run_scenario(SMALL, database=database)
        kept = [tuple(row) for row in first.rows("rounds")]
        scenario = self.scenario(training(
            workers=4, evaluate={"every": "1 round"}, record={"spans": "all", "requests": "rows"},
            optimizer={"kind": "ga_sgd", "learning_rate": 0.1, "batch_size": 40},
            stop={"rounds": 500}))
        arguments = ["run", scenario, "--quiet", "--db", database]
        begun_s = time.monotonic()
        traincast(*arguments)
        whole_s = time.monotonic() - begun_s
        chance = random.Random(1)
        for _ in range(10):
            process = Process(*arguments)
            time.sleep(chance.uniform(0, 1.1) * whole_s)
            process.send(signal.SIGKILL)
            process.wait()
            with sqlite3.connect(database) as connection:  # rolls a hot journal back
                self.assertEqual(connection.execute("PRAGMA integrity_check").fetchone(), ("ok",))
                self.assertEqual(connection.execute(
                    "SELECT * FROM rounds WHERE run_id = 1").fetchall(), kept)
                for status, end_s, rows in connection.execute(
                        "SELECT status, sim_time_s, (SELECT count(*) FROM rounds WHERE"
                        " rounds.run_id = runs.run_id) FROM runs WHERE run_id > 1"):
                    self.assertEqual((end_s is None, rows), (True, 0) if status == "running"
                                     else (False, 500))
            connection.close()
        self.run_scenario(SMALL, database=database)


class Databases(Case):
    """What --db may meet: it says so, exits 3, and leaves it as it was."""

    def refused(self, database, *more, **how):
        done = traincast("run", self.scenario(SMALL), "--quiet", "--db", database, *more,
                         expect=MACHINE, **how)
        self.assertRegex(done.stderr, "^traincast: error: .")
        self.assertIn(str(database), done.stderr)
        return done

    def test_a_directory(self):
        self.refused(self.folder)

    def test_a_missing_directory(self):
        self.refused(self.folder / "no" / "r.db")
        self.assertFalse((self.folder / "no").exists())

    def test_a_text_file(self):
        path = self.folder / "notes.txt"
        path.write_text("not a database, but something dear to somebody\n" * 100)
        before = path.read_bytes()
        self.refused(path)
        self.assertEqual(path.read_bytes(), before)

    def test_another_programs_database(self):
        path = self.folder / "theirs.db"
        with sqlite3.connect(path) as connection:
            connection.execute("CREATE TABLE runs (mine)")
        connection.close()
        before = path.read_bytes()
        self.refused(path)
        self.assertEqual(path.read_bytes(), before)

    def test_a_newer_database(self):
        path = self.folder / "r.db"
        self.run_scenario(SMALL, database=path)
        with sqlite3.connect(path) as connection:
            connection.execute("PRAGMA user_version = 1000")
        connection.close()
        before = path.read_bytes()
        self.assertIn("newer", self.refused(path).stderr)
        self.assertEqual(path.read_bytes(), before)

    def test_a_read_only_file(self):
        path = self.folder / "r.db"
        self.run_scenario(SMALL, database=path)
        before = path.read_bytes()
        path.chmod(0o444)
        how = {}
        if os.geteuid() == 0:  # whom permissions do not stop
            self.folder.chmod(0o755)
            how = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        self.refused(path, **how)
        self.assertEqual(path.read_bytes(), before)

    def test_a_locked_file(self):
        path = self.folder / "r.db"
        self.run_scenario(SMALL, database=path)
        before = path.read_bytes()
        holder = sqlite3.connect(path, isolation_level=None)
        holder.execute("BEGIN EXCLUSIVE")
        try:
            self.assertIn("locked", self.refused(path).stderr)
        finally:
            holder.execute("ROLLBACK")
            holder.close()
        self.assertEqual(path.read_bytes(), before)

    def test_a_full_disk(self):
        path = self.folder / "r.db"
        first = self.run_scenario(SMALL, database=path)
        dump = first.database.dump()
        size = path.stat().st_size
        for more in 0, 8192, 65536:
            with self.subTest(more=more):
                done = traincast(
                    "run", self.scenario({**LONG, "record": {"spans": "all"},
                                          "stop": {"rounds": 300}}), "--quiet",
                    "--db", path, expect=MACHINE,
                    preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE,
                                                          (size + more, size + more)))
                self.assertIn(str(path), done.stderr)
                opened = Database(path)
                self.assertEqual(opened.value("PRAGMA integrity_check"), "ok")
                self.assertEqual([tuple(row) for row in opened.rows(
                    "SELECT * FROM rounds WHERE run_id = 1")],
                    [tuple(row) for row in first.rows("rounds")])
                self.assertEqual(opened.rows("SELECT * FROM rounds WHERE run_id > 1"), [])
                opened.close()
        self.assertTrue(dump)
        self.run_scenario(SMALL, database=path)

    def test_two_processes_may_share_one(self):
        path, scenario = self.folder / "r.db", self.scenario(SMALL)
        processes = [Process("run", scenario, "--quiet", "--db", path, "--seed", seed)
                     for seed in range(6)]
        for process in processes:
            code, _, stderr = process.wait()
            self.assertEqual(code, DONE, stderr)
        opened = Database(path)
        self.assertEqual(opened.value("SELECT count(DISTINCT seed) FROM runs WHERE status = 'done'"), 6)
        opened.close()


class Tables(Case):
    """What is printed from the tables of kinds and fields."""

    def test_every_scenario_in_the_repository_is_right(self):
        checked = [path for path in SCENARIOS if data_dir() or not needs_real_data(path)]
        self.assertTrue(checked)
        data = ["--data", data_dir()] if data_dir() else []
        done = traincast("check", *checked, *data)
        self.assertEqual(done.stdout.count(": ok\n"), len(checked))

    def test_check_of_several_files_names_the_wrong_one(self):
        good, bad = self.scenario(SMALL), self.scenario({**SMALL, "modle": {}})
        done = traincast("check", good, bad, good, expect=BAD_INPUT)
        self.assertEqual(done.stdout.count(": ok\n"), 2)
        self.assertIn(bad.name, done.stderr)

    def test_every_scenario_and_its_long_form_are_valid_by_the_schema(self):
        try:
            import jsonschema
            import yaml
        except ImportError as missing:
            self.skipTest(str(missing))
        schema = json.loads(traincast("schema").stdout)
        jsonschema.Draft7Validator.check_schema(schema)
        validator = jsonschema.Draft7Validator(schema)
        for path in SCENARIOS:
            long_form = traincast("resolve", path, "--canonical").stdout
            for text in path.read_text(), long_form:
                with self.subTest(path=path.name, long_form=text is long_form):
                    errors = sorted(validator.iter_errors(yaml.load(text, Loader)), key=str)
                    self.assertEqual([f"{list(error.path)}: {error.message[:200]}"
                                      for error in errors], [])

    def test_the_schema_refuses_what_check_refuses(self):
        try:
            import jsonschema
        except ImportError as missing:
            self.skipTest(str(missing))
        schema = json.loads(traincast("schema").stdout)
        validator = jsonschema.Draft7Validator(schema)
        for wrong in ({**SMALL, "wrokers": 3}, {**SMALL, "channel": {"kind": "s4"}},
                      {**SMALL, "platform": {**FUNCTIONS, "memory": 3008}},
                      {**SMALL, "optimizer": {"kind": "ma_sgd", "learning_rte": 1}}):
            self.assertFalse(validator.is_valid(wrong), wrong)
            traincast("check", self.scenario(wrong), expect=BAD_INPUT)
        self.assertTrue(validator.is_valid(SMALL))

    def test_the_long_form_is_the_same_scenario(self):
        for text in SMALL, training(stop={"epochs": 1}, platform=MACHINES,
                                    channel={"kind": "direct"}, pattern={"kind": "ring"}):
            long_form = self.folder / "long.yaml"
            long_form.write_text(traincast("resolve", self.scenario(text), "--canonical").stdout)
            first, second = self.run_scenario(text), self.run_scenario(long_form)
            self.assertEqual(first.one("scenario_sha256"), second.one("scenario_sha256"))
            self.assertEqual(first.one("sim_time_s"), second.one("sim_time_s"))
            self.assertEqual(first.rows("scenarios JOIN runs USING (scenario_sha256)", "text")[0][0],
                             long_form.read_text())

    def test_the_scenario_in_the_database_runs_again(self):
        first = self.run_scenario(SMALL, settings={"stop.epochs": 2})
        text = first.database.value("SELECT text FROM scenarios")
        again = self.run_scenario(text)
        self.assertEqual(again.one("cost_pusd"), first.one("cost_pusd"))
        self.assertEqual(again.one("scenario_sha256"), first.one("scenario_sha256"))

    def test_resolve_says_where_values_come_from(self):
        text = traincast("resolve", self.scenario(SMALL), "--set", "stop.epochs=9").stdout
        for origin in "aws-2020", "preset", "--set":
            self.assertIn(origin, text)

    def test_whatever_is_listed_can_be_described(self):
        kinds = [word for word in traincast("completion").stdout.split() if "." in word
                 and word.replace(".", "").replace("_", "").replace("-", "").isalnum()]
        self.assertIn("channel.s3", kinds)
        listed = traincast("list").stdout
        for kind in kinds:
            family, name = kind.strip("'").split(".", 1)
            with self.subTest(kind=kind):
                self.assertIn(name, traincast("list", family).stdout)
                self.assertIn(name, listed)
                self.assertIn(name, traincast("describe", f"{family}.{name}").stdout)
        for whole in "scenario", "db", "channel":
            self.assertTrue(traincast("describe", whole).stdout)

    def test_what_a_provider_lists_can_be_described(self):
        self.assertIn("price:", traincast("describe", "instance.c5.large").stdout)
        self.assertIn("memory:", traincast("describe", "cache_node.cache.t3.small").stdout)

    def test_database_columns_described_are_there(self):
        run = self.run_scenario(SMALL)
        described = traincast("describe", "db").stdout
        for view in run.database.rows("SELECT name FROM sqlite_master WHERE type = 'view'"):
            self.assertIn(f"\n{view['name']}: ", described)
        self.assertGreaterEqual(set(run.rows("runs")[0].keys()), set("""run_id name campaign status
            stop_reason seed job workers platform provider channel pattern sync model optimizer data
            train_loss test_loss test_accuracy final_accuracy epochs rounds sim_time_s cost_usd
            time_to_loss_s cost_to_loss_usd messages_sent messages_lost bytes_sent wall_s
            scenario_sha256 behaviour_version blas_core version created_utc""".split()))

    def test_the_man_page_has_no_warnings(self):
        page = self.folder / "traincast.1"
        page.write_text(traincast("manual", "--man").stdout)
        if not shutil.which("groff"):
            self.skipTest("no groff")
        done = subprocess.run(["groff", "-man", "-ww", "-z", str(page)], capture_output=True,
                              text=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_the_completion_script_is_bash(self):
        script = self.folder / "completion.bash"
        script.write_text(traincast("completion").stdout)
        subprocess.run(["bash", "-n", str(script)], check=True)
        completed = subprocess.run(
            ["bash", "-c", f"source {script}; COMP_WORDS=(traincast re); COMP_CWORD=1; _traincast;"
             " echo ${COMPREPLY[@]}"], capture_output=True, text=True, check=True).stdout
        self.assertEqual(completed.split(), ["resolve"])

    def test_the_manual_names_every_kind(self):
        manual = traincast("manual").stdout
        for word in "scatter_reduce", "higgs-like", "lifetime", "dirichlet":
            self.assertIn(word, manual)


if __name__ == "__main__":
    main()
