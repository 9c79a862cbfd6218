-- By ancestry: the commits that each deployment contains.
CREATE OR REPLACE VIEW reached AS
WITH RECURSIVE edges AS (
  SELECT repository, commit, UNNEST(parents) AS parent FROM commits
),
reach AS (
  SELECT product, repository, environment, commit, position FROM placed_deployments
  UNION
  SELECT reach.product, edges.repository, reach.environment, edges.parent, reach.position
  FROM reach
  JOIN edges ON edges.repository = reach.repository AND edges.commit = reach.commit
)
SELECT product, repository, environment, commit, position FROM reach;

-- The position of the first deployment that contains a commit: to production, and to each environment of it.
CREATE OR REPLACE VIEW first_shipped AS
SELECT product, repository, commit, MIN(position) AS position FROM reached GROUP BY product, repository, commit;

CREATE OR REPLACE VIEW first_shipped_to AS
SELECT product, repository, environment, commit, MIN(position) AS position
FROM reached
GROUP BY product, repository, environment, commit;
