-- ownership.drift: lines of CODEOWNERS of whose files less than half of the window's commits and reviews were by declared owners.
-- Reads the fact tables, `lens` (one row), `products`, `declared_files` (the deciding line of every living file), `declared_owners`
-- (the known people of every line) and of the prelude `landed_commits`, `landed_changes` and `commit_authors`.
WITH worked_on AS (
  SELECT DISTINCT
    d.product, d.repository, d.line, CONCAT('commit ', c.commit) AS work, w.person
  FROM landed_commits c
  JOIN landed_changes f ON f.repository = c.repository AND f.commit = c.commit
  JOIN declared_files d ON d.repository = f.repository AND d.path = f.path
  JOIN commit_authors w ON w.repository = c.repository AND w.commit = c.commit
  JOIN people ON people.person = w.person AND people.account = 'human'
  CROSS JOIN lens
  WHERE c.exclusion IS NULL
    AND c.committed_at < lens.as_of
    AND c.committed_at >= lens.since
    AND c.committed_at < lens.until
  UNION
  SELECT d.product, d.repository, d.line, CONCAT('review ', r.review) AS work, r.author AS person
  FROM reviews r
  JOIN pull_requests p ON p.repository = r.repository AND p.number = r.number
  JOIN pull_request_files f ON f.repository = r.repository AND f.number = r.number
  JOIN declared_files d ON d.repository = f.repository AND d.path = f.path
  JOIN people ON people.person = r.author AND people.account = 'human'
  CROSS JOIN lens
  WHERE p.created_at < lens.as_of
    AND (p.author IS NULL OR r.author <> p.author)
    AND r.submitted_at < lens.as_of
    AND r.submitted_at >= lens.since
    AND r.submitted_at < lens.until
),
works AS (
  SELECT w.product, w.repository, w.line, w.work, MAX(CASE WHEN o.person IS NULL THEN 0 ELSE 1 END) AS by_owner
  FROM worked_on w
  LEFT JOIN declared_owners o
    ON o.product = w.product AND o.repository = w.repository AND o.line = w.line AND o.person = w.person
  GROUP BY w.product, w.repository, w.line, w.work
),
judged AS (
  SELECT w.product, w.repository, w.line, COUNT(*) AS n, SUM(w.by_owner) AS by_owners
  FROM works w
  JOIN (SELECT DISTINCT product, repository, line FROM declared_owners) o
    ON o.product = w.product AND o.repository = w.repository AND o.line = w.line
  GROUP BY w.product, w.repository, w.line
)
SELECT
  j.product,
  COUNT(*) AS n,
  SUM(CASE WHEN 2 * j.by_owners < j.n THEN 1 ELSE 0 END) AS hits,
  COUNT(*) AS of
FROM judged j
CROSS JOIN lens
WHERE j.n >= lens.minimum_n
GROUP BY j.product
