-- ci.flake_rate: finished runs with a failed attempt before a passed last one, on one commit. Areas are workflows.
-- Reads the fact tables, `lens` (one row) and `products` (product, repository).
WITH attempts AS (
  SELECT
    products.product, w.repository, w.run, w.attempt, w.name, w.conclusion, COALESCE(w.head_commit, '') AS head_commit,
    CASE WHEN w.started_at <= w.updated_at THEN 60 * hours_between(w.started_at, w.updated_at) ELSE 0 END AS minutes,
    MAX(w.attempt) OVER (PARTITION BY products.product, w.repository, w.run) AS last_attempt
  FROM workflow_runs w
  JOIN products ON products.repository = w.repository
  CROSS JOIN lens
  WHERE w.created_at >= lens.since AND w.created_at < lens.until
),
runs AS (
  SELECT
    product, repository, run,
    MAX(CASE WHEN attempt = last_attempt THEN name END) AS name,
    MAX(CASE WHEN attempt = last_attempt THEN conclusion END) AS conclusion,
    MAX(CASE WHEN attempt < last_attempt AND conclusion IN ('failure', 'timed_out', 'startup_failure') THEN 1 ELSE 0 END)
      AS failed_before,
    SUM(CASE WHEN attempt < last_attempt AND conclusion IN ('failure', 'timed_out', 'startup_failure') THEN minutes ELSE 0 END)
      AS minutes_failed,
    COUNT(DISTINCT head_commit) AS n_commits
  FROM attempts
  GROUP BY product, repository, run
),
finished AS (
  SELECT
    product, name,
    CASE WHEN conclusion = 'success' AND failed_before = 1 AND n_commits = 1 THEN 1 ELSE 0 END AS is_flake,
    CASE WHEN conclusion = 'success' AND failed_before = 1 AND n_commits = 1 THEN minutes_failed ELSE 0 END AS minutes_lost
  FROM runs
  WHERE conclusion IS NOT NULL AND conclusion NOT IN ('cancelled', 'skipped', 'neutral', 'stale', 'action_required')
),
scoped AS (
  SELECT product, CAST(NULL AS STRING) AS area, is_flake, minutes_lost FROM finished
  UNION ALL
  SELECT product, name AS area, is_flake, minutes_lost FROM finished
)
SELECT product, area, COUNT(*) AS n, SUM(is_flake) AS hits, COUNT(*) AS of, SUM(minutes_lost) AS minutes_lost
FROM scoped
GROUP BY product, area
