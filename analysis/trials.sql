-- What did each trial of a search come to?
--
-- Of jobs of kind `search`: the trials' values, losses and hours, the best first (by the test
-- rows' last loss if there are any, else by the training rows').
-- empty: no chosen run is a search with trials
SELECT run_id, entity AS trial,
       max(value) FILTER (WHERE metric = 'value') AS tried,
       max(value) FILTER (WHERE metric = 'final_train_loss') AS train_loss,
       (SELECT last.value FROM series AS last
         WHERE last.run_id = series.run_id AND last.entity_id = series.entity_id AND last.metric = 'test_loss'
         ORDER BY last.sim_time_s DESC, last.step DESC LIMIT 1) AS test_loss,
       max(value) FILTER (WHERE metric = 'epochs') AS epochs,
       max(value) FILTER (WHERE metric = 'begin_s') AS begin_s,
       max(value) FILTER (WHERE metric = 'end_s') AS end_s
  FROM series
 WHERE entity LIKE 'trial %' AND run_id IN (SELECT run_id FROM runs)
 GROUP BY run_id, entity_id
 ORDER BY run_id, coalesce(test_loss, train_loss), entity_id
