-- review.queue: open requests at the end of every day of the window, for the product and for each person asked.
-- Reads the fact tables, `lens` (one row), `products` (product, repository) and of the prelude `replayed_requests` and
-- `ended_days` (day, end_at).
WITH queued AS (
  SELECT products.product, q.repository, q.person, COALESCE(q.person, -1) AS owner, q.requested_at, q.left_at
  FROM replayed_requests q
  JOIN products ON products.repository = q.repository
),
bounds AS (
  SELECT MAX(ended_days.end_at) AS last_end, COUNT(*) AS n_days FROM ended_days
),
open_at_end AS (
  SELECT q.product, q.repository, q.person, q.owner, d.end_at, hours_between(q.requested_at, d.end_at) AS age
  FROM queued q
  JOIN ended_days d ON q.requested_at < d.end_at AND (q.left_at IS NULL OR q.left_at >= d.end_at)
),
moves AS (
  SELECT q.product, q.repository, q.person, q.owner, q.requested_at AS moved_at, 1 AS came, 0 AS went
  FROM queued q
  CROSS JOIN lens
  CROSS JOIN bounds
  WHERE q.requested_at >= lens.since AND q.requested_at < bounds.last_end
  UNION ALL
  SELECT q.product, q.repository, q.person, q.owner, q.left_at AS moved_at, 0 AS came, 1 AS went
  FROM queued q
  CROSS JOIN lens
  CROSS JOIN bounds
  WHERE q.left_at >= lens.since AND q.left_at < bounds.last_end
),
placed_moves AS (
  SELECT m.product, m.repository, m.person, m.owner, MIN(d.end_at) AS end_at, m.moved_at, m.came, m.went, COUNT(*) AS n_days_left
  FROM moves m
  JOIN ended_days d ON d.end_at > m.moved_at
  GROUP BY m.product, m.repository, m.person, m.owner, m.moved_at, m.came, m.went
),
n_moves AS (
  SELECT product, repository, owner, moved_at, came, went, COUNT(*) AS n_same
  FROM moves
  GROUP BY product, repository, owner, moved_at, came, went
),
days AS (
  SELECT product, repository, person, owner, end_at, 1 AS is_open, age, 0 AS came, 0 AS went FROM open_at_end
  UNION ALL
  SELECT
    p.product, p.repository, p.person, p.owner, p.end_at, 0 AS is_open, CAST(NULL AS DOUBLE) AS age,
    p.came * n.n_same AS came, p.went * n.n_same AS went
  FROM placed_moves p
  JOIN n_moves n ON n.product = p.product AND n.repository = p.repository AND n.owner = p.owner AND n.moved_at = p.moved_at
    AND n.came = p.came AND n.went = p.went
),
scoped AS (
  SELECT product, -1 AS scope_key, repository, owner, end_at, is_open, age, came, went FROM days
  UNION ALL
  SELECT product, person AS scope_key, repository, owner, end_at, is_open, age, came, went FROM days WHERE person IS NOT NULL
),
rows_behind AS (
  SELECT product, scope_key, COUNT(*) AS n
  FROM (SELECT DISTINCT product, scope_key, repository, owner, end_at FROM scoped) kept
  GROUP BY product, scope_key
),
by_day AS (
  SELECT product, scope_key, end_at, SUM(is_open) AS n_open, SUM(came) AS came, SUM(went) AS went, MAX(age) AS oldest
  FROM scoped
  GROUP BY product, scope_key, end_at
)
SELECT
  b.product, CASE WHEN b.scope_key >= 0 THEN b.scope_key END AS person,
  MAX(r.n) AS n,
  CAST(SUM(b.n_open) AS DOUBLE) / MAX(bounds.n_days) AS mean_open,
  MAX(b.n_open) AS most_open,
  SUM(b.came) AS arrivals,
  SUM(b.went) AS departures,
  MAX(bounds.n_days) AS days,
  MAX(b.oldest) AS oldest_hours
FROM by_day b
JOIN rows_behind r ON r.product = b.product AND r.scope_key = b.scope_key
CROSS JOIN bounds
GROUP BY b.product, b.scope_key
