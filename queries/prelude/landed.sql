-- What figures are made of, for every engine, and the only place that reads `commits` and `file_changes`: commits on default
-- branches, and what those that merge nothing changed. Mining may have recorded more (all refs, merges against first parents).
CREATE OR REPLACE TEMPORARY VIEW landed_commits AS
SELECT * FROM commits WHERE on_default_branch;

CREATE OR REPLACE TEMPORARY VIEW landed_changes AS
SELECT f.*
FROM file_changes f
JOIN landed_commits c ON c.repository = f.repository AND c.commit = f.commit
WHERE NOT c.is_merge;
