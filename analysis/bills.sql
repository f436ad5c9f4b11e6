-- How does the bill differ from one configuration to the other?
--
-- Mean cost of each kind of charge, over the replications of a configuration.  What all requests
-- of a channel cost is one part.
-- draw: stack
-- empty: no chosen run is done (`traincast query DB failed` says why)
SELECT label, CASE WHEN unit = 'request' THEN 'requests'
                   WHEN unit IN ('GB-s', 'invocation') THEN 'functions'
                   WHEN resource LIKE 'vm %' THEN 'machines'
                   WHEN unit = 'h' THEN 'other machines'
                   ELSE resource END AS part,
       sum(bill.cost_usd) / count(DISTINCT run_id) AS cost_usd
  FROM bill JOIN runs USING (run_id) JOIN labels USING (run_id)
 WHERE status = 'done'
 GROUP BY label, part
 ORDER BY min(run_id), part
