-- review.waiting: requests open at the as-of instant, with the median age and the oldest, for the product and for each person.
-- Reads the fact tables, `lens` (one row), `products` (product, repository) and of the prelude `replayed_requests` and `readiness`.
WITH waiting AS (
  SELECT products.product, q.person, hours_between(q.requested_at, lens.as_of) AS hours
  FROM replayed_requests q
  JOIN products ON products.repository = q.repository
  CROSS JOIN lens
  JOIN readiness d
    ON d.repository = q.repository AND d.number = q.number AND d.ready_at <= lens.as_of
    AND (d.until_at IS NULL OR d.until_at > lens.as_of)
  WHERE q.ending = 'open'
),
scoped AS (
  SELECT product, CAST(NULL AS BIGINT) AS person, hours FROM waiting
  UNION ALL
  SELECT product, person, hours FROM waiting WHERE person IS NOT NULL
)
SELECT
  product, person,
  COUNT(*) AS n, COUNT(*) AS count,
  PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY hours) AS age_p50_hours,
  MAX(hours) AS oldest_hours
FROM scoped
GROUP BY product, person
