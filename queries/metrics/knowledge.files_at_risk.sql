-- knowledge.files_at_risk: living files that at most one active person has ever changed or reviewed.
-- Reads `touches` (contributions to living files, renames followed) and of the prelude `scoped_lineages` and `active_people`.
WITH known AS (
  SELECT s.product, s.area_key, s.lineage, COUNT(DISTINCT a.person) AS n_people
  FROM scoped_lineages s
  LEFT JOIN touches t ON t.lineage = s.lineage
  LEFT JOIN active_people a ON a.product = s.product AND a.person = t.person
  GROUP BY s.product, s.area_key, s.lineage
)
SELECT
  product,
  CASE WHEN area_key = '' THEN NULL ELSE area_key END AS area,
  COUNT(*) AS n,
  SUM(CASE WHEN n_people <= 1 THEN 1 ELSE 0 END) AS hits,
  COUNT(*) AS of,
  SUM(CASE WHEN n_people = 0 THEN 1 ELSE 0 END) AS with_nobody_active,
  SUM(CASE WHEN n_people = 1 THEN 1 ELSE 0 END) AS with_one_active
FROM known
GROUP BY product, area_key
