-- pairs.matrix: distinct pairs of known people credited with one commit of the window.
-- Reads `people`, `products`, `lens` and of the prelude `landed_commits` and `commit_authors`.
WITH credited AS (
  SELECT products.product, c.repository, c.commit, w.person
  FROM landed_commits c
  JOIN products ON products.repository = c.repository
  JOIN commit_authors w ON w.repository = c.repository AND w.commit = c.commit
  JOIN people ON people.person = w.person AND people.account = 'human' AND people.is_known
  CROSS JOIN lens
  WHERE c.exclusion IS NULL
    AND c.committed_at < lens.as_of
    AND c.committed_at >= lens.since
    AND c.committed_at < lens.until
),
paired AS (
  SELECT a.product, a.person AS first_person, b.person AS second_person
  FROM credited a
  JOIN credited b ON b.product = a.product AND b.repository = a.repository AND b.commit = a.commit AND b.person > a.person
),
in_pairs AS (
  SELECT product, COUNT(DISTINCT person) AS people
  FROM (
    SELECT product, first_person AS person FROM paired
    UNION ALL
    SELECT product, second_person AS person FROM paired
  ) either
  GROUP BY product
)
SELECT
  p.product,
  COUNT(*) AS n,
  COUNT(DISTINCT CONCAT(CAST(p.first_person AS STRING), ' ', CAST(p.second_person AS STRING))) AS count,
  MAX(i.people) AS people
FROM paired p
JOIN in_pairs i ON i.product = p.product
GROUP BY p.product
