#!/usr/bin/env python3
"""Two engines, one answer: runs every reference definition on DuckDB over an export and compares it with metrics.json.

usage: reference.py EXPORT_DIRECTORY METRICS_JSON   (needs `duckdb` from PyPI; the export must be Parquet)
       reference.py --time EXPORT_DIRECTORY [ID …]   only runs them, but for those named: for the benchmark
       reference.py --alone EXPORT_DIRECTORY ID      only runs the one that is named

Compared are the figures over the whole window, of products, of people and, where the SQL speaks of them, of areas: n and
every number by its name. Counts must be equal, reals to 1e-9. A figure that only one of the two engines has is a difference.
"""

import decimal
import json
import pathlib
import sys
import time

import duckdb

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


def program_figures(document):
    figures, metrics, silent = {}, set(), set()
    for line in document["metrics"]:
        metrics.add(line["id"])
        scope = line["scope"]
        if line["bucket"] is not None or scope["repository"] is not None:
            continue
        key = (line["id"], scope["product"], scope["area"], None)
        if line["status"] in ("not_observed", "not_applicable"):
            silent.add(key)
        elif line["n"] > 0:
            value = line["value"] if line["status"] == "measured" else None
            figures[key] = (line["n"], value and {k: v for k, v in value.items() if v is not None})
    return figures, metrics, silent


def people_figures(connection):
    """Figures of people, which metrics.json never has: from the export's own `measures`."""
    figures = {}
    rows = connection.execute(
        "SELECT metric, product, area, person, status, n, name, value FROM measures"
        " WHERE person IS NOT NULL AND bucket IS NULL AND repository IS NULL"
    ).fetchall()
    for metric, product, area, person, status, n, name, value in rows:
        if n:
            key = (metric, product, area, person)
            figure = figures.setdefault(key, (n, {} if status == "measured" else None))
            if name is not None:
                figure[1][name] = value
    return figures


def sql_figures(connection, metric):
    cursor = connection.execute((QUERIES / "metrics" / f"{metric}.sql").read_text(encoding="utf-8"))
    names = [column[0] for column in cursor.description]
    figures = {}
    for row in cursor.fetchall():
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


def connect(export):
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    for file in sorted(pathlib.Path(export).glob("*.parquet")):
        quoted = str(file).replace("'", "''")
        connection.execute(f'CREATE VIEW "{file.stem}" AS SELECT * FROM read_parquet(\'{quoted}\')')
    connection.execute((QUERIES / "prelude" / "duckdb.sql").read_text(encoding="utf-8"))
    return connection


def run_all(export, is_wanted):
    """Every definition that is wanted once, cold: what the benchmark times."""
    connection = connect(export)
    for path in sorted((QUERIES / "metrics").glob("*.sql")):
        if not is_wanted(path.stem):
            continue
        start = time.monotonic()
        n_rows = len(connection.execute(path.read_text(encoding="utf-8")).fetchall())
        print(f"{path.stem:30} {n_rows:8} rows {time.monotonic() - start:8.2f} s")
    return 0


def main(export, document):
    document = json.loads(pathlib.Path(document).read_text(encoding="utf-8"))
    program, known, silent = program_figures(document)
    connection = connect(export)
    as_of = connection.execute("SELECT epoch_us(as_of) FROM lens").fetchone()[0]
    told = connection.execute("SELECT epoch_us(CAST(? AS TIMESTAMPTZ))", [document["as_of"]]).fetchone()[0]
    if as_of != told:
        raise SystemExit("the export and metrics.json answer different questions: their as-of instants differ")
    program.update(people_figures(connection))
    found, n_compared = [], 0
    for metric in sorted(path.stem for path in (QUERIES / "metrics").glob("*.sql")):
        engine, has_areas, has_people = sql_figures(connection, metric)
        own = {key: figure for key, figure in program.items() if key[0] == metric}
        more, n = differences(own, engine, {key for key in silent if key[0] == metric}, has_areas, has_people)
        print(f"{metric:30} {n:6} numbers compared, {len(more)} differ")
        found += more
        n_compared += n
        known.discard(metric)
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
        sys.exit(run_all(sys.argv[2], lambda metric: metric not in sys.argv[3:]))
    if sys.argv[1] == "--alone":
        sys.exit(run_all(sys.argv[2], lambda metric: metric in sys.argv[3:]))
    sys.exit(main(sys.argv[1], sys.argv[2]))
