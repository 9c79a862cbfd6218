-- gate.approval_wait: a deployment's status `waiting` to the first that shows that it went on, in hours, where the environment asks
-- for a reviewer. Areas are environments.
-- Reads the fact tables, `lens` (one row) and `products` (product, repository).
WITH begun AS (
  SELECT products.product, s.repository, s.deployment, MIN(s.at) AS waiting_at
  FROM deployment_statuses s
  JOIN products ON products.repository = s.repository
  CROSS JOIN lens
  WHERE s.state = 'waiting' AND s.at < lens.as_of
  GROUP BY products.product, s.repository, s.deployment
),
followed AS (
  SELECT
    b.product, b.repository, b.deployment, b.waiting_at,
    MIN(CASE WHEN s.state IN ('queued', 'in_progress', 'success') THEN s.at END) AS went_on_at,
    MIN(CASE WHEN s.state IN ('failure', 'error', 'inactive') THEN s.at END) AS stopped_at
  FROM begun b
  JOIN deployment_statuses s ON s.repository = b.repository AND s.deployment = b.deployment AND s.at > b.waiting_at
  CROSS JOIN lens
  WHERE s.at < lens.as_of
  GROUP BY b.product, b.repository, b.deployment, b.waiting_at
),
spans AS (
  SELECT
    f.product, d.environment,
    hours_between(f.waiting_at, f.went_on_at) AS hours,
    working_hours_between(f.waiting_at, f.went_on_at) AS working_hours
  FROM followed f
  JOIN deployments d ON d.repository = f.repository AND d.deployment = f.deployment
  JOIN environments e ON e.repository = d.repository AND e.environment = d.environment
  CROSS JOIN lens
  WHERE f.waiting_at >= lens.since
    AND f.waiting_at < lens.until
    AND f.went_on_at IS NOT NULL
    AND (f.stopped_at IS NULL OR f.went_on_at <= f.stopped_at)
    -- No list has the same word for its length in both engines; an empty one is written alike.
    AND CAST(e.reviewers AS STRING) <> '[]'
    AND (
      e.wait_minutes IS NULL OR e.wait_minutes = 0
      OR hours_between(f.waiting_at, f.went_on_at) > CAST(e.wait_minutes + 1 AS DOUBLE) / CAST(60.0 AS DOUBLE)
    )
),
scoped AS (
  SELECT product, CAST(NULL AS STRING) AS area, hours, working_hours FROM spans
  UNION ALL
  SELECT product, environment AS area, hours, working_hours FROM spans
)
SELECT
  product, area,
  COUNT(*) AS n,
  PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY hours) AS p50,
  PERCENTILE_CONT(0.75) WITHIN GROUP (ORDER BY hours) AS p75,
  PERCENTILE_CONT(0.9) WITHIN GROUP (ORDER BY hours) AS p90,
  PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY working_hours) AS working_p50,
  PERCENTILE_CONT(0.75) WITHIN GROUP (ORDER BY working_hours) AS working_p75,
  PERCENTILE_CONT(0.9) WITHIN GROUP (ORDER BY working_hours) AS working_p90
FROM scoped
GROUP BY product, area
