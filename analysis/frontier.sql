-- Which configurations does no other beat in both time and money?
--
-- Mean time and money of each configuration over its replications; on_frontier is 1 where no other
-- is at once as fast and as cheap.  With a loss: time and money until the training loss is reached
-- (an evaluation is what shows it), only for configurations that always reach it.
-- :loss = none   the training loss to reach; none: until the end of the run
-- :all = 1       0: only those on the frontier
-- draw: points
-- empty: no chosen configuration is done in all replications, or reaches that loss in all
WITH reached AS (
    SELECT run_id, sim_time_s, cost_usd FROM runs WHERE :loss IS NULL AND status = 'done'
    UNION ALL
    SELECT run_id, min(sim_time_s), min(cost_usd)
      FROM rounds WHERE :loss IS NOT NULL AND train_loss <= :loss GROUP BY run_id
), configuration AS (
    SELECT label, avg(reached.sim_time_s) AS sim_time_s, avg(reached.cost_usd) AS cost_usd,
           count(reached.run_id) AS runs, min(run_id) AS first_run
      FROM runs JOIN labels USING (run_id) LEFT JOIN reached USING (run_id)
     GROUP BY label
    HAVING count(reached.run_id) = count(CASE WHEN status = 'done' OR :loss IS NOT NULL THEN 1 END)
       AND count(reached.run_id) > 0
), judged AS (
    SELECT *, coalesce(cost_usd < min(cost_usd) OVER (
               ORDER BY sim_time_s, cost_usd, first_run
               ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 1) AS on_frontier
      FROM configuration
)
SELECT label, sim_time_s, cost_usd, on_frontier, runs, first_run
  FROM judged
 WHERE on_frontier OR :all
 ORDER BY sim_time_s, cost_usd, first_run
