-- flow.pickup_time: ready for review (and requested, if it was) to the first human review by somebody else, in hours.
-- Reads the fact tables, `lens` (one row), `products` (product, repository) and of the prelude `readiness` and `touched_areas`.
WITH first_review AS (
  SELECT r.repository, r.number, MIN(r.submitted_at) AS reviewed_at
  FROM reviews r
  JOIN pull_requests p ON p.repository = r.repository AND p.number = r.number
  JOIN people reviewer ON reviewer.person = r.author AND reviewer.account = 'human'
  CROSS JOIN lens
  WHERE r.submitted_at < lens.as_of
    AND (p.answers_for IS NULL OR r.author <> p.answers_for)
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
  LEFT JOIN people asked ON asked.person = q.reviewer
  CROSS JOIN lens
  WHERE q.action = 'requested' AND q.at < lens.as_of AND (q.reviewer IS NULL OR asked.account = 'human')
  GROUP BY q.repository, q.number
),
started AS (
  SELECT
    products.product, p.repository, p.number, f.reviewed_at,
    CASE
      WHEN q.requested_at <= f.reviewed_at AND q.requested_at > d.ready_at THEN q.requested_at
      ELSE d.ready_at
    END AS started_at
  FROM measured_pull_requests p
  JOIN products ON products.repository = p.repository
  JOIN first_review f ON f.repository = p.repository AND f.number = p.number
  JOIN readiness d
    ON d.repository = p.repository AND d.number = p.number AND d.ready_at <= f.reviewed_at
    AND (d.until_at IS NULL OR f.reviewed_at < d.until_at)
  LEFT JOIN first_request q ON q.repository = p.repository AND q.number = p.number
  CROSS JOIN lens
  WHERE p.created_at < lens.as_of
    AND f.reviewed_at >= lens.since
    AND f.reviewed_at < lens.until
),
spans AS (
  SELECT
    product, repository, number,
    hours_between(started_at, reviewed_at) AS hours,
    working_hours_between(started_at, reviewed_at) AS working_hours
  FROM started
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
