#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Deep models inside scenarios: they learn as they should, repeat themselves bit for bit, and cost
what their layers say; phantoms and models that are charged as others say so.

Fast: small networks on generated pictures.  Slow: MNIST, and ResNet-20 on CIFAR-10 beside PyTorch
trained the same way; 200 workers in 8 GB; two cores beside one.
"""
import concurrent.futures
import json
import math
import os
import re
import statistics
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
from traincast import *  # noqa: E402, F403

PICTURES = {"source": "image-like", "rows": 600, "test_rows": 200, "channels": 1, "height": 12,
            "width": 12, "images": {"mean": "measured", "sd": "measured"}}
LAYERS = {
    "edges": {"kind": "convolution", "outputs": 6, "kernel": 3, "padding": 1},
    "norm": {"kind": "batch_norm"}, "on": {"kind": "relu"}, "half": {"kind": "max_pool", "kernel": 2},
    "row": {"kind": "flatten"}, "keep": {"kind": "dropout", "drop": 0.2},
    "class": {"kind": "dense", "outputs": 10}}
MOMENTUM = {"kind": "ga_sgd", "learning_rate": 0.05, "momentum": 0.9, "batch_size": 25}


def pictures(**changes):
    return training(**{"data": PICTURES, "model": {"kind": "mlp", "hidden": 32},
                       "optimizer": MOMENTUM, **changes})


def described(name):
    """The totals that `describe` prints: parameters, multiply-adds, bytes of a message."""
    text = traincast("describe", f"model.{name}").stdout
    total = re.search(r"^ +total +([\d,]+) +([\d,]+)", text, re.M)
    message = re.search(r"a message +([\d,]+) bytes", text)
    return tuple(int(part.replace(",", "")) for part in (*total.groups(), message.group(1)))


class Fast(Case):
    def test_counts_are_the_published_ones(self):
        for name, parameters, millions in (("mlp", 199210, 0.1988), ("cnn", 1663370, 12.273),
                                           ("mobilenet", 3217226, 46.35), ("resnet50", 23520842, 1298),
                                           ("resnet110", None, 253), ("vgg19", 20040522, 398)):
            counted, multiply_adds, message = described(name)
            self.assertEqual(counted, parameters or counted, name)
            self.assert_close(multiply_adds, 1e6 * millions, 0.01, message=name)
            self.assertEqual(message, 4 * counted, name)

    def test_a_small_network_learns(self):
        run = self.run_scenario(pictures(stop={"epochs": 16}))
        self.assertGreater(run.one("test_accuracy"), 0.95)
        self.assertIsNone(run.one("charge_as"))

    def test_threads_change_no_bit_of_crops_dropout_and_norms(self):
        scenario = pictures(data={**PICTURES, "images": {"crop": 2, "flip": "yes"}},
                            model={"kind": "network", "layers": LAYERS}, stop={"epochs": 2})
        one, two = (self.run_scenario(scenario, threads=n, model=True) for n in (1, 2))
        self.assertEqual(one.database.dump(), two.database.dump())
        self.assertEqual(one.model().tobytes(), two.model().tobytes())

    def test_functions_that_crash_repeat_crops_dropout_and_momentum(self):
        scenario = pictures(data={**PICTURES, "images": {"crop": 2, "flip": "yes"}},
                            model={"kind": "network", "layers": LAYERS}, stop={"epochs": 3})
        whole = self.run_scenario(scenario)
        crashed = self.run_scenario(scenario, {"platform.crash_rate": "100 /h",
                                               "platform.async_retries": 100})
        self.assertIn("crashed", crashed.column("invocations", "outcome"))
        self.assertEqual(crashed.learning(), whole.learning())
        self.assertGreater(crashed.one("sim_time_s"), whole.one("sim_time_s"))

    def test_workers_with_a_share_of_the_batch_are_one_with_all_of_it(self):
        shares = {**MOMENTUM, "batch_size": 60, "weight_decay": 0.001}
        data = {**PICTURES, "partition": {"kind": "contiguous"}}
        ten = self.run_scenario(pictures(optimizer=shares, data=data, workers=10,
                                         stop={"rounds": 20}, evaluate={"every": "1 round"}))
        one = self.run_scenario(pictures(optimizer={**shares, "batch_size": 600}, data=data,
                                         workers=1, stop={"rounds": 20},
                                         evaluate={"every": "1 round"}))
        for ours, expected in zip(ten.column("rounds", "train_loss"),
                                  one.column("rounds", "train_loss")):
            self.assert_close(ours, expected, 1e-4)

    def test_a_phantom_costs_what_the_model_costs_and_has_no_loss(self):
        scenario = pictures(model={"kind": "cnn"}, stop={"rounds": 2},
                            data={"source": "image-like", "rows": 120, "channels": 1, "height": 28,
                                  "width": 28}, optimizer={**MOMENTUM, "batch_size": 10})
        learnt = self.run_scenario(scenario)
        phantom = self.run_scenario(scenario, {"model.phantom": "yes"})
        self.assertEqual(phantom.one("sim_time_s"), learnt.one("sim_time_s"))
        self.assertEqual(phantom.one("cost_pusd"), learnt.one("cost_pusd"))
        self.assertEqual(phantom.one("status"), "done")
        self.assertIsNone(phantom.one("train_loss"))
        self.assertIn("nothing is learnt: model 'cnn' is a phantom", phantom.one("charge_as"))
        self.assertIn("phantom", phantom.report["charge_note"])
        done = traincast("run", self.scenario(scenario), "--set", "model.phantom=yes", "--model",
                         self.folder / "none.npy", expect=BAD_INPUT)
        self.assertIn("'cnn' is a phantom, of which there are no values", done.stderr)
        for criterion in ("train_loss", "test_loss", "test_accuracy"):
            done = traincast("check", self.scenario(scenario), "--set", "model.phantom=yes",
                             "--set", f"stop.{criterion}=0.5", expect=BAD_INPUT)
            self.assertIn("model 'cnn' is a phantom, which only costs: it has no loss to stop at",
                          done.stderr)

    def test_a_model_charged_as_another_learns_like_itself_and_costs_like_the_other(self):
        small = pictures(stop={"rounds": 6})
        charged = self.run_scenario(small, {"model.charge_as": "mobilenet"})
        itself = self.run_scenario(small)
        phantom = self.run_scenario(small, {"model": "{kind: mobilenet, phantom: yes}"})
        self.assertEqual(charged.learning(), itself.learning())
        for column in "sim_time_s", "cost_pusd":
            self.assertEqual(charged.one(column), phantom.one(column))
        self.assertEqual(charged.request_counts(), phantom.request_counts())
        self.assertIn("of model 'mobilenet' with 3217226 parameters; what learns is 'mlp'",
                      charged.one("charge_as"))

    def test_a_loss_that_is_no_number_ends_the_run_as_diverged(self):
        run = self.run_scenario(pictures(), {"optimizer.learning_rate": 1e6}, expect=RUN_FAILED)
        self.assertEqual(run.one("status"), "diverged")
        self.assertIn("try a smaller optimizer.learning_rate", run.one("message"))

    def test_activations_are_checked_against_the_memory_of_a_function(self):
        done = traincast("check", SOURCE / "scenarios/papers/lambdaml/resnet50-cifar10.yaml",
                         "--set", "platform.memory=1 GB", expect=BAD_INPUT)
        self.assertRegex(done.stderr, r"out of memory: worker 0 needs 13\d\d MB")

    def test_a_message_above_the_limit_of_a_channel_is_refused(self):
        done = traincast("check", SOURCE / "scenarios/papers/lambdaml/mobilenet-cifar10.yaml",
                         "--set", "channel=dynamodb", expect=BAD_INPUT)
        self.assertIn("does not fit into channel 'dynamodb'", done.stderr)

    def test_a_machine_with_a_gpu_has_its_own_rate(self):
        scenario = SOURCE / "scenarios/papers/lambdaml/mobilenet-cifar10.yaml"
        machine = {"platform": "{kind: iaas, provider: aws-2020, instance: c5.4xlarge}",
                   "channel": "direct", "pattern": "ring", "stop.rounds": 3}
        cpu = self.run_scenario(scenario, machine)
        gpu = self.run_scenario(scenario, {**machine, "platform":
                                           machine["platform"].replace("c5.4xlarge", "g4dn.xlarge")})
        self.assertGreater(cpu.breakdown()["compute"], 5 * gpu.breakdown()["compute"])


EPOCHS = 2  # of 157 steps; a core takes some 35 s for one
SEEDS = range(1, 6)


def cifar(**changes):
    return training(**{
        "workers": 1,
        "data": {"source": "file", "path": "cifar10/data_batch_1.bin.gz",
                 "test_path": "cifar10/test_batch.bin.gz",
                 "images": {"mean": "0.491 0.482 0.447", "sd": "0.247 0.243 0.262",
                            "crop": 4, "flip": "yes"}},
        "model": {"kind": "resnet20"},
        "optimizer": {"kind": "ga_sgd", "learning_rate": 0.1, "momentum": 0.9,
                      "weight_decay": 1e-4, "batch_size": 64},
        "evaluate": {"every": "100 epochs"}, "stop": {"epochs": EPOCHS}, **changes})


def mnist(**changes):
    return training(**{
        "data": {"source": "file", "path": "mnist/train-images-idx3-ubyte.gz",
                 "test_path": "mnist/t10k-images-idx3-ubyte.gz",
                 "images": {"mean": "0.1307", "sd": "0.3081"}},
        "workers": 2, "evaluate": {"every": "1 epoch"}, **changes})


def torch_accuracy(seed):
    """ResNet-20 in PyTorch, trained as cifar() says: the share of the test pictures told right."""
    import gzip
    import numpy
    import torch
    import torch_networks
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    rng = numpy.random.RandomState(seed)

    def read(name):
        raw = gzip.open(data_dir() / "cifar10" / name).read()
        rows = numpy.frombuffer(raw, numpy.uint8).reshape(-1, 3073)
        x = rows[:, 1:].reshape(-1, 3, 32, 32).astype(numpy.float32) / 255
        mean, sd = [.491, .482, .447], [.247, .243, .262]
        return x, numpy.float32(mean)[:, None, None], numpy.float32(sd)[:, None, None], \
            torch.from_numpy(rows[:, 0].astype(numpy.int64))

    x, mean, sd, y = read("data_batch_1.bin.gz")
    test_x, _, _, test_y = read("test_batch.bin.gz")
    model = torch_networks.MODELS["resnet20"]()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, weight_decay=1e-4)
    for _ in range(EPOCHS):
        order = rng.permutation(len(x))
        for begin in range(0, len(x), 64):
            chosen = order[begin:begin + 64]
            batch = numpy.pad(x[chosen], ((0, 0), (0, 0), (4, 4), (4, 4)))
            cut = numpy.empty_like(x[chosen])
            for i in range(len(chosen)):
                down, right = rng.randint(0, 9, 2)
                cut[i] = batch[i, :, down:down + 32, right:right + 32]
                if rng.randint(2):
                    cut[i] = cut[i, :, :, ::-1]
            optimizer.zero_grad()
            loss = torch.nn.functional.cross_entropy(model(torch.from_numpy((cut - mean) / sd)),
                                                     y[chosen])
            loss.backward()
            optimizer.step()
    model.eval()
    with torch.no_grad():
        right = sum(int((model(torch.from_numpy((test_x[i:i + 500] - mean) / sd)).argmax(1)
                         == test_y[i:i + 500]).sum()) for i in range(0, len(test_x), 500))
    return right / len(test_x)


class Slow(Case):
    @needs_data
    def test_the_cnn_of_federated_averaging_reaches_99_percent_of_mnist_in_3_epochs(self):
        run = self.run_scenario(mnist(
            model={"kind": "cnn"}, stop={"epochs": 3}, evaluate={"every": "3 epochs"},
            optimizer={"kind": "ga_sgd", "learning_rate": 0.05, "momentum": 0.9, "batch_size": 32}),
            seconds=1500)
        print("cnn", run.column("rounds", "test_accuracy"), flush=True)
        self.assertGreaterEqual(run.one("test_accuracy"), 0.99)

    @needs_data
    def test_the_mlp_reaches_97_percent_of_mnist_in_3_epochs_and_98_in_10(self):
        run = self.run_scenario(mnist(
            model={"kind": "mlp"}, stop={"epochs": 10},
            optimizer={"kind": "ga_sgd", "learning_rate": 0.05, "momentum": 0.9, "batch_size": 32,
                       "schedule": {"decay": "step", "every": 4, "factor": 0.3}}), seconds=1500)
        accuracy = run.column("rounds", "test_accuracy")
        print("mlp", accuracy, flush=True)
        self.assertGreaterEqual(accuracy[2], 0.97)
        self.assertGreaterEqual(accuracy[9], 0.98)

    def resnet20_accuracy(self, seed):
        database = self.folder / f"resnet{seed}.db"
        done = traincast("run", self.scenario(cifar(seed=seed)), "--json", "--quiet", "--db", database,
                         "--data", data_dir(), "--threads", 1, seconds=1500)
        return json.loads(done.stdout)["test_accuracy"]

    @needs_data
    def test_resnet20_learns_cifar10_as_well_as_in_pytorch(self):
        try:
            import torch  # noqa: F401
        except ImportError as missing:
            self.skipTest(str(missing))
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            ours = list(pool.map(lambda seed: self.resnet20_accuracy(seed), SEEDS))
        with concurrent.futures.ProcessPoolExecutor(2) as pool:
            theirs = list(pool.map(torch_accuracy, SEEDS))
        print("ours", ours, "PyTorch", theirs, flush=True)
        apart = abs(statistics.mean(ours) - statistics.mean(theirs))
        error = math.hypot(*(statistics.stdev(some) / math.sqrt(len(some))
                             for some in (ours, theirs)))
        self.assertLessEqual(apart, 2 * error)
        self.assertLessEqual(apart, 0.015)

    def test_two_hundred_workers_learn_mobilenet_in_8_gb(self):
        for kind in "ga_sgd", "ma_sgd":
            run = self.run_scenario(training(
                workers=200, model={"kind": "mobilenet"}, stop={"rounds": 1},
                data={"source": "image-like", "rows": 400},
                optimizer={"kind": kind, "learning_rate": 0.01, "momentum": 0.9, "batch_size": 2},
                evaluate={"every": "never"}), seconds=1500)
            peak = run.database.value("SELECT peak_memory_bytes FROM runs")
            print(kind, "peak", peak, flush=True)
            self.assertLess(peak, 8e9)

    def test_two_cores_compute_nearly_twice_as_fast_as_one(self):
        scenario = training(workers=2, model={"kind": "resnet20"}, stop={"rounds": 12},
                            data={"source": "image-like", "rows": 800},
                            optimizer={**MOMENTUM, "batch_size": 64}, evaluate={"every": "never"})
        least = {1: math.inf, 2: math.inf}
        for _ in range(10):  # others on the machine only make it slower: the fastest counts
            for threads in least:
                run = self.run_scenario(scenario, threads=threads)
                least[threads] = min(least[threads], run.one("wall_s"))
            if least[1] / least[2] >= 1.8:
                break
        ratio = least[1] / least[2]
        print("two cores: %.2f times one" % ratio, flush=True)
        self.assertGreaterEqual(ratio, 1.8)


if __name__ == "__main__":
    main()
