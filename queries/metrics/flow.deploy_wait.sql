-- flow.deploy_wait: merged to the end of the first production deployment that contains the change, in hours.
-- Reads the fact tables, `lens` (one row), `landings`, `areas` and of the prelude `placed_deployments`,
-- `unknown_deployments` and `first_shipped`.
WITH spans AS (
  SELECT
    l.product, p.repository, p.number,
    hours_between(p.merged_at, d.deployed_at) AS hours,
    working_hours_between(p.merged_at, d.deployed_at) AS working_hours
  FROM landings l
  JOIN measured_pull_requests p ON p.repository = l.repository AND p.number = l.number
  JOIN first_shipped f ON f.product = l.product AND f.repository = l.repository AND f.commit = l.commit
  JOIN placed_deployments d ON d.product = f.product AND d.repository = f.repository AND d.position = f.position
  CROSS JOIN lens
  WHERE p.state = 'merged'
    AND p.created_at < lens.as_of
    AND p.merged_at < lens.as_of
    AND p.merged_at <= d.deployed_at
    AND d.position > 1
    AND NOT EXISTS (
      SELECT 1
      FROM unknown_deployments u
      WHERE u.product = l.product AND u.repository = l.repository
        AND u.deployed_at >= p.merged_at AND u.deployed_at < d.deployed_at
    )
    AND d.deployed_at >= lens.since
    AND d.deployed_at < lens.until
),
scoped AS (
  SELECT product, CAST(NULL AS STRING) AS area, hours, working_hours FROM spans
  UNION ALL
  SELECT s.product, t.area, s.hours, s.working_hours
  FROM spans s
  JOIN touched_areas t ON t.product = s.product AND t.repository = s.repository AND t.number = s.number
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
