-- What did each run learn, how long did it take, and what did it cost?
--
-- The last runs first.  label says by which settings runs are told apart; --by chooses others.
-- :last = none   how many runs at most
-- show: 50
SELECT run_id, name, label, status, sim_time_s, cost_usd, train_loss, final_accuracy, epochs
  FROM runs JOIN labels USING (run_id)
 ORDER BY run_id DESC
 LIMIT coalesce(:last, -1)
