-- The first commit of a payment as one statement of pgbench's: a row each in claim, payment, audit_entry and outbox, and its sum in tally,
-- with ids that ascend as ours do. Nothing is checked but keys and constraints, and nothing is hashed.
WITH asked AS MATERIALIZED (
  SELECT 'merchant-' || floor(random() * 8) AS merchant_id, uuidv7() AS id, now() AS at, floor(random() * 9000)::bigint + 1000 AS amount,
    right(gen_random_uuid()::text, 12) AS number, encode(sha256(uuid_send(gen_random_uuid())), 'hex') AS hash
), recorded AS MATERIALIZED (
  SELECT *, json_build_object('id', 'pay_' || replace(id::text, '-', ''), 'merchant_id', merchant_id, 'idempotency_key', 'order-' || number,
    'amount', amount, 'currency', 'EUR', 'status', 'processing', 'payment_method', 'card', 'description', 'Order from the webshop',
    'metadata', json_build_object('order', number), 'capture_method', 'automatic', 'authorized_amount', 0, 'captured_amount', 0,
    'refunded_amount', 0, 'version', 1, 'created_at', at, 'updated_at', at) AS record
  FROM asked
), claimed AS (
  INSERT INTO claim (merchant_id, operation, key, fingerprint, payment_id, request_id, fence, change_id, created_at, state, due_at,
    attempts, seal)
  SELECT merchant_id, 'process', 'order-' || number, hash, id, 'req-' || number, 1, uuidv7(), at, 'calling', at + interval '30 seconds', 0,
    decode(hash, 'hex')
  FROM recorded
), opened AS (
  INSERT INTO payment (merchant_id, id, idempotency_key, amount, currency, status, payment_method, description, metadata, capture_method,
    authorized_amount, captured_amount, refunded_amount, reserved_amount, closing, version, audit_hash, created_at, updated_at)
  SELECT merchant_id, id, 'order-' || number, amount, 'EUR', 'processing', 'card', 'Order from the webshop',
    json_build_object('order', number), 'automatic', 0, 0, 0, 0, false, 1, hash, at, at
  FROM recorded
), linked AS (
  INSERT INTO audit_entry (entity_id, entity_type, sequence, id, merchant_id, action, actor_id, actor_type, ip_address, after, metadata,
    created_at, previous_hash, hash)
  SELECT 'pay_' || replace(id::text, '-', ''), 'payment', 1, uuidv7(), merchant_id, 'payment.created', 'bench', 'user', '127.0.0.1', record,
    json_build_object('request_id', 'req-' || number), at, repeat('0', 64), hash
  FROM recorded
), counted AS (
  INSERT INTO tally AS t (merchant_id, day, currency, status, slot, count, amount, captured, refunded)
  SELECT merchant_id, at::date, 'EUR', 'processing', pg_backend_pid() % 32, 1, amount, 0, 0 FROM recorded
  ON CONFLICT (merchant_id, day, currency, status, slot) DO UPDATE SET
    count = t.count + excluded.count, amount = t.amount + excluded.amount
)
INSERT INTO outbox (id, type, merchant_id, payment_id, created_at, data, seal)
SELECT uuidv7(), 'payment.created', merchant_id, id, at, record, decode(hash, 'hex') FROM recorded;
