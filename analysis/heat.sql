-- How do two settings together move a result?
--
-- Mean of the measure for every pair of values, over everything else that differs.
-- {x} = workers             a column of runs or a setting
-- {y}                       another
-- {measure} = sim_time_s    a column of runs, or an expression over them and over settings
-- draw: heat
-- empty: no chosen run is done and has x, y and the measure
SELECT x AS "{x}", y AS "{y}", avg(value) AS "{measure}", count(*) AS runs
  FROM (SELECT {x} AS x, {y} AS y, {measure} AS value FROM runs WHERE status = 'done')
 WHERE x IS NOT NULL AND y IS NOT NULL AND typeof(value) IN ('integer', 'real')
 GROUP BY x, y
 ORDER BY x, y
