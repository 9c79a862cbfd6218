-- review.concentration: the largest share of the human reviews on others' pull requests, 1 / sum of squared shares, and Gini's
-- coefficient over all active members, zeros included, corrected by n / (n - 1).
-- Reads the fact tables, `lens` (one row), `products` (product, repository), `areas` (product, repository, path, area) and of the
-- prelude `landed_commits` and `commit_authors`.
WITH given AS (
  SELECT products.product, r.repository, r.number, r.author AS person
  FROM reviews r
  JOIN pull_requests p ON p.repository = r.repository AND p.number = r.number
  JOIN products ON products.repository = r.repository
  JOIN people ON people.person = r.author AND people.account = 'human'
  CROSS JOIN lens
  WHERE p.created_at < lens.as_of
    AND (p.answers_for IS NULL OR r.author <> p.answers_for)
    AND r.submitted_at >= lens.since
    AND r.submitted_at < lens.until
),
scoped AS (
  SELECT product, CAST(NULL AS STRING) AS area, person FROM given
  UNION ALL
  SELECT g.product, t.area, g.person
  FROM given g
  JOIN touched_areas t ON t.product = g.product AND t.repository = g.repository AND t.number = g.number
),
per_person AS (
  SELECT product, COALESCE(area, '') AS area_key, area, person, COUNT(*) AS n_reviews
  FROM scoped
  GROUP BY product, area, person
),
seen AS (
  SELECT products.product, a.person
  FROM landed_commits c
  JOIN commit_authors a ON a.repository = c.repository AND a.commit = c.commit
  JOIN products ON products.repository = c.repository
  CROSS JOIN lens
  WHERE c.authored_at >= lens.since AND c.authored_at < lens.until
  UNION
  SELECT products.product, p.author AS person
  FROM pull_requests p
  JOIN products ON products.repository = p.repository
  CROSS JOIN lens
  WHERE p.created_at >= lens.since AND p.created_at < lens.until
  UNION
  SELECT products.product, r.author AS person
  FROM reviews r
  JOIN pull_requests p ON p.repository = r.repository AND p.number = r.number
  JOIN products ON products.repository = r.repository
  CROSS JOIN lens
  WHERE p.created_at < lens.as_of AND r.submitted_at >= lens.since AND r.submitted_at < lens.until
),
members AS (
  SELECT seen.product, seen.person
  FROM seen
  JOIN people ON people.person = seen.person AND people.account = 'human'
),
with_zeros AS (
  SELECT s.product, s.area_key, m.person, COALESCE(g.n_reviews, 0) AS n_reviews
  FROM (SELECT DISTINCT product, area_key FROM per_person) s
  JOIN members m ON m.product = s.product
  LEFT JOIN per_person g ON g.product = s.product AND g.area_key = s.area_key AND g.person = m.person
),
ranked AS (
  SELECT
    product, area_key, n_reviews,
    ROW_NUMBER() OVER (PARTITION BY product, area_key ORDER BY n_reviews, person) AS place,
    COUNT(*) OVER (PARTITION BY product, area_key) AS n_members,
    SUM(n_reviews) OVER (PARTITION BY product, area_key) AS n_all
  FROM with_zeros
),
inequality AS (
  SELECT
    product, area_key,
    MAX(n_members) AS active_members,
    CASE
      WHEN MAX(n_members) >= 2 THEN
        (2e0 * SUM(place * n_reviews) / (MAX(n_members) * MAX(n_all)) - (MAX(n_members) + 1e0) / MAX(n_members))
          * MAX(n_members) / (MAX(n_members) - 1e0)
    END AS gini
  FROM ranked
  GROUP BY product, area_key
),
figures AS (
  SELECT
    product, area_key, MAX(area) AS area,
    SUM(n_reviews) AS n,
    MAX(n_reviews) AS hits,
    CAST(SUM(n_reviews) AS DOUBLE) * SUM(n_reviews) / SUM(n_reviews * n_reviews) AS effective_reviewers
  FROM per_person
  GROUP BY product, area_key
)
SELECT f.product, f.area, f.n, f.hits, f.n AS of, f.effective_reviewers, i.gini, i.active_members
FROM figures f
JOIN inequality i ON i.product = f.product AND i.area_key = f.area_key
