-- Events are fanned out to a merchant's open endpoints; those that were removed stay for their audit chains, and are not
-- read for it.

CREATE INDEX aggregate_open_endpoint ON aggregate (owner, id)
  WHERE kind = 'webhook_endpoint' AND record ->> 'status' <> 'removed';
