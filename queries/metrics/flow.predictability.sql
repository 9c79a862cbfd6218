-- flow.predictability: five working days before and after every dated change; areas are the changes.
-- Reads the fact tables, `lens` (one row), `products` (product, repository), `dated_events` and `ready_spans`.
WITH finished AS (
  SELECT
    products.product, e.event,
    CASE WHEN p.merged_at >= e.on_at THEN 1 ELSE 0 END AS is_after,
    hours_between(p.created_at, p.merged_at) AS hours
  FROM measured_pull_requests p
  JOIN products ON products.repository = p.repository
  JOIN dated_events e ON p.merged_at >= e.before_at AND p.merged_at < e.after_at
  CROSS JOIN lens
  WHERE p.state = 'merged' AND p.merged_at < lens.as_of AND p.merged_at >= p.created_at
),
carried AS (
  SELECT DISTINCT s.product, e.event, 0 AS is_after, s.repository, s.number
  FROM ready_spans s
  JOIN dated_events e ON s.start_at < e.on_at AND s.end_at >= e.on_at
  JOIN measured_pull_requests p ON p.repository = s.repository AND p.number = s.number
  UNION ALL
  SELECT DISTINCT s.product, e.event, 1 AS is_after, s.repository, s.number
  FROM ready_spans s
  JOIN dated_events e ON s.start_at < e.after_at AND s.end_at >= e.after_at
  JOIN measured_pull_requests p ON p.repository = s.repository AND p.number = s.number
),
rows_of AS (
  SELECT product, event, is_after, 1 AS is_finished, hours FROM finished
  UNION ALL
  SELECT product, event, is_after, 0 AS is_finished, CAST(NULL AS DOUBLE) AS hours FROM carried
),
scoped AS (
  SELECT product, CAST(NULL AS STRING) AS area, is_after, is_finished, hours FROM rows_of
  UNION ALL
  SELECT product, event AS area, is_after, is_finished, hours FROM rows_of
),
figures AS (
  SELECT
    product, area,
    COUNT(*) AS n,
    SUM(is_finished * is_after) AS finished_after,
    SUM(is_finished * (1 - is_after)) AS finished_before,
    SUM((1 - is_finished) * is_after) AS carried_over_after,
    SUM((1 - is_finished) * (1 - is_after)) AS carried_over_before,
    PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY CASE WHEN is_after = 1 THEN hours END) AS p50_after,
    PERCENTILE_CONT(0.9) WITHIN GROUP (ORDER BY CASE WHEN is_after = 1 THEN hours END) AS p90_after,
    PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY CASE WHEN is_after = 0 THEN hours END) AS p50_before,
    PERCENTILE_CONT(0.9) WITHIN GROUP (ORDER BY CASE WHEN is_after = 0 THEN hours END) AS p90_before
  FROM scoped
  GROUP BY product, area
)
SELECT
  product, area, n, finished_after, finished_before, carried_over_after, carried_over_before,
  CASE WHEN finished_after >= lens.minimum_n THEN p50_after END AS median_after_hours,
  CASE WHEN finished_after >= lens.minimum_n AND p50_after > 0 THEN p90_after / p50_after END AS spread_after,
  CASE WHEN finished_before >= lens.minimum_n THEN p50_before END AS median_before_hours,
  CASE WHEN finished_before >= lens.minimum_n AND p50_before > 0 THEN p90_before / p50_before END AS spread_before
FROM figures
CROSS JOIN lens
