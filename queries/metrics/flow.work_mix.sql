-- flow.work_mix: merged pull requests by kind of work. What is unclassified is of no kind, and has no part in the shares of kinds.
-- Reads the fact tables, `lens` (one row), `products` (product, repository), `areas` and `work_kinds` (the register's rules).
WITH merged AS (
  SELECT products.product, p.repository, p.number, p.author, p.created_at, p.merged_at
  FROM measured_pull_requests p
  JOIN products ON products.repository = p.repository
  CROSS JOIN lens
  WHERE p.state = 'merged'
    AND p.merged_at >= p.created_at
    AND p.merged_at >= lens.since
    AND p.merged_at < lens.until
),
scoped AS (
  SELECT product, CAST(NULL AS STRING) AS area, repository, number FROM merged
  UNION ALL
  SELECT m.product, t.area, m.repository, m.number
  FROM merged m
  JOIN touched_areas t ON t.product = m.product AND t.repository = m.repository AND t.number = m.number
),
told AS (
  SELECT s.product, s.area, k.kind
  FROM scoped s
  JOIN work_kinds k ON k.product = s.product AND k.repository = s.repository AND k.number = s.number
),
counted AS (
  SELECT
    product, area,
    SUM(CASE WHEN kind = 'unclassified' THEN 0 ELSE 1 END) AS n,
    SUM(CASE WHEN kind = 'feature' THEN 1 ELSE 0 END) AS feature,
    SUM(CASE WHEN kind = 'maintenance' THEN 1 ELSE 0 END) AS maintenance,
    SUM(CASE WHEN kind = 'debt' THEN 1 ELSE 0 END) AS debt,
    SUM(CASE WHEN kind = 'incident' THEN 1 ELSE 0 END) AS incident,
    SUM(CASE WHEN kind = 'unclassified' THEN 1 ELSE 0 END) AS unclassified
  FROM told
  GROUP BY product, area
)
SELECT
  product, area, n,
  CAST(feature AS DOUBLE) / n AS feature_share,
  CAST(maintenance AS DOUBLE) / n AS maintenance_share,
  CAST(debt AS DOUBLE) / n AS debt_share,
  CAST(incident AS DOUBLE) / n AS incident_share,
  CAST(unclassified AS DOUBLE) / (n + unclassified) AS unclassified_share,
  feature, maintenance, debt, incident, unclassified
FROM counted
WHERE n > 0
