-- What the reference definitions call, for DuckDB. Another engine needs only this file anew; the definitions stay as they are.
-- Kept out of them because DuckDB and Spark SQL differ: arithmetic on instants, time zones, UNNEST against EXPLODE, and
-- recursion that ends by UNION (Spark's WITH RECURSIVE knows UNION ALL only, on which walking merges explodes).
-- Also avoided in them: QUALIFY, GROUP BY ALL, list functions, FILTER clauses, regular expressions, COLUMNS(*).

CREATE OR REPLACE MACRO hours_between(a, b) AS CAST(epoch_us(b) - epoch_us(a) AS DOUBLE) / 3600000000.0::DOUBLE;

-- The wall clock of a zone at an instant, without a zone of its own. Instants are UTC.
CREATE OR REPLACE MACRO local_time(instant, zone) AS timezone(zone, timezone('UTC', instant));

-- Working hours of the team between two instants; NULL where no hours are agreed.
CREATE OR REPLACE MACRO working_hours_between(a, b) AS (
  SELECT
    CASE
      WHEN COUNT(*) > 0 THEN SUM(
        CASE
          WHEN LEAST(b, w.end_at) > GREATEST(a, w.start_at)
            THEN CAST(epoch_us(LEAST(b, w.end_at)) - epoch_us(GREATEST(a, w.start_at)) AS DOUBLE)
          ELSE 0.0::DOUBLE
        END
      ) / 3600000000.0::DOUBLE
    END
  FROM working_spans w
  WHERE w.person IS NULL
);

-- Working days of the team between two instants, as a fraction.
CREATE OR REPLACE MACRO working_days_between(a, b) AS (
  SELECT
    SUM(
      CASE
        WHEN LEAST(b, w.end_at) > GREATEST(a, w.start_at)
          THEN CAST(epoch_us(LEAST(b, w.end_at)) - epoch_us(GREATEST(a, w.start_at)) AS DOUBLE)
            / CAST(epoch_us(w.end_at) - epoch_us(w.start_at) AS DOUBLE)
        ELSE 0.0::DOUBLE
      END
    )
  FROM working_days w
  WHERE w.person IS NULL
);

-- Working hours of a person between two instants: by a calendar of their own, else by the team's; NULL where none are agreed.
CREATE OR REPLACE MACRO working_hours_of(who, a, b) AS (
  SELECT
    CASE
      WHEN COUNT(*) > 0 THEN SUM(
        CASE
          WHEN LEAST(b, w.end_at) > GREATEST(a, w.start_at)
            THEN CAST(epoch_us(LEAST(b, w.end_at)) - epoch_us(GREATEST(a, w.start_at)) AS DOUBLE)
          ELSE 0.0::DOUBLE
        END
      ) / 3600000000.0::DOUBLE
    END
  FROM working_spans w
  WHERE w.person = who OR (w.person IS NULL AND NOT EXISTS (SELECT 1 FROM working_spans o WHERE o.person = who))
);

-- Everyone credited with a commit, once each.
CREATE OR REPLACE VIEW commit_authors AS
SELECT repository, commit, author AS person FROM commits
UNION
SELECT repository, commit, UNNEST(co_authors) AS person FROM commits;

-- Successful deployments to production of commits that the history has, in their repository's order.
CREATE OR REPLACE VIEW placed_deployments AS
SELECT
  d.product, d.repository, d.environment, d.commit, d.created_at,
  COALESCE(d.finished_at, d.created_at) AS deployed_at,
  ROW_NUMBER() OVER (
    PARTITION BY d.product, d.repository ORDER BY COALESCE(d.finished_at, d.created_at), d.deployment
  ) AS position
FROM production d
JOIN commits c ON c.repository = d.repository AND c.commit = d.commit
CROSS JOIN lens
WHERE d.to_production
  AND d.outcome = 'success'
  AND d.created_at < lens.as_of
  AND COALESCE(d.finished_at, d.created_at) >= d.created_at
  AND COALESCE(d.finished_at, d.created_at) < lens.as_of;

-- By ancestry: the commits that each deployment contains.
CREATE OR REPLACE VIEW reached AS
WITH RECURSIVE edges AS (
  SELECT repository, commit, UNNEST(parents) AS parent FROM commits
),
reach AS (
  SELECT product, repository, environment, commit, position FROM placed_deployments
  UNION
  SELECT reach.product, edges.repository, reach.environment, edges.parent, reach.position
  FROM reach
  JOIN edges ON edges.repository = reach.repository AND edges.commit = reach.commit
)
SELECT product, repository, environment, commit, position FROM reach;

-- The position of the first deployment that contains a commit: to production, and to each environment of it.
CREATE OR REPLACE VIEW first_shipped AS
SELECT product, repository, commit, MIN(position) AS position FROM reached GROUP BY product, repository, commit;

CREATE OR REPLACE VIEW first_shipped_to AS
SELECT product, repository, environment, commit, MIN(position) AS position
FROM reached
GROUP BY product, repository, environment, commit;

-- Review requests replayed: one row for each request that opened a wait, with when and how it ended: by a review of the person
-- (for a team: of a member), withdrawn, with the end of the pull request, or not at all ('open'). The statement is plain SQL;
-- it stands here because four definitions start from it.
CREATE OR REPLACE VIEW replayed_requests AS
WITH pulls AS (
  SELECT
    p.repository, p.number, p.author,
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

-- The civil days of the team's zone that end inside the window and not after the as-of instant, with their ends.
CREATE OR REPLACE VIEW ended_days AS
SELECT day, end_at
FROM (
  SELECT day, timezone('UTC', timezone(lens.time_zone, CAST(day + 1 AS TIMESTAMP))) AS end_at, lens.until, lens.as_of
  FROM lens, (
    SELECT CAST(UNNEST(generate_series(
      CAST(CAST(local_time(since, time_zone) AS DATE) AS TIMESTAMP), CAST(CAST(until AS DATE) + 1 AS TIMESTAMP), INTERVAL 1 DAY
    )) AS DATE) AS day
    FROM lens
  ) days
) ends
WHERE end_at <= until AND end_at <= as_of;
-- Humans with any event on code (issues aside) in a product's repositories in the 90 days before the as-of instant.
CREATE OR REPLACE VIEW active_people AS
WITH events AS (
  SELECT c.repository, w.person, c.committed_at AS at
  FROM commits c
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
CREATE OR REPLACE VIEW scoped_lineages AS
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
