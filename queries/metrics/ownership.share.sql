-- ownership.share: the largest share of the window's commits credited to one person; of the surviving lines, the reviews and the
-- merges, the most by one person and all.
-- Reads the fact tables, `lens` (one row), `products`, `areas` and of the prelude `landed_commits`, `landed_changes` and
-- `commit_authors`.
WITH counted_files AS (
  SELECT products.product, f.repository, f.path
  FROM files f
  JOIN products ON products.repository = f.repository
  WHERE f.exclusion IS NULL
),
scoped_files AS (
  SELECT product, '' AS area_key, repository, path FROM counted_files
  UNION ALL
  SELECT a.product, a.area AS area_key, a.repository, a.path
  FROM areas a
  JOIN counted_files f ON f.product = a.product AND f.repository = a.repository AND f.path = a.path
),
touching AS (
  SELECT DISTINCT s.product, s.area_key, c.repository, c.commit
  FROM landed_commits c
  JOIN landed_changes f ON f.repository = c.repository AND f.commit = c.commit
  JOIN scoped_files s ON s.repository = f.repository AND s.path = f.path
  CROSS JOIN lens
  WHERE c.exclusion IS NULL
    AND c.committed_at < lens.as_of
    AND c.committed_at >= lens.since
    AND c.committed_at < lens.until
),
credited AS (
  SELECT t.product, t.area_key, t.repository, t.commit, w.person
  FROM touching t
  JOIN commit_authors w ON w.repository = t.repository AND w.commit = t.commit
  JOIN people ON people.person = w.person AND people.account = 'human'
),
totals AS (
  SELECT product, area_key, COUNT(DISTINCT CONCAT(CAST(repository AS STRING), ' ', commit)) AS n
  FROM credited
  GROUP BY product, area_key
),
figures AS (
  SELECT
    product, area_key,
    MAX(n_commits) AS hits,
    CAST(SUM(n_commits) AS DOUBLE) * SUM(n_commits) / SUM(n_commits * n_commits) AS effective_committers,
    COUNT(*) AS committers
  FROM (
    SELECT product, area_key, person, COUNT(*) AS n_commits FROM credited GROUP BY product, area_key, person
  ) per_person
  GROUP BY product, area_key
),
last_sample AS (
  SELECT o.repository, MAX(o.as_of) AS sampled_at
  FROM ownership o
  CROSS JOIN lens
  WHERE o.as_of <= lens.sampled_until
  GROUP BY o.repository
),
held AS (
  SELECT s.product, s.area_key, o.person, SUM(o.surviving_lines) AS n_lines
  FROM ownership o
  JOIN last_sample l ON l.repository = o.repository AND l.sampled_at = o.as_of
  JOIN scoped_files s ON s.repository = o.repository AND s.path = o.path
  JOIN people ON people.person = o.person AND people.account = 'human'
  GROUP BY s.product, s.area_key, o.person
),
touched_areas AS (
  SELECT DISTINCT a.product, a.area AS area_key, f.repository, f.number
  FROM pull_request_files f
  JOIN areas a ON a.repository = f.repository AND a.path = f.path
),
scoped_pull_requests AS (
  SELECT products.product, '' AS area_key, p.repository, p.number, p.answers_for, p.merged_by, p.merged_at
  FROM pull_requests p
  JOIN products ON products.repository = p.repository
  CROSS JOIN lens
  WHERE p.created_at < lens.as_of
  UNION ALL
  SELECT t.product, t.area_key, p.repository, p.number, p.answers_for, p.merged_by, p.merged_at
  FROM pull_requests p
  JOIN touched_areas t ON t.repository = p.repository AND t.number = p.number
  CROSS JOIN lens
  WHERE p.created_at < lens.as_of
),
decided AS (
  SELECT s.product, s.area_key, 'review' AS act, r.author AS person, r.submitted_at AS at
  FROM scoped_pull_requests s
  JOIN reviews r ON r.repository = s.repository AND r.number = s.number
  WHERE s.answers_for IS NULL OR r.author <> s.answers_for
  UNION ALL
  SELECT s.product, s.area_key, 'merge' AS act, s.merged_by AS person, s.merged_at AS at
  FROM scoped_pull_requests s
),
decided_by AS (
  SELECT d.product, d.area_key, d.act, d.person, COUNT(*) AS n
  FROM decided d
  JOIN people ON people.person = d.person AND people.account = 'human'
  CROSS JOIN lens
  WHERE d.at >= lens.since AND d.at < lens.until AND d.at < lens.as_of
  GROUP BY d.product, d.area_key, d.act, d.person
),
decisions AS (
  SELECT
    product, area_key,
    MAX(CASE WHEN act = 'review' THEN n END) AS reviews_of_one,
    SUM(CASE WHEN act = 'review' THEN n END) AS reviews,
    MAX(CASE WHEN act = 'merge' THEN n END) AS merges_of_one,
    SUM(CASE WHEN act = 'merge' THEN n END) AS merges
  FROM decided_by
  GROUP BY product, area_key
),
surviving AS (
  SELECT product, area_key, MAX(n_lines) AS lines_of_one, SUM(n_lines) AS n_lines FROM held GROUP BY product, area_key
)
SELECT
  t.product,
  CASE WHEN t.area_key = '' THEN NULL ELSE t.area_key END AS area,
  t.n, f.hits, t.n AS of, f.effective_committers, f.committers,
  v.lines_of_one, v.n_lines AS lines,
  d.reviews_of_one, d.reviews, d.merges_of_one, d.merges
FROM totals t
JOIN figures f ON f.product = t.product AND f.area_key = t.area_key
LEFT JOIN surviving v ON v.product = t.product AND v.area_key = t.area_key
LEFT JOIN decisions d ON d.product = t.product AND d.area_key = t.area_key
