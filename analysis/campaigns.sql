-- What is in the database?
--
-- A line for each campaign: how many runs, how they ended, and what all of them took together.
-- wall_s is the real time of the simulations, everything else is simulated.
-- More: query DB runs, query DB settings --campaign NAME, query DB failed.
-- empty: the database has no runs
SELECT coalesce(campaign, '(none)') AS campaign, count(*) AS runs,
       sum(status = 'done') AS done, sum(status = 'planned') AS planned,
       sum(status = 'running') AS running,
       sum(status NOT IN ('done', 'planned', 'running')) AS failed,
       count(DISTINCT name) AS scenarios, min(run_id) AS first_run, max(run_id) AS last_run,
       sum(sim_time_s) AS sim_time_s, sum(cost_usd) AS cost_usd, sum(wall_s) AS wall_s
  FROM runs
 GROUP BY campaign
 ORDER BY first_run
