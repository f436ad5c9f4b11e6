-- By which settings are the runs told apart, and what values have they?
--
-- What follows from another choice is left out: of the dozens of settings that differ between
-- functions and machines only platform.kind is named.
-- empty: the chosen runs differ in name, campaign and seed at most
SELECT key, count(DISTINCT value_text) AS distinct_values, count(*) AS runs,
       CASE WHEN count(DISTINCT value_text) <= 12 THEN group_concat(DISTINCT value_text)
            ELSE min(value_num) || ' to ' || max(value_num) END AS value_text
  FROM (SELECT * FROM settings ORDER BY key, value_num, value_text)
 GROUP BY key
 ORDER BY key
