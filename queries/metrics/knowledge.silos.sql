-- knowledge.silos: areas in which one person holds 80 % of the decayed knowledge and no second active person knows them.
-- Of a commit that touches too many files only the files that it adds count. A contribution weighs e^(-days/90) for 547 days, a review half of a commit; active: any event in the last 90 days.
-- Areas of which no counted file exists any more are left out.
-- Reads the fact tables, `lens` (one row), `products`, `areas`, `lineages` (living files) and of the prelude `landed_commits`,
-- `landed_changes`, `commit_authors` and `active_people`.
WITH living_areas AS (
  SELECT DISTINCT a.product, a.area
  FROM lineages l
  JOIN files ON files.repository = l.repository AND files.path = l.path AND files.exclusion IS NULL
  JOIN areas a ON a.product = l.product AND a.repository = l.repository AND a.path = l.path
),
commits_in_areas AS (
  SELECT DISTINCT a.product, a.area, c.repository, c.commit, c.authored_at, c.committed_at
  FROM landed_commits c
  JOIN landed_changes f ON f.repository = c.repository AND f.commit = c.commit
  JOIN files ON files.repository = f.repository AND files.path = f.path AND files.exclusion IS NULL
  JOIN areas a ON a.repository = f.repository AND a.path = f.path
  CROSS JOIN lens
  WHERE (c.exclusion IS NULL OR (c.exclusion = 'too_many_files' AND f.change = 'added')) AND c.committed_at < lens.as_of
),
reviewed_areas AS (
  SELECT DISTINCT a.product, a.area, f.repository, f.number
  FROM pull_request_files f
  JOIN areas a ON a.repository = f.repository AND a.path = f.path
),
contributions AS (
  SELECT
    c.product, c.area, w.person, 1.0 AS weight,
    CASE WHEN c.authored_at < c.committed_at THEN c.authored_at ELSE c.committed_at END AS at
  FROM commits_in_areas c
  JOIN commit_authors w ON w.repository = c.repository AND w.commit = c.commit
  UNION ALL
  SELECT t.product, t.area, r.author AS person, 0.5 AS weight, r.submitted_at AS at
  FROM reviews r
  JOIN pull_requests p ON p.repository = r.repository AND p.number = r.number
  JOIN reviewed_areas t ON t.repository = r.repository AND t.number = r.number
  CROSS JOIN lens
  WHERE p.created_at < lens.as_of AND r.submitted_at < lens.as_of AND (p.author IS NULL OR r.author <> p.author)
),
aged AS (
  SELECT c.product, c.area, c.person, c.weight, hours_between(c.at, lens.as_of) / 24.0 AS days
  FROM contributions c
  JOIN people ON people.person = c.person AND people.account = 'human'
  CROSS JOIN lens
),
known AS (
  SELECT product, area, person, SUM(weight * EXP(-days / 90.0)) AS knowledge, COUNT(*) AS n_contributions
  FROM aged
  WHERE days >= 0 AND days <= 547
  GROUP BY product, area, person
),
ranked AS (
  SELECT
    product, area, person, n_contributions,
    knowledge / SUM(knowledge) OVER (PARTITION BY product, area) AS share,
    ROW_NUMBER() OVER (PARTITION BY product, area ORDER BY knowledge DESC, person) AS place
  FROM known
),
judged AS (
  SELECT
    r.product, r.area,
    SUM(r.n_contributions) AS n_contributions,
    MAX(CASE WHEN r.place = 1 AND r.share >= 0.8 THEN 1 ELSE 0 END) AS is_held_by_one,
    MAX(CASE WHEN r.place > 1 AND r.n_contributions >= 3 AND a.person IS NOT NULL THEN 1 ELSE 0 END) AS has_second
  FROM ranked r
  LEFT JOIN active_people a ON a.product = r.product AND a.person = r.person
  GROUP BY r.product, r.area
)
SELECT
  j.product,
  COUNT(*) AS n,
  SUM(CASE WHEN is_held_by_one = 1 AND has_second = 0 THEN 1 ELSE 0 END) AS hits,
  COUNT(*) AS of
FROM judged j
JOIN living_areas e ON e.product = j.product AND e.area = j.area
CROSS JOIN lens
WHERE j.n_contributions >= lens.minimum_n
GROUP BY j.product
