-- review.requested: requests for a review made in the window, for the product and for each person asked.
-- Reads the fact tables, `lens` (one row), `products` (product, repository) and of the prelude `replayed_requests`.
WITH made AS (
  SELECT products.product, q.repository, q.number, q.person, q.team
  FROM replayed_requests q
  JOIN products ON products.repository = q.repository
  CROSS JOIN lens
  WHERE q.requested_at >= lens.since AND q.requested_at < lens.until
),
scoped AS (
  SELECT product, CAST(NULL AS BIGINT) AS person, repository, number, team FROM made
  UNION ALL
  SELECT product, person, repository, number, team FROM made WHERE person IS NOT NULL
)
SELECT
  product, person,
  COUNT(*) AS n, COUNT(*) AS count,
  COUNT(DISTINCT CONCAT(CAST(repository AS STRING), ' ', CAST(number AS STRING))) AS pull_requests,
  SUM(CASE WHEN team IS NULL THEN 0 ELSE 1 END) AS to_teams
FROM scoped
GROUP BY product, person
