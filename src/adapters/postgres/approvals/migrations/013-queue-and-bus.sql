-- What stands in for the approvers' queue and for the event bus where none is configured. A message that was received is hidden until
-- `visible_at`; one that was received for the last time and not removed is a dead letter from then on.

CREATE TABLE approvals.queue_message (
  id uuid PRIMARY KEY,
  message json NOT NULL,
  visible_at timestamptz NOT NULL,
  receives integer NOT NULL DEFAULT 0
);
CREATE INDEX queue_message_time ON approvals.queue_message (visible_at, id);

CREATE TABLE approvals.bus_event (
  id uuid PRIMARY KEY,
  type text NOT NULL,
  payment_id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  data json NOT NULL
);
CREATE INDEX bus_event_time ON approvals.bus_event (created_at);
