-- flow.cycle_time: opened to merged, in hours, over the window.
-- Reads the fact tables, `lens` (one row), `products` (product, repository) and of the prelude `touched_areas`.
WITH merged AS (
  SELECT
    products.product, p.repository, p.number,
    hours_between(p.created_at, p.merged_at) AS hours,
    working_hours_between(p.created_at, p.merged_at) AS working_hours
  FROM measured_pull_requests p
  JOIN products ON products.repository = p.repository
  CROSS JOIN lens
  WHERE p.state = 'merged'
    AND p.created_at < lens.as_of
    AND p.merged_at >= p.created_at
    AND p.merged_at >= lens.since
    AND p.merged_at < lens.until
),
scoped AS (
  SELECT product, CAST(NULL AS STRING) AS area, hours, working_hours FROM merged
  UNION ALL
  SELECT m.product, t.area, m.hours, m.working_hours
  FROM merged m
  JOIN touched_areas t ON t.product = m.product AND t.repository = m.repository AND t.number = m.number
),
figures AS (
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
)
SELECT
  product, area, n, p50, p75, p90, working_p50, working_p75, working_p90,
  CASE
    WHEN working_p50 IS NULL THEN CASE WHEN p50 > 0 THEN p90 / p50 END
    WHEN working_p50 > 0 THEN working_p90 / working_p50
  END AS spread
FROM figures
