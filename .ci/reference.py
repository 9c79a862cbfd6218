#!/usr/bin/env python3
"""One answer from every engine: runs each reference definition over an export and compares it with the program's figures.

usage: reference.py EXPORT_DIRECTORY METRICS_JSON   on DuckDB (`duckdb` from PyPI; the export must be Parquet)
       reference.py --spark EXPORT_DIRECTORY METRICS_JSON [ID …]   on Spark (`pyspark` from PyPI, and Java), all or those named
       reference.py --time EXPORT_DIRECTORY [ID …]   only runs them, all or those named: for the benchmark

Compared are the figures over the whole window, of products, of people and, where the SQL speaks of them, of areas: n and
every number by its name. Counts must be equal, reals to 1e-9. A figure that only one of the two engines has is a difference.
The program's figures are those of the export's own `measures`: metrics.json tells nothing of what few people did. What it
does tell, of every scope and bucket, must be what the export tells. It knows nothing of the private register: where that
declares absences, `ownership.handover` may differ from the export's, and is compared with the SQL alone.
"""

import decimal
import json
import pathlib
import sys
import time

QUERIES = pathlib.Path(__file__).resolve().parent.parent / "queries"
TOLERANCE = 1e-9


def same(left, right):
    if isinstance(left, int) and isinstance(right, int):
        return left == right
    return abs(left - right) <= TOLERANCE * max(1.0, abs(left), abs(right))


def plain(number):
    """Integers stay integers, whatever width or decimal the engine gives them."""
    if isinstance(number, decimal.Decimal):
        return int(number) if number == number.to_integral_value() else float(number)
    return number


class DuckDb:
    """Runs a statement: the names of its columns and its rows."""

    def __init__(self, export):
        import duckdb

        self.connection = duckdb.connect()
        self.connection.execute("SET TimeZone = 'UTC'")
        for file in sorted(pathlib.Path(export).glob("*.parquet")):
            quoted = str(file).replace("'", "''")
            self.connection.execute(f'CREATE VIEW "{file.stem}" AS SELECT * FROM read_parquet(\'{quoted}\')')
        for name in ("landed", "duckdb", "relations", "duckdb_walk"):
            self.connection.execute((QUERIES / "prelude" / f"{name}.sql").read_text(encoding="utf-8"))

    def run(self, statement):
        cursor = self.connection.execute(statement)
        return [column[0] for column in cursor.description], cursor.fetchall()


class Spark:
    """The same on Spark."""

    def __init__(self, export):
        sys.path.insert(0, str(QUERIES / "prelude"))
        import spark

        self.session = spark.connect(export)

    def run(self, statement):
        frame = self.session.sql(statement)
        return frame.columns, [tuple(row) for row in frame.collect()]


def program_figures(engine):
    """Every figure of the program, by metric, product, repository, area, person, origin and bucket: n and numbers, or why there is none."""
    _, rows = engine.run(
        "SELECT m.metric, m.product, r.name AS repository, m.area, m.person, m.origin, m.bucket, m.status, m.n, m.name, m.value"
        " FROM measures m LEFT JOIN repositories r ON r.repository = m.repository"
    )
    figures = {}
    for metric, product, repository, area, person, origin, bucket, status, n, name, value in rows:
        key = (metric, product, repository, area, person, origin, bucket)
        figure = figures.setdefault(key, (status, n, {}))
        if name is not None:
            figure[2][name] = value
    return figures


def over_the_window(figures):
    """Those that the SQL speaks of, and those of which the program says that there is none."""
    told, silent = {}, set()
    for (metric, product, repository, area, person, origin, bucket), (status, n, numbers) in figures.items():
        if bucket is not None or repository is not None or origin is not None:
            continue
        key = (metric, product, area, person)
        if status in ("not_observed", "not_applicable"):
            silent.add(key)
        elif n:
            told[key] = (n, numbers if status == "measured" else None)
    return told, silent


def published(document, figures, apart):
    """What metrics.json tells differently from the export, and how many numbers were compared."""
    found, n_compared = [], 0
    for line in document["metrics"]:
        if line["id"] in apart:
            continue
        scope = line["scope"]
        key = (line["id"], scope["product"], scope["repository"], scope["area"], None, scope.get("origin"), line["bucket"])
        status, n, numbers = figures.get(key, (None, None, {}))
        if line["status"] == "withheld":
            if status is None or any(line[name] is not None for name in ("n", "value", "interval", "coverage", "ledger")):
                found.append(f"{key}: is withheld, and tells something or is nothing")
            continue
        n_compared += 1
        if (line["status"], line["n"]) != (status, n):
            found.append(f"{key}: is {line['status']}, n {line['n']}, and in the export {status}, n {n}")
        for name, value in (line["value"] or {}).items():
            n_compared += 1
            other = numbers.get(name)
            if value is not None and (other is None or not same(value, plain(other))):
                found.append(f"{key}: {name} is {value}, and in the export {other}")
    return found, n_compared


def sql_figures(engine, metric):
    names, rows = engine.run((QUERIES / "metrics" / f"{metric}.sql").read_text(encoding="utf-8"))
    figures = {}
    for row in rows:
        cells = {name: plain(cell) for name, cell in zip(names, row)}
        key = (metric, cells.pop("product"), cells.pop("area", None), cells.pop("person", None))
        if key in figures:
            raise SystemExit(f"{key}: the SQL gives two rows")
        figures[key] = (cells.pop("n"), {name: cell for name, cell in cells.items() if cell is not None})
    return figures, "area" in names, "person" in names


def differences(program, engine, silent, has_areas, has_people):
    found, n_compared = [], 0
    for key in sorted(set(program) | set(engine), key=str):
        if key[2] is not None and not has_areas:
            continue
        if key[3] is not None and not has_people:
            found.append(f"{key}: the SQL does not speak of people")
            continue
        if key in silent:
            continue
        if key not in program or key not in engine:
            found.append(f"{key}: only {'the SQL' if key in engine else 'the program'} has it: {engine.get(key, program.get(key))}")
            continue
        (n, numbers), (sql_n, sql_numbers) = program[key], engine[key]
        n_compared += 1
        if n != sql_n:
            found.append(f"{key}: n is {n} and {sql_n}")
        if numbers is None:
            continue  # Below the minimum n the program lists events instead.
        for name in sorted(set(numbers) | set(sql_numbers)):
            n_compared += 1
            left, right = numbers.get(name), sql_numbers.get(name)
            if left is None or right is None or not same(left, right):
                found.append(f"{key}: {name} is {left} and {right}")
    return found, n_compared


def run_all(export, wanted):
    """Every definition once, cold: what the benchmark times."""
    engine = DuckDb(export)
    for path in sorted((QUERIES / "metrics").glob("*.sql")):
        if wanted and path.stem not in wanted:
            continue
        start = time.monotonic()
        n_rows = len(engine.run(path.read_text(encoding="utf-8"))[1])
        print(f"{path.stem:30} {n_rows:8} rows {time.monotonic() - start:8.2f} s", flush=True)
    return 0


def main(engine, document, wanted):
    document = json.loads(pathlib.Path(document).read_text(encoding="utf-8"))
    figures = program_figures(engine)
    program, silent = over_the_window(figures)
    known = {key[0] for key in figures}
    # As text, to the second: drivers differ in the zone they give an instant.
    (as_of,) = engine.run("SELECT CAST(as_of AS STRING) AS as_of FROM lens")[1][0]
    if as_of[:19] != document["as_of"][:19].replace("T", " "):
        raise SystemExit("the export and metrics.json answer different questions: their as-of instants differ")
    (n_absences,) = engine.run("SELECT COUNT(*) AS n FROM absences")[1][0]
    found, n_compared = published(document, figures, {"ownership.handover"} if n_absences else set())
    print(f"{'metrics.json':30} {n_compared:6} numbers compared, {len(found)} differ", flush=True)
    for metric in sorted(path.stem for path in (QUERIES / "metrics").glob("*.sql")):
        known.discard(metric)
        if wanted and metric not in wanted:
            continue
        start = time.monotonic()
        figures, has_areas, has_people = sql_figures(engine, metric)
        own = {key: figure for key, figure in program.items() if key[0] == metric}
        more, n = differences(own, figures, {key for key in silent if key[0] == metric}, has_areas, has_people)
        print(f"{metric:30} {n:6} numbers compared, {len(more)} differ {time.monotonic() - start:8.2f} s", flush=True)
        found += more
        n_compared += n
    found += [f"{metric}: no reference SQL" for metric in sorted(known)]
    for line in found:
        print(f"  {line}")
    print(f"{n_compared} numbers compared, {len(found)} differences")
    if n_compared == 0:
        raise SystemExit("nothing was compared")
    return 1 if found else 0


if __name__ == "__main__":
    if len(sys.argv) < 3:
        raise SystemExit(__doc__)
    if sys.argv[1] == "--time":
        sys.exit(run_all(sys.argv[2], sys.argv[3:]))
    if sys.argv[1] == "--spark":
        sys.exit(main(Spark(sys.argv[2]), sys.argv[3], sys.argv[4:]))
    sys.exit(main(DuckDb(sys.argv[1]), sys.argv[2], []))
