#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The same networks, weights and batches in PyTorch: the same losses, the same gradients.

In double, where rounding cannot hide a mistake, whole trajectories of plain SGD: 100 losses to
1e-6.  In float, where trajectories part by themselves, from PyTorch's weights at steps 0, 10, 50
and 99: one step's loss to 1e-5, and every tensor of its gradient to 1e-3 of its norm.  Of
MobileNet and ResNet-50 one gradient, in double, to 1e-8.

Images are noise around one picture per class, so that there is something to learn.
"""
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
from traincast import *  # noqa: E402, F403

try:
    import numpy
    import torch
    import torch_networks
    torch.set_num_threads(1)
except ImportError as missing:
    print("skipped:", missing)
    sys.exit(SKIPPED)

PROGRAMS = str(EXECUTABLE.parent / "tests" / "network_steps")


def ours(name, double, *arguments, given=()):
    program = PROGRAMS + ("_double" if double else "")
    what = numpy.float64 if double else numpy.float32
    data = b"".join(part.astype(numpy.int32 if part.dtype == numpy.int64 else what).tobytes()
                    for part in given)
    return subprocess.run([program, name, *map(str, arguments)], input=data, check=True,
                          stdout=subprocess.PIPE).stdout


def tensors_of(name):
    """[(name, offset, shape)] as ours lays them out."""
    lines = [line.split() for line in ours(name, False).decode().splitlines()]
    return [(line[0], int(line[1]), tuple(map(int, line[2:]))) for line in lines]


class Data:
    """Batches by step, and the model that learns from them."""

    def __init__(self, name, examples, kind, seed=5):
        self.name, self.examples, self.kind = name, examples, kind
        self.shape = torch_networks.input_of(name)
        self.rng = numpy.random.RandomState(seed)
        self.pictures = self.rng.standard_normal((10,) + self.shape)
        torch.manual_seed(seed)
        torch.set_default_dtype(kind)
        self.model = torch_networks.MODELS[name]()
        self.model.train()

    def batch(self):
        label = self.rng.randint(0, 10, self.examples)
        noise = self.rng.standard_normal((self.examples,) + self.shape)
        return self.pictures[label] + noise, label

    def weights(self):
        return torch_networks.flat(self.model.parameters()).numpy().copy()

    def loss(self, x, label):
        """Of one batch; gradients are in the parameters afterwards."""
        self.model.zero_grad()
        z = self.model(torch.tensor(x, dtype=self.kind))
        loss = torch.nn.functional.cross_entropy(z, torch.tensor(label))
        loss.backward()
        return float(loss)

    def gradient(self):
        return torch_networks.flat(p.grad for p in self.model.parameters()).numpy()

    def descend(self, rate):
        with torch.no_grad():
            for p in self.model.parameters():
                p -= rate * p.grad


class Networks(unittest.TestCase):
    def layout(self, name):
        """One flat array means the same to both."""
        shapes = [tuple(p.shape) for p in Data(name, 1, torch.float32).model.parameters()]
        self.assertEqual([shape for _, _, shape in tensors_of(name)], shapes)

    def double(self, name, examples, steps, rate):
        data = Data(name, examples, torch.float64)
        given, theirs = [data.weights()], []
        for _ in range(steps):
            x, label = data.batch()
            given += [x, label]
            theirs.append(data.loss(x, label))
            data.descend(rate)
        losses = numpy.frombuffer(ours(name, True, "train", examples, steps, rate, given=given))
        self.assertEqual(len(losses), steps)
        if steps >= 100:
            self.assertLess(theirs[-1], theirs[0] / 2)
        self.assertLess(numpy.abs(losses / theirs - 1).max(), 1e-6, (losses, theirs))

    def single(self, name, examples, steps, rate, batches):
        """A relu on the knife's edge tips over in every second gradient of ResNet-20 at batch 32,
        within PyTorch between float and double as well; that moves a gradient by 1e-3 to 1e-2, and
        1e-6 is what it is away otherwise.  So of each tensor the best of some small batches counts."""
        data = Data(name, examples, torch.float32)
        given, theirs = [], []
        for step in range(max(steps) + 1):
            if step in steps:
                weights = data.weights()
                for _ in range(batches):
                    x, label = data.batch()
                    given += [weights, x, label]
                    theirs.append((data.loss(x, label), data.gradient().copy()))
            data.loss(*data.batch())
            data.descend(rate)
        out = ours(name, False, "gradient", examples, len(theirs), given=given)
        size = 8 + 4 * len(theirs[0][1])
        self.assertEqual(len(out), size * len(theirs))
        away = []
        for i, (loss, gradient) in enumerate(theirs):
            mine = numpy.frombuffer(out, numpy.float32, len(gradient), i * size + 8)
            self.assertLess(abs(numpy.frombuffer(out, count=1, offset=i * size)[0] / loss - 1), 1e-5)
            away.append(self.distances(name, mine, gradient))
        away = numpy.array(away).reshape(len(steps), batches, -1)
        self.assertLess(away.min(axis=1).max(), 1e-3, name)
        self.assertLess(away.max(), 0.1, name)

    def distances(self, name, mine, theirs):
        """Of each tensor, as a share of its norm; one that is 0 but for rounding (a bias before a
        norm) has no direction."""
        least, found = 1e-4 * numpy.linalg.norm(theirs), []
        for _, offset, shape in tensors_of(name):
            piece = slice(offset, offset + int(numpy.prod(shape)))
            norm = numpy.linalg.norm(theirs[piece])
            found.append(numpy.linalg.norm(mine[piece] - theirs[piece]) / max(norm, least))
        return found

    def one_gradient(self, name, examples):
        """In double, so that no relu decides otherwise: in float, PyTorch's own gradient of a
        network as deep as MobileNet is 1e-2 away from its gradient in double."""
        data = Data(name, examples, torch.float64)
        x, label = data.batch()
        loss = data.loss(x, label)
        out = ours(name, True, "gradient", examples, 1, given=[data.weights(), x, label])
        self.assertLess(abs(numpy.frombuffer(out, count=1)[0] / loss - 1), 1e-10)
        away = self.distances(name, numpy.frombuffer(out, offset=8), data.gradient())
        self.assertLess(max(away), 1e-8)
        single = ours(name, False, "gradient", examples, 1, given=[data.weights(), x, label])
        self.assertLess(abs(numpy.frombuffer(single, count=1)[0] / loss - 1), 1e-5)


class Fast(Networks):
    def test_parameters_lie_as_in_pytorch(self):
        for name in torch_networks.MODELS:
            self.layout(name)

    def test_in_double_the_losses_of_an_mlp_are_those_of_pytorch(self):
        self.double("mlp", 32, 10, 0.05)

    def test_in_double_the_losses_of_the_cnn_are_those_of_pytorch(self):
        self.double("cnn", 4, 3, 0.02)

    def test_in_double_the_losses_of_resnet20_are_those_of_pytorch(self):
        self.double("resnet20", 4, 3, 0.05)

    def test_in_float_one_step_of_each_network_is_that_of_pytorch(self):
        for name in ("mlp", "cnn", "resnet20"):
            self.single(name, 8, [0], 0.05, 1 if name != "resnet20" else 3)

    def test_in_double_a_gradient_of_mobilenet_is_that_of_pytorch(self):
        self.one_gradient("mobilenet", 4)


class Slow(Networks):
    def test_in_double_100_losses_of_an_mlp_are_those_of_pytorch(self):
        self.double("mlp", 64, 100, 0.05)

    def test_in_double_100_losses_of_the_cnn_are_those_of_pytorch(self):
        self.double("cnn", 10, 100, 0.02)

    def test_in_double_100_losses_of_resnet20_are_those_of_pytorch(self):
        self.double("resnet20", 8, 100, 0.05)

    def test_in_float_steps_0_10_50_and_99_are_those_of_pytorch(self):
        for name, examples, rate in (("mlp", 64, 0.05), ("cnn", 10, 0.02), ("resnet20", 8, 0.05)):
            self.single(name, examples, [0, 10, 50, 99], rate, 5)

    def test_in_double_a_gradient_of_resnet50_is_that_of_pytorch(self):
        self.one_gradient("resnet50", 4)


if __name__ == "__main__":
    main()
