-- review.sole_approver: merged pull requests with one human approver only, of those with at least one. Rows are approvers.
-- Reads the fact tables, `lens` (one row), `products` (product, repository) and of the prelude `touched_areas`.
WITH approvals AS (
  SELECT DISTINCT products.product, p.repository, p.number, r.author AS person
  FROM pull_requests p
  JOIN reviews r ON r.repository = p.repository AND r.number = p.number
  JOIN products ON products.repository = p.repository
  JOIN people ON people.person = r.author AND people.account = 'human'
  CROSS JOIN lens
  WHERE p.created_at < lens.as_of
    AND p.state = 'merged'
    AND p.merged_at >= lens.since
    AND p.merged_at < lens.until
    AND r.verdict = 'approved'
    AND (r.dismissed_at IS NULL OR r.dismissed_at > p.merged_at)
    AND r.submitted_at <= p.merged_at
    AND (p.answers_for IS NULL OR r.author <> p.answers_for)
),
judged AS (
  SELECT
    product, repository, number, person,
    CASE WHEN COUNT(*) OVER (PARTITION BY product, repository, number) = 1 THEN 1 ELSE 0 END AS is_alone
  FROM approvals
),
scoped AS (
  SELECT product, CAST(NULL AS STRING) AS area, CAST(NULL AS BIGINT) AS person, repository, number, is_alone FROM judged
  UNION ALL
  SELECT product, CAST(NULL AS STRING) AS area, person, repository, number, is_alone FROM judged
  UNION ALL
  SELECT j.product, t.area, CAST(NULL AS BIGINT) AS person, j.repository, j.number, j.is_alone
  FROM judged j
  JOIN touched_areas t ON t.product = j.product AND t.repository = j.repository AND t.number = j.number
)
SELECT
  product, area, person,
  COUNT(*) AS n,
  SUM(is_alone) AS hits,
  COUNT(DISTINCT CONCAT(CAST(repository AS STRING), ' ', CAST(number AS STRING))) AS of
FROM scoped
GROUP BY product, area, person
