-- How long do requests of a service take?
--
-- Every sample of a metric within the runs (view series); drawn as the share that stays below.
-- Requests are kept where the scenario has record: {requests: rows}; to have them of one that has
-- not: traincast run scenarios/service-functions.yaml --set record.requests=rows
-- :metric = latency_s   as in view series
-- draw: cdf
-- empty: no chosen run kept its requests: run the service with --set record.requests=rows
SELECT label, value AS latency_s, run_id
  FROM series JOIN labels USING (run_id)
 WHERE metric = :metric
 ORDER BY run_id, step
