-- knowledge.unowned_lines: surviving lines of agents in files that nobody has changed or reviewed but whoever had an agent change them.
-- Reads `ownership`, `files`, `people`, `products`, `areas`, `lens` (one row), `lineages`, `touches` (contributions to living files,
-- renames followed) and of the prelude `landed_commits` and `landed_changes`.
WITH last_sample AS (
  SELECT o.repository, MAX(o.as_of) AS sampled_at
  FROM ownership o
  CROSS JOIN lens
  WHERE o.as_of <= lens.sampled_until
  GROUP BY o.repository
),
lines_of AS (
  SELECT
    o.repository, o.path,
    SUM(CASE WHEN people.account = 'human' THEN o.surviving_lines ELSE 0 END) AS by_people,
    SUM(CASE WHEN people.account = 'ai_reviewer' THEN o.surviving_lines ELSE 0 END) AS by_agents
  FROM ownership o
  JOIN last_sample l ON l.repository = o.repository AND l.sampled_at = o.as_of
  JOIN files f ON f.repository = o.repository AND f.path = o.path AND f.exclusion IS NULL
  JOIN people ON people.person = o.person
  GROUP BY o.repository, o.path
),
delegators AS (
  SELECT DISTINCT f.repository, f.path, c.delegator AS person
  FROM landed_changes f
  JOIN landed_commits c ON c.repository = f.repository AND c.commit = f.commit
  JOIN people author ON author.person = c.author
  JOIN people ON people.person = c.delegator AND people.account = 'human'
  CROSS JOIN lens
  WHERE c.landed_at < lens.as_of AND (c.origin = 'agent' OR author.account = 'ai_reviewer')
),
others AS (
  SELECT DISTINCT l.product, l.repository, l.path
  FROM lineages l
  JOIN touches t ON t.lineage = l.lineage
  LEFT JOIN delegators d ON d.repository = l.repository AND d.path = l.path AND d.person = t.person
  WHERE d.person IS NULL
),
looked AS (
  SELECT
    products.product, s.repository, s.path, s.by_people, s.by_agents,
    CASE WHEN d.path IS NULL THEN 0 ELSE 1 END AS has_delegator,
    CASE WHEN o.path IS NULL THEN 0 ELSE 1 END AS has_other
  FROM lines_of s
  JOIN products ON products.repository = s.repository
  LEFT JOIN (SELECT DISTINCT repository, path FROM delegators) d ON d.repository = s.repository AND d.path = s.path
  LEFT JOIN others o ON o.product = products.product AND o.repository = s.repository AND o.path = s.path
  WHERE s.by_people + s.by_agents > 0
),
scoped AS (
  SELECT product, CAST(NULL AS STRING) AS area, by_people, by_agents, has_delegator, has_other FROM looked
  UNION ALL
  SELECT l.product, a.area, l.by_people, l.by_agents, l.has_delegator, l.has_other
  FROM looked l
  JOIN areas a ON a.product = l.product AND a.repository = l.repository AND a.path = l.path
)
SELECT
  product, area,
  COUNT(*) AS n,
  SUM(CASE WHEN has_other = 0 THEN by_agents ELSE 0 END) AS hits,
  SUM(by_people + by_agents) AS of,
  SUM(by_agents) AS by_agents,
  SUM(CASE WHEN has_delegator = 0 THEN by_agents ELSE 0 END) AS nobodys_if_delegators,
  SUM(by_agents) AS nobodys_if_nobodys,
  CAST(SUM(by_agents * (2 - has_delegator - has_other)) AS DOUBLE) / 2.0 AS nobodys_if_halved,
  COUNT(*) AS files
FROM scoped
GROUP BY product, area
