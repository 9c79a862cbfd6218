-- By ancestry: the position of the first deployment that contains a commit, to each environment of production. A commit is
-- walked over again only when an earlier deployment is found to contain it (USING KEY keeps one row a commit).
CREATE OR REPLACE TEMPORARY VIEW first_shipped_to AS
WITH RECURSIVE edges AS (
  SELECT repository, commit, UNNEST(parents) AS parent FROM landed_commits
),
walked(product, repository, environment, commit, position) USING KEY (product, repository, environment, commit) AS (
  SELECT product, repository, environment, commit, MIN(position)
  FROM placed_deployments
  GROUP BY product, repository, environment, commit
  UNION
  SELECT w.product, w.repository, w.environment, edges.parent, MIN(w.position)
  FROM walked w
  JOIN edges ON edges.repository = w.repository AND edges.commit = w.commit
  LEFT JOIN recurring.walked known
    ON known.product = w.product
    AND known.repository = w.repository
    AND known.environment = w.environment
    AND known.commit = edges.parent
  WHERE known.position IS NULL OR w.position < known.position
  GROUP BY w.product, w.repository, w.environment, edges.parent
)
SELECT product, repository, environment, commit, position FROM walked;

-- The same over all environments.
CREATE OR REPLACE TEMPORARY VIEW first_shipped AS
SELECT product, repository, commit, MIN(position) AS position FROM first_shipped_to GROUP BY product, repository, commit;
