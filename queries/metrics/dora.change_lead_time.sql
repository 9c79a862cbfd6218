-- dora.change_lead_time: first commit of a change to the end of the first production deployment that contains it, in hours.
-- Reads the fact tables, `lens` (one row), `landings` (where each merged pull request landed), `absorbed` (commits that came
-- with one), `working_spans`, and of the prelude `landed_commits`, `placed_deployments`, `unknown_deployments` and `first_shipped`
-- (containment by ancestry and by copies).
WITH shipped AS (
  SELECT f.product, f.repository, f.commit, f.position, d.deployed_at
  FROM first_shipped f
  JOIN placed_deployments d ON d.product = f.product AND d.repository = f.repository AND d.position = f.position
),
changes AS (
  SELECT
    s.product, s.repository, 'pull request' AS kind, CAST(p.number AS STRING) AS change, s.deployed_at, s.position, p.merged_at,
    CASE WHEN p.first_commit_at < p.created_at THEN p.first_commit_at ELSE p.created_at END AS started_at
  FROM landings l
  JOIN measured_pull_requests p ON p.repository = l.repository AND p.number = l.number
  JOIN shipped s ON s.product = l.product AND s.repository = l.repository AND s.commit = l.commit
  CROSS JOIN lens
  WHERE p.state = 'merged' AND p.first_commit_at IS NOT NULL AND p.created_at < lens.as_of AND p.merged_at < lens.as_of
  UNION ALL
  SELECT
    s.product, s.repository, 'commit' AS kind, c.commit AS change, s.deployed_at, s.position, c.committed_at AS merged_at,
    c.authored_at AS started_at
  FROM landed_commits c
  JOIN measured_origins o ON o.origin = COALESCE(c.origin, 'no_evidence')
  LEFT JOIN people ON people.person = c.author
  JOIN shipped s ON s.repository = c.repository AND s.commit = c.commit
  LEFT JOIN absorbed a ON a.product = s.product AND a.repository = c.repository AND a.commit = c.commit
  WHERE NOT c.is_merge
    AND a.commit IS NULL
    AND (c.origin IN ('agent', 'automation') OR people.account = 'human')
),
measured AS (
  SELECT
    changes.product, repository, kind, change, started_at, deployed_at,
    hours_between(started_at, deployed_at) AS hours,
    hours_between(merged_at, deployed_at) AS wait_hours
  FROM changes
  CROSS JOIN lens
  WHERE position > 1
    AND started_at <= deployed_at
    AND merged_at <= deployed_at
    AND NOT EXISTS (
      SELECT 1
      FROM unknown_deployments u
      WHERE u.product = changes.product AND u.repository = changes.repository
        AND u.deployed_at >= changes.merged_at AND u.deployed_at < changes.deployed_at
    )
    AND deployed_at >= lens.since
    AND deployed_at < lens.until
),
agreed AS (
  SELECT COUNT(*) AS n_spans FROM working_spans WHERE person IS NULL
),
worked AS (
  SELECT
    m.product, m.repository, m.kind, m.change,
    SUM(hours_between(
      CASE WHEN w.start_at > m.started_at THEN w.start_at ELSE m.started_at END,
      CASE WHEN w.end_at < m.deployed_at THEN w.end_at ELSE m.deployed_at END
    )) AS working_hours
  FROM measured m
  JOIN working_spans w ON w.person IS NULL AND w.start_at < m.deployed_at AND w.end_at > m.started_at
  GROUP BY m.product, m.repository, m.kind, m.change
),
timed AS (
  SELECT
    m.product, m.hours, m.wait_hours,
    CASE WHEN agreed.n_spans > 0 THEN COALESCE(worked.working_hours, 0) END AS working_hours
  FROM measured m
  CROSS JOIN agreed
  LEFT JOIN worked
    ON worked.product = m.product AND worked.repository = m.repository AND worked.kind = m.kind AND worked.change = m.change
)
SELECT
  product,
  COUNT(*) AS n,
  PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY hours) AS p50,
  PERCENTILE_CONT(0.75) WITHIN GROUP (ORDER BY hours) AS p75,
  PERCENTILE_CONT(0.9) WITHIN GROUP (ORDER BY hours) AS p90,
  PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY working_hours) AS working_p50,
  PERCENTILE_CONT(0.75) WITHIN GROUP (ORDER BY working_hours) AS working_p75,
  PERCENTILE_CONT(0.9) WITHIN GROUP (ORDER BY working_hours) AS working_p90,
  PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY wait_hours) AS merge_to_deploy_hours
FROM timed
GROUP BY product
