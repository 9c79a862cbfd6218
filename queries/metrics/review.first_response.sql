-- review.first_response: ready for review to the first comment or review by a human other than the author, in hours; pull
-- requests still waiting are right-censored, and the quantiles are those of the product-limit estimate of Kaplan and Meier.
-- Reads `lens` (one row) and of the prelude `survival_points`, which starts from `first_words`.
SELECT
  s.product, CASE WHEN s.scope_key = '' THEN NULL ELSE s.scope_key END AS area,
  s.n, s.p50, s.p75, s.p90, s.working_p50, s.working_p75, s.working_p90, s.running
FROM survival_points('review.first_response') s
CROSS JOIN lens
WHERE s.p50 IS NOT NULL OR s.n < lens.minimum_n
