-- What is the money spent on?
--
-- The invoices of the chosen runs, added up line by line, dearest first.  For one run:
-- --where "run_id = 3".  percent is of the whole bill.
-- empty: none of the chosen runs has a bill: a run has one when it has ended
SELECT resource, sum(quantity) AS quantity, unit, unit_price_usd,
       sum(cost_pusd) / 1e12 AS cost_usd,
       100.0 * sum(cost_pusd) / sum(sum(cost_pusd)) OVER () AS cost_percent,
       count(*) AS runs
  FROM bill
 WHERE run_id IN (SELECT run_id FROM runs)
 GROUP BY resource, unit, unit_price_usd
 ORDER BY sum(cost_pusd) DESC, resource
