#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Measures what is promised about speed; prints a Markdown table, exits 1 when a promise is broken.

    tests/bench/run.py [--build DIR] [--only WORD]

Wants an otherwise idle machine and a Release build.  Figures depend on the machine, ratios hardly.
The kept table is in docs/benchmarks.md.
"""
import argparse
import json
import os
import pathlib
import platform
import subprocess
import sys
import tempfile
import time
import typing

HERE = pathlib.Path(__file__).resolve().parent
SOURCE = HERE.parents[1]
MB = 1e6


class Spent(typing.NamedTuple):
    wall_s: float
    processor_s: float  # of all threads: what a busy machine does not lengthen much
    memory_bytes: int

    def __str__(self):
        return "%.1f s (of a processor: %.1f s), %.0f MB" % (
            self.wall_s, self.processor_s, self.memory_bytes / MB)


class Machine:
    """Runs things and says how long they took and how much memory they had."""

    def __init__(self, build, folder):
        self.traincast = build / "traincast"
        self.benches = build / "tests"
        self.folder = folder
        self.environment = {key: value for key, value in os.environ.items()
                            if key != "OPENBLAS_CORETYPE"}

    def run(self, *command, one_core=False):
        """Returns (stdout, Spent); ends the script when the command fails."""
        command = [str(word) for word in command]
        if one_core:
            command = ["taskset", "-c", "0"] + command
        output = self.folder / "stdout"
        begun_s = time.monotonic()
        with open(output, "wb") as stdout:
            child = subprocess.Popen(command, stdout=stdout, env=self.environment)
            _, status, usage = os.wait4(child.pid, 0)
        spent_s = time.monotonic() - begun_s
        if status:
            sys.exit("failed: " + " ".join(command))
        return output.read_text(), Spent(spent_s, usage.ru_utime + usage.ru_stime,
                                         usage.ru_maxrss * 1024)

    def simulate(self, scenario, *arguments, **how):
        text, spent = self.run(
            self.traincast, "run", scenario, "--quiet", "--json", "--db", self.folder / "bench.db",
            *arguments, **how)
        return json.loads(text), spent


# Each returns rows (what, measured, limit, holds, command).
def overhead(machine):
    network = "ResNet-20, 4 workers, 4 epochs"
    for name, what, limit, pinned in (("overhead", "11 M rows, 10 workers, 10 epochs", 1.05, False),
                                      ("overhead-network", network + ", one core", 1.03, True),
                                      ("overhead-network", network + ", all cores", 1.03, False)):
        scenario = HERE / f"{name}.yaml"
        text, _ = machine.run(machine.benches / "bench_overhead", scenario, one_core=pinned)
        found = json.loads(text)
        measured = "(%.2f s - %.3f s) / %.2f s = %.3f (of processors: %.3f)" % (
            found["run_s"], found["replayed_s"], found["loop_s"], found["ratio"],
            found["processor_ratio"])
        yield ("(run - the same run replayed with phantoms) / the mathematics in a bare loop: "
               + what, measured, str(limit), found["ratio"] <= limit,
               "taskset -c 0 " * pinned + f"bench_overhead {scenario.relative_to(SOURCE)}")


def fixed_cost(machine):
    arguments = [word for setting in ("data.rows=100", "data.test_rows=10", "stop.epochs=1")
                 for word in ("--set", setting)]
    scenario = SOURCE / "scenarios" / "quickstart.yaml"
    spent = [machine.simulate(scenario, *arguments)[1] for _ in range(21)]
    wall_s, processor_s = [sorted(times)[10] for times in zip(*[one[:2] for one in spent])]
    yield ("fixed cost of a run: quickstart with next to no mathematics, whole process, median of 21",
           "%.0f ms (of a processor: %.0f ms)" % (1000 * wall_s, 1000 * processor_s), "50 ms",
           wall_s <= 0.05,
           "traincast run scenarios/quickstart.yaml " + " ".join(arguments))


def transfers(machine):
    scenario = HERE / "transfers.yaml"
    report, spent = machine.simulate(scenario, one_core=True)
    moved = sum(row["count"] - row["failed"] for row in report["requests"]
                if row["channel"] == "main" and row["operation"] in ("PUT", "GET"))
    refused = sum(row["failed"] for row in report["requests"] if row["operation"] == "PUT")
    assert moved == 100 * 300 * (3 * 300 - 2), moved
    yield ("300 workers x 100 rounds of scatter_reduce over S3, jitter and rate limit on: "
           "%.1f M transfers, %.1f M refusals, one core" % (moved / 1e6, refused / 1e6),
           str(spent), "45 s, 500 MB",
           spent.wall_s <= 45 and spent.memory_bytes <= 500 * MB,
           f"taskset -c 0 traincast run {scenario.relative_to(SOURCE)}")


def functions(machine):
    scenario = HERE / "functions.yaml"
    report, spent = machine.simulate(scenario, one_core=True)
    assert report["rounds"] == 10
    yield ("10,000 functions x 10 rounds, tree, lifetime and concurrency on, one core",
           str(spent), "10 s, 1 GB",
           spent.wall_s <= 10 and spent.memory_bytes <= 1000 * MB,
           f"taskset -c 0 traincast run {scenario.relative_to(SOURCE)}")


def replicas(machine):
    scenario = HERE / "rps.yaml"
    report, spent = machine.simulate(scenario, one_core=True)
    sends = next(row for row in report["requests"] if row["operation"] == "SEND")
    assert sends["count"] == 1000 * 2 * 64 * 63, sends
    yield ("64 workers x 1,000 rounds of RPS, 100,000 parameters, gradients and averages computed: "
           "%.1f M messages, of which %.1f M are lost, one core" % (
               sends["count"] / 1e6, sends["failed"] / 1e6),
           str(spent), "60 s", spent.wall_s <= 60,
           f"taskset -c 0 traincast run {scenario.relative_to(SOURCE)}")


def fair_share(machine):
    text, _ = machine.run(machine.benches / "bench_transfer", one_core=True)
    found = json.loads(text)
    yield ("a fair-share transfer (its wait subtracted) among 10,000 clients against one among 10",
           "%.2f us / %.2f us = %.2f" % (found["at_10000_us"], found["at_10_us"], found["ratio"]),
           "2", found["ratio"] <= 2, "taskset -c 0 bench_transfer")


def message(machine):
    text, _ = machine.run(machine.benches / "bench_message", one_core=True)
    found = json.loads(text)
    lean = found["unreliable, queue, 10 % lost"]
    yield ("a message of 64 nodes' all-to-all over a network that loses a tenth: unreliable, "
           "unreliable where nothing is lost, reliable with its acknowledgement",
           "%.2f us, %.2f us, %.2f us" % (
               lean / 1e3, found["unreliable, queue, nothing lost"] / 1e3,
               found["reliable, queue, 10 % lost"] / 1e3),
           "1 us for the first", lean <= 1000, "taskset -c 0 bench_message")


BENCHES = overhead, fixed_cost, transfers, functions, replicas, fair_share, message


def processor():
    with open("/proc/cpuinfo") as lines:
        names = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    return f"{len(names)} x {names[0]}" if names else platform.machine()


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--build", type=pathlib.Path, default=SOURCE / "build")
    options.add_argument("--only", default="", help="of " + ", ".join(b.__name__ for b in BENCHES))
    chosen = options.parse_args()
    broken = 0
    with tempfile.TemporaryDirectory(prefix="traincast-") as folder:
        machine = Machine(chosen.build.resolve(), pathlib.Path(folder))
        version = machine.run(machine.traincast, "version")[0].splitlines()
        print(processor() + "; " + "; ".join(" ".join(line.split()) for line in version) + "\n")
        print("| what | measured | at most | command |\n|---|---|---|---|")
        for bench in BENCHES:
            if chosen.only not in bench.__name__:
                continue
            for what, measured, limit, holds, command in bench(machine):
                broken += not holds
                print(f"| {what} | {measured}{'' if holds else ' **missed**'} | {limit} "
                      f"| `{command}` |", flush=True)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
