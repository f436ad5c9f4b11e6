-- From where on are functions faster or cheaper than machines?
--
-- Functions at their best beside machines at their best, for each x: of all configurations on one
-- side the fastest mean time and the lowest mean cost.  *_crossing says between which x the lead
-- changes, where the line between the two ratios crosses 1.
-- {x} = workers            a column of runs or a setting with numbers
-- {side} = platform        what tells the sides apart
-- :a = faas                one side
-- :b = iaas                the other
-- empty: it takes runs of both sides that are done at the same x (--param side=..., a=..., b=..., x=...)
WITH point AS (
    SELECT x, side, label, avg(sim_time_s) AS sim_time_s, avg(cost_usd) AS cost_usd
      FROM (SELECT {x} AS x, {side} AS side, label, sim_time_s, cost_usd
              FROM runs JOIN labels USING (run_id) WHERE status = 'done')
     WHERE side IN (:a, :b) AND x IS NOT NULL
     GROUP BY x, side, label
), best AS (
    SELECT x, min(sim_time_s) FILTER (WHERE side = :a) AS a_time_s,
           min(sim_time_s) FILTER (WHERE side = :b) AS b_time_s,
           min(cost_usd) FILTER (WHERE side = :a) AS a_cost_usd,
           min(cost_usd) FILTER (WHERE side = :b) AS b_cost_usd
      FROM point
     GROUP BY x
    HAVING a_time_s IS NOT NULL AND b_time_s IS NOT NULL
), ratio AS (
    SELECT *, a_time_s / b_time_s AS t, a_cost_usd / b_cost_usd AS c,
           lag(x) OVER w AS last_x, lag(a_time_s / b_time_s) OVER w AS last_t,
           lag(a_cost_usd / b_cost_usd) OVER w AS last_c
      FROM best
    WINDOW w AS (ORDER BY x)
)
SELECT x AS "{x}", a_time_s, b_time_s, t AS time_ratio,
       CASE WHEN t < 1 THEN :a WHEN t > 1 THEN :b END AS faster,
       CASE WHEN (last_t - 1) * (t - 1) < 0
            THEN last_x + (x - last_x) * (1 - last_t) / (t - last_t) END AS time_crossing,
       a_cost_usd, b_cost_usd, c AS cost_ratio,
       CASE WHEN c < 1 THEN :a WHEN c > 1 THEN :b END AS cheaper,
       CASE WHEN (last_c - 1) * (c - 1) < 0
            THEN last_x + (x - last_x) * (1 - last_c) / (c - last_c) END AS cost_crossing
  FROM ratio
 ORDER BY x
