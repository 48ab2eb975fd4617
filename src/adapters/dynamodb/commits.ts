import { type CancellationReason, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { TransactWriteCommand, type TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import { err, ok, type Result } from 'neverthrow';
import type { AuditEntry } from '../../domain/audit.ts';
import type { PaymentId } from '../../domain/ids.ts';
import type { Change, CommitRefused, Commits, Guarded } from '../../ports/commits.ts';
import { attempt, isTransient, patiently } from './faults.ts';
import { auditItem, claimItem, eventItem, type Item, paymentItem, transactionItem } from './items.ts';
import type { Table } from './table.ts';

/** One TransactWriteItems for one change; each item's own reason says which guard refused. */
export const dynamodbCommits = (table: Table): Commits => ({
  commit(change) {
    const writes = writesOf(table.name, change);
    // One token for one call, not for one change: a repeated call must meet the guards as they stand by then.
    let token: string | undefined = crypto.randomUUID();
    return attempt(() =>
      patiently(table, async (abortSignal) => {
        try {
          const input: TransactWriteCommandInput = {
            TransactItems: writes.map(({ put }) => ({ Put: put })),
            ClientRequestToken: token,
          };
          await table.client.send(new TransactWriteCommand(input), { abortSignal });
          return ok(undefined);
        } catch (fault) {
          if ((fault as Error).name === 'IdempotentParameterMismatchException') {
            token = crypto.randomUUID();
            throw Object.assign(new Error('token spent'), {
              name: 'TransactionInProgressException',
              cause: fault,
            });
          }
          const verdict = verdictOf(change, writes, fault);
          if (verdict === undefined) throw fault;
          return verdict;
        }
      }),
    ).andThen((verdict) => verdict);
  },
});

type Put = NonNullable<NonNullable<TransactWriteCommandInput['TransactItems']>[number]['Put']>;
/** `guards` names the entity whose version the write depends on. */
type Write = Readonly<{ put: Put; guards?: string }>;

/** Every write of a change with its guard. The claim comes first: `verdictOf` reads its reason by position. */
export function writesOf(table: string, change: Change): readonly Write[] {
  const { claim, payment, transactions, audit, events } = change;
  const put = (item: Item, condition?: Partial<Put>): Put => ({ TableName: table, Item: item, ...condition });
  return [
    { put: put(claimItem(claim.next), claimGuard(change)) },
    ...(payment === undefined
      ? []
      : [{ put: put(paymentItem(payment.next), versionGuard(payment)), guards: payment.next.id }]),
    ...transactions.map((each) => ({
      put: put(transactionItem(each.next), versionGuard(each)),
      guards: each.next.id,
    })),
    ...audit.map((entry) => ({
      put: put(auditItem(entry, paymentIdOf(entry, change)), ABSENT),
      guards: entry.entityId,
    })),
    ...events.map((event) => ({ put: put(eventItem(event)) })),
  ];
}

const ABSENT: Partial<Put> = { ConditionExpression: 'attribute_not_exists(pk)' };

const versionGuard = ({ expected }: Guarded<unknown>): Partial<Put> =>
  expected === 0
    ? ABSENT
    : { ConditionExpression: 'version = :expected', ExpressionAttributeValues: { ':expected': expected } };

const LAPSED =
  '(attribute_not_exists(payment_id) AND (attribute_not_exists(answer_expires_at) OR answer_expires_at <= :at))';

/** A claim that this very change wrote always refuses, so that an earlier attempt of ours shows in the reason. */
const claimGuard = ({ id, at, claim: { expected } }: Change): Partial<Put> => ({
  ...(expected === 0
    ? {
        ConditionExpression: `attribute_not_exists(pk) OR (change_id <> :change AND ${LAPSED})`,
        ExpressionAttributeValues: { ':change': id, ':at': at },
      }
    : {
        ConditionExpression: `fence = :fence AND change_id <> :change AND NOT ${LAPSED}`,
        ExpressionAttributeValues: { ':fence': expected, ':change': id, ':at': at },
      }),
  ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
});

/**
 * What a canceled transaction means; undefined when it must be tried again or means nothing a caller could act on. A
 * conflict on one item may hide a refusal by another, so only the claim's own refusal stands beside a conflict.
 */
function verdictOf(
  change: Change,
  writes: readonly Write[],
  fault: unknown,
): Result<void, CommitRefused> | undefined {
  if (!(fault instanceof TransactionCanceledException)) return undefined;
  const reasons: readonly CancellationReason[] = fault.CancellationReasons ?? [];
  const [claimReason] = reasons;
  if (isRefusal(claimReason)) {
    if (claimReason.Item?.['change_id']?.S === change.id) return ok(undefined);
    return err({ kind: change.claim.expected === 0 ? 'ClaimTaken' : 'FenceLost' });
  }
  if (isTransient(fault)) return undefined;
  const id = writes.find((_write, index) => isRefusal(reasons[index]))?.guards;
  return id === undefined ? undefined : err({ kind: 'StaleVersion', id });
}

const isRefusal = (reason: CancellationReason | undefined): reason is CancellationReason =>
  reason?.Code === 'ConditionalCheckFailed';

/** Links are stored with the payment, so that one query reads all of its chains. */
function paymentIdOf({ entityType, entityId }: AuditEntry, { payment, transactions }: Change): PaymentId {
  const id =
    entityType === 'payment' && entityId === payment?.next.id
      ? payment.next.id
      : transactions.find(({ next }) => next.id === entityId)?.next.paymentId;
  if (id === undefined) throw new Error(`the change audits ${entityId} but does not write it`);
  return id;
}
