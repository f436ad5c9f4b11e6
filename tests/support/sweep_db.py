# SPDX-License-Identifier: MIT
"""A small database to ask: functions over two channels and machines, three numbers of workers,
some seeds; and a large one, made of copies of its runs."""
import sqlite3

from traincast import *  # noqa: F403

SIDES = {
    "s3": {"platform": FUNCTIONS, "channel": STORE},
    "memcached": {"platform": FUNCTIONS,
                  "channel": {"kind": "memcached", "node": "cache.t3.small"}},
    "direct": {"platform": MACHINES, "channel": {"kind": "direct"}, "pattern": {"kind": "ring"}},
}
WORKERS = 2, 4, 8


def make_small(folder, seeds=2):
    """Runs them all into folder/small.db, in one sweep; returns its path."""
    files = []
    for side, settings in SIDES.items():
        path = folder / side / ("machines.yaml" if side == "direct" else "functions.yaml")
        path.parent.mkdir()
        path.write_text(json.dumps(training(**settings)))
        files.append(str(path))
    (folder / "small.yaml").write_text(json.dumps({
        "scenario": files, "axes": {"grid": {"workers": list(WORKERS)}}, "replications": seeds,
        "point_name": "{scenario}"}))
    traincast("sweep", folder / "small.yaml", "--quiet", "--db", folder / "small.db")
    return folder / "small.db"


def make_large(path, runs, rounds):
    """The runs of a small database at path again and again, with other workers, memories, seeds,
    times and money, each with so many rounds."""
    db = sqlite3.connect(path)
    tables = [row[0] for row in db.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")]
    columns = {table: [row[1] for row in db.execute(f"PRAGMA table_info({table})")]
               for table in tables}
    copied = [table for table in tables if "run_id" in columns[table]
              and table not in ("run_param", "round")]
    templates = db.execute("SELECT max(run_id) FROM run").fetchone()[0]
    keys = dict(db.execute("SELECT param_id, key FROM param"))
    params = {run: db.execute("SELECT seq, param_id FROM run_param WHERE run_id = ?", (run,))
              .fetchall() for run in range(1, templates + 1)}
    ids = {}

    def param_id(key, text, number):
        if (key, text) not in ids:
            db.execute("INSERT OR IGNORE INTO param (key, value_text, unit, value_num)"
                       " SELECT key, ?, unit, ? FROM param WHERE key = ? LIMIT 1",
                       (text, number, key))
            ids[key, text] = db.execute(
                "SELECT param_id FROM param WHERE key = ? AND value_text = ?", (key, text)
            ).fetchone()[0]
        return ids[key, text]

    for run in range(templates + 1, runs + 1):
        step = run // templates
        workers, memory, seed = (5, 10, 20, 50, 100)[step % 5], step // 5 % 3 + 1, step // 15
        factor = (10 / workers + workers / 100) * (3 / memory) * (1 + seed * 7919 % 101 / 1000)
        change = {"run_id": run, "workers": workers, "seed": seed, "campaign": "'large'"}
        source = run % templates + 1
        for table in copied:
            chosen = ", ".join(
                str(change[name]) if name in change
                else f"{name} * {factor}" if name.endswith("_s") and name not in (
                    "billed_s", "pusd_per_gb_s", "wall_s")
                else f"CAST({name} * {factor} AS INTEGER)" if (table, name) == ("run", "cost_pusd")
                else name
                for name in columns[table])
            db.execute(f"INSERT INTO {table} SELECT {chosen} FROM {table} WHERE run_id = ?",
                       (source,))
        db.executemany("INSERT INTO round VALUES (?,?,?,?,?,?,?,?,?,?,?)", (
            (run, i, i + 1, i + 1, (i + 1) * factor, int(1e10 * (i + 1) * factor),
             0.6 + 0.1 / (i + 1) + seed % 7 * 1e-4, 0.6, None, None, 0) for i in range(rounds)))
        values = {"groups.workers.count": (str(workers), workers),
                  "groups.workers.platform.memory": (f"{memory} GB", memory * 2.0 ** 30),
                  "seed": (str(seed), seed)}
        db.executemany("INSERT INTO run_param VALUES (?, ?, ?)", (
            (run, seq, param_id(keys[param], *values[keys[param]]) if keys[param] in values
             else param) for seq, param in params[source]))
    db.commit()
    db.close()
