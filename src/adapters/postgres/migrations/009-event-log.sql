-- Events that the relay has taken, each merchant's by their ids, which begin with the time. They are written once and
-- deleted after 30 days, so dead rows come a day's worth at a time.

CREATE TABLE event_log (
  merchant_id text COLLATE "C" NOT NULL,
  id uuid NOT NULL,
  type text NOT NULL,
  entity_id text COLLATE "C",
  payment_id uuid,
  created_at timestamptz NOT NULL,
  data json NOT NULL,
  PRIMARY KEY (merchant_id, id)
);

CREATE INDEX event_log_entity ON event_log (merchant_id, entity_id, id);

CREATE INDEX event_log_created ON event_log (created_at);
