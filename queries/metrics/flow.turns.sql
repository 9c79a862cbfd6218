-- flow.turns: hours of each holder's turns in the lives of merged pull requests, and their shares.
-- Reads the fact tables, `lens` (one row), `products` (product, repository), `areas` and `turns` (a replay of every life).
WITH merged AS (
  SELECT products.product, p.repository, p.number, p.author, p.created_at, p.merged_at
  FROM measured_pull_requests p
  JOIN products ON products.repository = p.repository
  CROSS JOIN lens
  WHERE p.state = 'merged'
    AND p.merged_at >= p.created_at
    AND p.merged_at >= lens.since
    AND p.merged_at < lens.until
),
scoped AS (
  SELECT product, CAST(NULL AS STRING) AS area, repository, number FROM merged
  UNION ALL
  SELECT m.product, t.area, m.repository, m.number
  FROM merged m
  JOIN touched_areas t ON t.product = m.product AND t.repository = m.repository AND t.number = m.number
),
population AS (
  SELECT product, area, COUNT(*) AS n FROM scoped GROUP BY product, area
),
held AS (
  SELECT
    s.product, s.area,
    SUM(hours_between(t.start_at, t.end_at)) AS hours,
    SUM(CASE WHEN t.holder = 'reviewer' THEN hours_between(t.start_at, t.end_at) END) AS reviewer_hours,
    SUM(CASE WHEN t.holder = 'author' THEN hours_between(t.start_at, t.end_at) END) AS author_hours,
    SUM(CASE WHEN t.holder = 'agent' THEN hours_between(t.start_at, t.end_at) END) AS agent_hours,
    SUM(CASE WHEN t.holder = 'draft' THEN hours_between(t.start_at, t.end_at) END) AS draft_hours,
    SUM(CASE WHEN t.holder = 'ci' THEN hours_between(t.start_at, t.end_at) END) AS ci_hours,
    SUM(CASE WHEN t.holder = 'merge' THEN hours_between(t.start_at, t.end_at) END) AS merge_hours,
    SUM(CASE WHEN t.holder = 'deploy' THEN hours_between(t.start_at, t.end_at) END) AS deploy_hours,
    SUM(CASE WHEN t.holder = 'reviewer' THEN working_hours_between(t.start_at, t.end_at) END) AS reviewer_working_hours,
    SUM(CASE WHEN t.holder = 'author' THEN working_hours_between(t.start_at, t.end_at) END) AS author_working_hours,
    SUM(CASE WHEN t.holder = 'agent' THEN working_hours_between(t.start_at, t.end_at) END) AS agent_working_hours,
    SUM(CASE WHEN t.holder = 'draft' THEN working_hours_between(t.start_at, t.end_at) END) AS draft_working_hours,
    SUM(CASE WHEN t.holder = 'ci' THEN working_hours_between(t.start_at, t.end_at) END) AS ci_working_hours,
    SUM(CASE WHEN t.holder = 'merge' THEN working_hours_between(t.start_at, t.end_at) END) AS merge_working_hours,
    SUM(CASE WHEN t.holder = 'deploy' THEN working_hours_between(t.start_at, t.end_at) END) AS deploy_working_hours
  FROM scoped s
  JOIN turns t ON t.product = s.product AND t.repository = s.repository AND t.number = s.number
  GROUP BY s.product, s.area
)
SELECT
  p.product, p.area, p.n,
  reviewer_hours / hours AS reviewer_share,
  author_hours / hours AS author_share,
  agent_hours / hours AS agent_share,
  draft_hours / hours AS draft_share,
  ci_hours / hours AS ci_share,
  merge_hours / hours AS merge_share,
  deploy_hours / hours AS deploy_share,
  reviewer_hours, author_hours, agent_hours, draft_hours, ci_hours, merge_hours, deploy_hours,
  reviewer_working_hours, author_working_hours, agent_working_hours, draft_working_hours, ci_working_hours,
  merge_working_hours, deploy_working_hours
FROM population p
JOIN held h ON h.product = p.product AND COALESCE(h.area, '') = COALESCE(p.area, '')
