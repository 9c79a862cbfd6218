-- ownership.handover: areas in which, over two consecutive quarters, the giver's share of the changes falls and the receiver's
-- rises by at least 20 points, by more than chance (80 % Wilson intervals apart), the giver ahead before, the receiver after,
-- and in the quarter after that. Four consecutive complete quarters of the window with enough changes each are needed.
-- Reads the fact tables, `lens` (one row), `areas`, `absences` and of the prelude `landed_commits`, `landed_changes` and
-- `commit_authors`. Quarters are numbered, 4 a year.
WITH bounds AS (
  SELECT
    local_time(as_of, time_zone) AS as_of,
    local_time(since, time_zone) AS since,
    local_time(until, time_zone) AS until,
    minimum_n
  FROM lens
),
changed AS (
  SELECT DISTINCT
    a.product, a.area, c.repository, c.commit,
    DATE_TRUNC('quarter', local_time(c.committed_at, lens.time_zone)) AS started_on
  FROM landed_commits c
  JOIN landed_changes f ON f.repository = c.repository AND f.commit = c.commit
  JOIN files ON files.repository = f.repository AND files.path = f.path AND files.exclusion IS NULL
  JOIN areas a ON a.repository = f.repository AND a.path = f.path
  CROSS JOIN lens
  WHERE c.exclusion IS NULL AND c.committed_at < lens.as_of
),
per_person AS (
  SELECT
    c.product, c.area, 4 * YEAR(c.started_on) + QUARTER(c.started_on) AS quarter, w.person, COUNT(*) AS hits
  FROM changed c
  JOIN commit_authors w ON w.repository = c.repository AND w.commit = c.commit
  JOIN people ON people.person = w.person AND people.account = 'human'
  CROSS JOIN bounds b
  WHERE c.started_on >= b.since
    AND c.started_on < b.until
    AND c.started_on + INTERVAL '3' MONTH <= b.as_of
  GROUP BY c.product, c.area, 4 * YEAR(c.started_on) + QUARTER(c.started_on), w.person
),
quarters AS (
  SELECT p.product, p.area, p.quarter, SUM(p.hits) AS n
  FROM per_person p
  CROSS JOIN bounds b
  GROUP BY p.product, p.area, p.quarter
  HAVING SUM(p.hits) >= MAX(b.minimum_n)
),
-- A quarter of whose days the person had declared at least half as absence shows no hand-over by that person.
quarter_starts AS (
  SELECT DISTINCT 4 * YEAR(started_on) + QUARTER(started_on) AS quarter, started_on FROM changed
),
away AS (
  SELECT q.quarter, b.person
  FROM quarter_starts q
  CROSS JOIN lens
  JOIN absences b
    ON local_time(b.from_at, lens.time_zone) < q.started_on + INTERVAL '3' MONTH
    AND local_time(b.until_at, lens.time_zone) > q.started_on
  GROUP BY q.quarter, q.started_on, b.person
  HAVING 2 * SUM(hours_between(
    GREATEST(local_time(b.from_at, lens.time_zone), q.started_on),
    LEAST(local_time(b.until_at, lens.time_zone), q.started_on + INTERVAL '3' MONTH)
  )) >= hours_between(q.started_on, q.started_on + INTERVAL '3' MONTH)
),
looked_at AS (
  SELECT b.product, b.area, b.quarter, b.n AS n_before, e.n AS n_after
  FROM quarters b
  JOIN quarters m ON m.product = b.product AND m.area = b.area AND m.quarter = b.quarter + 1
  JOIN quarters e ON e.product = b.product AND e.area = b.area AND e.quarter = b.quarter + 2
  JOIN quarters l ON l.product = b.product AND l.area = b.area AND l.quarter = b.quarter + 3
),
people_there AS (
  SELECT DISTINCT product, area, person FROM per_person
),
held AS (
  SELECT
    k.product, k.area, k.quarter, w.person,
    CAST(COALESCE(b.hits, 0) AS DOUBLE) AS hits_before, CAST(k.n_before AS DOUBLE) AS n_before,
    CAST(COALESCE(e.hits, 0) AS DOUBLE) AS hits_after, CAST(k.n_after AS DOUBLE) AS n_after,
    COALESCE(l.hits, 0) AS hits_later
  FROM looked_at k
  JOIN people_there w ON w.product = k.product AND w.area = k.area
  LEFT JOIN per_person b
    ON b.product = k.product AND b.area = k.area AND b.quarter = k.quarter AND b.person = w.person
  LEFT JOIN per_person e
    ON e.product = k.product AND e.area = k.area AND e.quarter = k.quarter + 2 AND e.person = w.person
  LEFT JOIN per_person l
    ON l.product = k.product AND l.area = k.area AND l.quarter = k.quarter + 3 AND l.person = w.person
),
shared AS (
  SELECT held.*, hits_before / n_before AS before, hits_after / n_after AS after FROM held
),
-- z = 1.2815515655446004, z squared = 1.6423744151498175.
wilson AS (
  SELECT
    shared.*,
    (before + 1.6423744151498175 / (2 * n_before)
      - 1.2815515655446004 * SQRT(before * (1 - before) / n_before + 1.6423744151498175 / (4 * n_before * n_before)))
      / (1 + 1.6423744151498175 / n_before) AS low_before,
    (before + 1.6423744151498175 / (2 * n_before)
      + 1.2815515655446004 * SQRT(before * (1 - before) / n_before + 1.6423744151498175 / (4 * n_before * n_before)))
      / (1 + 1.6423744151498175 / n_before) AS high_before,
    (after + 1.6423744151498175 / (2 * n_after)
      - 1.2815515655446004 * SQRT(after * (1 - after) / n_after + 1.6423744151498175 / (4 * n_after * n_after)))
      / (1 + 1.6423744151498175 / n_after) AS low_after,
    (after + 1.6423744151498175 / (2 * n_after)
      + 1.2815515655446004 * SQRT(after * (1 - after) / n_after + 1.6423744151498175 / (4 * n_after * n_after)))
      / (1 + 1.6423744151498175 / n_after) AS high_after
  FROM shared
),
moved AS (
  SELECT DISTINCT g.product, g.area
  FROM wilson g
  JOIN wilson r ON r.product = g.product AND r.area = g.area AND r.quarter = g.quarter AND r.person <> g.person
  WHERE g.before - g.after >= 0.2
    AND r.after - r.before >= 0.2
    AND g.high_after < g.low_before
    AND r.high_before < r.low_after
    AND g.hits_before > r.hits_before
    AND r.hits_after > g.hits_after
    AND r.hits_later > g.hits_later
    AND NOT EXISTS (
      SELECT 1 FROM away a WHERE a.person = g.person AND a.quarter IN (g.quarter + 2, g.quarter + 3)
    )
),
judged AS (
  SELECT DISTINCT k.product, k.area, CASE WHEN m.area IS NULL THEN 0 ELSE 1 END AS has_moved
  FROM looked_at k
  LEFT JOIN moved m ON m.product = k.product AND m.area = k.area
)
SELECT product, COUNT(*) AS n, SUM(has_moved) AS hits, COUNT(*) AS of
FROM judged
GROUP BY product
