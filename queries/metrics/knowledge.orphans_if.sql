-- knowledge.orphans_if: the most files that one person's leaving would leave without anybody active who knows them.
-- Reads `touches` (contributions to living files, renames followed), `lineages`, `areas` and of the prelude `scoped_lineages` and
-- `active_people`.
WITH known AS (
  SELECT DISTINCT s.product, s.area_key, s.lineage, t.person
  FROM scoped_lineages s
  JOIN touches t ON t.lineage = s.lineage
  JOIN active_people a ON a.product = s.product AND a.person = t.person
),
files_known AS (
  SELECT product, area_key, lineage, COUNT(*) AS n_people, MIN(person) AS person
  FROM known
  GROUP BY product, area_key, lineage
),
alone AS (
  SELECT product, area_key, person, COUNT(*) AS n_files
  FROM files_known
  WHERE n_people = 1
  GROUP BY product, area_key, person
),
-- In an area's own figure its files' other areas count too: a file may belong to several.
known_areas AS (
  SELECT k.product, k.area_key, a.area, COUNT(DISTINCT k.person) AS n_people
  FROM known k
  JOIN lineages l ON l.lineage = k.lineage
  JOIN areas a ON a.product = l.product AND a.repository = l.repository AND a.path = l.path
  GROUP BY k.product, k.area_key, a.area
),
totals AS (
  SELECT product, area_key, COUNT(*) AS n FROM files_known GROUP BY product, area_key
)
SELECT
  t.product,
  CASE WHEN t.area_key = '' THEN NULL ELSE t.area_key END AS area,
  t.n,
  COALESCE((SELECT MAX(n_files) FROM alone a WHERE a.product = t.product AND a.area_key = t.area_key), 0) AS hits,
  t.n AS of,
  (SELECT COUNT(*) FROM alone a WHERE a.product = t.product AND a.area_key = t.area_key) AS people_who_would,
  COALESCE((SELECT SUM(n_files) FROM alone a WHERE a.product = t.product AND a.area_key = t.area_key), 0)
    AS files_of_one_person,
  (
    SELECT COUNT(*) FROM known_areas k WHERE k.product = t.product AND k.area_key = t.area_key AND k.n_people = 1
  ) AS areas_of_one_person
FROM totals t
