-- knowledge.truck_factor_decayed: how many major contributors of the last 547 days, greatest first, leave before more than half of
-- the files touched in them have none. A change weighs e^(-days/90), a review half of that; major is above 75 % of the greatest.
-- Reads `touches` (contributions to living files, renames followed), `people`, `lens` and of the prelude `scoped_lineages`.
WITH aged AS (
  SELECT t.lineage, t.person, t.is_review, hours_between(t.at, lens.as_of) / 24.0 AS days
  FROM touches t
  CROSS JOIN lens
),
contributed AS (
  SELECT lineage, person, SUM(CASE WHEN is_review THEN 0.5 ELSE 1.0 END * EXP(-days / 90.0)) AS weight
  FROM aged
  WHERE days >= 0 AND days <= 547
  GROUP BY lineage, person
),
judged AS (
  SELECT lineage, person, weight, MAX(weight) OVER (PARTITION BY lineage) AS best FROM contributed
),
scopes AS (
  SELECT s.product, s.area_key, s.lineage
  FROM scoped_lineages s
  JOIN (SELECT DISTINCT lineage FROM contributed) c ON c.lineage = s.lineage
),
authors AS (
  SELECT s.product, s.area_key, s.lineage, j.person
  FROM scopes s
  JOIN judged j ON j.lineage = s.lineage
  WHERE j.weight / j.best > 0.75
),
order_of_leaving AS (
  SELECT
    held.product, held.area_key, held.person,
    ROW_NUMBER() OVER (
      PARTITION BY held.product, held.area_key ORDER BY held.n_files DESC, people.display_name, held.person
    ) AS place
  FROM (SELECT product, area_key, person, COUNT(*) AS n_files FROM authors GROUP BY product, area_key, person) held
  JOIN people ON people.person = held.person
),
orphaned AS (
  SELECT s.product, s.area_key, s.lineage, COALESCE(MAX(o.place), 0) AS at_place
  FROM scopes s
  LEFT JOIN authors a ON a.product = s.product AND a.area_key = s.area_key AND a.lineage = s.lineage
  LEFT JOIN order_of_leaving o ON o.product = a.product AND o.area_key = a.area_key AND o.person = a.person
  GROUP BY s.product, s.area_key, s.lineage
),
totals AS (
  SELECT product, area_key, COUNT(*) AS n FROM orphaned GROUP BY product, area_key
),
steps AS (
  SELECT product, area_key, place FROM order_of_leaving
  UNION ALL
  SELECT product, area_key, 0 AS place FROM totals
),
counted AS (
  SELECT s.product, s.area_key, s.place, COUNT(o.lineage) AS n_orphaned
  FROM steps s
  LEFT JOIN orphaned o ON o.product = s.product AND o.area_key = s.area_key AND o.at_place <= s.place
  GROUP BY s.product, s.area_key, s.place
),
stopped AS (
  SELECT c.product, c.area_key, MIN(c.place) AS removed
  FROM counted c
  JOIN totals t ON t.product = c.product AND t.area_key = c.area_key
  WHERE 2 * c.n_orphaned > t.n
  GROUP BY c.product, c.area_key
)
SELECT
  t.product,
  CASE WHEN t.area_key = '' THEN NULL ELSE t.area_key END AS area,
  t.n,
  s.removed AS count,
  (SELECT COUNT(*) FROM order_of_leaving o WHERE o.product = t.product AND o.area_key = t.area_key) AS authors,
  t.n AS files,
  c.n_orphaned AS files_then_without_author
FROM totals t
JOIN stopped s ON s.product = t.product AND s.area_key = t.area_key
JOIN counted c ON c.product = s.product AND c.area_key = s.area_key AND c.place = s.removed
