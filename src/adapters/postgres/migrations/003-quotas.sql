-- Counters, in no transaction with anything else. Their rows are updated over and over, so their pages leave half their
-- room to heap-only updates. The merchant of failed authentications is empty where the token named none that exists.

CREATE TABLE quota (
  merchant_id text COLLATE "C" NOT NULL,
  kind text NOT NULL CHECK (kind IN ('minute', 'day')),
  slot smallint NOT NULL,
  start timestamptz NOT NULL,
  used bigint NOT NULL CHECK (used >= 0),
  PRIMARY KEY (merchant_id, kind, slot)
) WITH (fillfactor = 50);

CREATE TABLE failed_authentication (
  merchant_id text COLLATE "C" NOT NULL,
  minute timestamptz NOT NULL,
  count bigint NOT NULL CHECK (count > 0),
  PRIMARY KEY (merchant_id, minute)
) WITH (fillfactor = 50);
