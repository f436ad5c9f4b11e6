#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Deep networks in float against the same code in double: one gradient, from the same weights.

A relu that float decides otherwise than double changes a gradient by more than rounding does, so
the bound is that of such a step for networks with many of them.  (PyTorch's own gradients in float
and double differ as much: conformance/networks.py, which needs it.)
"""
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
from traincast import *  # noqa: E402, F403

try:
    import numpy
except ImportError as missing:
    print("skipped:", missing)
    sys.exit(SKIPPED)

EXAMPLES = 4
# (network, numbers of an image, loss within, gradient within)
CASES = [("mlp", 784, 1e-6, 1e-5), ("cnn", 784, 1e-6, 1e-5), ("resnet20", 3072, 1e-5, 1e-2),
         ("mobilenet", 3072, 1e-4, 2e-2)]


def gradient(name, double, w, x, label):
    what = numpy.float64 if double else numpy.float32
    program = EXECUTABLE.parent / "tests" / ("network_steps_double" if double else "network_steps")
    given = w.astype(what).tobytes() + x.astype(what).tobytes() + label.astype(numpy.int32).tobytes()
    out = subprocess.run([program, name, "gradient", str(EXAMPLES), "1"], input=given, check=True,
                         stdout=subprocess.PIPE).stdout
    return numpy.frombuffer(out, count=1)[0], numpy.frombuffer(out, what, offset=8).astype(float)


def weights(name, rng):
    """Of about the size with which networks begin; norms begin at 1."""
    program = EXECUTABLE.parent / "tests" / "network_steps"
    lines = subprocess.run([program, name], check=True, text=True, stdout=subprocess.PIPE).stdout
    pieces = []
    for line in lines.splitlines():
        tensor, _, *shape = line.split()
        shape = tuple(map(int, shape))
        if len(shape) > 1:
            bound = 1 / numpy.sqrt(numpy.prod(shape[1:]))
            pieces.append(rng.uniform(-bound, bound, numpy.prod(shape)))
        else:
            pieces.append(numpy.full(shape, float("norm.weight" in tensor)))
    return numpy.concatenate(pieces).astype(numpy.float32)


class Precision(unittest.TestCase):
    def test_float_and_double_give_the_same_loss_and_gradient(self):
        for name, numbers, loss_within, within in CASES:
            rng = numpy.random.RandomState(3)
            w = weights(name, rng)
            x = rng.standard_normal((EXAMPLES, numbers)).astype(numpy.float32)
            label = rng.randint(0, 10, EXAMPLES)
            loss, slope = gradient(name, False, w, x, label)
            exact_loss, exact = gradient(name, True, w, x, label)
            away = numpy.linalg.norm(slope - exact) / numpy.linalg.norm(exact)
            self.assertLess(abs(loss / exact_loss - 1), loss_within, name)
            self.assertLess(away, within, name)


if __name__ == "__main__":
    main()
