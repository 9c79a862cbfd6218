-- By ancestry: the position of the first deployment that contains a commit, to each environment of production. A commit is
-- walked over again only when an earlier deployment is found to contain it (USING KEY keeps one row a commit).
CREATE OR REPLACE TEMPORARY VIEW first_shipped_to AS
WITH RECURSIVE edges AS (
  SELECT repository, commit, UNNEST(parents) AS parent FROM known_commits
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

-- The same over all environments, and of a commit that was copied to another branch, with its copy.
CREATE OR REPLACE TEMPORARY VIEW first_shipped AS
SELECT product, repository, commit, MIN(position) AS position
FROM (
  SELECT product, repository, commit, position FROM first_shipped_to
  UNION ALL
  SELECT f.product, f.repository, c.commit, f.position
  FROM first_shipped_to f
  JOIN copies c ON c.product = f.product AND c.repository = f.repository AND c.copy = f.commit
) shipped
GROUP BY product, repository, commit;
