-- Relations that several definitions start from, in the SQL that DuckDB and Spark share: read after the engine's own words
-- (`duckdb.sql`, `spark.sql`). A function that gives a table ends its head with AS TABLE, as in DuckDB; `spark.py` puts Spark's
-- words for it there.

-- Pull requests of the origins that figures of flow are made of (`measured_origins`). Who is nobody any more is no origin's.
CREATE OR REPLACE TEMPORARY VIEW measured_pull_requests AS
SELECT p.*
FROM pull_requests p
JOIN measured_origins o ON o.origin = p.origin
LEFT JOIN people author ON author.person = p.author
WHERE p.origin IN ('agent', 'automation') OR author.account = 'human';

-- Successful deployments to production of commits that the history has, in their repository's order.
CREATE OR REPLACE TEMPORARY VIEW placed_deployments AS
SELECT
  d.product, d.repository, d.environment, d.commit, d.created_at,
  COALESCE(d.finished_at, d.created_at) AS deployed_at,
  ROW_NUMBER() OVER (
    PARTITION BY d.product, d.repository ORDER BY COALESCE(d.finished_at, d.created_at), d.deployment
  ) AS position
FROM production d
JOIN known_commits c ON c.repository = d.repository AND c.commit = d.commit
CROSS JOIN lens
WHERE d.to_production
  AND d.outcome = 'success'
  AND d.created_at < lens.as_of
  AND COALESCE(d.finished_at, d.created_at) >= d.created_at
  AND COALESCE(d.finished_at, d.created_at) < lens.as_of;

-- The same of commits that nobody here knows: what they contain, nobody can tell.
CREATE OR REPLACE TEMPORARY VIEW unknown_deployments AS
SELECT d.product, d.repository, COALESCE(d.finished_at, d.created_at) AS deployed_at
FROM production d
LEFT JOIN known_commits c ON c.repository = d.repository AND c.commit = d.commit
CROSS JOIN lens
WHERE d.to_production
  AND c.commit IS NULL
  AND d.outcome = 'success'
  AND d.created_at < lens.as_of
  AND COALESCE(d.finished_at, d.created_at) >= d.created_at
  AND COALESCE(d.finished_at, d.created_at) < lens.as_of;

-- Review requests replayed: one row for each request that opened a wait, with when and how it ended: by a review of the person
-- (for a team: of a member), withdrawn, with the end of the pull request, or not at all ('open'). The statement is plain SQL;
-- it stands here because four definitions start from it.
CREATE OR REPLACE TEMPORARY VIEW replayed_requests AS
WITH pulls AS (
  SELECT
    p.repository, p.number, p.answers_for AS author,
    CASE WHEN COALESCE(p.merged_at, p.closed_at) < lens.as_of THEN COALESCE(p.merged_at, p.closed_at) END AS ended_at,
    p.merged_at
  FROM pull_requests p
  CROSS JOIN lens
  WHERE p.created_at < lens.as_of
),
asks AS (
  SELECT
    q.repository, q.number, q.reviewer AS person, CASE WHEN q.reviewer IS NULL THEN q.team END AS team,
    q.at AS stepped_at, CASE WHEN q.action = 'requested' THEN 0 ELSE 1 END AS step
  FROM review_requests q
  CROSS JOIN lens
  WHERE q.at < lens.as_of AND (q.reviewer IS NOT NULL OR q.team IS NOT NULL)
),
asked AS (
  SELECT DISTINCT repository, number, person, team FROM asks
),
steps AS (
  SELECT repository, number, person, team, stepped_at, step FROM asks
  UNION ALL
  SELECT a.repository, a.number, a.person, a.team, r.submitted_at AS stepped_at, 2 AS step
  FROM asked a
  JOIN reviews r ON r.repository = a.repository AND r.number = a.number AND r.author = a.person
  CROSS JOIN lens
  WHERE a.person IS NOT NULL AND r.submitted_at < lens.as_of
  UNION ALL
  SELECT a.repository, a.number, a.person, a.team, r.submitted_at AS stepped_at, 2 AS step
  FROM asked a
  JOIN reviews r ON r.repository = a.repository AND r.number = a.number
  JOIN pulls p ON p.repository = a.repository AND p.number = a.number
  JOIN people ON people.person = r.author AND people.account = 'human'
  LEFT JOIN (
    SELECT repository, team, COUNT(*) AS n_members FROM team_members GROUP BY repository, team
  ) known ON known.repository = a.repository AND known.team = a.team
  LEFT JOIN team_members m ON m.repository = a.repository AND m.team = a.team AND m.person = r.author
  CROSS JOIN lens
  WHERE a.team IS NOT NULL
    AND r.submitted_at < lens.as_of
    AND (p.author IS NULL OR r.author <> p.author)
    AND (known.n_members IS NULL OR m.person IS NOT NULL)
),
opening AS (
  SELECT
    s.repository, s.number, s.person, s.team, s.stepped_at, s.step, p.author, p.ended_at, p.merged_at,
    LAG(s.step) OVER (PARTITION BY s.repository, s.number, s.person, s.team ORDER BY s.stepped_at, s.step) AS step_before
  FROM steps s
  JOIN pulls p ON p.repository = s.repository AND p.number = s.number
),
chained AS (
  SELECT
    repository, number, person, team, stepped_at, step, author, ended_at, merged_at,
    LEAD(stepped_at) OVER (PARTITION BY repository, number, person, team ORDER BY stepped_at, step) AS next_at,
    LEAD(step) OVER (PARTITION BY repository, number, person, team ORDER BY stepped_at, step) AS next_step
  FROM opening
  WHERE step > 0 OR ((step_before IS NULL OR step_before > 0) AND (ended_at IS NULL OR stepped_at <= ended_at))
)
SELECT
  c.repository, c.number, c.person, c.team, c.stepped_at AS requested_at,
  CASE WHEN c.next_at IS NULL OR c.next_at > c.ended_at THEN c.ended_at ELSE c.next_at END AS left_at,
  CASE
    WHEN c.next_at IS NULL OR c.next_at > c.ended_at THEN CASE WHEN c.ended_at IS NULL THEN 'open' ELSE 'ended' END
    WHEN c.next_step = 1 THEN 'withdrawn'
    ELSE 'reviewed'
  END AS ending
FROM chained c
LEFT JOIN people ON people.person = c.person
WHERE c.step = 0
  AND (c.person IS NULL OR (people.account = 'human' AND (c.author IS NULL OR c.person <> c.author)));

-- Humans with any event on code (issues aside) in a product's repositories in the 90 days before the as-of instant.
CREATE OR REPLACE TEMPORARY VIEW active_people AS
WITH events AS (
  SELECT c.repository, w.person, c.committed_at AS at
  FROM landed_commits c
  JOIN commit_authors w ON w.repository = c.repository AND w.commit = c.commit
  UNION ALL SELECT repository, author AS person, created_at AS at FROM pull_requests
  UNION ALL SELECT repository, merged_by AS person, merged_at AS at FROM pull_requests
  UNION ALL SELECT repository, author AS person, submitted_at AS at FROM reviews
  UNION ALL SELECT repository, author AS person, created_at AS at FROM comments
  UNION ALL SELECT r.repository, r.actor AS person, r.at AS at FROM review_requests r
  UNION ALL SELECT t.repository, t.actor AS person, t.at AS at FROM timeline t
)
SELECT DISTINCT products.product, e.person
FROM events e
JOIN products ON products.repository = e.repository
JOIN people ON people.person = e.person AND people.account = 'human'
CROSS JOIN lens
WHERE e.at < lens.as_of AND hours_between(e.at, lens.as_of) <= 2160;

-- Living files that count for knowledge, with the scopes that each belongs to: all ('') and its areas.
CREATE OR REPLACE TEMPORARY VIEW scoped_lineages AS
SELECT l.product, '' AS area_key, l.lineage
FROM lineages l
JOIN files f ON f.repository = l.repository AND f.path = l.path
WHERE f.exclusion IS NULL AND l.has_history
UNION ALL
SELECT l.product, a.area AS area_key, l.lineage
FROM lineages l
JOIN files f ON f.repository = l.repository AND f.path = l.path
JOIN areas a ON a.product = l.product AND a.repository = l.repository AND a.path = l.path
WHERE f.exclusion IS NULL AND l.has_history;

-- Reviews that were asked of somebody and given, or are still waited for: with the hours of the wait.
CREATE OR REPLACE TEMPORARY VIEW asked_reviews AS
SELECT
  products.product, q.person, q.requested_at,
  hours_between(q.requested_at, COALESCE(q.left_at, lens.as_of)) AS hours,
  working_hours_of(q.person, q.requested_at, COALESCE(q.left_at, lens.as_of)) AS working_hours,
  CASE WHEN q.ending = 'open' THEN 0 ELSE 1 END AS has_ended
FROM replayed_requests q
JOIN products ON products.repository = q.repository
CROSS JOIN lens
WHERE q.ending IN ('open', 'reviewed');

-- The areas that each pull request touches.
CREATE OR REPLACE TEMPORARY VIEW touched_areas AS
SELECT DISTINCT a.product, f.repository, f.number, a.area
FROM pull_request_files f
JOIN areas a ON a.repository = f.repository AND a.path = f.path;

-- When pull requests were ready for review: from each time that they became so until they were drafts again (NULL: not since). The
-- first change of a pull request tells what it was before; one without any was opened ready, or became ready at `ready_at`.
CREATE OR REPLACE TEMPORARY VIEW readiness AS
WITH told AS (
  SELECT
    t.repository, t.number, CASE WHEN t.at > p.created_at THEN t.at ELSE p.created_at END AS changed_at,
    CASE WHEN t.event = 'ready_for_review' THEN 1 ELSE 0 END AS is_ready
  FROM timeline t
  JOIN pull_requests p ON p.repository = t.repository AND p.number = t.number
  CROSS JOIN lens
  WHERE t.event IN ('ready_for_review', 'convert_to_draft') AND t.at < lens.as_of
),
placed AS (
  SELECT
    repository, number, is_ready,
    ROW_NUMBER() OVER (PARTITION BY repository, number ORDER BY changed_at, is_ready) AS place
  FROM told
),
firsts AS (
  SELECT repository, number, is_ready FROM placed WHERE place = 1
),
changes AS (
  SELECT repository, number, changed_at, is_ready, 1 AS step FROM told
  UNION ALL
  SELECT
    p.repository, p.number, p.created_at AS changed_at,
    CASE WHEN f.is_ready IS NOT NULL THEN 1 - f.is_ready WHEN p.ready_at <= p.created_at THEN 1 ELSE 0 END AS is_ready,
    0 AS step
  FROM pull_requests p
  LEFT JOIN firsts f ON f.repository = p.repository AND f.number = p.number
  UNION ALL
  SELECT p.repository, p.number, p.ready_at AS changed_at, 1 AS is_ready, 1 AS step
  FROM pull_requests p
  LEFT JOIN firsts f ON f.repository = p.repository AND f.number = p.number
  WHERE f.is_ready IS NULL AND p.ready_at > p.created_at
),
compared AS (
  SELECT
    repository, number, changed_at, is_ready, step,
    LAG(is_ready) OVER (PARTITION BY repository, number ORDER BY step, changed_at, is_ready) AS was_ready
  FROM changes
),
turned AS (
  SELECT
    repository, number, changed_at, is_ready,
    LEAD(changed_at) OVER (PARTITION BY repository, number ORDER BY step, changed_at, is_ready) AS turned_at
  FROM compared
  WHERE was_ready IS NULL OR was_ready <> is_ready
)
SELECT repository, number, changed_at AS ready_at, turned_at AS until_at FROM turned WHERE is_ready = 1;

-- Pull requests of people that became ready in the window, with the wait for the first word of another human after that.
CREATE OR REPLACE TEMPORARY VIEW first_words AS
WITH words AS (
  SELECT repository, number, author, submitted_at AS said_at FROM reviews
  UNION ALL
  SELECT repository, number, author, created_at AS said_at FROM comments
),
answers AS (
  SELECT
    w.repository, w.number, d.ready_at, w.said_at,
    ROW_NUMBER() OVER (PARTITION BY w.repository, w.number ORDER BY w.said_at) AS place
  FROM words w
  JOIN pull_requests p ON p.repository = w.repository AND p.number = w.number
  JOIN people ON people.person = w.author AND people.account = 'human'
  JOIN readiness d
    ON d.repository = w.repository AND d.number = w.number AND d.ready_at <= w.said_at
    AND (d.until_at IS NULL OR w.said_at < d.until_at)
  CROSS JOIN lens
  WHERE w.said_at < lens.as_of AND (p.answers_for IS NULL OR w.author <> p.answers_for)
),
candidates AS (
  SELECT
    products.product, p.repository, p.number,
    CASE WHEN a.said_at IS NULL THEN d.ready_at ELSE a.ready_at END AS ready_at, a.said_at AS answered_at,
    CASE WHEN COALESCE(p.merged_at, p.closed_at) < lens.as_of THEN COALESCE(p.merged_at, p.closed_at) END AS ended_at
  FROM measured_pull_requests p
  JOIN products ON products.repository = p.repository
  CROSS JOIN lens
  LEFT JOIN answers a ON a.repository = p.repository AND a.number = p.number AND a.place = 1
  LEFT JOIN readiness d
    ON d.repository = p.repository AND d.number = p.number AND d.until_at IS NULL AND d.ready_at <= lens.as_of
  WHERE p.created_at < lens.as_of
)
SELECT
  c.product, c.repository, c.number,
  hours_between(c.ready_at, COALESCE(c.answered_at, lens.as_of)) AS hours,
  working_hours_of(NULL, c.ready_at, COALESCE(c.answered_at, lens.as_of)) AS working_hours,
  CASE WHEN c.answered_at IS NULL THEN 0 ELSE 1 END AS has_ended
FROM candidates c
CROSS JOIN lens
WHERE c.ready_at >= lens.since AND c.ready_at < lens.until
  AND (c.ended_at IS NULL OR c.answered_at <= c.ended_at);

-- Durations of which some still run (has_ended = 0), by metric and scope: all of the product ('' and -1), an area, a person, or a
-- period of an absence.
CREATE OR REPLACE TEMPORARY VIEW lifetimes AS
SELECT
  'review.turnaround' AS metric, q.product, '' AS scope_key, CASE WHEN s.is_of_person = 1 THEN q.person ELSE -1 END AS person_key,
  q.hours, q.working_hours, q.has_ended
FROM asked_reviews q
CROSS JOIN lens
CROSS JOIN (SELECT 0 AS is_of_person UNION ALL SELECT 1 AS is_of_person) s
WHERE q.requested_at >= lens.since AND q.requested_at < lens.until AND (s.is_of_person = 0 OR q.person IS NOT NULL)
UNION ALL
SELECT 'review.first_response' AS metric, w.product, s.scope_key, -1 AS person_key, w.hours, w.working_hours, w.has_ended
FROM first_words w
JOIN (
  SELECT product, repository, number, area AS scope_key FROM touched_areas
  UNION ALL
  SELECT products.product, p.repository, p.number, '' AS scope_key
  FROM pull_requests p
  JOIN products ON products.repository = p.repository
) s ON s.product = w.product AND s.repository = w.repository AND s.number = w.number
UNION ALL
SELECT
  'absence.resilience' AS metric, q.product, CONCAT(a.absence, ' ', a.phase) AS scope_key, a.person AS person_key,
  q.hours, q.working_hours, q.has_ended
FROM asked_reviews q
JOIN absence_periods a ON q.requested_at >= a.since AND q.requested_at < a.until;

-- Merged pull requests of people in the window, with the first human review, the last approval that stood at the merge, and when
-- nothing stood in the way of it any more.
CREATE OR REPLACE TEMPORARY VIEW reviewed_merges AS
WITH merged AS (
  SELECT products.product, p.repository, p.number, p.answers_for, p.created_at, p.merged_at
  FROM measured_pull_requests p
  JOIN products ON products.repository = p.repository
  CROSS JOIN lens
  WHERE p.state = 'merged'
    AND p.merged_at >= p.created_at
    AND p.merged_at >= lens.since
    AND p.merged_at < lens.until
),
said AS (
  SELECT
    m.product, m.repository, m.number, m.answers_for, m.created_at, m.merged_at, r.verdict, r.submitted_at,
    CASE WHEN r.dismissed_at <= m.merged_at THEN r.dismissed_at END AS dismissed_at
  FROM merged m
  JOIN reviews r ON r.repository = m.repository AND r.number = m.number
  JOIN people reviewer ON reviewer.person = r.author AND reviewer.account = 'human'
  WHERE (m.answers_for IS NULL OR r.author <> m.answers_for) AND r.submitted_at <= m.merged_at
),
blocked AS (
  SELECT
    product, repository, number,
    MAX(CASE WHEN verdict = 'changes_requested' AND dismissed_at IS NULL THEN submitted_at END) AS blocked_at,
    MAX(CASE WHEN verdict = 'changes_requested' THEN dismissed_at END) AS unblocked_at
  FROM said
  GROUP BY product, repository, number
),
reviewed AS (
  SELECT
    s.product, s.repository, s.number, s.answers_for, s.created_at, s.merged_at, b.unblocked_at,
    MIN(s.submitted_at) AS first_at,
    MAX(CASE WHEN s.verdict = 'approved' AND s.dismissed_at IS NULL THEN s.submitted_at END) AS approved_at,
    MIN(
      CASE
        WHEN s.verdict = 'approved' AND s.dismissed_at IS NULL AND (b.blocked_at IS NULL OR s.submitted_at > b.blocked_at)
          THEN s.submitted_at
      END
    ) AS standing_at
  FROM said s
  JOIN blocked b ON b.product = s.product AND b.repository = s.repository AND b.number = s.number
  GROUP BY s.product, s.repository, s.number, s.answers_for, s.created_at, s.merged_at, b.unblocked_at
)
SELECT
  product, repository, number, answers_for, created_at, merged_at, first_at, approved_at,
  CASE WHEN unblocked_at > standing_at THEN unblocked_at ELSE standing_at END AS cleared_at
FROM reviewed;

-- The product-limit estimate of Kaplan and Meier over each: the duration at which the share that lasts longer falls to a half, a
-- quarter and a tenth (NULL: it does not), in elapsed and in working hours. A function, not a view: the metric is chosen at the source,
-- since no engine pushes a condition through everything below.
CREATE OR REPLACE TEMPORARY FUNCTION survival_points(of_metric STRING) AS TABLE
WITH lives AS (
  SELECT product, scope_key, person_key, hours, working_hours, has_ended FROM lifetimes WHERE metric = of_metric
),
lengths AS (
  SELECT product, scope_key, person_key, 0 AS in_working_hours, hours, has_ended FROM lives
  UNION ALL
  SELECT product, scope_key, person_key, 1 AS in_working_hours, working_hours AS hours, has_ended
  FROM lives
  WHERE working_hours IS NOT NULL
),
instants AS (
  SELECT product, scope_key, person_key, in_working_hours, hours, SUM(has_ended) AS n_ended, COUNT(*) AS n_here
  FROM lengths
  GROUP BY product, scope_key, person_key, in_working_hours, hours
),
at_risk AS (
  SELECT
    product, scope_key, person_key, in_working_hours, hours, n_ended, n_here,
    SUM(n_here) OVER (
      PARTITION BY product, scope_key, person_key, in_working_hours
      ORDER BY hours DESC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS n_at_risk
  FROM instants
),
surviving AS (
  SELECT
    product, scope_key, person_key, in_working_hours, hours, n_ended, n_here,
    EXP(SUM(CASE WHEN n_ended = n_at_risk THEN -1000.0 ELSE LN(1.0 - CAST(n_ended AS DOUBLE) / n_at_risk) END) OVER (
      PARTITION BY product, scope_key, person_key, in_working_hours
      ORDER BY hours ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    )) AS share
  FROM at_risk
)
SELECT
  product, scope_key, person_key,
  CAST(SUM(CASE WHEN in_working_hours = 0 THEN n_here ELSE 0 END) AS BIGINT) AS n,
  CAST(SUM(CASE WHEN in_working_hours = 0 THEN n_here - n_ended ELSE 0 END) AS BIGINT) AS running,
  MIN(CASE WHEN n_ended > 0 AND in_working_hours = 0 AND share <= 0.5 + 1e-12 THEN hours END) AS p50,
  MIN(CASE WHEN n_ended > 0 AND in_working_hours = 0 AND share <= 0.25 + 1e-12 THEN hours END) AS p75,
  MIN(CASE WHEN n_ended > 0 AND in_working_hours = 0 AND share <= 0.1 + 1e-12 THEN hours END) AS p90,
  MIN(CASE WHEN n_ended > 0 AND in_working_hours = 1 AND share <= 0.5 + 1e-12 THEN hours END) AS working_p50,
  MIN(CASE WHEN n_ended > 0 AND in_working_hours = 1 AND share <= 0.25 + 1e-12 THEN hours END) AS working_p75,
  MIN(CASE WHEN n_ended > 0 AND in_working_hours = 1 AND share <= 0.1 + 1e-12 THEN hours END) AS working_p90
FROM surviving
GROUP BY product, scope_key, person_key;

-- The holders of most files leave one after the other, until more than half of the files have no holder: over all of the product
-- ('') and each area. By the rule 'avelino' a holder has a degree of authorship of at least 3.293 and above 75 % of the file's best;
-- by 'decayed' a weight above 75 % of the greatest of the last 547 days, where a change weighs e^(-days/90) and a review half of that,
-- and only files with such a weight are spoken of.
-- The greedy removal needs no recursion: how many files a person holds does not change when another one leaves, so the order of
-- leaving is fixed at the start, and a file is orphaned when the last of its holders in that order leaves.
CREATE OR REPLACE TEMPORARY FUNCTION truck_factors(by_rule STRING) AS TABLE
WITH degrees AS (
  SELECT
    l.lineage, h.person,
    3.293 + CASE WHEN h.added THEN 1.098 ELSE 0.0 END + 0.164 * h.n_changes
      - 0.321 * LN(1.0 + h.n_file_changes - h.n_changes) AS weight
  FROM file_histories h
  JOIN lineages l ON l.product = h.product AND l.repository = h.repository AND l.path = h.path
  WHERE by_rule = 'avelino'
),
aged AS (
  SELECT t.lineage, t.person, t.is_review, hours_between(t.at, lens.as_of) / 24.0 AS days
  FROM touches t
  CROSS JOIN lens
  WHERE by_rule = 'decayed'
),
weighed AS (
  SELECT lineage, person, weight FROM degrees
  UNION ALL
  SELECT lineage, person, SUM(CASE WHEN is_review THEN 0.5 ELSE 1.0 END * EXP(-days / 90.0)) AS weight
  FROM aged
  WHERE days >= 0 AND days <= 547
  GROUP BY lineage, person
),
judged AS (
  SELECT lineage, person, weight, MAX(weight) OVER (PARTITION BY lineage) AS best FROM weighed
),
scopes AS (
  SELECT s.product, s.area_key, s.lineage
  FROM scoped_lineages s
  JOIN (SELECT DISTINCT lineage FROM weighed) w ON w.lineage = s.lineage
),
holders AS (
  SELECT s.product, s.area_key, s.lineage, j.person
  FROM scopes s
  JOIN judged j ON j.lineage = s.lineage
  WHERE j.weight / j.best > 0.75 AND (by_rule = 'decayed' OR j.weight >= 3.293)
),
order_of_leaving AS (
  SELECT
    held.product, held.area_key, held.person,
    ROW_NUMBER() OVER (
      PARTITION BY held.product, held.area_key ORDER BY held.n_files DESC, people.display_name, held.person
    ) AS place
  FROM (SELECT product, area_key, person, COUNT(*) AS n_files FROM holders GROUP BY product, area_key, person) held
  JOIN people ON people.person = held.person
),
orphaned AS (
  SELECT s.product, s.area_key, s.lineage, COALESCE(MAX(o.place), 0) AS at_place
  FROM scopes s
  LEFT JOIN holders h ON h.product = s.product AND h.area_key = s.area_key AND h.lineage = s.lineage
  LEFT JOIN order_of_leaving o ON o.product = h.product AND o.area_key = h.area_key AND o.person = h.person
  GROUP BY s.product, s.area_key, s.lineage
),
totals AS (
  SELECT product, area_key, COUNT(*) AS n FROM orphaned GROUP BY product, area_key
),
steps AS (
  SELECT product, area_key, place FROM order_of_leaving
  UNION ALL
  SELECT product, area_key, 0 AS place FROM totals
),
counted AS (
  SELECT s.product, s.area_key, s.place, COUNT(o.lineage) AS n_orphaned
  FROM steps s
  LEFT JOIN orphaned o ON o.product = s.product AND o.area_key = s.area_key AND o.at_place <= s.place
  GROUP BY s.product, s.area_key, s.place
),
stopped AS (
  SELECT c.product, c.area_key, MIN(c.place) AS removed
  FROM counted c
  JOIN totals t ON t.product = c.product AND t.area_key = c.area_key
  WHERE 2 * c.n_orphaned > t.n
  GROUP BY c.product, c.area_key
)
SELECT
  t.product, t.area_key, t.n, s.removed, c.n_orphaned,
  (SELECT COUNT(*) FROM order_of_leaving o WHERE o.product = t.product AND o.area_key = t.area_key) AS n_holders
FROM totals t
JOIN stopped s ON s.product = t.product AND s.area_key = t.area_key
JOIN counted c ON c.product = s.product AND c.area_key = s.area_key AND c.place = s.removed;
