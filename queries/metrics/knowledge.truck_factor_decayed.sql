-- knowledge.truck_factor_decayed: how many major contributors of the last 547 days, greatest first, leave before more than half of
-- the files touched in them have none. A change weighs e^(-days/90), a review half of that; major is above 75 % of the greatest.
-- Reads of the prelude `truck_factors`, which starts from `touches` (contributions to living files, renames followed).
SELECT
  product,
  CASE WHEN area_key = '' THEN NULL ELSE area_key END AS area,
  n,
  removed AS count,
  n_holders AS authors,
  n AS files,
  n_orphaned AS files_then_without_author
FROM truck_factors('decayed')
