-- How long do requests of a service take?
--
-- Every sample of a metric within the runs (view series); drawn as the share that stays below.
-- Requests are listed where the scenario has record: {requests: rows}.
-- :metric = latency_s   as in view series
-- draw: cdf
SELECT label, value AS latency_s, run_id
  FROM series JOIN labels USING (run_id)
 WHERE metric = :metric
 ORDER BY run_id, step
