-- flow.work_in_progress: open pull requests that are no drafts, at the end of each day of the window.
-- Reads the fact tables, `products` (product, repository), `days` (the ends of the window's days) and `ready_spans`.
WITH open_at AS (
  SELECT s.product, s.repository, days.end_at
  FROM ready_spans s
  JOIN measured_pull_requests p ON p.repository = s.repository AND p.number = s.number
  JOIN days ON s.start_at < days.end_at AND s.end_at >= days.end_at
),
counted AS (
  SELECT product, end_at, COUNT(*) AS n_open FROM open_at GROUP BY product, end_at
),
repositories AS (
  SELECT product, COUNT(*) AS n_repositories FROM products GROUP BY product
),
spine AS (
  SELECT
    r.product, r.n_repositories, days.end_at, COALESCE(c.n_open, 0) AS n_open,
    ROW_NUMBER() OVER (PARTITION BY r.product ORDER BY days.end_at DESC) AS days_back
  FROM repositories r
  CROSS JOIN days
  LEFT JOIN counted c ON c.product = r.product AND c.end_at = days.end_at
)
SELECT
  product,
  COUNT(*) * MAX(n_repositories) AS n,
  PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY CAST(n_open AS DOUBLE)) AS median,
  MAX(n_open) AS highest,
  MAX(CASE WHEN days_back = 1 THEN n_open END) AS last_day,
  COUNT(*) AS days
FROM spine
GROUP BY product
