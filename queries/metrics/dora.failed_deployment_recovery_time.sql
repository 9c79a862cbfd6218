-- dora.failed_deployment_recovery_time: from a failed deployment, or the recorded start of its impact, to restored service, in
-- hours; unresolved incidents are right-censored (Kaplan & Meier).
-- Reads `incidents`, `production`, `working_spans` and `lens` (one row).
WITH blamed AS (
  SELECT
    i.product, i.repository, i.number, i.declared, i.started_at AS own_started_at, i.resolved_at,
    COALESCE(d.finished_at, d.created_at) AS deployed_at,
    MIN(CASE WHEN i.started_from NOT IN ('detected', 'detected_field', 'opened') THEN i.started_at END)
      OVER (PARTITION BY i.product, i.deployment_repository, i.deployment) AS recorded_at,
    ROW_NUMBER() OVER (
      PARTITION BY i.product, i.deployment_repository, i.deployment
      ORDER BY
        CASE WHEN i.resolved_at IS NULL THEN 0 ELSE 1 END, i.resolved_at DESC,
        CASE WHEN i.number IS NULL THEN 1 ELSE 0 END, COALESCE(i.repository, -1), i.number, i.declared
    ) AS standing
  FROM incidents i
  JOIN production d
    ON d.product = i.product AND d.repository = i.deployment_repository AND d.deployment = i.deployment
),
recovered AS (
  SELECT
    blamed.product,
    ROW_NUMBER() OVER (
      PARTITION BY blamed.product ORDER BY COALESCE(blamed.repository, -1), blamed.number, blamed.declared
    ) AS incident,
    COALESCE(recorded_at, deployed_at) AS start_at,
    COALESCE(resolved_at, lens.as_of) AS end_at,
    CASE WHEN resolved_at IS NULL THEN 1 ELSE 0 END AS is_running
  FROM blamed
  CROSS JOIN lens
  WHERE standing = 1
    AND own_started_at >= lens.since
    AND own_started_at < lens.until
    AND (resolved_at IS NULL OR resolved_at >= own_started_at)
    AND COALESCE(recorded_at, deployed_at) <= COALESCE(resolved_at, lens.as_of)
),
worked AS (
  SELECT
    r.product, r.incident,
    SUM(hours_between(
      CASE WHEN w.start_at > r.start_at THEN w.start_at ELSE r.start_at END,
      CASE WHEN w.end_at < r.end_at THEN w.end_at ELSE r.end_at END
    )) AS hours
  FROM recovered r
  JOIN working_spans w ON w.person IS NULL AND w.start_at < r.end_at AND w.end_at > r.start_at
  GROUP BY r.product, r.incident
),
agreed AS (
  SELECT COUNT(*) AS n_spans FROM working_spans WHERE person IS NULL
),
lives AS (
  SELECT product, 'elapsed' AS kind, hours_between(start_at, end_at) AS hours, is_running FROM recovered
  UNION ALL
  SELECT r.product, 'working' AS kind, COALESCE(worked.hours, 0) AS hours, r.is_running
  FROM recovered r
  CROSS JOIN agreed
  LEFT JOIN worked ON worked.product = r.product AND worked.incident = r.incident
  WHERE agreed.n_spans > 0
),
ends AS (
  SELECT product, kind, hours, COUNT(*) AS n_here, COUNT(*) - SUM(is_running) AS n_ended
  FROM lives
  GROUP BY product, kind, hours
),
risks AS (
  SELECT
    product, kind, hours, n_ended,
    SUM(n_here) OVER (PARTITION BY product, kind ORDER BY hours DESC ROWS UNBOUNDED PRECEDING) AS n_at_risk
  FROM ends
),
curve AS (
  SELECT
    product, kind, hours, n_ended,
    CASE
      WHEN n_ended = n_at_risk THEN 0
      ELSE EXP(SUM(CASE WHEN n_ended = n_at_risk THEN 0 ELSE LN(1 - n_ended / CAST(n_at_risk AS DOUBLE)) END)
        OVER (PARTITION BY product, kind ORDER BY hours ROWS UNBOUNDED PRECEDING))
    END AS surviving
  FROM risks
),
points AS (
  SELECT
    product,
    MIN(CASE WHEN kind = 'elapsed' AND surviving <= 0.5 + 1e-12 THEN hours END) AS p50,
    MIN(CASE WHEN kind = 'elapsed' AND surviving <= 0.25 + 1e-12 THEN hours END) AS p75,
    MIN(CASE WHEN kind = 'elapsed' AND surviving <= 0.1 + 1e-12 THEN hours END) AS p90,
    MIN(CASE WHEN kind = 'working' AND surviving <= 0.5 + 1e-12 THEN hours END) AS working_p50,
    MIN(CASE WHEN kind = 'working' AND surviving <= 0.25 + 1e-12 THEN hours END) AS working_p75,
    MIN(CASE WHEN kind = 'working' AND surviving <= 0.1 + 1e-12 THEN hours END) AS working_p90
  FROM curve
  WHERE n_ended > 0
  GROUP BY product
),
counts AS (
  SELECT product, COUNT(*) AS n, SUM(is_running) AS running
  FROM recovered
  GROUP BY product
)
SELECT
  counts.product, counts.n, points.p50, points.p75, points.p90, points.working_p50, points.working_p75, points.working_p90,
  counts.running
FROM counts
LEFT JOIN points ON points.product = counts.product
