-- absence.resilience: the team's figures in the days of a declared absence, and in the four weeks before and after it.
-- Reads `absence_periods` (what is seen of each), the fact tables, `production`, `ready_spans`, `flow_rules`, `working_days`,
-- `products`, `lens` and of the prelude `replayed_requests` and `survival_points`.
WITH scopes AS (
  SELECT p.product, a.absence, a.person, a.phase, a.since, a.until
  FROM absence_periods a
  CROSS JOIN (SELECT DISTINCT product FROM products) p
),
deployed AS (
  SELECT d.product, COALESCE(d.finished_at, d.created_at) AS deployed_at
  FROM production d
  CROSS JOIN lens
  WHERE d.to_production
    AND d.outcome = 'success'
    AND d.created_at < lens.as_of
    AND COALESCE(d.finished_at, d.created_at) >= d.created_at
    AND COALESCE(d.finished_at, d.created_at) < lens.as_of
),
first_deployed AS (
  SELECT product, MIN(deployed_at) AS first_at FROM deployed GROUP BY product
),
opened AS (
  SELECT products.product, p.repository, p.number, p.author, p.created_at, p.merged_at
  FROM pull_requests p
  JOIN products ON products.repository = p.repository
  CROSS JOIN lens
  WHERE p.created_at < lens.as_of
),
first_opened AS (
  SELECT product, MIN(created_at) AS first_at FROM opened GROUP BY product
),
n_deployed AS (
  SELECT s.product, s.absence, s.person, s.phase, COUNT(*) AS n
  FROM scopes s
  JOIN deployed d ON d.product = s.product AND d.deployed_at >= s.since AND d.deployed_at < s.until
  GROUP BY s.product, s.absence, s.person, s.phase
),
n_merged AS (
  SELECT s.product, s.absence, s.person, s.phase, COUNT(*) AS n
  FROM scopes s
  JOIN opened o ON o.product = s.product AND o.merged_at >= s.since AND o.merged_at < s.until AND o.merged_at >= o.created_at
  JOIN people ON people.person = o.author AND people.account = 'human'
  GROUP BY s.product, s.absence, s.person, s.phase
),
ready AS (
  SELECT s.product, s.absence, s.person, s.phase, s.until, r.repository, r.number, o.author, r.start_at AS ready_at
  FROM scopes s
  JOIN ready_spans r ON r.product = s.product AND r.start_at < s.until AND r.end_at >= s.until
  JOIN opened o ON o.product = r.product AND o.repository = r.repository AND o.number = r.number
  JOIN people ON people.person = o.author AND people.account = 'human'
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
  SELECT r.product, r.absence, r.person, r.phase, r.repository, r.number, MAX(e.happened_at) AS touched_at
  FROM ready r
  JOIN events e ON e.repository = r.repository AND e.number = r.number AND e.happened_at < r.until AND e.actor <> r.author
  JOIN people ON people.person = e.actor AND people.account = 'human'
  GROUP BY r.product, r.absence, r.person, r.phase, r.repository, r.number
),
quiet AS (
  SELECT
    r.product, r.absence, r.person, r.phase, r.until,
    CASE WHEN b.touched_at > r.ready_at THEN b.touched_at ELSE r.ready_at END AS quiet_since
  FROM ready r
  LEFT JOIN by_others b
    ON b.product = r.product AND b.absence = r.absence AND b.person = r.person AND b.phase = r.phase
    AND b.repository = r.repository AND b.number = r.number
),
judged AS (
  SELECT
    quiet.product, quiet.absence, quiet.person, quiet.phase,
    CASE
      WHEN working_days_between(quiet.quiet_since, quiet.until) >= flow_rules.stuck_after_working_days THEN 1
      ELSE 0
    END AS is_stuck
  FROM quiet
  CROSS JOIN flow_rules
),
n_open AS (
  SELECT product, absence, person, phase, COUNT(*) AS n, SUM(is_stuck) AS n_stuck
  FROM judged
  GROUP BY product, absence, person, phase
),
n_waited AS (
  SELECT s.product, s.absence, s.person, s.phase, COUNT(*) AS n
  FROM scopes s
  JOIN replayed_requests q
    ON q.person = s.person AND q.requested_at < s.until AND (q.left_at IS NULL OR q.left_at > s.since)
  JOIN products ON products.product = s.product AND products.repository = q.repository
  GROUP BY s.product, s.absence, s.person, s.phase
),
acts AS (
  SELECT repository, number, author AS person, created_at AS acted_at FROM pull_requests
  UNION
  SELECT repository, number, merged_by AS person, merged_at AS acted_at FROM pull_requests
  UNION
  SELECT repository, number, author AS person, created_at AS acted_at FROM issues
  UNION
  SELECT repository, number, author AS person, submitted_at AS acted_at FROM reviews
  UNION
  SELECT repository, number, author AS person, created_at AS acted_at FROM comments
  UNION
  SELECT repository, number, author AS person, created_at AS acted_at FROM issue_comments
  UNION
  SELECT repository, number, author AS person, authored_at AS acted_at FROM pull_request_commits
  UNION
  SELECT repository, number, actor AS person, review_requests.at AS acted_at FROM review_requests
  UNION
  SELECT repository, number, actor AS person, timeline.at AS acted_at FROM timeline
),
n_acts AS (
  SELECT s.product, s.absence, s.person, s.phase, COUNT(*) AS n
  FROM scopes s
  JOIN acts a ON a.person = s.person AND a.acted_at >= s.since AND a.acted_at < s.until
  JOIN products ON products.product = s.product AND products.repository = a.repository
  GROUP BY s.product, s.absence, s.person, s.phase
),
counted AS (
  SELECT
    s.product, s.absence, s.person, s.phase,
    working_days_between(s.since, s.until) AS working_days,
    CASE WHEN fo.first_at < s.until THEN 1 END AS is_seen,
    CASE WHEN fd.first_at < s.until THEN COALESCE(d.n, 0) END AS deployments,
    COALESCE(d.n, 0) + COALESCE(m.n, 0) + COALESCE(o.n, 0) + COALESCE(w.n, 0) + COALESCE(a.n, 0) + COALESCE(t.n, 0) AS n,
    COALESCE(m.n, 0) AS merged, COALESCE(o.n, 0) AS n_open, COALESCE(o.n_stuck, 0) AS n_stuck,
    COALESCE(w.n, 0) AS waited, COALESCE(a.n, 0) AS own_events,
    COALESCE(t.n, 0) AS turnarounds, COALESCE(t.running, 0) AS turnarounds_running,
    CASE WHEN t.n >= lens.minimum_n THEN t.p50 END AS turnaround_p50,
    CASE WHEN t.n >= lens.minimum_n AND t.p50 IS NOT NULL THEN t.working_p50 END AS turnaround_working_p50
  FROM scopes s
  CROSS JOIN lens
  LEFT JOIN first_opened fo ON fo.product = s.product
  LEFT JOIN first_deployed fd ON fd.product = s.product
  LEFT JOIN n_deployed d ON d.product = s.product AND d.absence = s.absence AND d.person = s.person AND d.phase = s.phase
  LEFT JOIN n_merged m ON m.product = s.product AND m.absence = s.absence AND m.person = s.person AND m.phase = s.phase
  LEFT JOIN n_open o ON o.product = s.product AND o.absence = s.absence AND o.person = s.person AND o.phase = s.phase
  LEFT JOIN n_waited w ON w.product = s.product AND w.absence = s.absence AND w.person = s.person AND w.phase = s.phase
  LEFT JOIN n_acts a ON a.product = s.product AND a.absence = s.absence AND a.person = s.person AND a.phase = s.phase
  LEFT JOIN survival_points('absence.resilience') t
    ON t.product = s.product AND t.scope_key = CONCAT(s.absence, ' ', s.phase)
    AND t.person_key = s.person
)
SELECT
  product, absence AS area, person,
  SUM(n) AS n,
  MAX(CASE WHEN phase = 'during' AND is_seen = 1 THEN waited END) AS during_waited,
  MAX(CASE WHEN phase = 'during' AND is_seen = 1 THEN own_events END) AS during_own_events,
  MAX(CASE WHEN phase = 'during' THEN deployments END) AS during_deployments,
  MAX(CASE WHEN phase = 'during' AND is_seen = 1 THEN merged END) AS during_merged,
  MAX(CASE WHEN phase = 'during' AND is_seen = 1 THEN n_open END) AS during_open,
  MAX(CASE WHEN phase = 'during' AND is_seen = 1 THEN n_stuck END) AS during_stuck,
  MAX(CASE WHEN phase = 'during' AND is_seen = 1 THEN turnarounds END) AS during_turnarounds,
  MAX(CASE WHEN phase = 'during' AND is_seen = 1 THEN turnarounds_running END) AS during_turnarounds_running,
  MAX(CASE WHEN phase = 'during' AND is_seen = 1 THEN turnaround_p50 END) AS during_turnaround_p50,
  MAX(CASE WHEN phase = 'during' AND is_seen = 1 THEN turnaround_working_p50 END) AS during_turnaround_working_p50,
  MAX(CASE WHEN phase = 'during' THEN working_days END) AS during_working_days,
  MAX(CASE WHEN phase = 'before' AND is_seen = 1 THEN waited END) AS before_waited,
  MAX(CASE WHEN phase = 'before' AND is_seen = 1 THEN own_events END) AS before_own_events,
  MAX(CASE WHEN phase = 'before' THEN deployments END) AS before_deployments,
  MAX(CASE WHEN phase = 'before' AND is_seen = 1 THEN merged END) AS before_merged,
  MAX(CASE WHEN phase = 'before' AND is_seen = 1 THEN n_open END) AS before_open,
  MAX(CASE WHEN phase = 'before' AND is_seen = 1 THEN n_stuck END) AS before_stuck,
  MAX(CASE WHEN phase = 'before' AND is_seen = 1 THEN turnarounds END) AS before_turnarounds,
  MAX(CASE WHEN phase = 'before' AND is_seen = 1 THEN turnarounds_running END) AS before_turnarounds_running,
  MAX(CASE WHEN phase = 'before' AND is_seen = 1 THEN turnaround_p50 END) AS before_turnaround_p50,
  MAX(CASE WHEN phase = 'before' AND is_seen = 1 THEN turnaround_working_p50 END) AS before_turnaround_working_p50,
  MAX(CASE WHEN phase = 'before' THEN working_days END) AS before_working_days,
  MAX(CASE WHEN phase = 'after' AND is_seen = 1 THEN waited END) AS after_waited,
  MAX(CASE WHEN phase = 'after' AND is_seen = 1 THEN own_events END) AS after_own_events,
  MAX(CASE WHEN phase = 'after' THEN deployments END) AS after_deployments,
  MAX(CASE WHEN phase = 'after' AND is_seen = 1 THEN merged END) AS after_merged,
  MAX(CASE WHEN phase = 'after' AND is_seen = 1 THEN n_open END) AS after_open,
  MAX(CASE WHEN phase = 'after' AND is_seen = 1 THEN n_stuck END) AS after_stuck,
  MAX(CASE WHEN phase = 'after' AND is_seen = 1 THEN turnarounds END) AS after_turnarounds,
  MAX(CASE WHEN phase = 'after' AND is_seen = 1 THEN turnarounds_running END) AS after_turnarounds_running,
  MAX(CASE WHEN phase = 'after' AND is_seen = 1 THEN turnaround_p50 END) AS after_turnaround_p50,
  MAX(CASE WHEN phase = 'after' AND is_seen = 1 THEN turnaround_working_p50 END) AS after_turnaround_working_p50,
  MAX(CASE WHEN phase = 'after' THEN working_days END) AS after_working_days
FROM counted
GROUP BY product, absence, person
HAVING MAX(CASE WHEN phase = 'during' THEN is_seen END) = 1
