-- dora.change_lead_time: first commit of a change to the end of the first production deployment that contains it, in hours.
-- Reads the fact tables, `production` (see dora.deployment_frequency), `lens` (as_of, since, until: one row), `products`
-- (product, repository) and `landings` (repository, number, commit: where each merged pull request landed; commit only: commits
-- that came with one).
WITH RECURSIVE deployed AS (
  SELECT
    d.product, d.repository, d.commit, d.finished_at,
    ROW_NUMBER() OVER (PARTITION BY d.product, d.repository ORDER BY d.finished_at, d.deployment) AS position
  FROM production d
  JOIN commits c ON c.repository = d.repository AND c.commit = d.commit
  CROSS JOIN lens
  WHERE d.outcome = 'success' AND d.created_at < lens.as_of AND d.finished_at >= d.created_at AND d.finished_at < lens.as_of
),
edges AS (
  SELECT repository, commit, UNNEST(parents) AS parent FROM commits
),
reach AS (
  SELECT repository, commit, position FROM deployed
  UNION
  SELECT edges.repository, edges.parent, reach.position
  FROM reach
  JOIN edges ON edges.repository = reach.repository AND edges.commit = reach.commit
),
first_shipped AS (
  SELECT repository, commit, MIN(position) AS position FROM reach GROUP BY repository, commit
),
shipped AS (
  SELECT f.repository, f.commit, f.position, d.product, d.finished_at
  FROM first_shipped f
  JOIN deployed d ON d.repository = f.repository AND d.position = f.position
),
changes AS (
  SELECT s.product, s.finished_at, s.position, LEAST(COALESCE(p.first_commit_at, p.created_at), p.created_at) AS started_at
  FROM landings l
  JOIN pull_requests p ON p.repository = l.repository AND p.number = l.number
  JOIN people ON people.person = p.author AND people.account = 'human'
  JOIN shipped s ON s.repository = l.repository AND s.commit = l.commit
  CROSS JOIN lens
  WHERE p.merged_at < lens.as_of
  UNION ALL
  SELECT s.product, s.finished_at, s.position, c.authored_at
  FROM commits c
  JOIN people ON people.person = c.author AND people.account = 'human'
  JOIN shipped s ON s.repository = c.repository AND s.commit = c.commit
  WHERE c.on_default_branch
    AND NOT c.is_merge
    AND NOT EXISTS (SELECT 1 FROM landings l WHERE l.repository = c.repository AND l.commit = c.commit)
)
SELECT
  changes.product,
  COUNT(*) AS n,
  PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY hours_between(started_at, finished_at)) AS p50,
  PERCENTILE_CONT(0.75) WITHIN GROUP (ORDER BY hours_between(started_at, finished_at)) AS p75,
  PERCENTILE_CONT(0.9) WITHIN GROUP (ORDER BY hours_between(started_at, finished_at)) AS p90
FROM changes
CROSS JOIN lens
WHERE position > 1
  AND started_at <= finished_at
  AND finished_at >= lens.since
  AND finished_at < lens.until
GROUP BY changes.product
