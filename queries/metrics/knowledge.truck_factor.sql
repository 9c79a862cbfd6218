-- knowledge.truck_factor: how many authors, greatest first, leave before more than half of the files have none.
-- Reads of the prelude `truck_factors`, which starts from `file_histories` (per living file and person, renames followed).
SELECT
  product,
  CASE WHEN area_key = '' THEN NULL ELSE area_key END AS area,
  n,
  removed AS count,
  n_holders AS authors,
  n AS files,
  n_orphaned AS files_then_without_author
FROM truck_factors('avelino')
