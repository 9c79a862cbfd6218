"""The reference definitions on Spark: `connect(EXPORT_DIRECTORY)` gives a session in which every file of `queries/metrics` runs.

Needs `pyspark` 4 and a Java runtime; the export must be Parquet (`linchpin export --format parquet`).
"""

import collections
import os
import pathlib
import re

from pyspark.sql import SparkSession

PRELUDE = pathlib.Path(__file__).resolve().parent


def statements(text):
    """Spark takes one statement at a time. In these files a semicolon at the end of a line ends one, and nothing else does."""
    lines = (line for line in text.splitlines() if not line.lstrip().startswith("--"))
    return [statement.strip() for statement in re.split(r";\s*(?:\n|$)", "\n".join(lines)) if statement.strip()]


def walk(edges, deployed):
    """What `duckdb_walk.sql` finds by recursion: the first deployment that contains a commit, over all and by environment.

    Deployments are walked in their order, each no further than a commit that an earlier one contains, so every edge is
    followed once. `edges`: (repository, commit, parents); `deployed`: (product, repository, environment, commit, position).
    """
    parents = {(repository, commit): above for repository, commit, above in edges}
    lines = collections.defaultdict(list)
    for product, repository, environment, commit, position in deployed:
        lines[product, repository, None].append((position, commit))
        lines[product, repository, environment].append((position, commit))
    first = []
    for (product, repository, environment), line in lines.items():
        seen = set()
        for position, head in sorted(line):
            waiting = [head]
            while waiting:
                commit = waiting.pop()
                if commit not in seen:
                    seen.add(commit)
                    first.append((product, repository, environment, commit, position))
                    waiting.extend(parents.get((repository, commit), ()))
    return first


def session(title, master="local[*]"):
    """A session in which instants mean what they say; where `spark-submit` names a master, that one is meant."""
    builder = SparkSession.builder.appName(title)
    # `spark-submit` starts the gateway, and a notebook says it in PYSPARK_SUBMIT_ARGS.
    is_told = "PYSPARK_GATEWAY_PORT" in os.environ or "--master" in os.environ.get("PYSPARK_SUBMIT_ARGS", "")
    if not is_told:
        builder = builder.master(master)
    found = (
        builder.config("spark.ui.enabled", "false")
        .config("spark.sql.session.timeZone", "UTC")
        # Instants are written without a zone and mean UTC.
        .config("spark.sql.parquet.inferTimestampNTZ.enabled", "false")
        .config("spark.sql.shuffle.partitions", "4")
        .getOrCreate()
    )
    found.sparkContext.setLogLevel("OFF")
    return found


def connect(export):
    found = session("linchpin: reference definitions")
    views(found, export)
    return found


def views(session, export):
    """Every file of an export as a view, and the relations that the definitions start from."""
    for file in sorted(pathlib.Path(export).glob("*.parquet")):
        session.read.parquet(str(file)).createOrReplaceTempView(file.stem)
    for name in ("landed.sql", "spark.sql", "relations.sql"):
        for statement in statements((PRELUDE / name).read_text(encoding="utf-8")):
            session.sql(statement.replace(") AS TABLE", ") RETURNS TABLE RETURN", 1))
    edges = session.sql("SELECT repository, commit, parents FROM known_commits").collect()
    deployed = session.sql("SELECT product, repository, environment, commit, position FROM placed_deployments").collect()
    session.createDataFrame(
        walk(edges, deployed), "product STRING, repository BIGINT, environment STRING, commit STRING, position INT"
    ).createOrReplaceTempView("walked")
    session.sql(
        "CREATE OR REPLACE TEMPORARY VIEW first_shipped AS"
        " SELECT product, repository, commit, MIN(position) AS position FROM ("
        " SELECT product, repository, commit, position FROM walked WHERE environment IS NULL"
        " UNION ALL SELECT f.product, f.repository, c.commit, f.position FROM walked f"
        " JOIN copies c ON c.product = f.product AND c.repository = f.repository AND c.copy = f.commit"
        " WHERE f.environment IS NULL) shipped GROUP BY product, repository, commit"
    )
    session.sql("CREATE OR REPLACE TEMPORARY VIEW first_shipped_to AS SELECT * FROM walked WHERE environment IS NOT NULL")
