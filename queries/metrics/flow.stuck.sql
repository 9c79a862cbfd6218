-- flow.stuck: open pull requests without an event by another human for as many working days as agreed.
-- Reads the fact tables, `lens` (one row), `flow_rules` (one row), `areas`, `ready_spans` and `working_days`.
WITH waiting AS (
  SELECT s.product, s.repository, s.number, p.answers_for, s.start_at AS ready_at
  FROM ready_spans s
  JOIN measured_pull_requests p ON p.repository = s.repository AND p.number = s.number
  CROSS JOIN lens
  WHERE s.end_at = lens.as_of
    AND (COALESCE(p.merged_at, p.closed_at) IS NULL OR COALESCE(p.merged_at, p.closed_at) >= lens.as_of)
),
events AS (
  SELECT repository, number, author AS actor, submitted_at AS happened_at FROM reviews
  UNION ALL
  SELECT repository, number, author AS actor, created_at AS happened_at FROM comments
  UNION ALL
  SELECT repository, number, actor, review_requests.at AS happened_at FROM review_requests
  UNION ALL
  SELECT repository, number, actor, timeline.at AS happened_at FROM timeline
),
by_others AS (
  SELECT w.product, w.repository, w.number, MAX(e.happened_at) AS touched_at
  FROM waiting w
  JOIN events e ON e.repository = w.repository AND e.number = w.number
  JOIN people ON people.person = e.actor AND people.account = 'human'
  CROSS JOIN lens
  WHERE (w.answers_for IS NULL OR e.actor <> w.answers_for) AND e.happened_at < lens.as_of
  GROUP BY w.product, w.repository, w.number
),
quiet AS (
  SELECT
    w.product, w.repository, w.number,
    CASE WHEN b.touched_at > w.ready_at THEN b.touched_at ELSE w.ready_at END AS quiet_since
  FROM waiting w
  LEFT JOIN by_others b ON b.product = w.product AND b.repository = w.repository AND b.number = w.number
),
judged AS (
  SELECT
    quiet.product, quiet.repository, quiet.number,
    CASE
      WHEN working_days_between(quiet.quiet_since, lens.as_of) >= flow_rules.stuck_after_working_days THEN 1
      ELSE 0
    END AS is_stuck
  FROM quiet
  CROSS JOIN lens
  CROSS JOIN flow_rules
),
scoped AS (
  SELECT product, CAST(NULL AS STRING) AS area, is_stuck FROM judged
  UNION ALL
  SELECT j.product, t.area, j.is_stuck
  FROM judged j
  JOIN touched_areas t ON t.product = j.product AND t.repository = j.repository AND t.number = j.number
)
SELECT product, area, COUNT(*) AS n, SUM(is_stuck) AS hits, COUNT(*) AS of
FROM scoped
GROUP BY product, area
