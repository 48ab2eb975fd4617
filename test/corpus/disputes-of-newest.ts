import { okAsync } from 'neverthrow';
import type { MerchantId } from '../../src/domain/kernel/ids.ts';
import { money } from '../../src/domain/kernel/money.ts';
import type { ProcessorDispute, ProcessorDisputes } from '../../src/ports/processor-disputes.ts';
import type { Storage } from '../../src/ports/storage.ts';

const MERCHANT = 'merchant-1' as MerchantId;

/** A processor at which the newest payment is disputed, and lost once that is on record; other disputes are of no payment here. */
export function disputesOfNewest(storage: Storage): ProcessorDisputes {
  return {
    find: ({ id }) =>
      storage.payments
        .list(MERCHANT, {}, { limit: 1 })
        .andThen(([payment]) =>
          storage.aggregates.list(MERCHANT, 'dispute', { limit: 1 }).map(
            (known): ProcessorDispute => ({
              processorId: id,
              chargeId: payment?.processorId ?? '',
              amount: money(1_000n, 'USD'),
              reason: 'fraudulent',
              status: known.length === 0 ? 'needs_response' : 'lost',
              ...(known.length === 0 ? { respondBy: Date.UTC(2045, 2, 8) } : {}),
              ...(payment === undefined || id === 'du_of_others'
                ? {}
                : { about: { merchantId: MERCHANT, paymentId: payment.id } }),
            }),
          ),
        )
        .orElse((cause) => {
          throw new Error('the store is away', { cause });
        })
        .andThen((found) => okAsync(found)),
    accept: () => okAsync(undefined),
  };
}
