-- review.hours_per_change: hours in which each merged pull request was its reviewers' turn.
-- Reads the fact tables, `lens` (one row), `products` (product, repository), `turns` (a replay of every life) and of the prelude
-- `measured_pull_requests` and `touched_areas`.
WITH merged AS (
  SELECT products.product, p.repository, p.number, p.merged_at
  FROM measured_pull_requests p
  JOIN products ON products.repository = p.repository
  CROSS JOIN lens
  WHERE p.state = 'merged'
    AND p.merged_at >= p.created_at
    AND p.merged_at >= lens.since
    AND p.merged_at < lens.until
),
reviewed AS (
  SELECT
    product, repository, number,
    SUM(hours_between(start_at, end_at)) AS hours,
    SUM(working_hours_between(start_at, end_at)) AS working_hours
  FROM turns
  WHERE holder = 'reviewer'
  GROUP BY product, repository, number
),
-- Working hours are 0 where none passed, and nothing where none are agreed.
held AS (
  SELECT
    m.product, m.repository, m.number,
    COALESCE(r.hours, CAST(0 AS DOUBLE)) AS hours,
    COALESCE(r.working_hours, working_hours_between(m.merged_at, m.merged_at)) AS working_hours
  FROM merged m
  LEFT JOIN reviewed r ON r.product = m.product AND r.repository = m.repository AND r.number = m.number
),
scoped AS (
  SELECT product, CAST(NULL AS STRING) AS area, hours, working_hours FROM held
  UNION ALL
  SELECT h.product, t.area, h.hours, h.working_hours
  FROM held h
  JOIN touched_areas t ON t.product = h.product AND t.repository = h.repository AND t.number = h.number
)
SELECT
  product, area,
  COUNT(*) AS n,
  PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY hours) AS p50,
  PERCENTILE_CONT(0.75) WITHIN GROUP (ORDER BY hours) AS p75,
  PERCENTILE_CONT(0.9) WITHIN GROUP (ORDER BY hours) AS p90,
  PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY working_hours) AS working_p50,
  PERCENTILE_CONT(0.75) WITHIN GROUP (ORDER BY working_hours) AS working_p75,
  PERCENTILE_CONT(0.9) WITHIN GROUP (ORDER BY working_hours) AS working_p90,
  AVG(hours) AS mean,
  AVG(working_hours) AS working_mean
FROM scoped
GROUP BY product, area
