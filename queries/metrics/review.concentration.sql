-- review.concentration: the largest share of the human reviews on others' pull requests, and 1 / sum of squared shares.
-- Reads the fact tables, `lens` (as_of, since, until: one row) and `products` (product, repository).
WITH given AS (
  SELECT products.product, r.author, COUNT(*) AS n_reviews
  FROM reviews r
  JOIN pull_requests p ON p.repository = r.repository AND p.number = r.number
  JOIN products ON products.repository = r.repository
  JOIN people ON people.person = r.author AND people.account = 'human'
  CROSS JOIN lens
  WHERE p.created_at < lens.as_of
    AND (p.author IS NULL OR r.author <> p.author)
    AND r.submitted_at >= lens.since
    AND r.submitted_at < lens.until
  GROUP BY products.product, r.author
)
SELECT
  product,
  SUM(n_reviews) AS n,
  MAX(n_reviews) AS hits,
  CAST(SUM(n_reviews) AS DOUBLE) * SUM(n_reviews) / SUM(n_reviews * n_reviews) AS effective_reviewers
FROM given
GROUP BY product
