-- gate.bypass_share: merged with fewer standing approvals than the branch's rules asked for, among those merged since they have.
-- Reads the fact tables, `lens` (one row), `products` (product, repository) and of the prelude `measured_pull_requests` and
-- `touched_areas`.
WITH merged AS (
  SELECT products.product, p.repository, p.number, p.author, p.merged_at, r.required_approvals
  FROM measured_pull_requests p
  JOIN products ON products.repository = p.repository
  JOIN merge_rules r ON r.repository = p.repository AND r.branch = p.base_branch
  LEFT JOIN (SELECT DISTINCT repository, number FROM timeline WHERE event = 'landed') by_bot
    ON by_bot.repository = p.repository AND by_bot.number = p.number
  CROSS JOIN lens
  WHERE p.state = 'merged'
    AND by_bot.number IS NULL
    AND p.merged_at >= p.created_at
    AND p.merged_at >= lens.since
    AND p.merged_at < lens.until
    AND r.required_approvals > 0
    AND r.approvals_since <= p.merged_at
),
said AS (
  SELECT
    m.product, m.repository, m.number, r.verdict,
    CASE WHEN r.verdict = 'approved' AND (r.dismissed_at IS NULL OR r.dismissed_at > m.merged_at) THEN 1 ELSE 0 END AS stands,
    -- What a person said last. Accounts that are gone may each have been another.
    CASE
      WHEN r.author IS NULL THEN 1
      ELSE ROW_NUMBER() OVER (
        PARTITION BY m.product, m.repository, m.number, r.author, r.verdict IN ('approved', 'changes_requested')
        ORDER BY r.submitted_at DESC, r.review DESC
      )
    END AS from_the_last
  FROM merged m
  JOIN reviews r ON r.repository = m.repository AND r.number = m.number AND r.submitted_at <= m.merged_at
  WHERE r.author IS NULL OR m.author IS NULL OR r.author <> m.author
),
approved AS (
  SELECT
    product, repository, number,
    SUM(CASE WHEN from_the_last = 1 THEN stands ELSE 0 END) AS n_approvals,
    SUM(CASE WHEN verdict = 'dismissed' THEN 1 ELSE 0 END) AS n_untold
  FROM said
  GROUP BY product, repository, number
),
judged AS (
  SELECT
    m.product, m.repository, m.number,
    CASE WHEN COALESCE(a.n_approvals, 0) < m.required_approvals THEN 1 ELSE 0 END AS is_bypass,
    COALESCE(a.n_untold, 0) AS n_untold, COALESCE(a.n_approvals, 0) AS n_approvals, m.required_approvals
  FROM merged m
  LEFT JOIN approved a ON a.product = m.product AND a.repository = m.repository AND a.number = m.number
),
told AS (
  SELECT product, repository, number, is_bypass
  FROM judged
  WHERE is_bypass = 0 OR n_approvals + n_untold < required_approvals
),
scoped AS (
  SELECT product, CAST(NULL AS STRING) AS area, is_bypass FROM told
  UNION ALL
  SELECT j.product, t.area, j.is_bypass
  FROM told j
  JOIN touched_areas t ON t.product = j.product AND t.repository = j.repository AND t.number = j.number
)
SELECT product, area, COUNT(*) AS n, SUM(is_bypass) AS hits, COUNT(*) AS of
FROM scoped
GROUP BY product, area
