-- dora.deployment_rework_rate: deployments that are a rollback, or whose changes contain a revert of a change already in
-- production, or a hotfix linked to an incident that had started. Reads the fact tables, `lens` (one row), `landings`,
-- `reverts` (those of reverts left out), `incidents`, `hotfixes`, and of the prelude `placed_deployments`, `first_shipped` and `first_shipped_to`.
WITH ordered AS (
  SELECT
    product, repository, environment, position, commit, created_at, deployed_at,
    LAG(commit) OVER (PARTITION BY product, repository, environment ORDER BY position) AS previous_commit,
    LAG(created_at) OVER (PARTITION BY product, repository, environment ORDER BY position) AS previous_created_at
  FROM placed_deployments
),
rollbacks AS (
  SELECT o.product, o.repository, o.position
  FROM ordered o
  JOIN first_shipped_to f
    ON f.product = o.product AND f.repository = o.repository AND f.environment = o.environment AND f.commit = o.commit
  WHERE f.position < o.position AND o.previous_commit <> o.commit AND o.created_at >= o.previous_created_at
),
reverts AS (
  SELECT DISTINCT s.product, s.repository, s.position
  FROM reverts c
  JOIN first_shipped s ON s.product = c.product AND s.repository = c.repository AND s.commit = c.commit
  JOIN first_shipped b ON b.product = c.product AND b.repository = c.repository AND b.commit = c.reverted
  WHERE b.position < s.position
),
hotfixed AS (
  SELECT DISTINCT s.product, s.repository, s.position
  FROM hotfixes h
  JOIN landings l ON l.product = h.product AND l.repository = h.repository AND l.number = h.number
  JOIN first_shipped s ON s.product = l.product AND s.repository = l.repository AND s.commit = l.commit
  JOIN placed_deployments d ON d.product = s.product AND d.repository = s.repository AND d.position = s.position
  JOIN incidents i ON i.product = h.product AND i.repository = h.repository AND i.number = h.incident
  WHERE i.started_at <= d.deployed_at
),
judged AS (
  SELECT
    o.product,
    CASE WHEN rollbacks.position IS NOT NULL THEN 1 ELSE 0 END AS is_rollback,
    CASE WHEN reverts.position IS NOT NULL THEN 1 ELSE 0 END AS has_revert,
    CASE WHEN hotfixed.position IS NOT NULL THEN 1 ELSE 0 END AS has_hotfix
  FROM ordered o
  CROSS JOIN lens
  LEFT JOIN rollbacks ON rollbacks.product = o.product AND rollbacks.repository = o.repository AND rollbacks.position = o.position
  LEFT JOIN reverts ON reverts.product = o.product AND reverts.repository = o.repository AND reverts.position = o.position
  LEFT JOIN hotfixed ON hotfixed.product = o.product AND hotfixed.repository = o.repository AND hotfixed.position = o.position
  WHERE o.position > 1 AND o.deployed_at >= lens.since AND o.deployed_at < lens.until
)
SELECT
  product,
  COUNT(*) AS n,
  SUM(CASE WHEN is_rollback + has_revert + has_hotfix > 0 THEN 1 ELSE 0 END) AS hits,
  COUNT(*) AS of,
  SUM(is_rollback) AS rollbacks,
  SUM(has_revert) AS reverts,
  SUM(has_hotfix) AS hotfixes
FROM judged
GROUP BY product
