-- delegation.involvement: the delegator's share of the acts in scope by the delegator and the receiver.
-- Reads the fact tables, `delegations` (one row each, with its scope's first instant), `delegated` (the commits and pull requests in
-- scope), `absences`, `lens` and of the prelude `landed_commits` and `commit_authors`.
WITH acts AS (
  SELECT d.product, d.delegation, w.person, 'commit' AS act, c.committed_at AS acted_at
  FROM delegated d
  JOIN landed_commits c ON c.repository = d.repository AND c.commit = d.commit
  JOIN commit_authors w ON w.repository = c.repository AND w.commit = c.commit
  WHERE c.exclusion IS NULL
  UNION ALL
  SELECT
    d.product, d.delegation, r.author AS person,
    CASE WHEN r.verdict = 'changes_requested' THEN 'change_request' ELSE 'review' END AS act, r.submitted_at AS acted_at
  FROM delegated d
  JOIN reviews r ON r.repository = d.repository AND r.number = d.number
  JOIN pull_requests p ON p.repository = d.repository AND p.number = d.number
  WHERE p.author IS NULL OR r.author <> p.author
  UNION ALL
  SELECT d.product, d.delegation, c.author AS person, 'comment' AS act, c.created_at AS acted_at
  FROM delegated d
  JOIN comments c ON c.repository = d.repository AND c.number = d.number
),
counted AS (
  SELECT
    a.product, d.what, d.giver, a.act, a.acted_at, d.start_at,
    CASE WHEN a.person = d.giver THEN 1 ELSE 0 END AS by_giver
  FROM acts a
  JOIN delegations d ON d.delegation = a.delegation
  CROSS JOIN lens
  WHERE a.person IN (d.giver, d.receiver)
    AND a.acted_at >= d.since
    AND a.acted_at < lens.as_of
    AND NOT EXISTS (
      SELECT 1 FROM absences b WHERE b.person = a.person AND b.from_at <= a.acted_at AND a.acted_at < b.until_at
    )
)
SELECT
  product, what AS area, giver AS person,
  COUNT(*) AS n,
  SUM(by_giver) AS hits,
  COUNT(*) AS of,
  SUM(CASE WHEN by_giver = 1 AND act = 'commit' THEN 1 ELSE 0 END) AS giver_commits,
  SUM(CASE WHEN by_giver = 1 AND act = 'review' THEN 1 ELSE 0 END) AS giver_reviews,
  SUM(CASE WHEN by_giver = 1 AND act = 'change_request' THEN 1 ELSE 0 END) AS giver_change_requests,
  SUM(CASE WHEN by_giver = 1 AND act = 'comment' THEN 1 ELSE 0 END) AS giver_comments,
  SUM(CASE WHEN by_giver = 0 AND act = 'commit' THEN 1 ELSE 0 END) AS receiver_commits,
  SUM(CASE WHEN by_giver = 0 AND act = 'review' THEN 1 ELSE 0 END) AS receiver_reviews,
  SUM(CASE WHEN by_giver = 0 AND act = 'change_request' THEN 1 ELSE 0 END) AS receiver_change_requests,
  SUM(CASE WHEN by_giver = 0 AND act = 'comment' THEN 1 ELSE 0 END) AS receiver_comments,
  SUM(CASE WHEN acted_at < start_at THEN 1 ELSE 0 END) AS before_the_start
FROM counted
GROUP BY product, what, giver
