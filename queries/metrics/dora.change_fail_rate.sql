-- dora.change_fail_rate: successful production deployments that an incident is put down to, at every cut of the ladder.
-- Reads `production` (the product's deployments from the source that won), `incidents` (each with its deployment and rung) and
-- `lens` (one row). Deployments younger than the attribution bound are pending.
WITH deployed AS (
  SELECT d.product, d.repository, d.deployment
  FROM production d
  CROSS JOIN lens
  WHERE d.to_production
    AND d.outcome = 'success'
    AND d.created_at < lens.as_of
    AND COALESCE(d.finished_at, d.created_at) >= d.created_at
    AND COALESCE(d.finished_at, d.created_at) >= lens.since
    AND COALESCE(d.finished_at, d.created_at) < lens.until
    AND hours_between(COALESCE(d.finished_at, d.created_at), lens.as_of) >= lens.attribution_bound_hours
),
blamed AS (
  SELECT product, deployment_repository AS repository, deployment, MIN(rung) AS rung
  FROM incidents
  WHERE rung IS NOT NULL
  GROUP BY product, deployment_repository, deployment
)
SELECT
  deployed.product,
  COUNT(*) AS n,
  COUNT(blamed.rung) AS hits,
  COUNT(*) AS of,
  COUNT(CASE WHEN blamed.rung <= 1 THEN 1 END) AS failed_up_to_rung_1,
  COUNT(CASE WHEN blamed.rung <= 2 THEN 1 END) AS failed_up_to_rung_2,
  COUNT(CASE WHEN blamed.rung <= 3 THEN 1 END) AS failed_up_to_rung_3,
  COUNT(CASE WHEN blamed.rung <= 4 THEN 1 END) AS failed_up_to_rung_4,
  COUNT(CASE WHEN blamed.rung <= 5 THEN 1 END) AS failed_up_to_rung_5,
  COUNT(CASE WHEN blamed.rung <= 6 THEN 1 END) AS failed_up_to_rung_6
FROM deployed
LEFT JOIN blamed
  ON blamed.product = deployed.product AND blamed.repository = deployed.repository AND blamed.deployment = deployed.deployment
GROUP BY deployed.product
