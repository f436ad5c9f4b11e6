-- Does the bill follow from what happened?
--
-- Lines that are not what they should be: there must be none.  With all=1, or without traincast,
-- every line; each difference_pusd must be 0:
--     sqlite3 -readonly -box results.db < analysis/recompute_bill.sql
--
-- A line's unit says from which rows it follows (sim/ledger/ledger.h):
--   GB-s        invocations at that price: billed_ms * memory_mb * pusd_per_gb_s / (1024 * 1000)
--   invocation  invocations at that price, one each
--   h           machines at that price: billed_s * pusd_per_hour / 3600
--   request     requests of that channel and operation less the unbilled ones, times the price
--   others      the line's own quantity times its price
-- Each product is rounded down to a whole pico-dollar per invocation or machine.  Quotient and
-- remainder are priced apart because the plain product may exceed 64 bits; the sum is the same.
-- :all = 0   1: also the lines that are right
-- empty: the bill agrees: every line follows from what happened (--param all=1 shows them)
WITH item (run_id, unit, resource, unit_price_pusd, billed_pusd, recomputed_pusd) AS (
    SELECT run_id, unit, CASE WHEN unit IN ('GB-s', 'invocation', 'h') THEN 'all' ELSE resource END,
           unit_price_pusd, cost_pusd, 0
      FROM bill
    UNION ALL
    SELECT run_id, 'GB-s', 'all', pusd_per_gb_s, 0,
           sum(billed_ms * memory_mb / 1024000 * pusd_per_gb_s
               + billed_ms * memory_mb % 1024000 * pusd_per_gb_s / 1024000)
      FROM invocations
     GROUP BY run_id, pusd_per_gb_s
    UNION ALL
    SELECT run_id, 'invocation', 'all', pusd_per_request, 0, sum(pusd_per_request)
      FROM invocations
     GROUP BY run_id, pusd_per_request
    UNION ALL
    SELECT run_id, 'h', 'all', pusd_per_hour, 0,
           billed_s / 3600 * pusd_per_hour + billed_s % 3600 * pusd_per_hour / 3600
      FROM machines
    UNION ALL
    SELECT bill.run_id, 'request', resource, unit_price_pusd, 0,
           (requests.count - requests.unbilled) * unit_price_pusd
      FROM bill JOIN requests ON requests.run_id = bill.run_id
                             AND requests.channel || ' ' || requests.operation = bill.resource
     WHERE unit = 'request'
    UNION ALL
    SELECT run_id, unit, resource, unit_price_pusd, 0,
           CAST(round(quantity * unit_price_pusd) AS INTEGER)
      FROM bill
     WHERE unit NOT IN ('GB-s', 'invocation', 'h', 'request')
)
SELECT run_id, unit, resource, unit_price_pusd, sum(billed_pusd) AS billed_pusd,
       sum(recomputed_pusd) AS recomputed_pusd,
       sum(billed_pusd) - sum(recomputed_pusd) AS difference_pusd
  FROM item
 GROUP BY run_id, unit, resource, unit_price_pusd
HAVING (:all IS NOT 0 AND (sum(billed_pusd) <> 0 OR sum(recomputed_pusd) <> 0))
    OR sum(billed_pusd) <> sum(recomputed_pusd)
 ORDER BY run_id, unit, resource, unit_price_pusd;
