-- onboarding.milestones: joiners of the window who merged code in their first four weeks; per joiner, hours to the first
-- milestones and people met. Reads `members`, the fact tables, `people`, `products`, `lens` and of the prelude
-- `landed_commits` and `commit_authors`.
WITH joiners AS (
  SELECT m.person, m.joined_at
  FROM members m
  CROSS JOIN lens
  WHERE m.joined_at >= lens.since AND m.joined_at < lens.until AND m.joined_at < lens.as_of
),
file_kinds AS (
  SELECT
    repository, number,
    MIN(CASE
      WHEN LOWER(path) LIKE '%.md' OR LOWER(path) LIKE '%.rst' OR LOWER(path) LIKE '%.adoc' OR LOWER(path) LIKE '%.txt'
        OR LOWER(path) LIKE 'docs/%' OR LOWER(path) LIKE '%/docs/%' THEN 1 ELSE 0
    END) AS only_docs
  FROM pull_request_files
  GROUP BY repository, number
),
opened AS (
  SELECT products.product, p.repository, p.number, p.author, p.answers_for, p.created_at, p.merged_at
  FROM pull_requests p
  JOIN products ON products.repository = p.repository
  CROSS JOIN lens
  WHERE p.created_at < lens.as_of
),
reviewed AS (
  SELECT o.product, o.author, r.author AS reviewer, r.submitted_at
  FROM opened o
  JOIN reviews r ON r.repository = o.repository AND r.number = o.number
  JOIN people ON people.person = r.author AND people.account = 'human'
  CROSS JOIN lens
  WHERE (o.answers_for IS NULL OR r.author <> o.answers_for) AND r.submitted_at < lens.as_of
),
docs AS (
  SELECT o.product, j.person, MIN(o.created_at) AS at
  FROM opened o
  JOIN file_kinds f ON f.repository = o.repository AND f.number = o.number AND f.only_docs = 1
  JOIN joiners j ON j.person = o.author AND o.created_at >= j.joined_at
  GROUP BY o.product, j.person
),
code AS (
  SELECT o.product, j.person, MIN(o.merged_at) AS at
  FROM opened o
  JOIN file_kinds f ON f.repository = o.repository AND f.number = o.number AND f.only_docs = 0
  JOIN joiners j ON j.person = o.author AND o.merged_at >= j.joined_at
  CROSS JOIN lens
  WHERE o.merged_at < lens.as_of
  GROUP BY o.product, j.person
),
given AS (
  SELECT r.product, j.person, MIN(r.submitted_at) AS at
  FROM reviewed r
  JOIN joiners j ON j.person = r.reviewer AND r.submitted_at >= j.joined_at
  GROUP BY r.product, j.person
),
credited AS (
  SELECT products.product, c.repository, c.commit, w.person, c.committed_at
  FROM landed_commits c
  JOIN products ON products.repository = c.repository
  JOIN commit_authors w ON w.repository = c.repository AND w.commit = c.commit
  JOIN people ON people.person = w.person AND people.account = 'human'
  CROSS JOIN lens
  WHERE c.committed_at < lens.as_of
),
meetings AS (
  SELECT r.product, j.person, r.author AS other, r.submitted_at AS at
  FROM reviewed r
  JOIN joiners j ON j.person = r.reviewer
  JOIN people ON people.person = r.author AND people.account = 'human'
  UNION ALL
  SELECT r.product, j.person, r.reviewer AS other, r.submitted_at AS at
  FROM reviewed r
  JOIN joiners j ON j.person = r.author
  UNION ALL
  SELECT c.product, j.person, o.person AS other, c.committed_at AS at
  FROM credited c
  JOIN joiners j ON j.person = c.person
  JOIN credited o
    ON o.product = c.product AND o.repository = c.repository AND o.commit = c.commit AND o.person <> c.person
),
met AS (
  SELECT m.product, m.person, COUNT(DISTINCT m.other) AS n
  FROM meetings m
  JOIN joiners j ON j.person = m.person
  WHERE m.at >= j.joined_at AND hours_between(j.joined_at, m.at) < 672
  GROUP BY m.product, m.person
),
reached AS (
  SELECT
    p.product, j.person,
    COALESCE(met.n, 0) AS people_met,
    hours_between(j.joined_at, docs.at) AS first_docs_hours,
    hours_between(j.joined_at, code.at) AS first_code_hours,
    hours_between(j.joined_at, given.at) AS first_review_hours,
    hours_between(j.joined_at, lens.as_of) AS hours_since
  FROM joiners j
  CROSS JOIN (SELECT DISTINCT product FROM products) p
  CROSS JOIN lens
  LEFT JOIN docs ON docs.product = p.product AND docs.person = j.person
  LEFT JOIN code ON code.product = p.product AND code.person = j.person
  LEFT JOIN given ON given.product = p.product AND given.person = j.person
  LEFT JOIN met ON met.product = p.product AND met.person = j.person
  WHERE docs.at IS NOT NULL OR code.at IS NOT NULL OR given.at IS NOT NULL OR met.n IS NOT NULL
)
SELECT
  product, person, 1 AS n,
  people_met, first_docs_hours, first_code_hours, first_review_hours,
  CAST(NULL AS BIGINT) AS hits, CAST(NULL AS BIGINT) AS of
FROM reached
UNION ALL
SELECT
  product, CAST(NULL AS BIGINT) AS person, COUNT(*) AS n,
  CAST(NULL AS BIGINT) AS people_met, CAST(NULL AS DOUBLE) AS first_docs_hours, CAST(NULL AS DOUBLE) AS first_code_hours,
  CAST(NULL AS DOUBLE) AS first_review_hours,
  SUM(CASE WHEN first_code_hours < 672 THEN 1 ELSE 0 END) AS hits, COUNT(*) AS of
FROM reached
WHERE hours_since >= 672
GROUP BY product
