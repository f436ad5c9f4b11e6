-- Who did what when in a run?
--
-- The spans of one run: of its critical path, or of everybody with record: {spans: all}.
-- :run = none   number of the run; none: the last of the chosen ones
-- draw: timeline
-- empty: there are no spans of that run (--param run=N chooses another)
SELECT entity, lane, activity, begin_s, end_s, step
  FROM spans
 WHERE run_id = coalesce(:run, (SELECT max(run_id) FROM runs))
 ORDER BY entity_id, lane, begin_s
