-- What is kept for a time only is deleted by how old it is, a few hundred rows at a time. A claim's update moves `due_at`,
-- which is indexed, and a window's slot is taken over once in its time, so none of this costs a heap-only update.

CREATE INDEX claim_response ON claim (answer_expires_at)
  WHERE state = 'completed' AND answer_expires_at IS NOT NULL;

CREATE INDEX failed_authentication_minute ON failed_authentication (minute);

CREATE INDEX quota_start ON quota (kind, start);
