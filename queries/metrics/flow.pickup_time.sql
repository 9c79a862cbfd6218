-- flow.pickup_time: ready for review (and requested, if it was) to the first human review by somebody else, in hours.
-- Reads the fact tables, `lens` (one row), `products` (product, repository) and `areas` (product, repository, path, area).
WITH first_review AS (
  SELECT r.repository, r.number, MIN(r.submitted_at) AS reviewed_at
  FROM reviews r
  JOIN pull_requests p ON p.repository = r.repository AND p.number = r.number
  JOIN people reviewer ON reviewer.person = r.author AND reviewer.account = 'human'
  CROSS JOIN lens
  WHERE r.submitted_at < lens.as_of
    AND (p.author IS NULL OR r.author <> p.author)
    AND (
      COALESCE(p.merged_at, p.closed_at) IS NULL
      OR COALESCE(p.merged_at, p.closed_at) >= lens.as_of
      OR r.submitted_at <= COALESCE(p.merged_at, p.closed_at)
    )
  GROUP BY r.repository, r.number
),
first_request AS (
  SELECT q.repository, q.number, MIN(q.at) AS requested_at
  FROM review_requests q
  CROSS JOIN lens
  WHERE q.action = 'requested' AND q.at < lens.as_of
  GROUP BY q.repository, q.number
),
waits AS (
  SELECT
    products.product, p.repository, p.number,
    hours_between(
      CASE
        WHEN q.requested_at <= f.reviewed_at AND q.requested_at > p.ready_at THEN q.requested_at
        ELSE p.ready_at
      END,
      f.reviewed_at
    ) AS hours
  FROM pull_requests p
  JOIN products ON products.repository = p.repository
  JOIN people author ON author.person = p.author AND author.account = 'human'
  JOIN first_review f ON f.repository = p.repository AND f.number = p.number
  LEFT JOIN first_request q ON q.repository = p.repository AND q.number = p.number
  CROSS JOIN lens
  WHERE p.created_at < lens.as_of
    AND p.ready_at <= f.reviewed_at
    AND f.reviewed_at >= lens.since
    AND f.reviewed_at < lens.until
),
touched AS (
  SELECT DISTINCT a.product, f.repository, f.number, a.area
  FROM pull_request_files f
  JOIN areas a ON a.repository = f.repository AND a.path = f.path
),
scoped AS (
  SELECT product, CAST(NULL AS STRING) AS area, hours FROM waits
  UNION ALL
  SELECT w.product, t.area, w.hours
  FROM waits w
  JOIN touched t ON t.product = w.product AND t.repository = w.repository AND t.number = w.number
)
SELECT
  product, area,
  COUNT(*) AS n,
  PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY hours) AS p50,
  PERCENTILE_CONT(0.75) WITHIN GROUP (ORDER BY hours) AS p75,
  PERCENTILE_CONT(0.9) WITHIN GROUP (ORDER BY hours) AS p90
FROM scoped
GROUP BY product, area
