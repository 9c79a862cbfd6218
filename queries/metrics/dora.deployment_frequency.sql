-- dora.deployment_frequency: successful production deployments finished in the window.
-- Reads `production` (product, repository, environment, commit, created_at, finished_at, outcome: the product's deployments to
-- production from the source that won), and `lens` (as_of, since, until: one row).
SELECT
  d.product,
  COUNT(*) AS n,
  COUNT(DISTINCT CAST(d.finished_at AS DATE)) AS days_with_at_least_one
FROM production d
CROSS JOIN lens
WHERE d.outcome = 'success'
  AND d.created_at < lens.as_of
  AND d.finished_at >= d.created_at
  AND d.finished_at >= lens.since
  AND d.finished_at < lens.until
GROUP BY d.product
