-- agents.share: merged pull requests that an agent had a part in, among those of people and agents, and the strongest rung that tells it.
-- Reads the fact tables, `lens` (one row), `products` (product, repository) and of the prelude `touched_areas`. Whatever origins other
-- figures are made of.
WITH merged AS (
  SELECT products.product, p.repository, p.number, p.origin
  FROM pull_requests p
  JOIN products ON products.repository = p.repository
  LEFT JOIN people author ON author.person = p.author
  CROSS JOIN lens
  WHERE p.state = 'merged'
    AND p.merged_at >= p.created_at
    AND p.merged_at >= lens.since
    AND p.merged_at < lens.until
    AND (p.origin = 'agent' OR (p.origin IN ('person_with_agent', 'no_evidence') AND author.account = 'human'))
),
told AS (
  SELECT
    repository, number,
    MIN(
      CASE rung
        WHEN 'lines' THEN 1 WHEN 'account' THEN 2 WHEN 'platform' THEN 3 WHEN 'trailer' THEN 4 WHEN 'convention' THEN 5 ELSE 6
      END
    ) AS place
  FROM provenance
  WHERE kind = 'pull_request'
  GROUP BY repository, number
),
judged AS (
  SELECT
    m.product, m.repository, m.number, m.origin,
    CASE WHEN m.origin = 'no_evidence' THEN 0 ELSE 1 END AS has_part,
    CASE WHEN m.origin = 'no_evidence' THEN 0 ELSE COALESCE(t.place, 0) END AS place
  FROM merged m
  LEFT JOIN told t ON t.repository = m.repository AND t.number = m.number
),
scoped AS (
  SELECT product, CAST(NULL AS STRING) AS area, origin, has_part, place FROM judged
  UNION ALL
  SELECT j.product, t.area, j.origin, j.has_part, j.place
  FROM judged j
  JOIN touched_areas t ON t.product = j.product AND t.repository = j.repository AND t.number = j.number
)
SELECT
  product, area,
  COUNT(*) AS n, SUM(has_part) AS hits, COUNT(*) AS of,
  SUM(CASE WHEN origin = 'agent' THEN 1 ELSE 0 END) AS by_agents,
  SUM(CASE WHEN origin = 'person_with_agent' THEN 1 ELSE 0 END) AS with_an_agent,
  SUM(CASE WHEN place = 1 THEN 1 ELSE 0 END) AS told_by_lines,
  SUM(CASE WHEN place = 2 THEN 1 ELSE 0 END) AS told_by_account,
  SUM(CASE WHEN place = 3 THEN 1 ELSE 0 END) AS told_by_platform,
  SUM(CASE WHEN place = 4 THEN 1 ELSE 0 END) AS told_by_trailer,
  SUM(CASE WHEN place = 5 THEN 1 ELSE 0 END) AS told_by_convention,
  SUM(CASE WHEN place = 6 THEN 1 ELSE 0 END) AS told_by_declared
FROM scoped
GROUP BY product, area
