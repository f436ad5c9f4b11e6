-- How does a result answer to a setting?
--
-- The measure of every run over x, a line for each configuration that is the same but for x: means
-- with intervals of 95 % confidence where there are replications.  With x=workers it is the
-- scaling, with x=loss_rate (or whatever the setting is called) the sensitivity to loss.
-- {x} = workers             a column of runs or a setting
-- {measure} = sim_time_s    a column of runs, or an expression over them and over settings
-- draw: response
-- empty: no chosen run is done and has a number for that, of both x and the measure
WITH measured AS (
    SELECT run_id, {x} AS x, {measure} AS y FROM runs WHERE status = 'done'
), same AS ( -- the settings that are x itself
    SELECT key FROM settings JOIN measured USING (run_id)
     GROUP BY key HAVING min(value_num IS x OR value_text IS x)
)
SELECT coalesce((SELECT group_concat(shown, ', ') FROM settings
                  WHERE settings.run_id = measured.run_id AND key NOT IN (SELECT key FROM same)),
                'all') AS others, x AS "{x}", y AS "{measure}", run_id
  FROM measured
 WHERE x IS NOT NULL AND typeof(y) IN ('integer', 'real')
 ORDER BY others, x, run_id
