-- ci.flake_rate: finished runs with a failed attempt before a passed last one, on one commit.
-- Reads the fact tables, `lens` (as_of, since, until: one row) and `products` (product, repository).
WITH attempts AS (
  SELECT
    products.product, w.repository, w.run, w.attempt, w.conclusion, w.head_commit,
    MAX(w.attempt) OVER (PARTITION BY products.product, w.repository, w.run) AS last_attempt
  FROM workflow_runs w
  JOIN products ON products.repository = w.repository
  CROSS JOIN lens
  WHERE w.created_at >= lens.since AND w.created_at < lens.until
),
runs AS (
  SELECT
    product, repository, run,
    MAX(CASE WHEN attempt = last_attempt THEN conclusion END) AS conclusion,
    MAX(CASE WHEN attempt < last_attempt AND conclusion IN ('failure', 'timed_out', 'startup_failure') THEN 1 ELSE 0 END)
      AS failed_before,
    COUNT(DISTINCT head_commit) AS n_commits
  FROM attempts
  GROUP BY product, repository, run
)
SELECT
  product,
  COUNT(*) AS n,
  SUM(CASE WHEN conclusion = 'success' AND failed_before = 1 AND n_commits <= 1 THEN 1 ELSE 0 END) AS hits
FROM runs
WHERE conclusion IS NOT NULL AND conclusion NOT IN ('cancelled', 'skipped', 'neutral', 'stale', 'action_required')
GROUP BY product
