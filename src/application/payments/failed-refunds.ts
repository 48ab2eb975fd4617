import { ok, type ResultAsync, safeTry } from 'neverthrow';
import type { Seen } from '../../domain/payments/attention.ts';
import type { Ended } from '../../domain/payments/ended-charge.ts';
import { amountsOf } from '../../domain/payments/payment.ts';
import { isResolved, type Transaction } from '../../domain/payments/transaction.ts';
import type { Payments } from '../../ports/payments.ts';
import type { ModificationQuery, OpenConfig, Processor } from '../../ports/processor.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { modificationQuery } from './complete-modification.ts';
import { seenIn } from './raise-attention.ts';

/**
 * What the processor's record says of refunds that succeeded here and have failed since: the customer's bank did not take the money,
 * and it came back. `away` where the processor does not answer. One that two people ended is as they said. A read where anything was
 * refunded, and a processor call for each refund.
 */
export const failedRefunds = (
  { payments, processor }: Readonly<{ payments: Payments; processor: Processor }>,
  payment: Ended,
  config: OpenConfig,
): ResultAsync<readonly Seen[] | 'away', StorageUnavailable> =>
  safeTry(async function* () {
    const failed: Seen[] = [];
    if (amountsOf(payment).refunded.minorUnits === 0n) return ok(failed);
    const transactions = yield* payments.transactionsOf(payment.merchantId, payment.id);
    for (const refund of transactions.filter(isGivenBack)) {
      const seen = await seenOf(processor, modificationQuery(payment, refund, config));
      if (seen === 'away') return ok(seen);
      if (seen?.state === 'declined') failed.push(seen);
    }
    return ok(failed);
  });

const isGivenBack = (transaction: Transaction): transaction is Transaction & Readonly<{ type: 'refund' }> =>
  transaction.type === 'refund' &&
  (transaction.status === 'succeeded' || transaction.status === 'settled') &&
  !isResolved(transaction);

/** Undefined where the processor answers, and not with how the refund ended: nothing follows from that. */
const seenOf = (processor: Processor, query: ModificationQuery): PromiseLike<Seen | 'away' | undefined> =>
  processor.lookup(query).match(
    (answer): Seen | 'away' | undefined => seenIn(answer),
    ({ kind }) => (kind === 'ProcessorUnavailable' ? 'away' : undefined),
  );
