-- Which runs did not end well, and why?
--
-- 'running' is in progress, or its process was killed (then it will never end; run it again).
-- misfortunes counts what happened to it on the way: crashes, expired functions, throttling.
-- empty: every chosen run ended well, or waits for its turn
SELECT run_id, name, label, status, stop_reason, sim_time_s,
       (SELECT count(*) FROM misfortunes WHERE misfortunes.run_id = runs.run_id) AS misfortunes,
       message
  FROM runs JOIN labels USING (run_id)
 WHERE status NOT IN ('done', 'planned')
 ORDER BY run_id
