-- What the reference definitions call, for DuckDB; `spark.sql` has the same words for Spark SQL. The definitions themselves and
-- `relations.sql` run on both unchanged.
-- Kept out of them because the two differ: arithmetic on instants, time zones, UNNEST against EXPLODE, a join on a range inside a
-- function, and recursion over a graph (Spark's WITH RECURSIVE knows UNION ALL only, on which walking merges explodes).
-- Also avoided in them: QUALIFY, GROUP BY ALL, list functions, FILTER clauses, regular expressions, COLUMNS(*), a scalar subquery
-- that a GROUP BY must not group; and where digits matter 2e0 instead of 2.0, which is a decimal of few digits to Spark.

CREATE OR REPLACE MACRO hours_between(a, b) AS CAST(epoch_us(b) - epoch_us(a) AS DOUBLE) / 3600000000.0::DOUBLE;

-- The wall clock of a zone at an instant, without a zone of its own. Instants are UTC.
CREATE OR REPLACE MACRO local_time(instant, zone) AS timezone(zone, timezone('UTC', instant));

-- Working hours of the team between two instants; NULL where no hours are agreed.
CREATE OR REPLACE MACRO working_hours_between(a, b) AS (
  SELECT
    CASE
      WHEN COUNT(*) > 0 THEN SUM(
        CASE
          WHEN LEAST(b, w.end_at) > GREATEST(a, w.start_at)
            THEN CAST(epoch_us(LEAST(b, w.end_at)) - epoch_us(GREATEST(a, w.start_at)) AS DOUBLE)
          ELSE 0.0::DOUBLE
        END
      ) / 3600000000.0::DOUBLE
    END
  FROM working_spans w
  WHERE w.person IS NULL
);

-- Working days of the team between two instants, as a fraction.
CREATE OR REPLACE MACRO working_days_between(a, b) AS (
  SELECT
    SUM(
      CASE
        WHEN LEAST(b, w.end_at) > GREATEST(a, w.start_at)
          THEN CAST(epoch_us(LEAST(b, w.end_at)) - epoch_us(GREATEST(a, w.start_at)) AS DOUBLE)
            / CAST(epoch_us(w.end_at) - epoch_us(w.start_at) AS DOUBLE)
        ELSE 0.0::DOUBLE
      END
    )
  FROM working_days w
  WHERE w.person IS NULL
);

-- Working hours of a person between two instants: by a calendar of their own, else by the team's; NULL where none are agreed.
CREATE OR REPLACE MACRO working_hours_of(who, a, b) AS (
  SELECT
    CASE
      WHEN COUNT(*) > 0 THEN SUM(
        CASE
          WHEN LEAST(b, w.end_at) > GREATEST(a, w.start_at)
            THEN CAST(epoch_us(LEAST(b, w.end_at)) - epoch_us(GREATEST(a, w.start_at)) AS DOUBLE)
          ELSE 0.0::DOUBLE
        END
      ) / 3600000000.0::DOUBLE
    END
  FROM working_spans w
  WHERE w.person = who OR (w.person IS NULL AND NOT EXISTS (SELECT 1 FROM working_spans o WHERE o.person = who))
);

-- Everyone credited with a commit, once each.
CREATE OR REPLACE VIEW commit_authors AS
SELECT repository, commit, author AS person FROM landed_commits
UNION
SELECT repository, commit, UNNEST(co_authors) AS person FROM landed_commits;

-- The civil days of the team's zone that end inside the window and not after the as-of instant, with their ends.
CREATE OR REPLACE VIEW ended_days AS
SELECT day, end_at
FROM (
  SELECT day, timezone('UTC', timezone(lens.time_zone, CAST(day + 1 AS TIMESTAMP))) AS end_at, lens.until, lens.as_of
  FROM lens, (
    SELECT CAST(UNNEST(generate_series(
      CAST(CAST(local_time(since, time_zone) AS DATE) AS TIMESTAMP), CAST(CAST(until AS DATE) + 1 AS TIMESTAMP), INTERVAL 1 DAY
    )) AS DATE) AS day
    FROM lens
  ) days
) ends
WHERE end_at <= until AND end_at <= as_of;
