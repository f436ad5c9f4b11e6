-- How much faster is it with more workers?
--
-- Mean time over the replications, against the fewest workers of otherwise the same settings:
-- speedup is how many times as fast, efficiency_percent how much of the added workers comes out
-- of it, cost_ratio how many times as much it costs.
-- draw: response
-- empty: no chosen run is done (`traincast query DB failed` says why)
WITH configuration AS (
    SELECT run_id, coalesce((SELECT group_concat(shown, ', ') FROM settings
                              WHERE settings.run_id = runs.run_id AND key NOT IN ('groups.workers.count', 'workers')),
                            'all') AS others
      FROM runs WHERE status = 'done'
), point AS (
    SELECT others, workers, avg(sim_time_s) AS sim_time_s, avg(cost_usd) AS cost_usd,
           count(*) AS runs, min(run_id) AS first_run
      FROM runs JOIN configuration USING (run_id)
     GROUP BY others, workers
)
SELECT others, workers, first_value(sim_time_s) OVER fewest / sim_time_s AS speedup,
       100 * first_value(sim_time_s) OVER fewest / sim_time_s
           * first_value(workers) OVER fewest / workers AS efficiency_percent,
       cost_usd / first_value(cost_usd) OVER fewest AS cost_ratio, sim_time_s, cost_usd, runs
  FROM point
WINDOW fewest AS (PARTITION BY others ORDER BY workers)
 ORDER BY min(first_run) OVER (PARTITION BY others), workers
