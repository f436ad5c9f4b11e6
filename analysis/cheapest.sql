-- Which configurations reach a training loss for the least money?
--
-- Mean money and time until the loss is reached, cheapest first, over the replications that
-- reach it; reached counts them.  Without a loss: until the one that the scenario stops at.
-- :loss = none   the training loss to reach; none: the scenario's stop.train_loss
-- :last = none   how many configurations at most
-- show: 20
-- empty: no chosen run reaches that training loss (--param loss=...; without it, the scenario's stop.train_loss)
WITH reached AS (
    SELECT run_id, time_to_loss_s AS sim_time_s, cost_to_loss_usd AS cost_usd FROM runs
     WHERE :loss IS NULL AND time_to_loss_s IS NOT NULL
    UNION ALL
    SELECT run_id, min(sim_time_s), min(cost_usd)
      FROM rounds WHERE :loss IS NOT NULL AND train_loss <= :loss GROUP BY run_id
)
SELECT label, avg(reached.cost_usd) AS cost_usd, avg(reached.sim_time_s) AS sim_time_s,
       count(reached.run_id) AS reached, count(*) AS runs, min(run_id) AS first_run
  FROM runs JOIN labels USING (run_id) LEFT JOIN reached USING (run_id)
 GROUP BY label
HAVING count(reached.run_id) > 0
 ORDER BY avg(reached.cost_usd), first_run
 LIMIT coalesce(:last, -1)
