-- review.balance: requests for a review that left the queue in the window, to those that came in it.
-- Reads `lens` (one row), `products` (product, repository) and of the prelude `replayed_requests`.
WITH steps AS (
  SELECT products.product, 'arrived' AS step
  FROM replayed_requests q
  JOIN products ON products.repository = q.repository
  CROSS JOIN lens
  WHERE q.requested_at >= lens.since AND q.requested_at < lens.until
  UNION ALL
  SELECT products.product, q.ending AS step
  FROM replayed_requests q
  JOIN products ON products.repository = q.repository
  CROSS JOIN lens
  WHERE q.ending <> 'open' AND q.left_at >= lens.since AND q.left_at < lens.until
),
counted AS (
  SELECT
    product,
    COUNT(*) AS n,
    SUM(CASE WHEN step = 'arrived' THEN 1 ELSE 0 END) AS arrived,
    SUM(CASE WHEN step <> 'arrived' THEN 1 ELSE 0 END) AS departed,
    SUM(CASE WHEN step = 'reviewed' THEN 1 ELSE 0 END) AS reviewed,
    SUM(CASE WHEN step = 'withdrawn' THEN 1 ELSE 0 END) AS withdrawn,
    SUM(CASE WHEN step = 'ended' THEN 1 ELSE 0 END) AS ended
  FROM steps
  GROUP BY product
)
SELECT
  product, n, CAST(departed AS DOUBLE) / arrived AS balance, arrived, departed, reviewed, withdrawn, ended
FROM counted
WHERE arrived > 0
