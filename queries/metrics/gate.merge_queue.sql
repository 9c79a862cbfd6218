-- gate.merge_queue: first added to the merge queue to merged by it, in hours; attempts, and ejections by reason.
-- Reads the fact tables, `lens` (one row), `products` (product, repository) and of the prelude `measured_pull_requests` and
-- `touched_areas`.
WITH moves AS (
  SELECT
    products.product, p.repository, p.number, p.merged_at, t.at AS moved_at, t.event, t.reason,
    LAG(t.event) OVER (PARTITION BY products.product, p.repository, p.number ORDER BY t.at, t.event) AS event_before
  FROM measured_pull_requests p
  JOIN products ON products.repository = p.repository
  JOIN timeline t ON t.repository = p.repository AND t.number = p.number
  CROSS JOIN lens
  WHERE p.state = 'merged'
    AND p.merged_at >= p.created_at
    AND p.merged_at >= lens.since
    AND p.merged_at < lens.until
    AND t.event IN ('added_to_merge_queue', 'removed_from_merge_queue')
    AND t.at < lens.as_of
),
-- Adding what is in the queue, and removing what is not, is nothing.
steps AS (
  SELECT
    product, repository, number, merged_at, moved_at AS added_at, event,
    LEAD(moved_at) OVER (PARTITION BY product, repository, number ORDER BY moved_at, event) AS removed_at,
    LEAD(reason) OVER (PARTITION BY product, repository, number ORDER BY moved_at, event) AS reason
  FROM moves
  WHERE event_before IS NULL OR event_before <> event
),
stays AS (
  SELECT
    product, repository, number, merged_at, added_at, reason,
    CASE
      WHEN removed_at IS NULL THEN CASE WHEN merged_at >= added_at THEN 'landed' ELSE 'unfinished' END
      WHEN reason = 'already_merged' THEN 'merged_past'
      WHEN added_at <= merged_at AND ABS(hours_between(merged_at, removed_at)) * 3600.0 <= 2.0005 THEN 'landed'
      WHEN reason IN ('merged', 'merge') THEN 'landed'
      ELSE 'ejected'
    END AS leaving,
    ROW_NUMBER() OVER (PARTITION BY product, repository, number ORDER BY added_at DESC) AS from_the_last
  FROM steps
  WHERE event = 'added_to_merge_queue'
),
reasoned AS (
  SELECT
    product, repository, number, merged_at, added_at, leaving, from_the_last,
    CASE
      WHEN leaving <> 'ejected' THEN NULL
      WHEN reason IN ('failed_checks', 'checks_failed', 'checks_timed_out', 'ci_failure', 'ci_timeout', 'no_response') THEN 'checks'
      WHEN reason IN ('merge_conflict', 'invalid_merge_commit', 'git_tree_invalid') THEN 'conflict'
      WHEN reason IN ('manual', 'dequeued', 'queue_cleared') THEN 'by_hand'
      ELSE 'other'
    END AS why
  FROM stays
),
landed AS (
  SELECT
    product, repository, number,
    hours_between(MIN(added_at), merged_at) AS hours,
    COUNT(*) AS attempts,
    COUNT(why) AS ejections,
    COUNT(CASE WHEN why = 'checks' THEN 1 END) AS ejections_checks,
    COUNT(CASE WHEN why = 'conflict' THEN 1 END) AS ejections_conflict,
    COUNT(CASE WHEN why = 'by_hand' THEN 1 END) AS ejections_by_hand,
    COUNT(CASE WHEN why = 'other' THEN 1 END) AS ejections_other
  FROM reasoned
  GROUP BY product, repository, number, merged_at
  HAVING MAX(CASE WHEN from_the_last = 1 THEN leaving END) = 'landed' AND MIN(added_at) <= merged_at
),
scoped AS (
  SELECT
    product, CAST(NULL AS STRING) AS area, hours, attempts, ejections, ejections_checks, ejections_conflict, ejections_by_hand,
    ejections_other
  FROM landed
  UNION ALL
  SELECT
    l.product, t.area, l.hours, l.attempts, l.ejections, l.ejections_checks, l.ejections_conflict, l.ejections_by_hand,
    l.ejections_other
  FROM landed l
  JOIN touched_areas t ON t.product = l.product AND t.repository = l.repository AND t.number = l.number
)
SELECT
  product, area,
  COUNT(*) AS n,
  PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY hours) AS p50,
  PERCENTILE_CONT(0.75) WITHIN GROUP (ORDER BY hours) AS p75,
  PERCENTILE_CONT(0.9) WITHIN GROUP (ORDER BY hours) AS p90,
  CAST(SUM(attempts) AS DOUBLE) / COUNT(*) AS attempts,
  SUM(ejections) AS ejections,
  SUM(ejections_checks) AS ejections_checks,
  SUM(ejections_conflict) AS ejections_conflict,
  SUM(ejections_by_hand) AS ejections_by_hand,
  SUM(ejections_other) AS ejections_other
FROM scoped
GROUP BY product, area
