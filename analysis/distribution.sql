-- How is a measure of the runs distributed?
--
-- The measure of every run; drawn as the share of runs that stay below it.
-- {measure} = sim_time_s    a column of runs, or an expression over them and over settings
-- draw: cdf
-- empty: no chosen run is done and has a number for that
SELECT label, {measure} AS "{measure}", run_id
  FROM runs JOIN labels USING (run_id)
 WHERE status = 'done' AND {measure} IS NOT NULL
 ORDER BY run_id
