-- review.first_response: ready for review to the first comment or review by a human other than the author, in hours; pull
-- requests still waiting are right-censored, and the quantiles are those of the product-limit estimate of Kaplan and Meier.
-- Reads the fact tables, `lens` (one row), `products` (product, repository) and `areas` (product, repository, path, area).
WITH words AS (
  SELECT repository, number, author, submitted_at AS said_at FROM reviews
  UNION ALL
  SELECT repository, number, author, created_at AS said_at FROM comments
),
first_word AS (
  SELECT w.repository, w.number, MIN(w.said_at) AS answered_at
  FROM words w
  JOIN pull_requests p ON p.repository = w.repository AND p.number = w.number
  JOIN people ON people.person = w.author AND people.account = 'human'
  CROSS JOIN lens
  WHERE w.said_at < lens.as_of AND (p.author IS NULL OR w.author <> p.author)
  GROUP BY w.repository, w.number
),
candidates AS (
  SELECT
    products.product, p.repository, p.number, p.ready_at, f.answered_at,
    CASE WHEN COALESCE(p.merged_at, p.closed_at) < lens.as_of THEN COALESCE(p.merged_at, p.closed_at) END AS ended_at
  FROM pull_requests p
  JOIN products ON products.repository = p.repository
  JOIN people author ON author.person = p.author AND author.account = 'human'
  LEFT JOIN first_word f ON f.repository = p.repository AND f.number = p.number
  CROSS JOIN lens
  WHERE p.created_at < lens.as_of AND p.ready_at >= lens.since AND p.ready_at < lens.until
),
waits AS (
  SELECT
    c.product, c.repository, c.number,
    hours_between(c.ready_at, COALESCE(c.answered_at, lens.as_of)) AS hours,
    working_hours_of(NULL, c.ready_at, COALESCE(c.answered_at, lens.as_of)) AS working_hours,
    CASE WHEN c.answered_at IS NULL THEN 0 ELSE 1 END AS has_ended
  FROM candidates c
  CROSS JOIN lens
  WHERE (c.answered_at IS NULL AND c.ended_at IS NULL)
    OR (c.answered_at >= c.ready_at AND (c.ended_at IS NULL OR c.answered_at <= c.ended_at))
),
touched AS (
  SELECT DISTINCT a.product, f.repository, f.number, a.area
  FROM pull_request_files f
  JOIN areas a ON a.repository = f.repository AND a.path = f.path
),
scoped AS (
  SELECT product, '' AS area_key, hours, working_hours, has_ended FROM waits
  UNION ALL
  SELECT w.product, t.area AS area_key, w.hours, w.working_hours, w.has_ended
  FROM waits w
  JOIN touched t ON t.product = w.product AND t.repository = w.repository AND t.number = w.number
),
lengths AS (
  SELECT product, area_key, 0 AS in_working_hours, hours, has_ended FROM scoped
  UNION ALL
  SELECT product, area_key, 1 AS in_working_hours, working_hours AS hours, has_ended FROM scoped WHERE working_hours IS NOT NULL
),
instants AS (
  SELECT product, area_key, in_working_hours, hours, SUM(has_ended) AS n_ended, COUNT(*) AS n_here
  FROM lengths
  GROUP BY product, area_key, in_working_hours, hours
),
at_risk AS (
  SELECT
    product, area_key, in_working_hours, hours, n_ended,
    SUM(n_here) OVER (
      PARTITION BY product, area_key, in_working_hours ORDER BY hours DESC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS n_at_risk
  FROM instants
),
surviving AS (
  SELECT
    product, area_key, in_working_hours, hours, n_ended,
    EXP(SUM(CASE WHEN n_ended = n_at_risk THEN -1000.0 ELSE LN(1.0 - CAST(n_ended AS DOUBLE) / n_at_risk) END) OVER (
      PARTITION BY product, area_key, in_working_hours ORDER BY hours ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    )) AS share
  FROM at_risk
),
reached AS (
  SELECT
    product, area_key,
    MIN(CASE WHEN in_working_hours = 0 AND share <= 0.5 + 1e-12 THEN hours END) AS p50,
    MIN(CASE WHEN in_working_hours = 0 AND share <= 0.25 + 1e-12 THEN hours END) AS p75,
    MIN(CASE WHEN in_working_hours = 0 AND share <= 0.1 + 1e-12 THEN hours END) AS p90,
    MIN(CASE WHEN in_working_hours = 1 AND share <= 0.5 + 1e-12 THEN hours END) AS working_p50,
    MIN(CASE WHEN in_working_hours = 1 AND share <= 0.25 + 1e-12 THEN hours END) AS working_p75,
    MIN(CASE WHEN in_working_hours = 1 AND share <= 0.1 + 1e-12 THEN hours END) AS working_p90
  FROM surviving
  WHERE n_ended > 0
  GROUP BY product, area_key
),
totals AS (
  SELECT product, area_key, COUNT(*) AS n, COUNT(*) - SUM(has_ended) AS running FROM scoped GROUP BY product, area_key
)
SELECT
  t.product, CASE WHEN t.area_key = '' THEN NULL ELSE t.area_key END AS area,
  t.n, r.p50, r.p75, r.p90, r.working_p50, r.working_p75, r.working_p90, t.running
FROM totals t
LEFT JOIN reached r ON r.product = t.product AND r.area_key = t.area_key
CROSS JOIN lens
WHERE r.p50 IS NOT NULL OR t.n < lens.minimum_n
