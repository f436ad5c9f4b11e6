-- How does a metric of the job change as it goes on?
--
-- What jobs note beside loss and accuracy (view series): distance between replicas, staleness ...;
-- the mean over the entities that note it at the same time.
-- :metric                  query DB "SELECT DISTINCT metric FROM series" lists them
-- {x} = sim_time_s         or step
-- :runs = 200              the last so many of the chosen runs
-- draw: curves
-- empty: no chosen run notes that metric: query DB "SELECT DISTINCT metric FROM series" lists them
SELECT label, run_id, x AS "{x}", avg(value) AS value
  FROM (SELECT run_id, series.{x} AS x, value FROM series
         WHERE metric = :metric AND value IS NOT NULL
           AND run_id IN (SELECT run_id FROM runs ORDER BY run_id DESC LIMIT :runs))
  JOIN labels USING (run_id)
 WHERE x IS NOT NULL
 GROUP BY run_id, x
 ORDER BY run_id, x
