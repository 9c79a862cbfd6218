#!/usr/bin/env python3
"""The Spark job on a local cluster of two workers, one of which is killed in the middle: the joined store says what one machine says.

usage: spark-organisation.py LINCHPIN DEMO PLACE   where DEMO is a folder in which `linchpin demo` ran, and PLACE is empty
"""

import os
import pathlib
import signal
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
# Of history alone, each with rows here. That Spark answers every definition, and rightly, is held elsewhere (reference.py).
METRICS = ["code.rework", "knowledge.survival", "knowledge.truck_factor", "ownership.share", "pairs.matrix"]
# The first try of a shard on its way: it kills the worker that it runs on, once.
KILLER = """#!/usr/bin/env python3
import os, pathlib, signal, sys
mark = pathlib.Path({mark!r})
if sys.argv[1:4] == ["shard", "run", "0"] and not mark.exists():
    mark.touch()
    process = os.getppid()
    while process > 1:
        line = pathlib.Path(f"/proc/{{process}}/cmdline").read_bytes()
        if b"ExecutorBackend" in line:
            os.kill(process, signal.SIGKILL)
            break
        status = pathlib.Path(f"/proc/{{process}}/status").read_text()
        process = int(next(line for line in status.splitlines() if line.startswith("PPid:")).split()[1])
    sys.exit(1)
os.execv({linchpin!r}, [{linchpin!r}, *sys.argv[1:]])
"""


def main(linchpin, demo, place):
    place.mkdir(parents=True, exist_ok=True)
    config = place / "linchpin.toml"
    # Without GitHub, clones are known by their folders, and are all of one product.
    config.write_text("", encoding="utf-8")
    options = ["--config", str(config), "--offline", "--as-of", "2026-07-01T00:00:00Z", "--since", "78w"]
    for clone in sorted((demo / "linchpin-demo/repositories").glob("*.git")):
        options += ["--repo", str(clone)]

    def ran(*arguments):
        done = subprocess.run([linchpin, *arguments, *options], cwd=place, capture_output=True, text=True)
        if done.returncode not in (0, 5):
            raise SystemExit(f"{arguments}: {done.returncode}\n{done.stderr}")
        return done.stdout

    (place / "plan.json").write_text(ran("shard", "plan", "--workers", "3", "--store", "joined"), encoding="utf-8")
    mark, killer = place / "killed", place / "linchpin-that-is-killed"
    killer.write_text(KILLER.format(mark=str(mark), linchpin=linchpin), encoding="utf-8")
    killer.chmod(0o755)
    started = time.monotonic()
    job = [sys.executable, str(ROOT / "queries/spark/organisation.py"), "--plan", "plan.json", "--stores", "parts"]
    job += ["--store", "joined", "--out", "out", "--linchpin", str(killer)]
    wrong = subprocess.run([*job, "--metric", "code.rewrok"], cwd=place, capture_output=True, text=True)
    if wrong.returncode == 0 or "no definition of code.rewrok" not in wrong.stderr or mark.exists():
        raise SystemExit(f"a metric that is none is not refused before the work begins:\n{wrong.stderr[-2000:]}")
    for metric in METRICS:
        job += ["--metric", metric]
    job += ["--", *options]
    environment = {**os.environ, "PYSPARK_SUBMIT_ARGS": "--master local-cluster[2,1,1024] --conf spark.executor.memory=512m pyspark-shell"}
    environment["PYSPARK_PYTHON"] = sys.executable
    done = subprocess.run(job, cwd=place, env=environment, capture_output=True, text=True)
    sys.stdout.write(done.stdout)
    if done.returncode != 0:
        raise SystemExit(f"the job ended with {done.returncode}\n{done.stderr[-6000:]}")
    if not mark.exists():
        raise SystemExit("no worker was killed")
    ran("report", "--store", "joined", "--out", "joined-report")
    ran("run", "--store", "single", "--out", "single-report")
    both = [(place / name / "team/metrics.json").read_bytes() for name in ("joined-report", "single-report")]
    if both[0] != both[1] or len(both[0]) < 10_000:
        raise SystemExit("metrics.json of the joined store is not that of one machine")
    answered = {path.stem for path in (place / "out/measures").glob("*.parquet")}
    rows = {line.split()[0]: int(line.split()[1]) for line in done.stdout.splitlines() if line.endswith(" rows")}
    if answered != set(METRICS) or set(rows) != answered or not all(rows.values()):
        raise SystemExit(f"Spark was asked for {METRICS} and answered {rows}")
    print(f"a worker was killed; {len(both[0])} bytes of metrics.json are equal, {time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    if len(sys.argv) != 4:
        raise SystemExit(__doc__)
    main(str(pathlib.Path(sys.argv[1]).resolve()), pathlib.Path(sys.argv[2]).resolve(), pathlib.Path(sys.argv[3]).resolve())
