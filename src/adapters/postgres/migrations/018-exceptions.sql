-- People look at exceptions that are open, and now and then at those that are closed; neither reads the other.

CREATE INDEX aggregate_open_exception ON aggregate (owner, id)
  WHERE kind = 'exception' AND record ->> 'status' IN ('open', 'proposed');
CREATE INDEX aggregate_closed_exception ON aggregate (owner, id)
  WHERE kind = 'exception' AND record ->> 'status' IN ('resolved', 'ignored');

-- Captures and refunds that no file of the processor has settled, in the order in which they were created.

CREATE INDEX transaction_unsettled ON transaction (merchant_id, id)
  WHERE type IN ('capture', 'refund') AND status IN ('pending', 'succeeded');
