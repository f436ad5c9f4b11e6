#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A few small runs whose results are kept: any change of a prediction shows here first.

    tests/golden/run.py            compares; exit 1 with a diff when something changed
    tests/golden/run.py --update   writes NAME.expected anew, to be read before it is committed

Simulated times, counts and money must agree in every digit printed; losses within 1e-6, because
another CPU's kernel of OpenBLAS rounds differently.
"""
import difflib
import os
import pathlib
import re
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
from traincast import *  # noqa: E402, F403

HERE = pathlib.Path(__file__).resolve().parent
LOSS_WITHIN = 1e-6
NUMBER = re.compile(r"~(-?[0-9.]+)")  # a learnt figure: compared within LOSS_WITHIN


def learnt(value):
    return "-" if value is None else "~%.9f" % value


def summary(run):
    """What a reader would want to see unchanged."""
    end = run.rows("runs")[0]
    yield "status      %s (%s)" % (end["status"], end["stop_reason"])
    yield "sim_time_s  %.12g" % end["sim_time_s"]
    yield "cost_pusd   %d" % end["cost_pusd"]
    if end["rounds"] is not None:
        yield "rounds      %d, epochs %.12g" % (end["rounds"], end["epochs"])
    for row in run.rows("breakdown"):
        if row["critical_s"]:
            yield "breakdown   %-12s %.12g" % (row["activity"], row["critical_s"])
    for row in run.rows("bill"):
        yield "bill        %-18s %.12g %s = %d pUSD" % (
            row["resource"], row["quantity"], row["unit"], row["cost_pusd"])
    for row in run.rows("requests"):
        yield "requests    %-8s %-8s %d, %d bytes, %d failed" % (
            row["channel"], row["operation"], row["count"], row["bytes"], row["failed"])
    for row in run.rows("messages"):
        yield "messages    %d, %d bytes" % (row["sent"], row["bytes_sent"])
    functions = run.rows("invocations")
    if functions:
        yield "functions   %d, %d cold, %d ms billed" % (
            len(functions), sum(row["cold"] for row in functions),
            sum(row["billed_ms"] for row in functions))
    for row in run.rows("machines")[:1]:
        yield "machines    %d, %d s billed each" % (len(run.rows("machines")), row["billed_s"])
    for row in run.rows("misfortunes"):
        yield "misfortune  %-10s %.12g %s" % (row["entity"], row["at_s"], row["outcome"])
    for row in run.rows("rounds"):
        yield "round       %-4d %.12g s, %d pUSD, train %s %s, test %s %s" % (
            row["round"], row["sim_time_s"], row["cost_pusd"], learnt(row["train_loss"]),
            learnt(row["train_accuracy"]), learnt(row["test_loss"]), learnt(row["test_accuracy"]))
    for row in run.rows("series"):
        yield "series      %-20s %.12g" % (row["metric"], row["value"])


def same(expected, actual):
    """Equal lines, learnt figures apart."""
    if NUMBER.sub("~", expected) != NUMBER.sub("~", actual):
        return False
    return all(abs(float(a) - float(b)) <= LOSS_WITHIN
               for a, b in zip(NUMBER.findall(expected), NUMBER.findall(actual)))


def simulate(scenario, folder):
    database = pathlib.Path(folder) / (scenario.stem + ".db")
    done = traincast("run", scenario, "--json", "--quiet", "--db", database)
    opened = Database(database)
    lines = list(summary(Run(opened, json.loads(done.stdout), None)))
    opened.close()
    return lines


def main_golden(update):
    changed = 0
    with tempfile.TemporaryDirectory(prefix="traincast-") as folder:
        for scenario in sorted(HERE.glob("*.yaml")):
            kept = scenario.with_suffix(".expected")
            actual = simulate(scenario, folder)
            expected = kept.read_text().splitlines() if kept.exists() else []
            if len(actual) == len(expected) and all(map(same, expected, actual)):
                print("same     " + scenario.stem)
                continue
            changed += 1
            print(("written  " if update else "CHANGED  ") + scenario.stem)
            print("\n".join(difflib.unified_diff(expected, actual, "expected", "actual", lineterm="")))
            if update:
                kept.write_text("\n".join(actual) + "\n")
    if changed and not update:
        print("If the change is meant: tests/golden/run.py --update, and read the difference.")
    return 1 if changed and not update else 0


if __name__ == "__main__":
    sys.exit(main_golden("--update" in sys.argv[1:]))
