-- review.turnaround: request to the first review by the person asked, in hours; requests still open are right-censored, and the
-- quantiles are those of the product-limit estimate of Kaplan and Meier.
-- Reads `lens` (one row) and of the prelude `survival_points`, which starts from `replayed_requests`.
SELECT
  s.product, CASE WHEN s.person_key >= 0 THEN s.person_key END AS person,
  s.n, s.p50, s.p75, s.p90, s.working_p50, s.working_p75, s.working_p90, s.running
FROM survival_points('review.turnaround') s
CROSS JOIN lens
WHERE s.p50 IS NOT NULL OR s.n < lens.minimum_n
