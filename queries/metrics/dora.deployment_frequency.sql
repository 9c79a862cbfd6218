-- dora.deployment_frequency: successful production deployments that ended in the window.
-- Reads `production` (the product's deployments from the source that won) and `lens` (one row).
WITH deployed AS (
  SELECT
    d.product, d.repository, d.deployment,
    COALESCE(d.finished_at, d.created_at) AS deployed_at
  FROM production d
  CROSS JOIN lens
  WHERE d.to_production
    AND d.outcome = 'success'
    AND d.created_at < lens.as_of
    AND COALESCE(d.finished_at, d.created_at) >= d.created_at
    AND COALESCE(d.finished_at, d.created_at) >= lens.since
    AND COALESCE(d.finished_at, d.created_at) < lens.until
),
gaps AS (
  SELECT
    product, deployed_at,
    hours_between(
      LAG(deployed_at) OVER (PARTITION BY product, repository ORDER BY deployed_at, deployment), deployed_at
    ) AS gap_hours
  FROM deployed
)
SELECT
  gaps.product,
  COUNT(*) AS n,
  COUNT(*) AS count,
  COUNT(DISTINCT CAST(local_time(deployed_at, lens.time_zone) AS DATE)) AS days_with_at_least_one,
  CASE
    WHEN COUNT(gap_hours) >= MAX(lens.minimum_n) THEN PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY gap_hours)
  END AS median_gap_hours
FROM gaps
CROSS JOIN lens
GROUP BY gaps.product
