-- review.absence_what_if: areas that one person alone reviewed in the 180 days before the as-of instant, and areas that one
-- person alone approved, of the areas with at least `minimum_n` pull requests reviewed.
-- Reads the fact tables, `lens` (one row), `products`, `areas` and `members`.
WITH recent AS (
  SELECT t.product, t.area, t.repository, t.number, r.author AS person, r.verdict
  FROM reviews r
  JOIN pull_requests p ON p.repository = r.repository AND p.number = r.number
  JOIN touched_areas t ON t.repository = r.repository AND t.number = r.number
  JOIN people ON people.person = r.author AND people.account = 'human'
  LEFT JOIN members m ON m.person = r.author
  CROSS JOIN lens
  WHERE p.created_at < lens.as_of
    AND r.submitted_at < lens.as_of
    AND hours_between(r.submitted_at, lens.as_of) <= 4320
    AND (p.answers_for IS NULL OR r.author <> p.answers_for)
    AND (m.left_at IS NULL OR m.left_at > lens.as_of)
),
judged AS (
  SELECT
    product, area,
    COUNT(DISTINCT CONCAT(CAST(repository AS STRING), ' ', CAST(number AS STRING))) AS n_reviewed,
    CASE WHEN COUNT(DISTINCT person) = 1 THEN 1 ELSE 0 END AS has_one_reviewer,
    CASE WHEN COUNT(DISTINCT CASE WHEN verdict = 'approved' THEN person END) = 1 THEN 1 ELSE 0 END AS has_one_approver,
    MIN(person) AS person
  FROM recent
  GROUP BY product, area
),
counted AS (
  SELECT j.product, j.person, j.has_one_reviewer, j.has_one_approver
  FROM judged j
  CROSS JOIN lens
  WHERE j.n_reviewed >= lens.minimum_n
),
scoped AS (
  SELECT product, CAST(NULL AS BIGINT) AS person, has_one_reviewer, has_one_approver FROM counted
  UNION ALL
  SELECT product, person, has_one_reviewer, has_one_approver FROM counted WHERE has_one_reviewer = 1
)
SELECT
  product, person,
  COUNT(*) AS n,
  SUM(has_one_reviewer) AS hits,
  COUNT(*) AS of,
  SUM(has_one_approver) AS with_one_approver
FROM scoped
GROUP BY product, person
