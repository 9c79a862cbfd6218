-- review.waiting_hours: hours of reviewer turns inside the window, divided equally among the reviewers pending, for the product
-- and for each person.
-- Reads `lens` (one row) and `reviewer_turns`: the parts of the reviewer turns of pull requests that people
-- opened, cut at the buckets.
WITH parts AS (
  SELECT
    t.product, t.repository, t.number, t.person,
    hours_between(t.start_at, t.end_at) / t.n_pending AS hours,
    working_hours_of(t.person, t.start_at, t.end_at) / t.n_pending AS working_hours
  FROM reviewer_turns t
),
scoped AS (
  SELECT product, CAST(NULL AS BIGINT) AS person, repository, number, hours, working_hours FROM parts
  UNION ALL
  SELECT product, person, repository, number, hours, working_hours FROM parts WHERE person IS NOT NULL
)
SELECT
  product, person,
  COUNT(*) AS n,
  SUM(hours) AS waited_hours,
  COUNT(DISTINCT CONCAT(CAST(repository AS STRING), ' ', CAST(number AS STRING))) AS pull_requests,
  SUM(working_hours) AS waited_working_hours
FROM scoped
GROUP BY product, person
