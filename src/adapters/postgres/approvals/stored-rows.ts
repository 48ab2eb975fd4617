import { ResultAsync } from 'neverthrow';
import type pg from 'pg';
import type { ApprovalEvent } from '../../../domain/approvals/approval-events.ts';
import { headOfRefusals } from '../../../domain/approvals/refusal.ts';
import { eventsOfLinks } from '../../../domain/approvals/sent-event.ts';
import { type Instant, rfc3339 } from '../../../domain/kernel/instant.ts';
import { type Json, jsonText } from '../../../domain/kernel/json.ts';
import { present } from '../../../domain/kernel/present.ts';
import type { PaymentHistory, RowDifference, StoredRows } from '../../../ports/approvals/stored-rows.ts';
import { outboxShardOf } from '../../../ports/outbox.ts';
import { sealOfFailure } from '../../shared/row-seal.ts';
import { withRetry } from '../faults.ts';
import { findAll } from '../reads.ts';
import { type MigrationFault, migrationFaults } from '../stored-migrations.ts';
import { APPROVALS_MIGRATIONS } from './migrate.ts';
import { approvalToRow, entryToRow, eventFromRow, linesToRows, paymentToRow, refusalToRow } from './rows.ts';
import type { ApprovalsRow } from './schema.ts';
import { sentEventToRow } from './sent-events.ts';
import { storedClaims } from './stored-claims.ts';

/** Rows are compared by the server, as the text of all their columns, so that no column can be forgotten. */
export const postgresStoredRows = (pool: pg.Pool): StoredRows => ({
  differences: (history) =>
    findAll(
      pool,
      { name: 'approvals.differences', text: DIFFERENCES, values: rowsOf(history) },
      asDifference,
    ),
  strays: () =>
    ResultAsync.combine([
      findAll(pool, { name: 'approvals.strays', text: STRAYS }, asDifference),
      migrationFaults(pool, APPROVALS_MIGRATIONS),
    ]).map(([strays, faults]) => ({ items: [...strays, ...faults.map(schemaDifference)] })),
  sentSince: () =>
    withRetry(() => pool.query<Readonly<{ at: Instant }>>('SELECT approvals.events_noted_since() AS at')).map(
      ({ rows }) => rows[0]?.at ?? Number.POSITIVE_INFINITY,
    ),
  events: (after) =>
    findAll(
      pool,
      { name: 'approvals.events', text: EVENTS, values: [...placeIn(after), PAGE] },
      (row: StoredEventRow) => {
        const event = eventFromRow(row);
        const isSound = row.is_whole && isFailureSound(event, row);
        return { place: `${row.place} ${row.id}`, event, isSound };
      },
    ).map((items) => ({
      items,
      ...present({ next: items.length < PAGE ? undefined : items.at(-1)?.place }),
    })),
  claims: (after) => storedClaims(pool, after),
  tracedSince: () =>
    withRetry(() =>
      pool.query<Readonly<{ at: Instant }>>('SELECT approvals.claims_traced_since() AS at'),
    ).map(({ rows }) => rows[0]?.at ?? Number.POSITIVE_INFINITY),
});

const schemaDifference = ({ id, fault }: MigrationFault): RowDifference => ({
  row: 'schema',
  id,
  fault: fault === 'edited' ? 'differs' : fault,
});

const PAGE = 500;

/** A link of before that was kept says nothing of the newest change's id, or of the event outside that was taken. */
const rowsOf = ({ payment, links, given, refused, owed }: PaymentHistory): readonly unknown[] => [
  payment.id,
  textOf([paymentToRow(payment, links.at(-1)?.written?.changeId ?? '')]),
  textOf(linesToRows(payment)),
  textOf(given.map(({ approval, version }) => approvalToRow(approval, { ...payment, version }))),
  textOf(links.map(entryToRow)),
  links.at(-1)?.written === undefined ? '{"change_id": null}' : '{}',
  textOf(takenBy(payment, links)),
  textOf(refused.map(refusalToRow)),
  textOf(headRows(payment.id, links, refused)),
  textOf(eventsOfLinks(links).map(sentEventToRow)),
  links.every(({ written }) => written !== undefined),
  textOf(owed.map(sentEventToRow)),
  outboxShardOf({ id: '', paymentId: payment.id }),
];

/** Payments of before each began with a head have one once an approver was refused. */
function headRows(
  id: PaymentHistory['payment']['id'],
  [first]: PaymentHistory['links'],
  refused: PaymentHistory['refused'],
) {
  const { version, auditHash, attempts } = headOfRefusals(refused);
  return version === 0 && first?.written?.refusals === undefined
    ? []
    : [{ payment_id: id, sequence: version, hash: auditHash, attempts }];
}

function takenBy({ id, createdAt }: PaymentHistory['payment'], [first]: PaymentHistory['links']) {
  const key = first?.written?.eventKey;
  return key === undefined ? [] : [{ event_key: key, payment_id: id, taken_at: rfc3339(createdAt) }];
}

const textOf = (rows: readonly object[]): string => jsonText(rows as unknown as Json);

/** Of one table: what is stored under the payment's id beside what would be, `key` naming each row. */
const differencesIn = (
  table: string,
  row: RowDifference['row'],
  key: string,
  values: string,
  apart = `'{}'`,
) => `
  SELECT '${row}' AS row, coalesce(s.key, e.key) AS id,
    CASE WHEN s.key IS NULL THEN 'absent' WHEN e.key IS NULL THEN 'orphaned' ELSE 'differs' END AS fault
  FROM (
    SELECT ${key} AS key, json_populate_record(t, ${apart})::text AS text
    FROM approvals.${table} AS t WHERE t.payment_id = $1::uuid
  ) AS s
  FULL JOIN (
    SELECT ${key} AS key, json_populate_record(t, ${apart})::text AS text
    FROM json_populate_recordset(NULL::approvals.${table}, ${values}::json) AS t
  ) AS e ON s.key = e.key
  WHERE s.text IS DISTINCT FROM e.text`;

/** What the trigger keeps of approvals, and its migration of those before: an identity is of the first that has it. */
const IDENTITIES = `(
  SELECT coalesce(json_agg(i), '[]') FROM (
    SELECT DISTINCT ON (a.edition, known.identity) a.payment_id, a.edition, known.identity, a.approved_by
    FROM json_populate_recordset(NULL::approvals.payment_approvals, $4::json) AS a,
      unnest(approvals.compared_as(a.identities || approvals.subject_identity(a.approved_by))) AS known(identity)
    ORDER BY a.edition, known.identity, a.payment_version) AS i)`;

const REFUSAL_COUNT = `concat_ws(' ', t.payment_id, t.refusal_key)`;

const DIFFERENCES = [
  differencesIn('payments', 'vendor_payment', 't.payment_id::text', '$2', '$6::json'),
  differencesIn('payment_line_items', 'line_item', 't.line_item_id::text', '$3'),
  differencesIn(
    'payment_approvals',
    'approval',
    `concat_ws(' ', t.payment_id, t.edition, t.approved_by)`,
    '$4',
  ),
  differencesIn(
    'payment_approval_identity',
    'approval',
    `concat_ws(' ', t.payment_id, t.edition, t.identity)`,
    IDENTITIES,
  ),
  differencesIn('payment_audit_log', 'audit_entry', `concat_ws(' ', t.payment_id, t.sequence)`, '$5'),
  differencesIn('payment_refusal', 'refusal', `concat_ws(' ', t.payment_id, t.sequence)`, '$8'),
  differencesIn('payment_refusal_count', 'refusal', REFUSAL_COUNT, '$8', `'{"attempts": 1}'::json`),
  differencesIn('payment_refusal_head', 'refusal', 't.payment_id::text', '$9'),
  `SELECT 'event_key', e.event_key, CASE WHEN t.event_key IS NULL THEN 'absent' ELSE 'differs' END
  FROM json_populate_recordset(NULL::approvals.event_taken, $7::json) AS e
  LEFT JOIN approvals.event_taken AS t ON t.event_key = e.event_key
  WHERE t::text IS DISTINCT FROM e::text`,
  `SELECT 'event', t.id::text, CASE WHEN e.id IS NULL THEN 'orphaned' ELSE 'differs' END
  FROM approvals.sent_event AS t
  LEFT JOIN json_populate_recordset(NULL::approvals.sent_event, $10::json) AS e ON e.id = t.id
  WHERE t.payment_id = $1::uuid AND (e.id IS NOT NULL OR $11) AND t::text IS DISTINCT FROM e::text`,
  `SELECT 'event', e.id::text, 'absent' FROM json_populate_recordset(NULL::approvals.sent_event, $12::json) AS e
  WHERE NOT EXISTS (SELECT FROM approvals.sent_event AS t WHERE t.payment_id = e.payment_id AND t.id = e.id)
    AND NOT EXISTS (SELECT FROM approvals.outbox AS o WHERE o.shard = $13::smallint AND o.id = e.id)
    AND NOT EXISTS (SELECT FROM approvals.outbox_parked AS p WHERE p.id = e.id)`,
].join('\nUNION ALL\n');

/** Rows of no payment, the first of each table: references refuse most of them, until those are taken away. */
const straysIn = (table: string, row: RowDifference['row'], id: string, unless = '') => `
  (SELECT '${row}' AS row, ${id} AS id, 'orphaned' AS fault FROM approvals.${table} AS t
  WHERE NOT EXISTS (SELECT FROM approvals.payments AS p WHERE p.payment_id = t.payment_id${unless}) LIMIT 1)`;

const STRAYS = [
  straysIn('payment_line_items', 'line_item', 't.line_item_id::text'),
  straysIn('payment_approvals', 'approval', `concat_ws(' ', t.payment_id, t.edition, t.approved_by)`),
  straysIn('payment_approval_identity', 'approval', `concat_ws(' ', t.payment_id, t.edition, t.identity)`),
  straysIn('payment_audit_log', 'audit_entry', `concat_ws(' ', t.payment_id, t.sequence)`),
  straysIn('payment_refusal', 'refusal', `concat_ws(' ', t.payment_id, t.sequence)`),
  straysIn('payment_refusal_count', 'refusal', REFUSAL_COUNT),
  straysIn('sent_event', 'event', `concat_ws(' ', t.payment_id, t.id)`),
  straysIn('payment_refusal_head', 'refusal', 't.payment_id::text'),
  straysIn(
    'event_taken',
    'event_key',
    't.event_key',
    ` AND p.created_at = t.taken_at AND EXISTS (
    SELECT FROM approvals.payment_audit_log AS l WHERE l.payment_id = t.payment_id AND l.sequence = 1
      AND coalesce(l.written ->> 'eventKey' = t.event_key, l.written IS NULL))`,
  ),
].join('\nUNION ALL\n');

type StoredEventRow = ApprovalsRow<'outbox'> &
  Readonly<{
    place: string;
    is_whole: boolean;
    tries: number;
    retry_at: Instant | null;
    error: string | null;
    failure_seal: string | null;
    sealed_since: Instant;
  }>;

/** How its delivery went is as who noted the last failed try sealed it; an event that was never refused has nothing. */
function isFailureSound({ id, created }: ApprovalEvent, row: StoredEventRow): boolean {
  const { tries, retry_at, error, failure_seal: seal } = row;
  if (tries === 0 && retry_at === null && error === null) return seal === null;
  if (created < row.sealed_since) return true;
  const failure = { id, tries, ...present({ retryAt: retry_at ?? undefined, error: error ?? undefined }) };
  return seal === sealOfFailure(failure);
}

/** Times are written in milliseconds: none of ours is finer. */
const eventsIn = (table: string, place: string, retryAt: string) => `
  SELECT ${place} AS place, id, type, payment_id, created_at, data::text AS data, tries, ${retryAt} AS retry_at, error,
    encode(failure_seal, 'hex') AS failure_seal, approvals.failures_sealed_since() AS sealed_since,
    (created_at, coalesce(${retryAt}, created_at)) = (
      date_trunc('milliseconds', created_at), date_trunc('milliseconds', coalesce(${retryAt}, created_at))) AS is_whole
  FROM approvals.${table}`;

const EVENTS = `
  SELECT * FROM (${eventsIn('outbox', `to_char(shard, 'FM00')`, 'retry_at')}
    UNION ALL ${eventsIn('outbox_parked', `'parked'`, 'NULL::timestamptz')}) AS e
  WHERE (place, id) > ($1::text, $2::uuid) ORDER BY place, id LIMIT $3`;

const placeIn = (after = ' 00000000-0000-0000-0000-000000000000'): readonly string[] => after.split(' ');

const asDifference = ({ row, id, fault }: RowDifference): RowDifference => ({ row, id, fault });
