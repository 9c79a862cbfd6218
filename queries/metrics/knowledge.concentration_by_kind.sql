-- knowledge.concentration_by_kind: per kind of file, the largest share of the window's commits (for releases: of the published ones)
-- credited to one person. Reads the fact tables, `lens` (one row), `products`, `kinds` and of the prelude `landed_commits`,
-- `landed_changes` and `commit_authors`.
WITH touching AS (
  SELECT DISTINCT k.product, k.kind, c.repository, c.commit
  FROM landed_commits c
  JOIN landed_changes f ON f.repository = c.repository AND f.commit = c.commit
  JOIN files ON files.repository = f.repository AND files.path = f.path AND files.exclusion IS NULL
  JOIN kinds k ON k.repository = f.repository AND k.path = f.path
  CROSS JOIN lens
  WHERE c.exclusion IS NULL
    AND c.committed_at < lens.as_of
    AND c.committed_at >= lens.since
    AND c.committed_at < lens.until
),
works AS (
  SELECT t.product, t.kind, CONCAT(CAST(t.repository AS STRING), ' ', t.commit) AS work, w.person
  FROM touching t
  JOIN commit_authors w ON w.repository = t.repository AND w.commit = t.commit
  JOIN people ON people.person = w.person AND people.account = 'human'
  UNION ALL
  SELECT p.product, 'releases' AS kind, CONCAT(CAST(r.repository AS STRING), ' release ', r.release) AS work, r.author AS person
  FROM releases r
  JOIN products p ON p.repository = r.repository
  JOIN people ON people.person = r.author AND people.account = 'human'
  CROSS JOIN lens
  WHERE NOT r.is_draft
    AND NOT r.is_prerelease
    AND r.published_at < lens.as_of
    AND r.published_at >= lens.since
    AND r.published_at < lens.until
),
scoped AS (
  SELECT product, kind AS area_key, work, person FROM works
  UNION
  SELECT product, '' AS area_key, work, person FROM works
),
per_person AS (
  SELECT product, area_key, person, COUNT(*) AS n FROM scoped GROUP BY product, area_key, person
),
figures AS (
  SELECT
    product, area_key, MAX(n) AS hits,
    CAST(SUM(n) AS DOUBLE) * SUM(n) / SUM(n * n) AS effective_committers,
    COUNT(*) AS committers
  FROM per_person
  GROUP BY product, area_key
),
totals AS (
  SELECT product, area_key, COUNT(DISTINCT work) AS n FROM scoped GROUP BY product, area_key
)
SELECT
  t.product,
  CASE WHEN t.area_key = '' THEN NULL ELSE t.area_key END AS area,
  t.n, f.hits, t.n AS of, f.effective_committers, f.committers
FROM totals t
JOIN figures f ON f.product = t.product AND f.area_key = t.area_key
