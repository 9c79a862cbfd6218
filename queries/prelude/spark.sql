-- What the reference definitions call, for Spark SQL (4.0 and later): the same names as in `duckdb.sql`. Spark takes no join on a
-- range inside a function, so the working spans are read once into session variables, which the functions fold over.

CREATE OR REPLACE TEMPORARY FUNCTION hours_between(a TIMESTAMP, b TIMESTAMP) RETURNS DOUBLE
RETURN CAST(unix_micros(b) - unix_micros(a) AS DOUBLE) / CAST(3600000000.0 AS DOUBLE);

-- The wall clock of a zone at an instant, without a zone of its own. Instants are UTC, and so is the session's time zone.
CREATE OR REPLACE TEMPORARY FUNCTION local_time(instant TIMESTAMP, zone STRING) RETURNS TIMESTAMP
RETURN from_utc_timestamp(instant, zone);

DECLARE OR REPLACE VARIABLE team_spans ARRAY<STRUCT<start_at: TIMESTAMP, end_at: TIMESTAMP>>;

SET VARIABLE team_spans = (
  SELECT collect_list(struct(start_at, end_at)) FROM working_spans WHERE person IS NULL
);

DECLARE OR REPLACE VARIABLE own_spans MAP<BIGINT, ARRAY<STRUCT<start_at: TIMESTAMP, end_at: TIMESTAMP>>>;

SET VARIABLE own_spans = (
  SELECT map_from_entries(collect_list(struct(person, spans)))
  FROM (
    SELECT person, collect_list(struct(start_at, end_at)) AS spans FROM working_spans WHERE person IS NOT NULL GROUP BY person
  )
);

DECLARE OR REPLACE VARIABLE team_days ARRAY<STRUCT<start_at: TIMESTAMP, end_at: TIMESTAMP>>;

SET VARIABLE team_days = (
  SELECT collect_list(struct(start_at, end_at)) FROM working_days WHERE person IS NULL
);

-- Hours of the spans between two instants; NULL where there are no spans.
CREATE OR REPLACE TEMPORARY FUNCTION hours_within(
  spans ARRAY<STRUCT<start_at: TIMESTAMP, end_at: TIMESTAMP>>, a TIMESTAMP, b TIMESTAMP
) RETURNS DOUBLE
RETURN
  CASE
    WHEN size(spans) > 0 AND a IS NOT NULL AND b IS NOT NULL THEN aggregate(
      spans,
      CAST(0.0 AS DOUBLE),
      (hours, w) -> hours + CASE
        WHEN LEAST(b, w.end_at) > GREATEST(a, w.start_at)
          THEN CAST(unix_micros(LEAST(b, w.end_at)) - unix_micros(GREATEST(a, w.start_at)) AS DOUBLE)
        ELSE CAST(0.0 AS DOUBLE)
      END
    ) / CAST(3600000000.0 AS DOUBLE)
  END;

-- Working hours of the team between two instants; NULL where no hours are agreed.
CREATE OR REPLACE TEMPORARY FUNCTION working_hours_between(a TIMESTAMP, b TIMESTAMP) RETURNS DOUBLE
RETURN hours_within(team_spans, a, b);

-- Working hours of a person between two instants: by a calendar of their own, else by the team's; NULL where none are agreed.
CREATE OR REPLACE TEMPORARY FUNCTION working_hours_of(who BIGINT, a TIMESTAMP, b TIMESTAMP) RETURNS DOUBLE
RETURN hours_within(COALESCE(try_element_at(own_spans, who), team_spans), a, b);

-- Working days of the team between two instants, as a fraction.
CREATE OR REPLACE TEMPORARY FUNCTION working_days_between(a TIMESTAMP, b TIMESTAMP) RETURNS DOUBLE
RETURN
  CASE
    WHEN size(team_days) > 0 THEN aggregate(
      team_days,
      CAST(0.0 AS DOUBLE),
      (days, w) -> days + CASE
        WHEN LEAST(b, w.end_at) > GREATEST(a, w.start_at)
          THEN CAST(unix_micros(LEAST(b, w.end_at)) - unix_micros(GREATEST(a, w.start_at)) AS DOUBLE)
            / CAST(unix_micros(w.end_at) - unix_micros(w.start_at) AS DOUBLE)
        ELSE CAST(0.0 AS DOUBLE)
      END
    )
  END;

-- Everyone credited with a commit, once each.
CREATE OR REPLACE TEMPORARY VIEW commit_authors AS
SELECT repository, commit, author AS person FROM landed_commits
UNION
SELECT repository, commit, explode(co_authors) AS person FROM landed_commits;

-- The civil days of the team's zone that end inside the window and not after the as-of instant, with their ends.
CREATE OR REPLACE TEMPORARY VIEW ended_days AS
SELECT day, end_at
FROM (
  SELECT day, to_utc_timestamp(CAST(date_add(day, 1) AS TIMESTAMP), time_zone) AS end_at, until, as_of
  FROM (
    SELECT explode(sequence(first_day, last_day, INTERVAL 1 DAY)) AS day, time_zone, until, as_of
    FROM (
      SELECT
        CAST(local_time(since, time_zone) AS DATE) AS first_day, date_add(CAST(until AS DATE), 1) AS last_day,
        time_zone, until, as_of
      FROM lens
    )
  )
)
WHERE end_at <= until AND end_at <= as_of;
