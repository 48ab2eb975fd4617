-- A merchant's trail by id. Links that are not of payments are rare; they have an index of their own, which no payment's
-- commit writes to.

CREATE INDEX audit_entry_trail ON audit_entry (merchant_id, id);

CREATE INDEX audit_entry_rare ON audit_entry (merchant_id, entity_type, id)
  WHERE entity_type NOT IN ('payment', 'transaction');
