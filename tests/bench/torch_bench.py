#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Sets PyTorch beside our networks: one core, one thread, float32, same shapes, in turn within one
run; a step is forward, backward and w -= rate * gradient.  Prints a Markdown table, exits 1 when a
network is not as many times as fast as asked.

    tests/bench/torch_bench.py [--build DIR] [--turns N]

PyTorch's convolutions are oneDNN's with the best kernels of the CPU, its dense layers OpenBLAS's,
likewise.  Processor time counts, and the best of the turns.  Debian: python3-torch.
"""
import argparse
import os
import pathlib
import subprocess
import sys
import time

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "tests" / "support"))
sys.path.insert(0, str(SOURCE / "tests" / "bench"))
from sklearn_bench import enter_environment  # noqa: E402

# (network, examples a step, steps a turn, times as fast as asked)
CASES = [("lr", 10, 200, 5), ("mlp", 64, 200, 1), ("cnn", 10, 20, 1), ("cnn", 64, 5, 1),
         ("resnet20", 32, 3, 1), ("mobilenet", 32, 2, 1), ("resnet50", 32, 1, 1)]


class Theirs:
    def __init__(self, name, examples):
        import torch
        import torch_networks
        torch.set_num_threads(1)
        torch.manual_seed(1)
        self.torch = torch
        if name == "lr":
            self.model, shape = torch.nn.Linear(784, 10), (784,)
        else:
            self.model, shape = torch_networks.MODELS[name](), torch_networks.input_of(name)
        self.x = torch.randn((examples,) + shape)
        self.label = torch.randint(0, 10, (examples,))
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=0.01)
        self.step()

    def step(self):
        self.optimizer.zero_grad()
        self.torch.nn.functional.cross_entropy(self.model(self.x), self.label).backward()
        self.optimizer.step()

    def best_s(self, steps):
        best = float("inf")
        for _ in range(steps):
            begun_s = time.process_time()
            self.step()
            best = min(best, time.process_time() - begun_s)
        return best


def ours_s(build, name, examples, steps):
    program = build / "tests" / "bench_network_bench"
    return float(subprocess.run([program, name, str(examples), str(steps)], check=True, text=True,
                                stdout=subprocess.PIPE).stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, default=SOURCE / "build-test" / "gcc")
    parser.add_argument("--turns", type=int, default=5)
    arguments = parser.parse_args()
    enter_environment()
    try:
        import torch
    except ImportError as missing:
        print("skipped:", missing)
        return 0
    print(f"PyTorch {torch.__version__}, one thread\n")
    print("| network | batch | ours, ms | PyTorch, ms | ours, examples/s | times as fast | asked |")
    print("|---|---|---|---|---|---|---|")
    slower = 0
    for name, examples, steps, asked in CASES:
        theirs, best, torch_best = Theirs(name, examples), float("inf"), float("inf")
        for _ in range(arguments.turns):
            best = min(best, ours_s(arguments.build, name, examples, steps))
            torch_best = min(torch_best, theirs.best_s(steps))
        ratio = torch_best / best
        slower += ratio < asked
        print(f"| {name} | {examples} | {1e3 * best:.2f} | {1e3 * torch_best:.2f} | "
              f"{examples / best:.0f} | {ratio:.2f}{' **missed**' if ratio < asked else ''} | {asked}.0 |",
              flush=True)
        del theirs
    return 1 if slower else 0


if __name__ == "__main__":
    sys.exit(main())
