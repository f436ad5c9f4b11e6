#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Sweeps on a cluster: job arrays whose tasks write shards that are merged.

Fast stands three small programs in for Slurm's, so that the whole way is walked everywhere; Slow
starts a real Slurm of one node (slurmctld, slurmd, munged) in a folder of its own and stops it.
"""
import getpass
import json
import os
import pathlib
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
from traincast import *  # noqa: E402, F403

TINY = training(workers=3, data={"source": "higgs-like", "rows": 500},
                optimizer={"kind": "ma_sgd", "learning_rate": 0.1, "batch_size": 50})
AXES = {"grid": {"platform.memory": ["1 GB", "2 GB", "3 GB"], "workers": [2, 3],
                 "pattern": ["allreduce", "scatter_reduce"]}}

# Runs the tasks of an array one after another in the background; its number is that process's.
SBATCH = """#!/bin/sh
for argument; do case $argument in
    --array=1-*) tasks=${argument#--array=1-} ;;
    --output=*) log=${argument#--output=} ;;
    *) script=$argument ;;
esac; done
echo "$*" >>"$FAKE_SLURM/calls"
( for task in $(seq "$tasks"); do
    SLURM_ARRAY_TASK_ID=$task "$script" >"$(echo "$log" | sed "s/%a/$task/")" 2>&1
  done ) </dev/null >/dev/null 2>&1 &
echo "$!" >"$FAKE_SLURM/job"
echo "$!;cluster"
"""
SQUEUE = """#!/bin/sh
job=$(cat "$FAKE_SLURM/job")
if kill -0 "$job" 2>/dev/null; then echo "${job}_1"; fi
echo 77_1
"""


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class SlurmCase(Case):
    def files(self, description=None):
        self.scenario(TINY, "tiny.yaml")
        return self.scenario({"scenario": "tiny.yaml", "axes": AXES, **(description or {})},
                             "sweep.yaml")

    def both(self, path, *arguments, env=None, seconds=300):
        """The same sweep on the cluster and here."""
        there, here = self.folder / "there.db", self.folder / "here.db"
        done = traincast("sweep", path, "--engine", "slurm", "--db", there, "--json", *arguments,
                         env=env or {}, seconds=seconds)
        traincast("sweep", path, "--db", here, "--quiet")
        opened = Database(there), Database(here)
        for database in opened:
            self.addCleanup(database.close)
        self.assertEqual(opened[0].dump(), opened[1].dump())
        return opened[0], json.loads(done.stdout)


class Fast(SlurmCase):
    def setUp(self):
        super().setUp()
        programs = self.folder / "programs"
        programs.mkdir()
        for name, text in ("sbatch", SBATCH), ("squeue", SQUEUE), ("scancel", "#!/bin/sh\n"):
            path = programs / name
            path.write_text(text)
            path.chmod(0o755)
        self.env = {"PATH": f"{programs}:{os.environ['PATH']}", "FAKE_SLURM": str(self.folder)}

    def calls(self):
        return (self.folder / "calls").read_text().splitlines()

    def test_a_job_array_makes_the_database_that_this_machine_would(self):
        database, said = self.both(self.files(), "--tasks", "3", "--slurm-args", "--time=5 -c1",
                                   env=self.env)
        self.assertEqual((said["points"], said["left"], said["failed"]), (12, 0, 0))
        leaders, points = self.calls()
        for call in leaders, points:
            for argument in ("--parsable", "--requeue", "--signal=B:USR1@60", "--array=1-3",
                             "--time=5 -c1"):
                self.assertIn(argument, call)
        self.assertIn("leaders", leaders)
        self.assertEqual(database.value("SELECT count(*) FROM trajectories"), 2)

    def test_shards_of_an_earlier_call_with_other_tasks_are_not_lost(self):
        path, shards = self.files(), self.folder / "there.db.shards"
        shards.mkdir()
        for part in 1, 2, 3:
            traincast("sweep", path, "--shard", f"{part}/3", "-q",
                      "--db", shards / f"sweep-points-3-{part}.db")
        (shards / "sweep-points-3-4.db").touch()  # its task was ended before it wrote anything
        (shards / "sweep-points-3-points-1-1.db").write_text("of campaign sweep-points-3, half written")
        self.both(path, "--tasks", "2", env=self.env)
        self.assertFalse((self.folder / "calls").exists())

    def test_a_second_call_has_nothing_to_submit(self):
        path = self.files()
        self.both(path, env=self.env)
        before = self.calls()
        traincast("sweep", path, "--engine", "slurm", "--db", self.folder / "there.db",
                  env=self.env)
        self.assertEqual(self.calls(), before)

    def test_failed_points_are_told_by_the_exit_status(self):
        path = self.files({"axes": {"grid": {"optimizer.batch_size": [50, 100000]}}})
        done = traincast("sweep", path, "--engine", "slurm", "--db", self.folder / "there.db",
                         "--json", env=self.env, expect=RUN_FAILED)
        self.assertEqual(json.loads(done.stdout)["left"], 1)

    def test_without_slurm_it_says_so(self):
        done = traincast("sweep", self.files(), "--engine", "slurm", "--db",
                         self.folder / "there.db", env={"PATH": "/nowhere"}, expect=MACHINE)
        self.assertIn("there is no sbatch here", done.stderr)


class Slow(SlurmCase):
    @classmethod
    def setUpClass(cls):
        lacks = [name for name in ("slurmctld", "slurmd", "munged", "sbatch")
                 if not shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin")]
        if lacks:
            raise unittest.SkipTest(f"no Slurm here ({', '.join(lacks)}): install slurm-wlm, munge")
        if os.getuid() != 0:
            raise unittest.SkipTest("only root can start slurmd")

    def setUp(self):
        super().setUp()
        self.daemons = []
        self.addCleanup(self.stop_slurm)
        self.start_slurm()

    def start(self, *command):
        log = open(self.folder / (pathlib.Path(command[0]).name + ".out"), "wb")
        self.daemons.append(subprocess.Popen(command, stdout=log, stderr=log,
                                             env={**os.environ, **self.env}))
        log.close()

    def start_slurm(self):
        place, host = self.folder, socket.gethostname().split(".")[0]
        place.chmod(0o755)
        for name in ("state", "spool", "munge"):
            (place / name).mkdir()
        (place / "munge.key").write_bytes(os.urandom(1024))
        (place / "munge.key").chmod(0o400)
        (place / "slurm.conf").write_text(f"""ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmUser={getpass.getuser()}
AuthType=auth/munge
AuthInfo=socket={place}/munge/socket
CredType=cred/munge
SlurmctldPort={free_port()}
SlurmdPort={free_port()}
StateSaveLocation={place}/state
SlurmdSpoolDir={place}/spool
SlurmctldPidFile={place}/slurmctld.pid
SlurmdPidFile={place}/slurmd.pid
SlurmctldLogFile={place}/slurmctld.log
SlurmdLogFile={place}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
JobAcctGatherType=jobacct_gather/none
SchedulerParameters=batch_sched_delay=0,sched_interval=1
MpiDefault=none
ReturnToService=2
KillWait=5
NodeName={host} NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN
PartitionName=main Nodes={host} Default=YES MaxTime=INFINITE State=UP
""")
        self.env = {"SLURM_CONF": str(place / "slurm.conf"),
                    "PATH": os.environ["PATH"] + ":/usr/sbin"}
        self.start("/usr/sbin/munged", "--foreground", "--force", f"--key-file={place}/munge.key",
                   f"--socket={place}/munge/socket", f"--pid-file={place}/munge/pid",
                   f"--log-file={place}/munge/log", f"--seed-file={place}/munge/seed")
        self.wait_for(lambda: (place / "munge" / "socket").exists(), "munged")
        self.start("/usr/sbin/slurmctld", "-D")
        self.start("/usr/sbin/slurmd", "-D", "-N", host)
        self.wait_for(lambda: "idle" in self.ask("sinfo", "--noheader", "--format=%t"), "slurmd")

    def ask(self, *command):
        return subprocess.run(command, capture_output=True, text=True,
                              env={**os.environ, **self.env}).stdout

    def wait_for(self, there, what, seconds=60):
        begun_s = time.monotonic()
        while not there():
            self.assertLess(time.monotonic() - begun_s, seconds, f"{what} does not come up: " + "".join(
                path.read_text(errors="replace")[-2000:] for path in self.folder.glob("*.log")))
            time.sleep(0.2)

    def stop_slurm(self):
        self.ask("scancel", "--me")
        for daemon in reversed(self.daemons):
            daemon.terminate()
        for daemon in reversed(self.daemons):
            try:
                daemon.wait(20)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()

    def test_a_real_slurm_makes_the_database_that_this_machine_would(self):
        self.both(self.files({"replications": 3}), "--tasks", "4", env=self.env)

    def test_tasks_that_are_queued_again_or_cancelled_go_on(self):
        self.scenario({**TINY, "data": {"source": "higgs-like", "rows": 60000},
                       "stop": {"epochs": 30}}, "long.yaml")
        path = self.files({"scenario": "long.yaml", "axes": {"grid": {
            "optimizer.learning_rate": [0.01 * i for i in range(1, 25)]}}})
        there, here = self.folder / "there.db", self.folder / "here.db"
        command = ["sweep", path, "--engine", "slurm", "--tasks", "3", "--db", there]
        begun = subprocess.Popen([str(EXECUTABLE), *map(str, command)],
                                 env={**os.environ, **self.env}, stderr=subprocess.PIPE)
        self.wait_for(lambda: "_" in self.ask("squeue", "--noheader", "--states=R", "--array",
                                              "--format=%i"), "a task")
        time.sleep(2)
        running = self.ask("squeue", "--noheader", "--states=R", "--array", "--format=%i").split()
        self.ask("scontrol", "requeue", running[0])
        time.sleep(1)
        begun.send_signal(signal.SIGTERM)  # cancels the array, merges what there is
        begun.communicate(timeout=120)
        self.assertEqual(begun.returncode, RUN_FAILED)
        traincast(*command, env=self.env, seconds=600)
        traincast("sweep", path, "--db", here, "--quiet", seconds=600)
        opened = Database(there), Database(here)
        self.assertEqual(opened[0].dump(), opened[1].dump())
        for database in opened:
            database.close()


if __name__ == "__main__":
    main()
