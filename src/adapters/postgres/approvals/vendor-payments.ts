import { type SelectQueryBuilder, sql } from 'kysely';
import type pg from 'pg';
import { firstIdAt, type VendorPaymentId } from '../../../domain/approvals/ids.ts';
import type { VendorPaymentFilter } from '../../../domain/approvals/vendor-payment-filter.ts';
import { present } from '../../../domain/kernel/present.ts';
import type { VendorPayments } from '../../../ports/approvals/vendor-payments.ts';
import { queriesOn } from '../migrate.ts';
import { findAll, findOne, prepared } from '../reads.ts';
import { SCHEMA } from './migrate.ts';
import { paymentFromRow } from './rows.ts';
import type { ApprovalsDatabase } from './schema.ts';

type Select<Output> = SelectQueryBuilder<ApprovalsDatabase, 'payments', Output>;

/** One statement gives payments with their lines and approvals, all as of one moment. */
const LINE_ITEMS = sql<string>`(
  SELECT coalesce(json_agg(json_build_object('lineItemId', l.line_item_id, 'description', l.description,
    'quantity', l.quantity, 'unitPriceCents', l.unit_price_cents, 'totalCents', l.total_cents) ORDER BY l.position), '[]')
  FROM approvals.payment_line_items AS l WHERE l.payment_id = payments.payment_id)::text`;

const APPROVALS = sql<string>`(
  SELECT coalesce(json_agg(json_build_object('by', a.approved_by, 'identities', a.identities,
    'vendorId', a.vendor_id, 'roles', a.roles, 'at', a.approved_at,
    'notes', a.notes, 'edition', a.edition, 'termsHash', a.terms_hash) ORDER BY a.payment_version), '[]')
  FROM approvals.payment_approvals AS a
  WHERE a.payment_id = payments.payment_id AND a.edition = payments.edition)::text`;

/** Each page is one index range scan, where the filter names one thing besides when payments were made. */
export function postgresVendorPayments(pool: pg.Pool): VendorPayments {
  const payments = () => queriesOn<ApprovalsDatabase>(pool).withSchema(SCHEMA).selectFrom('payments');
  const whole = (matching: Select<object>) => {
    const query = matching.select(COLUMNS).select([
      // As text: parsed by `pg` it would lose digits.
      sql<string>`metadata::text`.as('metadata'),
      sql<string>`fraud_reasons::text`.as('fraud_reasons'),
      sql<string | null>`fraud_review::text`.as('fraud_review'),
      sql<string | null>`due_date::text`.as('due_date'),
      LINE_ITEMS.as('line_items'),
      APPROVALS.as('approvals'),
    ]);
    return findAll(pool, prepared(query.compile()), paymentFromRow);
  };
  return {
    find: (id) => whole(payments().where('payment_id', '=', id)).map(([payment]) => payment),

    findLive: (incidentId, vendorId) =>
      whole(
        payments()
          .where('incident_id', '=', incidentId)
          .where('vendor_id', '=', vendorId)
          // As text, or no prepared plan could use the index of live payments.
          .where(sql<boolean>`status <> 'cancelled'`),
      ).map(([payment]) => payment),

    list(filter, { order, limit, after, skip = 0 }) {
      const oldest = order === 'oldest';
      let query = matching(payments(), filter)
        .orderBy('payment_id', oldest ? 'asc' : 'desc')
        .limit(limit);
      if (after !== undefined) query = query.where('payment_id', oldest ? '>' : '<', after);
      return whole(skip === 0 ? query : query.offset(skip));
    },

    due: (now, limit) =>
      findAll(
        pool,
        {
          name: 'due_vendor_payments',
          text: `SELECT payment_id FROM approvals.payments
            WHERE status = 'processing' AND payout_due_at <= $1 ORDER BY payout_due_at LIMIT $2`,
          values: [new Date(now), limit],
        },
        ({ payment_id: id }: Readonly<{ payment_id: VendorPaymentId }>) => id,
      ),

    backlog: (most) =>
      findOne(
        pool,
        {
          name: 'approval_backlog',
          text: `SELECT count(*)::integer AS count, min(created_at) AS oldest_at FROM (
            SELECT created_at FROM approvals.payments WHERE status = 'pending_approval' ORDER BY payment_id LIMIT $1
          ) AS waiting`,
          values: [most],
        },
        ({ count, oldest_at }: Readonly<{ count: number; oldest_at: number | null }>) => ({
          count,
          ...present({ oldestAt: oldest_at ?? undefined }),
        }),
      ).map((found) => found ?? { count: 0 }),
  };
}

function matching<Output>(query: Select<Output>, filter: VendorPaymentFilter): Select<Output> {
  const { vendorId, incidentId, status, fraudStatus, unreviewed, madeFrom, madeBefore } = filter;
  let chosen = query;
  if (vendorId !== undefined) chosen = chosen.where('vendor_id', '=', vendorId);
  if (incidentId !== undefined) chosen = chosen.where('incident_id', '=', incidentId);
  if (status !== undefined) chosen = chosen.where('status', '=', status);
  if (fraudStatus !== undefined) chosen = chosen.where('fraud_status', '=', fraudStatus);
  // As text, or no prepared plan could use the index of payments to review.
  if (unreviewed !== undefined) chosen = chosen.where(sql<boolean>`fraud_review IS NULL`);
  if (madeFrom !== undefined) chosen = chosen.where('payment_id', '>=', firstIdAt(madeFrom));
  if (madeBefore !== undefined) chosen = chosen.where('payment_id', '<', firstIdAt(madeBefore));
  return chosen;
}

const COLUMNS = [
  'payment_id',
  'incident_id',
  'vendor_id',
  'payer_type',
  'payer_id',
  'amount_cents',
  'currency',
  'status',
  'fraud_score',
  'fraud_status',
  'fraud_rules',
  'created_by',
  'changed_by',
  'maker_identities',
  'edition',
  'terms_hash',
  'approved_by',
  'approved_at',
  'rejected_by',
  'rejected_at',
  'rejected_reason',
  'payout_attempt',
  'payout_asks',
  'payout_due_at',
  'processed_at',
  'processor_reference',
  'failed_reason',
  'version',
  'audit_hash',
  'created_at',
  'updated_at',
] as const satisfies readonly (keyof ApprovalsDatabase['payments'])[];
