-- flow.size: lines and files of merged pull requests, without generated, vendored and lock files and what the register leaves out.
-- Reads the fact tables, `lens` (one row), `products` (product, repository) and of the prelude `landed_changes`, `measured_pull_requests`
-- and `touched_areas`.
WITH merged AS (
  SELECT products.product, p.repository, p.number, p.n_files
  FROM measured_pull_requests p
  JOIN products ON products.repository = p.repository
  CROSS JOIN lens
  WHERE p.state = 'merged'
    AND p.merged_at >= p.created_at
    AND p.merged_at >= lens.since
    AND p.merged_at < lens.until
),
-- Of other paths nobody can say what kind of file they are.
landed_paths AS (
  SELECT repository, path FROM landed_changes
  UNION
  SELECT repository, previous_path AS path FROM landed_changes WHERE previous_path IS NOT NULL
  UNION
  SELECT repository, path FROM files WHERE in_tip
),
known AS (
  SELECT
    f.repository, f.path,
    CASE WHEN f.exclusion IN ('generated', 'vendored', 'lock_file', 'configured_glob') THEN 0 ELSE 1 END AS counts
  FROM files f
  JOIN landed_paths l ON l.repository = f.repository AND l.path = f.path
),
sizes AS (
  SELECT
    f.repository, f.number,
    COUNT(*) AS n_listed,
    SUM(CASE WHEN k.path IS NULL THEN 1 ELSE 0 END) AS n_unknown,
    SUM(COALESCE(k.counts, 0)) AS n_counted,
    SUM(COALESCE(k.counts, 0) * (f.additions + f.deletions)) AS n_lines
  FROM pull_request_files f
  LEFT JOIN known k ON k.repository = f.repository AND k.path = f.path
  GROUP BY f.repository, f.number
),
sized AS (
  SELECT
    m.product, m.repository, m.number,
    CAST(s.n_lines AS DOUBLE) AS n_lines, CAST(s.n_counted AS DOUBLE) AS n_counted
  FROM merged m
  JOIN sizes s ON s.repository = m.repository AND s.number = m.number
  WHERE s.n_listed >= m.n_files AND s.n_unknown = 0 AND s.n_counted > 0
),
scoped AS (
  SELECT product, CAST(NULL AS STRING) AS area, n_lines, n_counted FROM sized
  UNION ALL
  SELECT s.product, t.area, s.n_lines, s.n_counted
  FROM sized s
  JOIN touched_areas t ON t.product = s.product AND t.repository = s.repository AND t.number = s.number
)
SELECT
  product, area,
  COUNT(*) AS n,
  PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY n_lines) AS p50,
  PERCENTILE_CONT(0.75) WITHIN GROUP (ORDER BY n_lines) AS p75,
  PERCENTILE_CONT(0.9) WITHIN GROUP (ORDER BY n_lines) AS p90,
  PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY n_counted) AS files_p50,
  PERCENTILE_CONT(0.75) WITHIN GROUP (ORDER BY n_counted) AS files_p75,
  PERCENTILE_CONT(0.9) WITHIN GROUP (ORDER BY n_counted) AS files_p90
FROM scoped
GROUP BY product, area
