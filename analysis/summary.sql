-- What are a measure's mean and its interval of 95 % confidence, for each configuration?
--
-- Over replications (other seeds), after Student; low and high are its ends.  Below five
-- replications it says little, for one there is none.
-- {measure} = sim_time_s   a column of runs, or an expression over them and over settings
-- empty: no chosen run is done and has a number for that
SELECT label, n, mean, mean - half AS low, mean + half AS high, min, max
  FROM (SELECT label, min(run_id) AS first_run, count(value) AS n, mean, min(value) AS min,
               max(value) AS max,
               ci95(sqrt(sum((value - mean) * (value - mean)) / (count(value) - 1)),
                    count(value)) AS half
          FROM (SELECT *, avg(value) OVER (PARTITION BY label) AS mean
                  FROM (SELECT run_id, label, {measure} AS value
                          FROM runs JOIN labels USING (run_id) WHERE status = 'done')
                 WHERE typeof(value) IN ('integer', 'real'))
         GROUP BY label, mean)
 ORDER BY first_run
