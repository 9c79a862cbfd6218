-- flow.merge_wait: the approval that stands to merged, in hours.
-- Reads of the prelude `reviewed_merges` (merged pull requests, with when nothing stood in their way any more) and `touched_areas`.
WITH spans AS (
  SELECT
    product, repository, number,
    hours_between(cleared_at, merged_at) AS hours,
    working_hours_between(cleared_at, merged_at) AS working_hours
  FROM reviewed_merges
  WHERE first_at >= created_at AND cleared_at IS NOT NULL
),
scoped AS (
  SELECT product, CAST(NULL AS STRING) AS area, hours, working_hours FROM spans
  UNION ALL
  SELECT s.product, t.area, s.hours, s.working_hours
  FROM spans s
  JOIN touched_areas t ON t.product = s.product AND t.repository = s.repository AND t.number = s.number
)
SELECT
  product, area,
  COUNT(*) AS n,
  PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY hours) AS p50,
  PERCENTILE_CONT(0.75) WITHIN GROUP (ORDER BY hours) AS p75,
  PERCENTILE_CONT(0.9) WITHIN GROUP (ORDER BY hours) AS p90,
  PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY working_hours) AS working_p50,
  PERCENTILE_CONT(0.75) WITHIN GROUP (ORDER BY working_hours) AS working_p75,
  PERCENTILE_CONT(0.9) WITHIN GROUP (ORDER BY working_hours) AS working_p90
FROM scoped
GROUP BY product, area
