-- flow.cycle_time: opened to merged, in hours, over the window.
-- Reads the fact tables, `lens` (as_of, since, until: one row) and `products` (product, repository).
SELECT
  products.product,
  COUNT(*) AS n,
  PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY hours_between(p.created_at, p.merged_at)) AS p50,
  PERCENTILE_CONT(0.75) WITHIN GROUP (ORDER BY hours_between(p.created_at, p.merged_at)) AS p75,
  PERCENTILE_CONT(0.9) WITHIN GROUP (ORDER BY hours_between(p.created_at, p.merged_at)) AS p90
FROM pull_requests p
JOIN products ON products.repository = p.repository
JOIN people ON people.person = p.author AND people.account = 'human'
CROSS JOIN lens
WHERE p.state = 'merged'
  AND p.created_at < lens.as_of
  AND p.merged_at >= p.created_at
  AND p.merged_at >= lens.since
  AND p.merged_at < lens.until
GROUP BY products.product
