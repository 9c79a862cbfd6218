-- gate.red_to_green: failed attempts in a row of a workflow on a branch, and whether the pass after them was on the same commit (hits),
-- on another one (by_push) or on one that only brings in the base (by_base). Areas are workflows.
-- Reads the fact tables, `lens` (one row) and `products` (product, repository).
WITH attempts AS (
  SELECT
    products.product, w.repository, w.run, w.attempt, w.name, w.event, COALESCE(w.head_branch, '') AS branch, w.head_commit,
    w.created_at, CASE WHEN w.conclusion = 'success' THEN 1 ELSE 0 END AS is_green
  FROM workflow_runs w
  JOIN products ON products.repository = w.repository
  CROSS JOIN lens
  WHERE w.created_at < lens.as_of
    AND w.updated_at < lens.as_of
    AND w.conclusion IN ('success', 'failure', 'timed_out', 'startup_failure')
),
-- Forks call their branches alike: the pull request that was open then, or else the one that has the commit.
open_then AS (
  SELECT w.repository, w.run, COUNT(*) AS n_open, MIN(p.number) AS number
  FROM (SELECT DISTINCT repository, run, branch, created_at FROM attempts WHERE SUBSTRING(event, 1, 12) = 'pull_request') w
  JOIN pull_requests p ON p.repository = w.repository AND p.head_branch = w.branch
  WHERE p.created_at <= w.created_at
    AND (COALESCE(p.merged_at, p.closed_at) IS NULL OR COALESCE(p.merged_at, p.closed_at) >= w.created_at)
  GROUP BY w.repository, w.run
),
first_owners AS (
  SELECT repository, commit, MIN(number) AS number FROM pull_request_commits GROUP BY repository, commit
),
owners AS (
  SELECT f.repository, f.commit, f.number, MAX(CASE WHEN c.updates_from_base THEN 1 ELSE 0 END) AS updates_from_base
  FROM first_owners f
  JOIN pull_request_commits c ON c.repository = f.repository AND c.commit = f.commit AND c.number = f.number
  GROUP BY f.repository, f.commit, f.number
),
lanes AS (
  SELECT
    a.product, a.repository, a.run, a.attempt, a.name, a.event, a.branch, a.head_commit, a.created_at, a.is_green,
    CASE
      WHEN SUBSTRING(a.event, 1, 12) <> 'pull_request' OR a.branch = '' THEN -1
      WHEN o.n_open = 1 THEN o.number
      ELSE COALESCE(c.number, -1)
    END AS number
  FROM attempts a
  LEFT JOIN open_then o ON o.repository = a.repository AND o.run = a.run
  LEFT JOIN owners c ON c.repository = a.repository AND c.commit = a.head_commit
),
-- How many had passed before: the failures between two passes, and the pass that ends them, have the same number.
numbered AS (
  SELECT
    product, repository, run, attempt, name, event, branch, number, head_commit, created_at, is_green,
    SUM(is_green) OVER (
      PARTITION BY product, repository, name, event, branch, number ORDER BY created_at, run, attempt
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) - is_green AS spell,
    ROW_NUMBER() OVER (
      PARTITION BY product, repository, name, event, branch, number ORDER BY created_at, run, attempt
    ) AS place
  FROM lanes
),
ends AS (
  SELECT
    product, repository, name, event, branch, number, spell,
    MIN(CASE WHEN is_green = 0 THEN created_at END) AS red_at,
    MAX(CASE WHEN is_green = 0 THEN place END) AS last_red,
    MAX(CASE WHEN is_green = 1 THEN place END) AS green
  FROM numbered
  GROUP BY product, repository, name, event, branch, number, spell
),
cured AS (
  SELECT
    e.product, e.repository, e.name, r.head_commit AS red_commit, r.created_at AS red_created_at,
    g.head_commit AS green_commit, g.created_at AS green_created_at, g.run AS green_run, g.attempt AS green_attempt
  FROM ends e
  JOIN numbered r
    ON r.product = e.product AND r.repository = e.repository AND r.name = e.name AND r.event = e.event AND r.branch = e.branch
    AND r.number = e.number AND r.place = e.last_red
  JOIN numbered g
    ON g.product = e.product AND g.repository = e.repository AND g.name = e.name AND g.event = e.event AND g.branch = e.branch
    AND g.number = e.number AND g.place = e.green
  CROSS JOIN lens
  WHERE e.red_at >= lens.since AND e.red_at < lens.until AND e.event <> 'merge_group'
    AND r.head_commit IS NOT NULL AND g.head_commit IS NOT NULL
),
pushes AS (
  SELECT repository, number, authored_at AS pushed_at FROM pull_request_commits WHERE NOT updates_from_base
  UNION ALL
  SELECT t.repository, t.number, t.at AS pushed_at FROM timeline t WHERE t.event = 'head_ref_force_pushed'
),
mended AS (
  SELECT c.product, c.repository, c.name, c.green_run, c.green_attempt, COUNT(p.pushed_at) AS n_pushes
  FROM cured c
  JOIN owners o ON o.repository = c.repository AND o.commit = c.green_commit AND o.updates_from_base = 1
  LEFT JOIN pushes p
    ON p.repository = o.repository AND p.number = o.number
    AND p.pushed_at > c.red_created_at AND p.pushed_at <= c.green_created_at
  GROUP BY c.product, c.repository, c.name, c.green_run, c.green_attempt
),
judged AS (
  SELECT
    c.product, c.name,
    CASE
      WHEN c.red_commit = c.green_commit THEN 'rerun'
      WHEN m.n_pushes = 0 THEN 'base'
      ELSE 'push'
    END AS cure
  FROM cured c
  LEFT JOIN mended m
    ON m.product = c.product AND m.repository = c.repository AND m.name = c.name
    AND m.green_run = c.green_run AND m.green_attempt = c.green_attempt
),
scoped AS (
  SELECT product, CAST(NULL AS STRING) AS area, cure FROM judged
  UNION ALL
  SELECT product, name AS area, cure FROM judged
)
SELECT
  product, area, COUNT(*) AS n,
  COUNT(CASE WHEN cure = 'rerun' THEN 1 END) AS hits,
  COUNT(*) AS of,
  COUNT(CASE WHEN cure = 'push' THEN 1 END) AS by_push,
  COUNT(CASE WHEN cure = 'base' THEN 1 END) AS by_base
FROM scoped
GROUP BY product, area
