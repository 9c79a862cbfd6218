-- review.done: reviews that humans submitted on others' pull requests, with the comments they left on each.
-- Reads the fact tables, `lens` (one row) and `products` (product, repository).
WITH given AS (
  SELECT products.product, r.repository, r.number, r.author AS person, r.n_inline_comments, r.body_length
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
said AS (
  SELECT c.repository, c.number, c.author AS person, COUNT(*) AS n_comments
  FROM comments c
  CROSS JOIN lens
  WHERE c.kind = 'conversation' AND c.created_at >= lens.since AND c.created_at < lens.until
  GROUP BY c.repository, c.number, c.author
),
each_one AS (
  SELECT
    g.product, g.repository, g.number, g.person,
    COUNT(*) AS n_reviews,
    SUM(CASE WHEN g.body_length > 0 THEN 1 ELSE 0 END) AS n_texts,
    SUM(g.n_inline_comments) AS n_inline,
    COALESCE(MAX(s.n_comments), 0) AS n_conversation
  FROM given g
  LEFT JOIN said s ON s.repository = g.repository AND s.number = g.number AND s.person = g.person
  GROUP BY g.product, g.repository, g.number, g.person
),
scoped AS (
  SELECT product, CAST(NULL AS BIGINT) AS person, repository, number, n_reviews, n_texts, n_inline, n_conversation FROM each_one
  UNION ALL
  SELECT product, person, repository, number, n_reviews, n_texts, n_inline, n_conversation FROM each_one
)
SELECT
  product, person,
  SUM(n_reviews) AS n, SUM(n_reviews) AS count,
  COUNT(DISTINCT CONCAT(CAST(repository AS STRING), ' ', CAST(number AS STRING))) AS pull_requests,
  COUNT(*) AS reviewed_by_each,
  SUM(CASE WHEN n_texts + n_inline + n_conversation > 0 THEN 1 ELSE 0 END) AS commented_on,
  SUM(n_texts) AS with_text,
  SUM(n_inline) AS inline_comments,
  SUM(n_conversation) AS conversation_comments
FROM scoped
GROUP BY product, person
