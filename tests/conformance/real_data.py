#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The real data sets as they are published: every format is read, named, and learnt from."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
from traincast import *  # noqa: E402, F403

# folder: file, test file, format, rows, test rows, features, classes, accuracy that a few rounds
# of logistic regression exceed on the test set
SETS = {
    "higgs": ("binary.train", "binary.test", "csv", 7000, 500, 28, 2, 0.6),
    "mushroom": ("agaricus.txt.train", "agaricus.txt.test", "libsvm", 6513, 1611, 126, 2, 0.95),
    "mnist": ("train-images-idx3-ubyte.gz", "t10k-images-idx3-ubyte.gz", "idx", 60000, 10000, 784,
              10, 0.85),
    "cifar10": ("data_batch_1.bin.gz", "test_batch.bin.gz", "cifar10", 12000, 3000, 3072, 10, 0.25),
}


@needs_data
class RealData(Case):
    def learn(self, name, rounds=50, **data):
        file, test_file, format_ = SETS[name][:3]
        return self.run_scenario(training(
            workers=10, data={"source": "file", "path": f"{name}/{file}", "format": format_,
                              "test_path": f"{name}/{test_file}", **data},
            optimizer={"kind": "ga_sgd", "learning_rate": 0.05, "batch_size": 100},
            evaluate={"every": "1000 rounds"}, stop={"rounds": rounds}))

    def test_every_set_has_its_rows_features_and_classes(self):
        for name, (file, test_file, _, rows, test_rows, features, classes, _) in SETS.items():
            with self.subTest(name=name):
                run = self.learn(name, rounds=1)
                for row, count, path in zip(run.rows("datasets"), (rows, test_rows),
                                            (file, test_file)):
                    self.assertEqual((row["rows"], row["features"], row["classes"]),
                                     (count, features, classes))
                    self.assertIn(path, row["name"])

    def test_the_database_names_the_very_bytes(self):
        run = self.learn("higgs", rounds=1)
        for row, file in zip(run.rows("datasets"), SETS["higgs"]):
            bytes_ = (data_dir() / "higgs" / file).read_bytes()
            self.assertEqual(row["sha256"], hashlib.sha256(bytes_).hexdigest())
            self.assertEqual(row["bytes"], len(bytes_))

    def test_every_set_is_learnt(self):
        for name, (*_, accuracy) in SETS.items():
            with self.subTest(name=name):
                self.assertGreater(self.learn(name, rounds=200).one("test_accuracy"), accuracy)

    def test_the_format_may_be_found_out(self):
        for name in "mnist", "cifar10":  # the names of the others say nothing
            with self.subTest(name=name):
                said, found = [self.learn(name, rounds=1, format=format_)
                               for format_ in (SETS[name][2], "auto")]
                self.assertEqual(said.rows("datasets")[0]["sha256"],
                                 found.rows("datasets")[0]["sha256"])
                self.assertEqual(said.one("sim_time_s"), found.one("sim_time_s"))


if __name__ == "__main__":
    main()
