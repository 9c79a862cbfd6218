-- review.independent_share: merged pull requests of agents that a human reviewed up to the merge who is neither the delegator nor an
-- author of any of their commits, among those whose delegator is known.
-- Reads the fact tables, `lens` (one row), `products` (product, repository), `areas`, `landings` and of the prelude `landed_commits`,
-- `commit_authors`, `measured_pull_requests` and `touched_areas`.
WITH merged AS (
  SELECT products.product, p.repository, p.number, p.answers_for, p.merged_at
  FROM measured_pull_requests p
  JOIN products ON products.repository = p.repository
  CROSS JOIN lens
  WHERE p.origin = 'agent'
    AND p.answers_for IS NOT NULL
    AND p.state = 'merged'
    AND p.merged_at >= p.created_at
    AND p.merged_at >= lens.since
    AND p.merged_at < lens.until
),
reviewers AS (
  SELECT DISTINCT m.product, m.repository, m.number, m.answers_for, r.author AS person
  FROM merged m
  JOIN reviews r ON r.repository = m.repository AND r.number = m.number AND r.submitted_at <= m.merged_at
  JOIN people ON people.person = r.author AND people.account = 'human'
),
-- Who is credited in git. A squash commit's author is the pull request's, under whatever address.
signed AS (
  SELECT DISTINCT m.product, m.repository, m.number, m.answers_for, a.person
  FROM merged m
  JOIN (
    SELECT repository, number, commit, TRUE AS is_own FROM pull_request_commits
    UNION
    SELECT l.repository, l.number, l.commit, FALSE AS is_own
    FROM landings l
    LEFT JOIN pull_request_commits c ON c.repository = l.repository AND c.number = l.number AND c.commit = l.commit
    WHERE c.commit IS NULL
  ) own ON own.repository = m.repository AND own.number = m.number
  JOIN landed_commits c ON c.repository = own.repository AND c.commit = own.commit AND NOT c.is_merge
  JOIN commit_authors a ON a.repository = c.repository AND a.commit = c.commit
  WHERE own.is_own OR a.person <> c.author
),
committers AS (
  SELECT product, repository, number, person FROM signed
  UNION
  SELECT m.product, m.repository, m.number, c.author AS person
  FROM merged m
  JOIN pull_request_commits c ON c.repository = m.repository AND c.number = m.number AND NOT c.updates_from_base
  WHERE c.author IS NOT NULL
),
-- An address that is linked to nobody may be a reviewer's own.
unlinked AS (
  SELECT made.product, made.repository, made.number, COUNT(*) AS n_unlinked
  FROM (
    SELECT product, repository, number, person FROM signed
    UNION
    SELECT product, repository, number, answers_for AS person FROM merged
  ) made
  JOIN people ON people.person = made.person AND people.account = 'human' AND NOT people.is_known
  GROUP BY made.product, made.repository, made.number
),
seen AS (
  SELECT
    r.product, r.repository, r.number,
    SUM(CASE WHEN r.person <> r.answers_for AND c.person IS NULL THEN 1 ELSE 0 END) AS n_others
  FROM reviewers r
  LEFT JOIN committers c ON c.product = r.product AND c.repository = r.repository AND c.number = r.number AND c.person = r.person
  GROUP BY r.product, r.repository, r.number
),
judged AS (
  SELECT
    m.product, m.repository, m.number,
    CASE WHEN s.n_others > 0 THEN 1 ELSE 0 END AS by_others,
    CASE WHEN s.n_others = 0 THEN 1 ELSE 0 END AS own_only,
    CASE WHEN s.n_others IS NULL THEN 1 ELSE 0 END AS by_nobody
  FROM merged m
  LEFT JOIN seen s ON s.product = m.product AND s.repository = m.repository AND s.number = m.number
  LEFT JOIN unlinked u ON u.product = m.product AND u.repository = m.repository AND u.number = m.number
  WHERE COALESCE(s.n_others, 0) = 0 OR s.n_others > COALESCE(u.n_unlinked, 0)
),
scoped AS (
  SELECT product, CAST(NULL AS STRING) AS area, by_others, own_only, by_nobody FROM judged
  UNION ALL
  SELECT j.product, t.area, j.by_others, j.own_only, j.by_nobody
  FROM judged j
  JOIN touched_areas t ON t.product = j.product AND t.repository = j.repository AND t.number = j.number
)
SELECT
  product, area,
  COUNT(*) AS n, SUM(by_others) AS hits, COUNT(*) AS of, SUM(own_only) AS own_only, SUM(by_nobody) AS by_nobody
FROM scoped
GROUP BY product, area
