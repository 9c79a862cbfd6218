-- flow.review_rounds: reviews that are the last one before some push, a merged pull request.
-- Reads the fact tables, and of the prelude `reviewed_merges` (merged pull requests with their first review) and `touched_areas`.
WITH pushes AS (
  SELECT c.repository, c.number, c.authored_at AS pushed_at
  FROM pull_request_commits c
  JOIN pull_requests p ON p.repository = c.repository AND p.number = c.number
  LEFT JOIN people ON people.person = c.author
  WHERE c.authored_at > p.created_at AND NOT c.updates_from_base AND (c.author IS NULL OR people.account IN ('human', 'ai_reviewer'))
  UNION ALL
  SELECT t.repository, t.number, t.at AS pushed_at
  FROM timeline t
  LEFT JOIN people ON people.person = t.actor
  WHERE t.event = 'head_ref_force_pushed' AND (t.actor IS NULL OR people.account IN ('human', 'ai_reviewer'))
),
answered AS (
  SELECT m.product, m.repository, m.number, pushes.pushed_at, MAX(r.submitted_at) AS answered_at
  FROM reviewed_merges m
  JOIN pushes ON pushes.repository = m.repository AND pushes.number = m.number AND pushes.pushed_at < m.merged_at
  JOIN reviews r ON r.repository = m.repository AND r.number = m.number AND r.submitted_at < pushes.pushed_at
  JOIN people reviewer ON reviewer.person = r.author AND reviewer.account = 'human'
  WHERE m.answers_for IS NULL OR r.author <> m.answers_for
  GROUP BY m.product, m.repository, m.number, pushes.pushed_at
),
rounds AS (
  SELECT product, repository, number, COUNT(DISTINCT answered_at) AS n_rounds
  FROM answered
  GROUP BY product, repository, number
),
spans AS (
  SELECT v.product, v.repository, v.number, CAST(COALESCE(s.n_rounds, 0) AS DOUBLE) AS n_rounds
  FROM reviewed_merges v
  LEFT JOIN rounds s ON s.product = v.product AND s.repository = v.repository AND s.number = v.number
  WHERE v.first_at >= v.created_at
),
scoped AS (
  SELECT product, CAST(NULL AS STRING) AS area, n_rounds FROM spans
  UNION ALL
  SELECT s.product, t.area, s.n_rounds
  FROM spans s
  JOIN touched_areas t ON t.product = s.product AND t.repository = s.repository AND t.number = s.number
)
SELECT
  product, area,
  COUNT(*) AS n,
  PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY n_rounds) AS p50,
  PERCENTILE_CONT(0.75) WITHIN GROUP (ORDER BY n_rounds) AS p75,
  PERCENTILE_CONT(0.9) WITHIN GROUP (ORDER BY n_rounds) AS p90
FROM scoped
GROUP BY product, area
