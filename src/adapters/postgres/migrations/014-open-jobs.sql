-- Every worker looks for jobs that are due; those that have ended stay for their audit chains, and are not read for it.

CREATE INDEX aggregate_open_job ON aggregate (owner, id)
  WHERE kind = 'job' AND record ->> 'status' IN ('waiting', 'running');
