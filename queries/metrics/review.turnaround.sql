-- review.turnaround: request to the first review by the person asked, in hours; requests still open are right-censored, and the
-- quantiles are those of the product-limit estimate of Kaplan and Meier.
-- Reads the fact tables, `lens` (one row), `products` (product, repository) and of the prelude `replayed_requests`.
WITH lives AS (
  SELECT
    products.product, q.person,
    hours_between(q.requested_at, COALESCE(q.left_at, lens.as_of)) AS hours,
    working_hours_of(q.person, q.requested_at, COALESCE(q.left_at, lens.as_of)) AS working_hours,
    CASE WHEN q.ending = 'open' THEN 0 ELSE 1 END AS has_ended
  FROM replayed_requests q
  JOIN products ON products.repository = q.repository
  CROSS JOIN lens
  WHERE q.ending IN ('open', 'reviewed') AND q.requested_at >= lens.since AND q.requested_at < lens.until
),
scoped AS (
  SELECT product, -1 AS person_key, hours, working_hours, has_ended FROM lives
  UNION ALL
  SELECT product, person AS person_key, hours, working_hours, has_ended FROM lives WHERE person IS NOT NULL
),
lengths AS (
  SELECT product, person_key, 0 AS in_working_hours, hours, has_ended FROM scoped
  UNION ALL
  SELECT product, person_key, 1 AS in_working_hours, working_hours AS hours, has_ended FROM scoped WHERE working_hours IS NOT NULL
),
instants AS (
  SELECT product, person_key, in_working_hours, hours, SUM(has_ended) AS n_ended, COUNT(*) AS n_here
  FROM lengths
  GROUP BY product, person_key, in_working_hours, hours
),
at_risk AS (
  SELECT
    product, person_key, in_working_hours, hours, n_ended,
    SUM(n_here) OVER (
      PARTITION BY product, person_key, in_working_hours ORDER BY hours DESC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS n_at_risk
  FROM instants
),
surviving AS (
  SELECT
    product, person_key, in_working_hours, hours, n_ended,
    EXP(SUM(CASE WHEN n_ended = n_at_risk THEN -1000.0 ELSE LN(1.0 - CAST(n_ended AS DOUBLE) / n_at_risk) END) OVER (
      PARTITION BY product, person_key, in_working_hours ORDER BY hours ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    )) AS share
  FROM at_risk
),
reached AS (
  SELECT
    product, person_key,
    MIN(CASE WHEN in_working_hours = 0 AND share <= 0.5 + 1e-12 THEN hours END) AS p50,
    MIN(CASE WHEN in_working_hours = 0 AND share <= 0.25 + 1e-12 THEN hours END) AS p75,
    MIN(CASE WHEN in_working_hours = 0 AND share <= 0.1 + 1e-12 THEN hours END) AS p90,
    MIN(CASE WHEN in_working_hours = 1 AND share <= 0.5 + 1e-12 THEN hours END) AS working_p50,
    MIN(CASE WHEN in_working_hours = 1 AND share <= 0.25 + 1e-12 THEN hours END) AS working_p75,
    MIN(CASE WHEN in_working_hours = 1 AND share <= 0.1 + 1e-12 THEN hours END) AS working_p90
  FROM surviving
  WHERE n_ended > 0
  GROUP BY product, person_key
),
totals AS (
  SELECT product, person_key, COUNT(*) AS n, COUNT(*) - SUM(has_ended) AS running FROM scoped GROUP BY product, person_key
)
SELECT
  t.product, CASE WHEN t.person_key >= 0 THEN t.person_key END AS person,
  t.n, r.p50, r.p75, r.p90, r.working_p50, r.working_p75, r.working_p90, t.running
FROM totals t
LEFT JOIN reached r ON r.product = t.product AND r.person_key = t.person_key
CROSS JOIN lens
WHERE r.p50 IS NOT NULL OR t.n < lens.minimum_n
