-- What the reference definitions call, for DuckDB. Another engine needs only this file anew; the definitions stay as they are.
-- Kept out of them because DuckDB and Spark SQL differ: arithmetic on instants, time zones, UNNEST against EXPLODE, and
-- recursion that ends by UNION (Spark's WITH RECURSIVE knows UNION ALL only, on which walking merges explodes).
-- Also avoided in them: QUALIFY, GROUP BY ALL, list functions, FILTER clauses, regular expressions, COLUMNS(*).

CREATE OR REPLACE MACRO hours_between(a, b) AS CAST(epoch_us(b) - epoch_us(a) AS DOUBLE) / 3600000000.0::DOUBLE;

-- The wall clock of a zone at an instant, without a zone of its own. Instants are UTC.
CREATE OR REPLACE MACRO local_time(instant, zone) AS timezone(zone, timezone('UTC', instant));

-- Everyone credited with a commit, once each.
CREATE OR REPLACE VIEW commit_authors AS
SELECT repository, commit, author AS person FROM commits
UNION
SELECT repository, commit, UNNEST(co_authors) AS person FROM commits;

-- Successful deployments to production of commits that the history has, in their repository's order.
CREATE OR REPLACE VIEW placed_deployments AS
SELECT
  d.product, d.repository, d.commit, COALESCE(d.finished_at, d.created_at) AS deployed_at,
  ROW_NUMBER() OVER (
    PARTITION BY d.product, d.repository ORDER BY COALESCE(d.finished_at, d.created_at), d.deployment
  ) AS position
FROM production d
JOIN commits c ON c.repository = d.repository AND c.commit = d.commit
CROSS JOIN lens
WHERE d.to_production
  AND d.outcome = 'success'
  AND d.created_at < lens.as_of
  AND COALESCE(d.finished_at, d.created_at) >= d.created_at
  AND COALESCE(d.finished_at, d.created_at) < lens.as_of;

-- By ancestry: the position of the first deployment that contains a commit.
CREATE OR REPLACE VIEW first_shipped AS
WITH RECURSIVE edges AS (
  SELECT repository, commit, UNNEST(parents) AS parent FROM commits
),
reach AS (
  SELECT product, repository, commit, position FROM placed_deployments
  UNION
  SELECT reach.product, edges.repository, edges.parent, reach.position
  FROM reach
  JOIN edges ON edges.repository = reach.repository AND edges.commit = reach.commit
)
SELECT product, repository, commit, MIN(position) AS position FROM reach GROUP BY product, repository, commit;
