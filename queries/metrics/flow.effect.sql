-- flow.effect: the level of weekly medians of cycle time right after every dated change, to the level right before; areas are the
-- changes. Two lines by least squares, an 80 % interval from a jackknife over blocks of four weeks, and 20 earlier dates of which the
-- same is asked. Reads the fact tables, `lens` (one row), `products` (product, repository), `dated_events`, `work_kinds`, `taken_back`
-- and of the prelude `landed_commits`.
WITH merged AS (
  SELECT
    products.product, e.event, p.origin, w.kind,
    hours_between(p.created_at, p.merged_at) AS hours,
    LN(GREATEST(hours_between(p.created_at, p.merged_at), 1e0 / 60e0)) AS logarithm,
    CAST(FLOOR(hours_between(e.on_at, p.merged_at) / 168e0) AS INT) AS week,
    CAST(FLOOR(hours_between(e.on_at, lens.as_of) / 168e0) AS INT) AS this_week,
    CASE
      WHEN history.repository IS NULL OR hours_between(p.merged_at, lens.as_of) < 504e0 THEN NULL
      WHEN hours_between(p.merged_at, t.at) <= 504e0 THEN 1e0
      ELSE 0e0
    END AS is_taken_back
  FROM measured_pull_requests p
  JOIN products ON products.repository = p.repository
  CROSS JOIN dated_events e
  CROSS JOIN lens
  LEFT JOIN work_kinds w ON w.product = products.product AND w.repository = p.repository AND w.number = p.number
  LEFT JOIN (SELECT DISTINCT repository FROM landed_commits) history ON history.repository = p.repository
  LEFT JOIN taken_back t ON t.product = products.product AND t.repository = p.repository AND t.number = p.number
  WHERE p.state = 'merged' AND p.merged_at < lens.as_of AND p.merged_at >= p.created_at
),
used AS (
  SELECT * FROM merged WHERE week >= -57 AND week < 26 AND week < this_week
),
usual AS (
  SELECT product, event, PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY logarithm) AS logarithm
  FROM used
  WHERE week >= -26 AND week < 0
  GROUP BY product, event
),
usual_kinds AS (
  SELECT product, event, kind, PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY logarithm) AS logarithm
  FROM used
  WHERE week >= -26 AND week < 0
  GROUP BY product, event, kind
  HAVING COUNT(*) >= 12
),
weekly AS (
  SELECT
    u.product, u.event, u.week,
    PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY u.logarithm - COALESCE(k.logarithm, a.logarithm)) AS middle
  FROM used u
  JOIN usual a ON a.product = u.product AND a.event = u.event
  LEFT JOIN usual_kinds k ON k.product = u.product AND k.event = u.event AND k.kind = u.kind
  GROUP BY u.product, u.event, u.week
),
-- In weeks from the change: the change itself, and the 20 placebo dates from 12 to 31 weeks before it.
dates AS (
  SELECT 0 AS date
  UNION
  SELECT -12 - (a.one + b.four) AS date
  FROM (SELECT 0 AS one UNION SELECT 1 UNION SELECT 2 UNION SELECT 3) a
  CROSS JOIN (SELECT 0 AS four UNION SELECT 4 UNION SELECT 8 UNION SELECT 12 UNION SELECT 16) b
),
points AS (
  SELECT
    w.product, w.event, d.date, w.middle,
    CASE WHEN w.week < d.date THEN 0 ELSE 1 END AS is_after,
    CAST(w.week - d.date AS DOUBLE) + 0.5e0 AS place,
    CAST(FLOOR(CAST(w.week - d.date AS DOUBLE) / 4e0) AS INT) AS block
  FROM weekly w
  CROSS JOIN dates d
  WHERE w.week >= d.date - 26 AND w.week < d.date + 26 AND (d.date = 0 OR w.week < 0)
),
lines AS (
  SELECT
    product, event, date, is_after,
    COUNT(*) AS n_weeks, REGR_INTERCEPT(middle, place) AS level, REGR_SLOPE(middle, place) AS slope
  FROM points
  GROUP BY product, event, date, is_after
  HAVING COUNT(*) >= 12
),
without AS (
  SELECT p.product, p.event, p.date, p.is_after, b.block, REGR_INTERCEPT(p.middle, p.place) AS level
  FROM points p
  JOIN (SELECT DISTINCT product, event, date, is_after, block FROM points) b
    ON b.product = p.product AND b.event = p.event AND b.date = p.date AND b.is_after = p.is_after AND b.block <> p.block
  GROUP BY p.product, p.event, p.date, p.is_after, b.block
),
jackknife AS (
  SELECT
    product, event, date, is_after, COUNT(*) AS n_blocks, VAR_POP(level) * CAST(COUNT(*) - 1 AS DOUBLE) AS variance
  FROM without
  GROUP BY product, event, date, is_after
  HAVING COUNT(*) >= 2
),
changed AS (
  SELECT
    before.product, before.event, before.date,
    after.level - before.level AS level,
    after.slope - before.slope AS slope,
    before.n_weeks AS weeks_before, after.n_weeks AS weeks_after,
    SQRT(jb.variance + ja.variance) AS error,
    CAST(jb.n_blocks + ja.n_blocks - 2 AS DOUBLE) AS freedom
  FROM lines before
  JOIN lines after
    ON after.product = before.product AND after.event = before.event AND after.date = before.date AND after.is_after = 1
  JOIN jackknife jb
    ON jb.product = before.product AND jb.event = before.event AND jb.date = before.date AND jb.is_after = 0
  JOIN jackknife ja
    ON ja.product = before.product AND ja.event = before.event AND ja.date = before.date AND ja.is_after = 1
  WHERE before.is_after = 0 AND jb.variance + ja.variance > 0e0
),
placebos AS (
  SELECT
    c.product, c.event,
    COUNT(p.date) AS placebos,
    SUM(CASE WHEN ABS(p.level) >= ABS(c.level) THEN 1 ELSE 0 END) AS placebos_as_large
  FROM changed c
  LEFT JOIN changed p ON p.product = c.product AND p.event = c.event AND p.date < 0
  WHERE c.date = 0
  GROUP BY c.product, c.event
),
sides AS (
  SELECT
    product, event,
    PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY CASE WHEN week < 0 THEN hours END) AS median_before_hours,
    PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY CASE WHEN week >= 0 THEN hours END) AS median_after_hours,
    CAST(COUNT(CASE WHEN week < 0 THEN 1 END) AS DOUBLE)
      / (MAX(CASE WHEN week < 0 THEN week END) - MIN(CASE WHEN week < 0 THEN week END) + 1) AS merged_a_week_before,
    CAST(COUNT(CASE WHEN week >= 0 THEN 1 END) AS DOUBLE)
      / (MAX(CASE WHEN week >= 0 THEN week END) - MIN(CASE WHEN week >= 0 THEN week END) + 1) AS merged_a_week_after,
    AVG(CASE WHEN week < 0 THEN is_taken_back END) AS taken_back_before,
    AVG(CASE WHEN week >= 0 THEN is_taken_back END) AS taken_back_after,
    AVG(CASE WHEN week >= 0 THEN NULL WHEN origin IN ('agent', 'person_with_agent') THEN 1e0 ELSE 0e0 END) AS agents_before,
    AVG(CASE WHEN week < 0 THEN NULL WHEN origin IN ('agent', 'person_with_agent') THEN 1e0 ELSE 0e0 END) AS agents_after
  FROM used
  WHERE week >= -26
  GROUP BY product, event
),
-- The product's figure is that of the latest change that twelve weeks have passed since.
latest AS (
  SELECT product, COALESCE(MAX(CASE WHEN this_week >= 12 THEN event END), MAX(event)) AS event
  FROM used
  GROUP BY product
),
scoped AS (
  SELECT product, event, event AS area, COUNT(*) AS n FROM used GROUP BY product, event
  UNION ALL
  SELECT l.product, l.event, CAST(NULL AS STRING) AS area, COUNT(*) AS n
  FROM latest l
  JOIN used u ON u.product = l.product
  GROUP BY l.product, l.event
)
SELECT
  x.product, x.area, x.n,
  EXP(c.level) AS level,
  -- Student's t of the blocks for an 80 % interval by the expansion of Cornish and Fisher, and the normal quantile of 80 % power.
  EXP(
    c.error * (
      1.2815515655446004e0
      + (POWER(1.2815515655446004e0, 3) + 1.2815515655446004e0) / (4e0 * c.freedom)
      + (5e0 * POWER(1.2815515655446004e0, 5) + 16e0 * POWER(1.2815515655446004e0, 3) + 3e0 * 1.2815515655446004e0)
        / (96e0 * c.freedom * c.freedom)
    )
    + 0.8416212335729143e0 * c.error
  ) AS smallest,
  EXP(c.slope) AS slope,
  c.weeks_before, c.weeks_after, p.placebos, p.placebos_as_large,
  s.median_before_hours, s.median_after_hours, s.merged_a_week_before, s.merged_a_week_after,
  s.taken_back_before, s.taken_back_after, s.agents_before, s.agents_after
FROM scoped x
JOIN changed c ON c.product = x.product AND c.event = x.event AND c.date = 0
JOIN placebos p ON p.product = x.product AND p.event = x.event
JOIN sides s ON s.product = x.product AND s.event = x.event
