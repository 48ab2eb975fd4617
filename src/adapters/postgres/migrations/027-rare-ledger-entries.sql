-- Entries of a type that is neither a capture's nor a fee's are listed by an index of their own, which no payment's commit writes to:
-- refunds are found by the money that each sets aside.

CREATE INDEX ledger_entry_rare ON ledger_entry (merchant_id, type, id) WHERE type NOT IN ('capture', 'fee');
