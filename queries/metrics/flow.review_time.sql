-- flow.review_time: first human review to last approval before the merge, in hours.
-- Reads the fact tables, `lens` (one row), `products` (product, repository) and `areas` (product, repository, path, area).
WITH merged AS (
  SELECT products.product, p.repository, p.number, p.author, p.created_at, p.merged_at
  FROM pull_requests p
  JOIN products ON products.repository = p.repository
  JOIN people ON people.person = p.author AND people.account = 'human'
  CROSS JOIN lens
  WHERE p.state = 'merged'
    AND p.merged_at >= p.created_at
    AND p.merged_at >= lens.since
    AND p.merged_at < lens.until
),
reviewed AS (
  SELECT
    m.product, m.repository, m.number, m.created_at, m.merged_at,
    MIN(r.submitted_at) AS first_at,
    MAX(CASE WHEN r.state = 'approved' THEN r.submitted_at END) AS approved_at
  FROM merged m
  JOIN reviews r ON r.repository = m.repository AND r.number = m.number
  JOIN people reviewer ON reviewer.person = r.author AND reviewer.account = 'human'
  WHERE r.author <> m.author AND r.submitted_at <= m.merged_at
  GROUP BY m.product, m.repository, m.number, m.created_at, m.merged_at
),
spans AS (
  SELECT
    product, repository, number,
    hours_between(first_at, approved_at) AS hours,
    working_hours_between(first_at, approved_at) AS working_hours
  FROM reviewed
  WHERE first_at >= created_at AND approved_at IS NOT NULL
),
touched AS (
  SELECT DISTINCT a.product, f.repository, f.number, a.area
  FROM pull_request_files f
  JOIN areas a ON a.repository = f.repository AND a.path = f.path
),
scoped AS (
  SELECT product, CAST(NULL AS STRING) AS area, hours, working_hours FROM spans
  UNION ALL
  SELECT s.product, t.area, s.hours, s.working_hours
  FROM spans s
  JOIN touched t ON t.product = s.product AND t.repository = s.repository AND t.number = s.number
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
