-- gate.auto_merge: auto-merge armed, and not disarmed before the merge, to merged, in hours.
-- Reads the fact tables, `lens` (one row), `products` (product, repository) and of the prelude `measured_pull_requests` and
-- `touched_areas`.
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
-- What is disarmed by the merge itself, or on the way into the queue, stays armed.
disarmed AS (
  SELECT m.product, m.repository, m.number, t.at AS disarmed_at, COUNT(q.at) AS n_queued
  FROM merged m
  JOIN timeline t ON t.repository = m.repository AND t.number = m.number AND t.at <= m.merged_at
  LEFT JOIN timeline q
    ON q.repository = t.repository AND q.number = t.number AND q.event = 'added_to_merge_queue'
    AND ABS(hours_between(q.at, t.at)) * 3600.0 <= 2.0005
  WHERE t.event = 'auto_merge_disabled' AND hours_between(t.at, m.merged_at) * 3600.0 > 2.0005
  GROUP BY m.product, m.repository, m.number, t.at
),
last_disarmed AS (
  SELECT product, repository, number, MAX(disarmed_at) AS disarmed_at
  FROM disarmed
  WHERE n_queued = 0
  GROUP BY product, repository, number
),
armed AS (
  SELECT m.product, m.repository, m.number, m.merged_at, MIN(t.at) AS armed_at
  FROM merged m
  JOIN timeline t ON t.repository = m.repository AND t.number = m.number AND t.at <= m.merged_at
  LEFT JOIN last_disarmed d ON d.product = m.product AND d.repository = m.repository AND d.number = m.number
  WHERE t.event IN ('auto_merge_enabled', 'auto_squash_enabled', 'auto_rebase_enabled')
    AND (d.disarmed_at IS NULL OR t.at >= d.disarmed_at)
  GROUP BY m.product, m.repository, m.number, m.merged_at
),
spans AS (
  SELECT
    product, repository, number,
    hours_between(armed_at, merged_at) AS hours,
    working_hours_between(armed_at, merged_at) AS working_hours
  FROM armed
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
