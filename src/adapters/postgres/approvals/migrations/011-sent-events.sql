-- Which events have left the outbox for good, so that `paywright verify` tells them from events that were deleted: a row is written
-- behind all sinks and before the event is removed, and kept for as long as the platform keeps its events. `events_noted_since` says
-- from when on every event is noted, as `sealed_since` does of seals.

CREATE TABLE approvals.sent_event (
  payment_id uuid NOT NULL,
  id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  hash text NOT NULL,
  PRIMARY KEY (payment_id, id)
);
CREATE INDEX sent_event_time ON approvals.sent_event (created_at);

DO $do$
BEGIN
  EXECUTE format(
    'CREATE FUNCTION approvals.events_noted_since() RETURNS timestamptz LANGUAGE sql STABLE AS $f$ SELECT %L::timestamptz $f$',
    CASE WHEN EXISTS (SELECT FROM approvals.payments) THEN now() + interval '1 day' ELSE '1970-01-01T00:00:00Z' END);
END
$do$;
