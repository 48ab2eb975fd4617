-- Records keep what claims said; people are compared by more: every mailbox that an identity names, and a payee by its id wherever
-- that stands in a claim. As `mailbox.ts`, `identity.ts` and `maker-checker.ts` have it. What is compared follows from what is
-- kept, so that identities of processes before this migration are compared as others are.

-- Identities are folded when they are kept: letters are lower case, and of all space there is U+0020 alone.
CREATE FUNCTION approvals.mailboxes_in(identity text) RETURNS SETOF text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
  DECLARE
    escape text;
    unquoted text;
    uncommented text;
    longer text;
  BEGIN
    FOREACH escape IN ARRAY ARRAY['', ' '] LOOP
      unquoted := replace(replace(identity, '"', ''), '\', escape);
      uncommented := unquoted;
      LOOP
        longer := uncommented;
        uncommented := regexp_replace(longer, '\([^()]*\)', '', 'g');
        EXIT WHEN uncommented = longer;
      END LOOP;
      RETURN QUERY
        SELECT CASE
          WHEN m.host IN ('gmail.com', 'googlemail.com') THEN replace(m.untagged, '.', '') || '@gmail.com'
          ELSE m.untagged || '@' || m.host END
        FROM (
          SELECT
            regexp_replace(regexp_replace(substring(w.word FROM '^(.*)@'), '^[''.@]+', ''), '^([^+]+)\+.*$', '\1'),
            regexp_replace(substring(w.word FROM '@([^@]*)$'), '[''.]+$', '')
          FROM unnest(ARRAY[unquoted, uncommented]) AS r(reading),
            regexp_split_to_table(regexp_replace(r.reading, ' *@ *', '@', 'g'), '[] |:/<>,;()[{}=?&#]+') AS w(word)
        ) AS m(untagged, host)
        WHERE m.untagged <> '' AND m.host <> '';
    END LOOP;
  END
  $$;

CREATE FUNCTION approvals.compared_as(identities text[]) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ARRAY(
  SELECT known.identity FROM unnest(identities) AS known(identity)
  UNION
  SELECT 'mail:' || mailbox FROM unnest(identities) AS known(identity), approvals.mailboxes_in(known.identity) AS mailbox);

CREATE FUNCTION approvals.names_id(identity text, id uuid) RETURNS boolean
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN strpos(identity, id::text) > 0
  OR identity ~ ('(^|[^0-9a-z])' || replace(id::text, '-', '') || '($|[^0-9a-z])');

CREATE OR REPLACE FUNCTION approvals.keep_approval_identities() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF TG_OP = 'UPDATE' THEN
      DELETE FROM approvals.payment_approval_identity AS i
      WHERE i.payment_id = NEW.payment_id AND i.edition = NEW.edition AND i.approved_by = NEW.approved_by;
    END IF;
    INSERT INTO approvals.payment_approval_identity (payment_id, edition, identity, approved_by)
    SELECT NEW.payment_id, NEW.edition, known.identity, NEW.approved_by
    FROM unnest(approvals.compared_as(NEW.identities || approvals.subject_identity(NEW.approved_by))) AS known(identity);
    RETURN NULL;
  END
  $$;

CREATE OR REPLACE FUNCTION approvals.refuse_own_approval() RETURNS trigger LANGUAGE plpgsql AS $$
  DECLARE
    known CONSTANT text[] := approvals.compared_as(NEW.identities || approvals.subject_identity(NEW.approved_by));
  BEGIN
    PERFORM FROM approvals.payments AS p WHERE p.payment_id = NEW.payment_id FOR UPDATE;
    PERFORM FROM approvals.payments AS p
    WHERE p.payment_id = NEW.payment_id AND (
      known && approvals.compared_as(p.maker_identities
        || ARRAY(SELECT approvals.subject_identity(m.subject) FROM unnest(p.created_by || p.changed_by) AS m(subject)))
      OR NEW.vendor_id IN (p.vendor_id, p.payer_id)
      OR EXISTS (
        SELECT FROM unnest(known) AS k(identity), unnest(ARRAY[p.vendor_id, p.payer_id]) AS party(id)
        WHERE approvals.names_id(k.identity, party.id)));
    IF FOUND THEN
      RAISE EXCEPTION 'neither a maker nor a party approves' USING ERRCODE = 'check_violation', SCHEMA = 'approvals',
        TABLE = 'payment_approvals', CONSTRAINT = 'payment_approvals_not_by_maker';
    END IF;
    RETURN NEW;
  END
  $$;

-- Approvals of before, each identity for the first that has it: two that count as one person's now were given, and stay.
INSERT INTO approvals.payment_approval_identity AS i (payment_id, edition, identity, approved_by)
SELECT DISTINCT ON (a.payment_id, a.edition, known.identity) a.payment_id, a.edition, known.identity, a.approved_by
FROM approvals.payment_approvals AS a,
  unnest(approvals.compared_as(a.identities || approvals.subject_identity(a.approved_by))) AS known(identity)
ORDER BY a.payment_id, a.edition, known.identity, a.payment_version
ON CONFLICT (payment_id, edition, identity) DO UPDATE SET approved_by = excluded.approved_by
WHERE i.approved_by <> excluded.approved_by;
