-- How does learning go on, over time or over money?
--
-- Every evaluation of every run.  Over replications the figure shows the mean and its band of 95 %
-- confidence; one that has ended keeps its last value.
-- {x} = sim_time_s           sim_time_s, cost_usd, epoch or round
-- {measure} = train_loss     train_loss, train_accuracy, test_loss or test_accuracy
-- :runs = 200                the last so many of the chosen runs
-- draw: curves
-- empty: no chosen run has evaluated that
SELECT label, run_id, rounds.{x} AS "{x}", rounds.{measure} AS "{measure}"
  FROM rounds JOIN labels USING (run_id)
 WHERE run_id IN (SELECT run_id FROM runs ORDER BY run_id DESC LIMIT :runs)
   AND rounds.{measure} IS NOT NULL
 ORDER BY run_id, round
