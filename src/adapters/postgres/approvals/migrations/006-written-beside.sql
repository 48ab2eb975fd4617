-- What the commit of a link wrote besides it, sealed by the link: null in the links of processes before this migration.

ALTER TABLE approvals.payment_audit_log ADD COLUMN written json;
