import { isClosed, ownersOf } from '../../domain/aggregates/aggregate.ts';
import type { AuditEntry } from '../../domain/kernel/audit-entry.ts';
import { traceOf } from '../../domain/kernel/claim-trace.ts';
import type { Change, CommitRefused, Guarded, GuardedAggregate, Spending } from '../../ports/commits.ts';
import { auditItem, type LinkForm } from './audit-items.ts';
import { claimItem, claimTraceItem } from './claim-items.ts';
import { ABSENT, versionIs } from './conditional-writes.ts';
import { finderItems } from './finders.ts';
import { aggregateItem, eventItem, type Item, paymentItem, transactionItem, uniqueKeyItem } from './items.ts';
import { balanceAdditions, ledgerItem, spendingAddition } from './ledger-items.ts';
import { ledgerTallyAdditions } from './ledger-tallies.ts';
import { updateOf } from './sums.ts';
import { aggregateHistory, aggregateKey, historyPartition, tenantKey, uniqueKey } from './table.ts';
import { tallyAdditions } from './tally-items.ts';
import type { Operation, Put } from './transactions.ts';

/**
 * One item of a transaction, and what it means when its condition fails. `isOwn`: the stored item's `change_id` says
 * whether this very change has been applied, and the condition fails when it has.
 */
export type Write = Readonly<{ operation: Operation; refusal?: CommitRefused; isOwn?: true }>;

/** Every write of a change with its guard, in the order in which refusals count. No two are of one item. */
export function writesOf(table: string, change: Change, links: LinkForm): readonly Write[] {
  const { claim, payment, transactions, aggregates, spending, entries, audit, events } = change;
  const put = (item: Item, condition?: Partial<Put>): Operation => ({
    Put: { TableName: table, Item: item, ...condition },
  });
  const versioned = (item: Item, { expected, next: { id } }: Guarded<Readonly<{ id: string }>>): Write => ({
    operation: put(item, versionIs(expected)),
    refusal: { kind: 'StaleVersion', id },
  });
  return [
    ...claimWrite(change, put),
    ...(payment === undefined ? [] : [versioned(paymentItem(payment.next), payment)]),
    ...(payment?.expected === 0 ? finderItems(payment.next).map((item) => ({ operation: put(item) })) : []),
    ...transactions.map((each) => versioned(transactionItem(each.next), each)),
    ...aggregates.flatMap((each, index) =>
      ownersOf(each.next).map((owner, copy): Write => {
        const item = aggregateItem(owner, each.next, change.id);
        const refusal: CommitRefused = { kind: 'StaleVersion', id: each.next.id };
        const guard = isClosed(each.next) ? ABSENT : versionIs(each.expected);
        return claim !== undefined || index > 0 || copy > 0
          ? { operation: put(item, guard), refusal }
          : { operation: put(item, { ...guard, ...TELLING }), refusal, isOwn: true };
      }),
    ),
    ...aggregates.filter(({ next }) => isClosed(next)).map((each) => leaving(table, each)),
    ...(spending === undefined ? [] : [spendingWrite(table, spending, change)]),
    ...uniqueKeyWrites(table, aggregates),
    ...[...balanceAdditions(change), ...tallyAdditions(change), ...ledgerTallyAdditions(entries)].map(
      (addition) => ({ operation: { Update: updateOf(table, addition) } }),
    ),
    ...aggregates
      .filter(({ expected, next }) => next.kind === 'merchant' && expected === 0)
      .map(({ next }) => ({ operation: put(tenantKey(next.merchantId)) })),
    ...entries.map((entry) => ({ operation: put(ledgerItem(entry)) })),
    ...audit.map((entry): Write => {
      const operation = put(auditItem(entry, historyOf(entry, change), links), ABSENT);
      return { operation, refusal: { kind: 'StaleVersion', id: entry.entityId } };
    }),
    ...events.map((event) => ({ operation: put(eventItem(event)) })),
  ];
}

/** What closes is written among those that are closed, and leaves those that are open. */
const leaving = (table: string, { expected, next }: GuardedAggregate): Write => ({
  operation: {
    Delete: {
      TableName: table,
      Key: aggregateKey(next.merchantId, next.kind, next.id),
      ...versionIs(expected),
    },
  },
  refusal: { kind: 'StaleVersion', id: next.id },
});

export const TELLING: Partial<Put> = { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' };

const LAPSED =
  '(attribute_not_exists(payment_id) AND attribute_not_exists(transfer_id)' +
  ' AND (attribute_not_exists(answer_expires_at) OR answer_expires_at <= :at))';

/** A claim that this very change wrote always refuses, so that an earlier attempt of ours shows in the reason. */
function claimWrite(
  { id, at, claim }: Change,
  put: (item: Item, condition?: Partial<Put>) => Operation,
): readonly Write[] {
  if (claim === undefined) return [];
  const { expected, next } = claim;
  const trace = traceOf(next);
  const guard: Partial<Put> =
    expected === 0
      ? {
          ConditionExpression: `attribute_not_exists(pk) OR (change_id <> :change AND ${LAPSED})`,
          ExpressionAttributeValues: { ':change': id, ':at': at },
        }
      : {
          ConditionExpression: `fence = :fence AND change_id <> :change AND NOT ${LAPSED}`,
          ExpressionAttributeValues: { ':fence': expected, ':change': id, ':at': at },
        };
  return [
    {
      operation: put(claimItem(next), { ...guard, ...TELLING }),
      refusal: { kind: expected === 0 ? 'ClaimTaken' : 'FenceLost' },
      isOwn: true,
    },
    ...(trace === undefined ? [] : [{ operation: put(claimTraceItem(trace)) }]),
  ];
}

function spendingWrite(table: string, spending: Spending, { entries }: Change): Write {
  const update = updateOf(table, spendingAddition(spending, entries));
  const { expected, currency } = spending;
  const guarded =
    expected === 0
      ? { ...update, ConditionExpression: 'attribute_not_exists(spendings)' }
      : {
          ...update,
          ConditionExpression: 'spendings = :expected',
          ExpressionAttributeValues: { ...update.ExpressionAttributeValues, ':expected': expected },
        };
  return { operation: { Update: guarded }, refusal: { kind: 'StaleVersion', id: currency } };
}

/** A key that one change both lets go of and takes is taken. */
function uniqueKeyWrites(table: string, aggregates: readonly GuardedAggregate[]): readonly Write[] {
  const writes = new Map<string, Write>();
  const write = ({ next }: GuardedAggregate, key: string, operationWith: (guard: KeyGuard) => Operation) => {
    const { pk } = uniqueKey(next.merchantId, next.kind, key);
    const operation = operationWith({
      ConditionExpression: 'attribute_not_exists(pk) OR holder = :holder',
      ExpressionAttributeValues: { ':holder': next.id },
    });
    if (!writes.has(pk)) writes.set(pk, { operation, refusal: { kind: 'KeyTaken', key } });
  };
  for (const each of aggregates)
    for (const key of each.takes)
      write(each, key, (guard) => ({
        Put: { TableName: table, Item: uniqueKeyItem(each.next, key), ...guard },
      }));
  for (const each of aggregates)
    for (const key of each.releases)
      write(each, key, (guard) => ({
        Delete: { TableName: table, Key: uniqueKey(each.next.merchantId, each.next.kind, key), ...guard },
      }));
  return [...writes.values()];
}

type KeyGuard = Required<Pick<Put, 'ConditionExpression' | 'ExpressionAttributeValues'>>;

/** Links of transactions are stored with their payment, so that one query reads all of its chains. */
function historyOf({ merchantId, entityType, entityId }: AuditEntry, change: Change): string {
  if (entityType !== 'payment' && entityType !== 'transaction')
    return aggregateHistory(merchantId, entityType, entityId);
  const { payment, transactions } = change;
  const id =
    entityType === 'payment' && entityId === payment?.next.id
      ? payment.next.id
      : transactions.find(({ next }) => next.id === entityId)?.next.paymentId;
  if (id === undefined) throw new Error(`the change audits ${entityId} but does not write it`);
  return historyPartition(merchantId, id);
}
