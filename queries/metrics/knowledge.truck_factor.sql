-- knowledge.truck_factor: how many authors, greatest first, leave before more than half of the files have none.
-- Reads `file_histories` (per living file and person, renames followed), `files`, `people`, `areas` and `lens`.
-- The greedy removal needs no recursion: how many files a person authors does not change when another one leaves, so the order of
-- leaving is fixed at the start, and a file is orphaned when the last of its authors in that order leaves.
WITH degrees AS (
  SELECT
    h.product, h.repository, h.path, h.person,
    3.293 + CASE WHEN h.added THEN 1.098 ELSE 0.0 END + 0.164 * h.n_changes
      - 0.321 * LN(1.0 + h.n_file_changes - h.n_changes) AS doa
  FROM file_histories h
  JOIN files f ON f.repository = h.repository AND f.path = h.path
  WHERE f.exclusion IS NULL
),
judged AS (
  SELECT
    product, repository, path, person, doa,
    MAX(doa) OVER (PARTITION BY product, repository, path) AS best
  FROM degrees
),
scopes AS (
  SELECT DISTINCT product, '' AS area_key, repository, path FROM degrees
  UNION ALL
  SELECT DISTINCT d.product, a.area AS area_key, d.repository, d.path
  FROM degrees d
  JOIN areas a ON a.product = d.product AND a.repository = d.repository AND a.path = d.path
),
authors AS (
  SELECT s.product, s.area_key, s.repository, s.path, j.person
  FROM scopes s
  JOIN judged j ON j.product = s.product AND j.repository = s.repository AND j.path = s.path
  WHERE j.doa >= 3.293 AND j.doa / j.best > 0.75
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
  SELECT s.product, s.area_key, s.repository, s.path, COALESCE(MAX(o.place), 0) AS at_place
  FROM scopes s
  LEFT JOIN authors a
    ON a.product = s.product AND a.area_key = s.area_key AND a.repository = s.repository AND a.path = s.path
  LEFT JOIN order_of_leaving o ON o.product = a.product AND o.area_key = a.area_key AND o.person = a.person
  GROUP BY s.product, s.area_key, s.repository, s.path
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
  SELECT s.product, s.area_key, s.place, COUNT(o.path) AS n_orphaned
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
