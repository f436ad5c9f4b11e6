-- Which setting moves a result most?
--
-- For each setting that differs: the means of the measure at the value that makes it lowest and at
-- the one that makes it highest, over everything else that differs, and explained_percent, the
-- share of the measure's variance that the setting accounts for on its own (eta squared).  A
-- setting with more than twelve numbers is cut into fifths.  seed is the noise beside it.
-- {measure} = sim_time_s    a column of runs, or an expression over them and over settings
-- empty: no setting differs between the chosen runs that are done, or their measure never does
WITH measured AS (
    SELECT run_id, seed, y FROM (SELECT run_id, seed, {measure} AS y FROM runs WHERE status = 'done')
     WHERE typeof(y) IN ('integer', 'real')
), setting AS (
    SELECT run_id, key, value_text, value_num FROM settings
    UNION ALL
    SELECT run_id, 'seed', CAST(seed AS TEXT), seed FROM measured
), many AS (
    SELECT key FROM setting GROUP BY key
    HAVING count(DISTINCT value_text) > 12 AND count(value_num) = count(*)
), level AS (
    SELECT key, value_text AS value, y FROM setting JOIN measured USING (run_id)
     WHERE y IS NOT NULL AND key NOT IN (SELECT key FROM many)
    UNION ALL
    SELECT key, 'fifth ' || ntile(5) OVER (PARTITION BY key ORDER BY value_num), y
      FROM setting JOIN measured USING (run_id)
     WHERE y IS NOT NULL AND key IN (SELECT key FROM many)
), mean AS (
    SELECT key, value, avg(y) AS y, count(*) AS n FROM level GROUP BY key, value
), whole AS (
    SELECT key, avg(y) AS y FROM level GROUP BY key
), spread AS (
    SELECT key, sum((level.y - whole.y) * (level.y - whole.y)) AS total
      FROM level JOIN whole USING (key) GROUP BY key
), ends AS (
    SELECT key, first_value(value) OVER up AS low_value, first_value(mean.y) OVER up AS low,
           first_value(value) OVER down AS high_value, first_value(mean.y) OVER down AS high,
           sum(n * (mean.y - whole.y) * (mean.y - whole.y)) OVER (PARTITION BY key) AS explained
      FROM mean JOIN whole USING (key)
    WINDOW up AS (PARTITION BY key ORDER BY mean.y, value),
           down AS (PARTITION BY key ORDER BY mean.y DESC, value)
)
SELECT key, low_value, low, high_value, high, high / low AS ratio,
       CASE WHEN total > 0 THEN 100 * explained / total END AS explained_percent
  FROM ends JOIN spread USING (key)
 GROUP BY key
HAVING low_value <> high_value
 ORDER BY explained_percent DESC, key
