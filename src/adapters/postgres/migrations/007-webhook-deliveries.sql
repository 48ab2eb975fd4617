-- The last digit of a UUID is random, so it serves as a hash; `deliveryShardOf` reads the same one. Every delivery is
-- written twice or more within seconds, and due ones are read where dead rows lie, so the table is vacuumed early.

CREATE TABLE webhook_delivery (
  merchant_id text COLLATE "C" NOT NULL,
  id uuid NOT NULL,
  endpoint_id uuid NOT NULL,
  shard smallint NOT NULL GENERATED ALWAYS AS (get_byte(uuid_send(endpoint_id), 15) % 16) STORED,
  event_id uuid NOT NULL,
  event_type text NOT NULL,
  payment_id uuid,
  url text NOT NULL,
  body text NOT NULL,
  status text NOT NULL CHECK (status IN ('pending', 'delivered', 'failed', 'expired')),
  tries smallint NOT NULL,
  attempts json NOT NULL,
  due_at timestamptz,
  expires_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  version integer NOT NULL,
  PRIMARY KEY (merchant_id, id),
  CHECK ((status = 'pending') = (due_at IS NOT NULL))
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000);

CREATE INDEX webhook_delivery_due ON webhook_delivery (shard, due_at, event_id) WHERE status = 'pending';

CREATE INDEX webhook_delivery_endpoint ON webhook_delivery (merchant_id, endpoint_id, id);

CREATE INDEX webhook_delivery_ended ON webhook_delivery (updated_at) WHERE status <> 'pending';
