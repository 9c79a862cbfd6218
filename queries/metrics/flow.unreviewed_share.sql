-- flow.unreviewed_share: merged without a human review up to the merge and without a human co-author.
-- Reads the fact tables, `lens` (one row), `products` (product, repository), `areas`, `landings`, `absorbed` (commits that came
-- with a pull request) and of the prelude `landed_commits` and `commit_authors`.
WITH merged AS (
  SELECT products.product, p.repository, p.number, p.answers_for, p.created_at, p.merged_at
  FROM measured_pull_requests p
  JOIN products ON products.repository = p.repository
  CROSS JOIN lens
  WHERE p.state = 'merged'
    AND p.merged_at >= p.created_at
    AND p.merged_at >= lens.since
    AND p.merged_at < lens.until
),
direct AS (
  SELECT products.product, c.repository, COUNT(*) AS n_direct
  FROM landed_commits c
  JOIN products ON products.repository = c.repository
  JOIN people ON people.person = c.author AND people.account = 'human'
  LEFT JOIN absorbed a ON a.product = products.product AND a.repository = c.repository AND a.commit = c.commit
  CROSS JOIN lens
  WHERE NOT c.is_merge
    AND a.commit IS NULL
    AND c.committed_at >= lens.since
    AND c.committed_at < lens.until
  GROUP BY products.product, c.repository
),
with_flow AS (
  SELECT m.product, m.repository
  FROM (SELECT product, repository, COUNT(*) AS n_merged FROM merged GROUP BY product, repository) m
  LEFT JOIN direct d ON d.product = m.product AND d.repository = m.repository
  WHERE m.n_merged >= COALESCE(d.n_direct, 0)
),
seen AS (
  SELECT m.product, m.repository, m.number
  FROM merged m
  JOIN reviews r ON r.repository = m.repository AND r.number = m.number AND r.submitted_at <= m.merged_at
  JOIN people ON people.person = r.author AND people.account = 'human'
  WHERE m.answers_for IS NULL OR r.author <> m.answers_for
  UNION
  SELECT m.product, m.repository, m.number
  FROM merged m
  JOIN pull_request_commits c ON c.repository = m.repository AND c.number = m.number
  JOIN people ON people.person = c.author AND people.account = 'human'
  WHERE m.answers_for IS NULL OR c.author <> m.answers_for
),
-- Who else is credited in git. A squash commit's author is the pull request's, under whatever address.
others AS (
  SELECT DISTINCT m.product, m.repository, m.number, people.is_known
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
  JOIN people ON people.person = a.person AND people.account = 'human'
  WHERE (m.answers_for IS NULL OR a.person <> m.answers_for)
    AND (own.is_own OR a.person <> c.author)
),
judged AS (
  SELECT
    m.product, m.repository, m.number,
    CASE WHEN seen.number IS NULL AND by_known.number IS NULL THEN 1 ELSE 0 END AS is_unreviewed
  FROM merged m
  JOIN with_flow w ON w.product = m.product AND w.repository = m.repository
  LEFT JOIN seen ON seen.product = m.product AND seen.repository = m.repository AND seen.number = m.number
  LEFT JOIN others by_known
    ON by_known.product = m.product AND by_known.repository = m.repository AND by_known.number = m.number AND by_known.is_known
  LEFT JOIN others by_unknown
    ON by_unknown.product = m.product AND by_unknown.repository = m.repository AND by_unknown.number = m.number AND NOT by_unknown.is_known
  WHERE seen.number IS NOT NULL OR by_known.number IS NOT NULL OR by_unknown.number IS NULL
),
scoped AS (
  SELECT product, CAST(NULL AS STRING) AS area, is_unreviewed FROM judged
  UNION ALL
  SELECT j.product, t.area, j.is_unreviewed
  FROM judged j
  JOIN touched_areas t ON t.product = j.product AND t.repository = j.repository AND t.number = j.number
)
SELECT product, area, COUNT(*) AS n, SUM(is_unreviewed) AS hits, COUNT(*) AS of
FROM scoped
GROUP BY product, area
