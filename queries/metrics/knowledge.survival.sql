-- knowledge.survival: the largest share of the surviving lines of people at the last sample, and who holds half of them.
-- Reads `ownership`, `files`, `people`, `products`, `areas` and `lens`.
WITH last_sample AS (
  SELECT o.repository, MAX(o.as_of) AS sampled_at
  FROM ownership o
  CROSS JOIN lens
  WHERE o.as_of <= lens.sampled_until
  GROUP BY o.repository
),
lines_of AS (
  SELECT o.repository, o.path, o.person, SUM(o.surviving_lines) AS n_lines
  FROM ownership o
  JOIN last_sample l ON l.repository = o.repository AND l.sampled_at = o.as_of
  JOIN files f ON f.repository = o.repository AND f.path = o.path AND f.exclusion IS NULL
  JOIN people ON people.person = o.person AND people.account = 'human'
  GROUP BY o.repository, o.path, o.person
),
scoped AS (
  SELECT products.product, '' AS area_key, l.repository, l.path, l.person, l.n_lines
  FROM lines_of l
  JOIN products ON products.repository = l.repository
  UNION ALL
  SELECT a.product, a.area AS area_key, l.repository, l.path, l.person, l.n_lines
  FROM lines_of l
  JOIN areas a ON a.repository = l.repository AND a.path = l.path
),
held AS (
  SELECT product, area_key, person, SUM(n_lines) AS n_lines FROM scoped GROUP BY product, area_key, person
),
ranked AS (
  SELECT
    h.product, h.area_key, h.person, h.n_lines,
    SUM(h.n_lines) OVER (PARTITION BY h.product, h.area_key) AS all_lines,
    COALESCE(SUM(h.n_lines) OVER (
      PARTITION BY h.product, h.area_key ORDER BY h.n_lines DESC, people.display_name, h.person
      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ), 0) AS lines_before
  FROM held h
  JOIN people ON people.person = h.person
),
half AS (
  SELECT product, area_key, person FROM ranked WHERE 2 * lines_before <= all_lines
),
staying AS (
  SELECT DISTINCT s.product, s.area_key, s.repository, s.path
  FROM scoped s
  LEFT JOIN half h ON h.product = s.product AND h.area_key = s.area_key AND h.person = s.person
  WHERE h.person IS NULL
),
files_held AS (
  SELECT f.product, f.area_key, COUNT(*) AS n, SUM(CASE WHEN y.path IS NULL THEN 1 ELSE 0 END) AS orphaned
  FROM (SELECT DISTINCT product, area_key, repository, path FROM scoped) f
  LEFT JOIN staying y
    ON y.product = f.product AND y.area_key = f.area_key AND y.repository = f.repository AND y.path = f.path
  GROUP BY f.product, f.area_key
),
figures AS (
  SELECT
    product, area_key,
    MAX(n_lines) AS hits, SUM(n_lines) AS of,
    CAST(SUM(n_lines) AS DOUBLE) * CAST(SUM(n_lines) AS DOUBLE)
      / SUM(CAST(n_lines AS DOUBLE) * CAST(n_lines AS DOUBLE)) AS effective_holders,
    COUNT(*) AS holders
  FROM held
  GROUP BY product, area_key
)
SELECT
  f.product,
  CASE WHEN f.area_key = '' THEN NULL ELSE f.area_key END AS area,
  h.n, f.hits, f.of, f.effective_holders, f.holders,
  (SELECT COUNT(*) FROM half WHERE half.product = f.product AND half.area_key = f.area_key) AS holders_of_half,
  h.n AS files,
  h.orphaned AS files_then_without_author
FROM figures f
JOIN files_held h ON h.product = f.product AND h.area_key = f.area_key
