-- ci.duration: start to end of the last attempt of runs that passed, in hours. Areas are workflows. Change points are not
-- here: binary segmentation is a loop.
-- Reads the fact tables, `lens` (one row) and `products` (product, repository).
WITH attempts AS (
  SELECT
    products.product, w.repository, w.run, w.attempt, w.name, w.conclusion, w.started_at, w.updated_at,
    MAX(w.attempt) OVER (PARTITION BY products.product, w.repository, w.run) AS last_attempt
  FROM workflow_runs w
  JOIN products ON products.repository = w.repository
  CROSS JOIN lens
  WHERE w.created_at >= lens.since AND w.created_at < lens.until
),
passed AS (
  SELECT product, name, hours_between(started_at, updated_at) AS hours
  FROM attempts
  WHERE attempt = last_attempt AND conclusion = 'success' AND started_at <= updated_at
),
scoped AS (
  SELECT product, CAST(NULL AS STRING) AS area, hours FROM passed
  UNION ALL
  SELECT product, name AS area, hours FROM passed
)
SELECT
  product, area,
  COUNT(*) AS n,
  PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY hours) AS p50,
  PERCENTILE_CONT(0.75) WITHIN GROUP (ORDER BY hours) AS p75,
  PERCENTILE_CONT(0.9) WITHIN GROUP (ORDER BY hours) AS p90
FROM scoped
GROUP BY product, area
