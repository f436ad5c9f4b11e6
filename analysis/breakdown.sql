-- Where does the time go?
--
-- What the critical path of a run did, activity by activity (table activity explains each): mean
-- seconds over the replications of a configuration.  The rows of one label sum to its time.
-- draw: stack
-- empty: no chosen run is done (`traincast query DB failed` says why)
SELECT label, activity, sum(critical_s) / of_label.runs AS time_s,
       100 * sum(critical_s) / of_label.sim_time_s AS time_percent
  FROM breakdown JOIN runs USING (run_id) JOIN labels USING (run_id)
  JOIN (SELECT label, count(*) AS runs, sum(sim_time_s) AS sim_time_s, min(run_id) AS first_run
          FROM runs JOIN labels USING (run_id) WHERE status = 'done' GROUP BY label) AS of_label
       USING (label)
 WHERE status = 'done'
 GROUP BY label, activity
HAVING sum(critical_s) > 0
 ORDER BY first_run, min(CASE activity WHEN 'start' THEN 1 WHEN 'load' THEN 2 WHEN 'compute' THEN 3
                         WHEN 'communicate' THEN 4 WHEN 'wait' THEN 5 ELSE 6 END), activity
