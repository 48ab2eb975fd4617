-- A merchant's schedules are listed and counted by those that are open; those that were removed stay for their audit chains, and
-- are not read for it.

CREATE INDEX aggregate_open_export_schedule ON aggregate (owner, id)
  WHERE kind = 'export_schedule' AND record ->> 'status' <> 'removed';
