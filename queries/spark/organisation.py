#!/usr/bin/env python3
"""An organisation on a Spark cluster: every shard of a plan is a task that runs the linchpin binary on an executor.

usage: spark-submit organisation.py --plan PLAN --stores DIRECTORY --store STORE --out DIRECTORY [--metric ID …] [--linchpin BINARY] [-- OPTION …]

PLAN is what `linchpin shard plan` printed, STORE the store that joins, and OPTIONs are those of `linchpin` (`--config`, `--api-url`,
`--offline`, `--as-of`, …), given to every step. DIRECTORY of the stores is a path that the driver and all executors see (a shared file
system): shard 3 has its store in DIRECTORY/3, so that a task that is run again goes on where the lost one stopped, and so does the next night.
A shard is tried as often as Spark tries a task (`spark.task.maxFailures`). The token is an environment variable of the executors
(`spark.executorEnv.GITHUB_TOKEN`), never an argument.

Then the driver joins the shards, exports facts and relations as Parquet, and Spark answers every definition in queries/metrics with the
same SQL: OUT/measures/ID.parquet, a row a figure; with `--metric`, those that are named. `linchpin report --store STORE` writes the pages.
"""

import argparse
import json
import pathlib
import subprocess
import sys

QUERIES = pathlib.Path(__file__).resolve().parent.parent
# Finished, and finished with some of the data missing: the certificates say which.
DONE = (0, 5)


def ran(command):
    """Runs a step; what it says is in the error where it fails."""
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode not in DONE:
        raise RuntimeError(f"{' '.join(command[:3])} ended with {done.returncode}:\n{done.stderr[-4000:]}")
    return done.stderr


def shard_task(linchpin, plan, stores, options):
    """What an executor does with the number of a shard."""

    def run(number):
        store = pathlib.Path(stores) / str(number)
        ran([linchpin, "shard", "run", str(number), "--plan", plan, "--store", str(store), "--quiet", *options])
        return number

    return run


def definitions(named):
    """The files of the metrics that are named; without a name, of all."""
    known = {path.stem: path for path in sorted((QUERIES / "metrics").glob("*.sql"))}
    unknown = sorted(set(named) - set(known))
    if unknown:
        raise SystemExit(f"no definition of {', '.join(unknown)}; `linchpin explain list` names every metric")
    return [path for metric, path in known.items() if not named or metric in named]


def measures(session, export, place, paths):
    """The answers of some definitions, by the SQL that every engine runs."""
    sys.path.insert(0, str(QUERIES / "prelude"))
    import spark

    spark.views(session, export)
    n_rows = {}
    for path in paths:
        frame = session.sql(path.read_text(encoding="utf-8"))
        frame.coalesce(1).write.mode("overwrite").parquet(str(place / f"{path.stem}.parquet"))
        n_rows[path.stem] = session.read.parquet(str(place / f"{path.stem}.parquet")).count()
    return n_rows


def main():
    arguments = sys.argv[1:]
    options = []
    if "--" in arguments:
        at = arguments.index("--")
        arguments, options = arguments[:at], arguments[at + 1 :]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("plan", "stores", "store", "out"):
        parser.add_argument(f"--{name}", required=True, type=pathlib.Path)
    parser.add_argument("--linchpin", default="linchpin")
    parser.add_argument("--metric", action="append", default=[], help="only this one; can be given several times")
    asked = parser.parse_args(arguments)
    # A wrong name is told before hours of work, not after them.
    paths = definitions(asked.metric)
    plan, stores, store, out = (getattr(asked, name).resolve() for name in ("plan", "stores", "store", "out"))
    numbers = [shard["shard"] for shard in json.loads(plan.read_text(encoding="utf-8"))["shards"]]
    stores.mkdir(parents=True, exist_ok=True)

    sys.path.insert(0, str(QUERIES / "prelude"))
    import spark

    session = spark.session("linchpin: an organisation")
    task = shard_task(asked.linchpin, str(plan), str(stores), options)
    finished = session.sparkContext.parallelize(numbers, len(numbers)).map(task).collect()
    print(f"{len(finished)} shards are finished", flush=True)
    places = [str(stores / str(number)) for number in sorted(finished)]
    ran([asked.linchpin, "shard", "commit", "--plan", str(plan), "--store", str(store), "--quiet", *options, *places])
    ran([asked.linchpin, "export", "--format", "parquet", "--store", str(store), "--out", str(out), "--quiet", *options])
    for metric, n in measures(session, out / "export", out / "measures", paths).items():
        print(f"{metric:30} {n:6} rows", flush=True)


if __name__ == "__main__":
    main()
