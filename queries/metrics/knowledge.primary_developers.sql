-- knowledge.primary_developers: people with at least 1/D of the knowledge (primary) or at least half of that (secondary), first of
-- each file, by changes that do not follow one of the same person, then of each area, by the sum over its files.
-- Reads `touches` (contributions to living files, renames followed) and of the prelude `scoped_lineages`. 1e-9 lets a share that
-- equals its bound reach it.
WITH changes AS (
  SELECT DISTINCT lineage, person, position FROM touches WHERE NOT is_review
),
turns AS (
  SELECT c.lineage, c.person, CAST(SUM(CASE WHEN p.person IS NULL THEN 1 ELSE 0 END) AS DOUBLE) AS n
  FROM changes c
  LEFT JOIN changes p ON p.lineage = c.lineage AND p.person = c.person AND p.position = c.position - 1
  GROUP BY c.lineage, c.person
),
totals AS (
  SELECT lineage, SUM(n) AS n, COUNT(*) AS people FROM turns GROUP BY lineage
),
known AS (
  SELECT t.lineage, t.person, t.n / a.n AS knowledge
  FROM turns t
  JOIN totals a ON a.lineage = t.lineage
  WHERE 2 * a.people * t.n >= a.n
),
held AS (
  SELECT s.product, s.area_key, k.person, SUM(k.knowledge) AS knowledge
  FROM scoped_lineages s
  JOIN known k ON k.lineage = s.lineage
  GROUP BY s.product, s.area_key, k.person
),
sums AS (
  SELECT product, area_key, SUM(knowledge) AS knowledge, COUNT(*) AS developers FROM held GROUP BY product, area_key
),
named AS (
  SELECT
    h.product, h.area_key, h.person,
    CASE WHEN h.knowledge / s.knowledge + 1e-9 >= 1e0 / s.developers THEN 1 ELSE 0 END AS is_primary
  FROM held h
  JOIN sums s ON s.product = h.product AND s.area_key = h.area_key
  WHERE h.knowledge / s.knowledge + 1e-9 >= 0.5 / s.developers
),
counted AS (
  SELECT product, area_key, COUNT(*) AS n_named, SUM(is_primary) AS n_primary FROM named GROUP BY product, area_key
),
staying AS (
  SELECT DISTINCT s.product, s.area_key, s.lineage
  FROM scoped_lineages s
  JOIN known k ON k.lineage = s.lineage
  LEFT JOIN named n ON n.product = s.product AND n.area_key = s.area_key AND n.person = k.person
  WHERE n.person IS NULL
),
files_held AS (
  SELECT s.product, s.area_key, COUNT(*) AS n, SUM(CASE WHEN y.lineage IS NULL THEN 1 ELSE 0 END) AS orphaned
  FROM scoped_lineages s
  LEFT JOIN staying y ON y.product = s.product AND y.area_key = s.area_key AND y.lineage = s.lineage
  GROUP BY s.product, s.area_key
)
SELECT
  f.product,
  CASE WHEN f.area_key = '' THEN NULL ELSE f.area_key END AS area,
  f.n,
  c.n_named AS count,
  c.n_primary AS primary,
  c.n_named - c.n_primary AS secondary,
  s.developers,
  f.n AS files,
  f.orphaned AS files_then_without_author
FROM files_held f
JOIN sums s ON s.product = f.product AND s.area_key = f.area_key
JOIN counted c ON c.product = f.product AND c.area_key = f.area_key
