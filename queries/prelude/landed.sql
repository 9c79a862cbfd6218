-- What figures are made of, for every engine, and the only place that reads `commits` and `file_changes`: commits on default
-- branches, and what those that merge nothing changed. Mining may have recorded more (all refs, merges against first parents).
CREATE OR REPLACE TEMPORARY VIEW landed_commits AS
SELECT * FROM commits WHERE on_default_branch;

-- Containment is git's: beside those there are the commits that only tags and deployments of other branches reach.
CREATE OR REPLACE TEMPORARY VIEW known_commits AS
SELECT repository, commit, parents FROM commits WHERE on_default_branch
UNION ALL
SELECT s.repository, s.commit, s.parents
FROM side_commits s
LEFT JOIN (SELECT repository, commit FROM commits WHERE on_default_branch) c ON c.repository = s.repository AND c.commit = s.commit
WHERE c.commit IS NULL;

-- A subtree merge puts the files of another history below a directory: each counts where it is then, and never for a file of the
-- default branch that merely has the same name.
CREATE OR REPLACE TEMPORARY VIEW landed_changes AS
SELECT
  f.repository, f.commit, COALESCE(f.landed_path, f.path) AS path, COALESCE(f.landed_previous_path, f.previous_path) AS previous_path,
  f.change, f.lines_added, f.lines_deleted, f.is_binary
FROM file_changes f
JOIN landed_commits c ON c.repository = f.repository AND c.commit = f.commit
WHERE NOT c.is_merge;
