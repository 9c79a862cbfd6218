-- code.rework: lines that left the default branch within 21 days of landing, and the share that lives for 90 and 180 days.
-- Reads `line_lives`, `people`, `measured_origins`, `lens` (one row), `products` (product, repository) and of the prelude
-- `landed_commits`. What landed together (of a repository, at one instant) is one change: the cluster of the intervals.
WITH asked AS (
  SELECT
    products.product, c.repository, c.commit, c.landed_at,
    CAST(FLOOR(hours_between(c.landed_at, lens.as_of) / 24.0) AS BIGINT) AS followed
  FROM landed_commits c
  JOIN products ON products.repository = c.repository
  JOIN measured_origins o ON o.origin = COALESCE(c.origin, 'no_evidence')
  LEFT JOIN people ON people.person = c.author
  CROSS JOIN lens
  WHERE NOT c.is_merge
    AND c.exclusion IS NULL
    AND (c.origin IN ('agent', 'automation') OR people.account = 'human')
    AND c.landed_at >= lens.since
    AND c.landed_at < lens.until
),
-- What ended on the last day, which was not seen to its end, or later is not known yet.
lines_of AS (
  SELECT
    a.product, a.repository, a.commit, a.landed_at, a.followed, l.lines,
    CASE WHEN l.exclusion IS NULL THEN 1 ELSE 0 END AS counts,
    CASE WHEN l.days < a.followed THEN l.days END AS days,
    CASE WHEN l.days < a.followed THEN l.ending ELSE 'alive' END AS ending
  FROM asked a
  JOIN line_lives l ON l.repository = a.repository AND l.commit = a.commit
  WHERE a.followed >= 21
),
by_commit AS (
  SELECT
    product, repository, commit, landed_at, followed,
    SUM(CASE WHEN counts = 1 AND days < 21 AND ending = 'deleted' THEN lines ELSE 0 END) AS hits,
    SUM(CASE WHEN counts = 1 AND (days IS NULL OR days >= 21 OR ending = 'deleted') THEN lines ELSE 0 END) AS could,
    SUM(CASE WHEN counts = 1 AND days < 21 AND ending = 'moved' THEN lines ELSE 0 END) AS moved,
    SUM(CASE WHEN counts = 1 AND days < 21 AND ending = 'formatted' THEN lines ELSE 0 END) AS formatted,
    SUM(CASE WHEN counts = 0 THEN lines ELSE 0 END) AS left_out
  FROM lines_of
  GROUP BY product, repository, commit, landed_at, followed
),
figures AS (
  SELECT
    product,
    COUNT(*) AS n, SUM(hits) AS hits, SUM(could) AS could, SUM(moved) AS moved, SUM(formatted) AS formatted,
    SUM(left_out) AS left_out, MAX(followed) AS followed
  FROM by_commit
  WHERE could > 0
  GROUP BY product
),
lives AS (
  SELECT
    l.product, l.repository, l.landed_at, l.lines,
    CASE WHEN l.days IS NULL THEN l.followed - 1 ELSE l.days END AS last_day,
    CASE WHEN l.ending = 'deleted' THEN 1 ELSE 0 END AS has_ended
  FROM lines_of l
  JOIN by_commit b ON b.product = l.product AND b.repository = l.repository AND b.commit = l.commit
  WHERE l.counts = 1 AND b.could > 0
),
daily AS (
  SELECT product, last_day, SUM(lines) AS leaving, SUM(lines * has_ended) AS ended
  FROM lives
  GROUP BY product, last_day
),
risk AS (
  SELECT
    product, last_day, ended,
    SUM(leaving) OVER (PARTITION BY product ORDER BY last_day DESC) AS at_risk
  FROM daily
),
steps AS (
  SELECT
    product, last_day,
    CAST(at_risk - ended AS DOUBLE) / CAST(at_risk AS DOUBLE) AS stays,
    CASE WHEN at_risk > ended THEN 1.0 / CAST(at_risk - ended AS DOUBLE) ELSE 0.0 END AS weight,
    CASE
      WHEN at_risk > ended THEN CAST(ended AS DOUBLE) / CAST(at_risk AS DOUBLE) / CAST(at_risk - ended AS DOUBLE)
      ELSE 0.0
    END AS takes
  FROM risk
),
horizons AS (
  SELECT CAST(90 AS BIGINT) AS days
  UNION ALL
  SELECT CAST(180 AS BIGINT) AS days
),
curve AS (
  SELECT
    s.product, h.days, s.last_day, s.weight,
    SUM(s.takes) OVER (PARTITION BY s.product, h.days ORDER BY s.last_day) AS taken
  FROM steps s
  CROSS JOIN horizons h
  WHERE s.last_day < h.days
),
shares AS (
  SELECT
    f.product, h.days,
    CASE
      WHEN COALESCE(MIN(s.stays), 1.0) = 0.0 THEN 0.0
      ELSE EXP(COALESCE(SUM(LN(CASE WHEN s.stays > 0.0 THEN s.stays ELSE 1.0 END)), 0.0))
    END AS share,
    COALESCE(SUM(s.takes), 0.0) AS taken
  FROM figures f
  CROSS JOIN horizons h
  LEFT JOIN steps s ON s.product = f.product AND s.last_day < h.days
  WHERE f.followed >= h.days
  GROUP BY f.product, h.days
),
parts AS (
  SELECT
    l.product, s.days, l.repository, l.landed_at,
    SUM(
      CAST(l.lines AS DOUBLE)
      * (CASE WHEN c.last_day IS NOT NULL AND l.has_ended = 1 THEN c.weight ELSE 0.0 END - COALESCE(c.taken, s.taken))
    ) AS part
  FROM lives l
  JOIN shares s ON s.product = l.product
  LEFT JOIN curve c ON c.product = l.product AND c.days = s.days AND c.last_day = l.last_day
  GROUP BY l.product, s.days, l.repository, l.landed_at
),
errors AS (
  SELECT
    product, days, COUNT(*) AS changes,
    CASE
      WHEN COUNT(*) >= 5
        THEN SQRT(SUM(part * part) * CAST(COUNT(*) AS DOUBLE) / CAST(COUNT(*) - 1 AS DOUBLE))
    END AS error
  FROM parts
  GROUP BY product, days
),
survival AS (
  SELECT
    s.product, s.days, s.share,
    CASE WHEN s.share > 0.0 AND s.share < 1.0 THEN s.share * EXP(-1.2815515655446004 * e.error) END AS low,
    CASE WHEN s.share > 0.0 AND s.share < 1.0 THEN LEAST(1.0, s.share * EXP(1.2815515655446004 * e.error)) END AS high
  FROM shares s
  JOIN errors e ON e.product = s.product AND e.days = s.days
),
changes AS (
  SELECT product, COUNT(*) AS changes
  FROM (SELECT DISTINCT product, repository, landed_at FROM lives) landed
  GROUP BY product
)
SELECT
  f.product, f.n, f.hits, f.could AS of, f.moved, f.formatted, f.left_out, c.changes,
  MAX(CASE WHEN s.days = 90 THEN s.share END) AS s90,
  MAX(CASE WHEN s.days = 90 THEN s.low END) AS s90_low,
  MAX(CASE WHEN s.days = 90 THEN s.high END) AS s90_high,
  MAX(CASE WHEN s.days = 180 THEN s.share END) AS s180,
  MAX(CASE WHEN s.days = 180 THEN s.low END) AS s180_low,
  MAX(CASE WHEN s.days = 180 THEN s.high END) AS s180_high
FROM figures f
JOIN changes c ON c.product = f.product
LEFT JOIN survival s ON s.product = f.product
GROUP BY f.product, f.n, f.hits, f.could, f.moved, f.formatted, f.left_out, c.changes
