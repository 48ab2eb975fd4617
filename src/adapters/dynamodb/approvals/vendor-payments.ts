import { okAsync } from 'neverthrow';
import { firstIdAt, type VendorPaymentId } from '../../../domain/approvals/ids.ts';
import { isLive, type VendorPayment } from '../../../domain/approvals/vendor-payment.ts';
import { isChosen, type VendorPaymentFilter } from '../../../domain/approvals/vendor-payment-filter.ts';
import { present } from '../../../domain/kernel/present.ts';
import type { VendorPaymentPage, VendorPayments } from '../../../ports/approvals/vendor-payments.ts';
import { overdue } from '../due.ts';
import { attempt } from '../faults.ts';
import type { Item } from '../items.ts';
import { firstOf } from '../newest.ts';
import { findOne, type PartitionQuery, type Read } from '../reads.ts';
import type { Table } from '../table.ts';
import { vendorPaymentOf } from './approval-items.ts';
import {
  incidentPartition,
  type ListName,
  listPartitions,
  liveKey,
  payoutDueShards,
  vendorPartition,
  vendorPaymentKey,
  vendorPaymentPartitions,
} from './keys.ts';

/**
 * Lists are read where few items are passed over: those of an incident, a vendor, an open or a cancelled status or a
 * risk from lists of ids, whose payments are then read themselves; all others from the payments.
 */
export const dynamodbVendorPayments = (table: Table, read: Read): VendorPayments => ({
  find: (id) => findOne(read, vendorPaymentKey(id), vendorPaymentOf),
  findLive: (incidentId, vendorId) =>
    attempt(async () => {
      const held = await read(liveKey({ incidentId, vendorId }));
      return held && read(vendorPaymentKey(held['holder'] as VendorPaymentId));
    }).map((item) => {
      const payment = item && vendorPaymentOf(item);
      // One that was cancelled since its key was read let it go in the same commit: there was none at that moment.
      return payment !== undefined && isLive(payment) ? payment : undefined;
    }),
  list(filter, page) {
    const { low, high } = idRange(filter, page);
    if (page.limit <= 0 || low > high) return okAsync([]);
    const list = listFor(filter);
    return list === undefined
      ? attempt(() => amongAll(table, filter, page)).map((items) => items.map(vendorPaymentOf))
      : attempt(() => amongListed(table, read, list, filter, page));
  },
  due: (now, limit) =>
    attempt(() => overdue(table, payoutDueShards(), now, limit)).map((items) =>
      items.map(({ sk }) => sk as VendorPaymentId),
    ),
  backlog: (most) =>
    attempt(async () => {
      const queries = listPartitions('open').map((pk) =>
        queryOf(pk, idRange({}, { order: 'oldest' }), { status: 'pending_approval' }),
      );
      const waiting = await firstOf(table, queries, { order: 'oldest', limit: most });
      const [first] = waiting;
      const oldest = first && (await read(vendorPaymentKey(first['sk'] as VendorPaymentId)));
      return {
        count: waiting.length,
        ...present({ oldestAt: oldest && vendorPaymentOf(oldest).createdAt }),
      };
    }),
});

/** Partitions of ids, and what their items say of a payment besides. */
type List = Readonly<{
  partitions: readonly string[];
  tells?: Pick<VendorPaymentFilter, 'status' | 'fraudStatus' | 'unreviewed'>;
}>;

/** The shortest list that holds all payments of the filter; undefined when most payments may be among them. */
function listFor({
  incidentId,
  vendorId,
  status,
  fraudStatus,
  unreviewed,
}: VendorPaymentFilter): List | undefined {
  if (incidentId !== undefined) return { partitions: [incidentPartition(incidentId)] };
  if (vendorId !== undefined) return { partitions: [vendorPartition(vendorId)] };
  const of = (list: ListName): List => ({ partitions: listPartitions(list) });
  if (status !== undefined && status !== 'completed' && status !== 'cancelled')
    return { ...of('open'), tells: { status, ...present({ fraudStatus }) } };
  if (fraudStatus !== undefined && fraudStatus !== 'low_risk')
    return { ...of(fraudStatus), tells: present({ unreviewed }) };
  return status === 'cancelled' ? of('cancelled') : undefined;
}

/** How many payments are read at a time, at most. */
const MOST_AT_ONCE = 100;

/** Payment after payment in the list's order, each as it is when read: whatever its list says, it must match. */
async function amongListed(
  table: Table,
  read: Read,
  { partitions, tells = {} }: List,
  filter: VendorPaymentFilter,
  { order, limit, after, skip = 0 }: VendorPaymentPage,
): Promise<readonly VendorPayment[]> {
  const found: VendorPayment[] = [];
  let matched = 0;
  let last = after;
  // Doubled with each turn, because most of what was read did not match.
  for (let size = Math.min(limit + skip, MOST_AT_ONCE); ; size = Math.min(size * 2, MOST_AT_ONCE)) {
    const part = { order, ...present({ after: last }) };
    const queries = partitions.map((pk) => queryOf(pk, idRange(filter, part), tells));
    const listed = await firstOf(table, queries, { order, limit: size, ...present({ before: last }) });
    const ids = listed.map(({ sk }) => sk as VendorPaymentId);
    const items = await Promise.all(ids.map((id) => read(vendorPaymentKey(id))));
    for (const item of items) {
      const payment = item && vendorPaymentOf(item);
      if (payment === undefined || !isChosen(payment, filter)) continue;
      matched += 1;
      if (matched > skip) found.push(payment);
      if (found.length === limit) return found;
    }
    if (ids.length < size) return found;
    last = ids.at(-1);
  }
}

async function amongAll(
  table: Table,
  filter: VendorPaymentFilter,
  page: VendorPaymentPage,
): Promise<readonly Item[]> {
  const { status, fraudStatus, unreviewed } = filter;
  const { order, limit, after, skip = 0 } = page;
  const tells = present({ status, fraudStatus, unreviewed });
  const range = idRange(filter, page);
  const queries = vendorPaymentPartitions().map((pk) => ofPayments(queryOf(pk, range, tells)));
  const found = await firstOf(table, queries, { order, limit: skip + limit, ...present({ before: after }) });
  return found.slice(skip);
}

/** With what a payment is made from, and no more: the SDK's time goes by attributes. */
const ofPayments = (query: PartitionQuery): PartitionQuery => ({
  ...query,
  ProjectionExpression: 'sk, #record, audit_hash',
  ExpressionAttributeNames: { ...query.ExpressionAttributeNames, '#record': 'record' },
});

type IdRange = Readonly<{ low: string; high: string }>;

/** The ids that a page can hold, both ends and `after` included; 'g' sorts behind every hex digit. */
function idRange(
  { madeFrom = 0, madeBefore }: VendorPaymentFilter,
  { order, after }: Pick<VendorPaymentPage, 'order' | 'after'>,
): IdRange {
  const low = firstIdAt(madeFrom);
  const high = madeBefore === undefined ? 'g' : firstIdAt(madeBefore);
  if (after === undefined) return { low, high };
  return order === 'oldest'
    ? { low: after > low ? after : low, high }
    : { low, high: after < high ? after : high };
}

/** The items of a partition within the range that say so. */
function queryOf(
  pk: string,
  { low, high }: IdRange,
  { status, fraudStatus, unreviewed }: NonNullable<List['tells']>,
): PartitionQuery {
  const conditions = [
    ...(status === undefined ? [] : ['#status = :status']),
    ...(fraudStatus === undefined ? [] : ['fraud_status = :fraud']),
    ...(unreviewed === undefined ? [] : ['attribute_not_exists(review)']),
  ];
  return {
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :low AND :high',
    ...(conditions.length === 0 ? {} : { FilterExpression: conditions.join(' AND ') }),
    ...(status === undefined ? {} : { ExpressionAttributeNames: { '#status': 'status' } }),
    ExpressionAttributeValues: {
      ':pk': pk,
      ':low': low,
      ':high': high,
      ...present({ ':status': status, ':fraud': fraudStatus }),
    },
  };
}
