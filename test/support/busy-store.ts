import { okAsync } from 'neverthrow';
import { simulatedProcessor } from '../../src/adapters/processor/simulator.ts';
import { simulatorLedger } from '../../src/adapters/processor/simulator-ledger.ts';
import { systemIds } from '../../src/adapters/system/ids.ts';
import { verify } from '../../src/application/integrity/verify.ts';
import { transferMoney } from '../../src/application/ledger/transfer-money.ts';
import { modifyPayment } from '../../src/application/payments/modify-payment.ts';
import { processPayment } from '../../src/application/payments/process-payment.ts';
import type { PaymentId } from '../../src/domain/kernel/ids.ts';
import { money } from '../../src/domain/kernel/money.ts';
import { present } from '../../src/domain/kernel/present.ts';
import type { ModificationRequest } from '../../src/domain/payments/modification.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { aKey, aMerchantId, digests, NOON, origin, terms } from '../fixtures/changes.ts';
import { addMerchants, aMerchant } from '../fixtures/merchants.ts';
import { aVault } from '../fixtures/vault.ts';

/** The use cases that write to the ledger, over any storage; the clock goes on by a second with every call. */
export function busyUseCases(storage: Storage) {
  let at = NOON;
  const clock = { now: () => (at += 1_000) };
  const responses = {
    processed: ({ id }: { id: string }) => id,
    moved: ({ id }: { id: string }) => id,
    transferred: ({ id }: { id: string }) => id,
    refused: ({ kind }: { kind: string }) => kind,
  };
  const ports = {
    ...storage,
    processor: {
      ...simulatedProcessor(simulatorLedger(':memory:'), clock),
      routeOf: () => ({ processor: 'simulator', account: 'acct_1' }),
    },
    paymentMethods: { resolve: (_merchant: unknown, _customer: unknown, method: string) => okAsync(method) },
    admit: () => okAsync(undefined),
    responses,
    transferResponses: responses,
    clock,
    ids: systemIds,
    digests,
    vault: aVault(clock),
  };
  const process = processPayment(ports, terms);
  const move = modifyPayment(ports, terms);
  const transfer = transferMoney(ports, terms);
  return {
    clock,
    pay: async (
      merchant: string,
      amount: bigint,
      parts: { paymentMethod?: string; manual?: true; metadata?: Readonly<Record<string, string>> } = {},
    ) => {
      const paid = await process({
        merchantId: aMerchantId(merchant),
        idempotencyKey: aKey(),
        amount: money(amount, 'USD'),
        paymentMethod: parts.paymentMethod ?? 'card',
        captureMethod: parts.manual ? 'manual' : 'automatic',
        ...present({ metadata: parts.metadata }),
        origin,
      });
      return paid._unsafeUnwrap().response as PaymentId;
    },
    move: async (merchant: string, paymentId: PaymentId, modification: ModificationRequest) => {
      const request = {
        merchantId: aMerchantId(merchant),
        paymentId,
        idempotencyKey: aKey(),
        modification,
        origin,
      };
      return (await move(request))._unsafeUnwrap().response;
    },
    transfer: async (from: string, to: string, amount: bigint) => {
      const done = await transfer({
        merchantId: aMerchantId(from),
        destinationMerchantId: aMerchantId(to),
        idempotencyKey: aKey(),
        amount: money(amount, 'USD'),
        origin,
      });
      return done._unsafeUnwrap().response;
    },
    verify: () => verify({ ...storage, clock, digests })(() => {}),
  };
}

/**
 * A store with something of everything that `verify` looks at: payments taken, declined, captured in part, refunded and
 * voided by `merchant-a`, which sent a part to `merchant-b`, which has payments of its own.
 */
export async function aBusyStore(storage: Storage) {
  await addMerchants(storage, [aMerchant('merchant-a'), aMerchant('merchant-b')]);
  const useCases = busyUseCases(storage);
  const { pay, move, transfer } = useCases;
  const refunded = await pay('merchant-a', 5_000n, { paymentMethod: 'test_fee' });
  await move('merchant-a', refunded, { type: 'refund', amount: 1_500n });
  await move('merchant-a', refunded, { type: 'refund', amount: 500n });
  const captured = await pay('merchant-a', 3_000n, { manual: true });
  await move('merchant-a', captured, { type: 'capture', amount: 1_000n, final: false });
  const voided = await pay('merchant-a', 700n, { manual: true });
  await move('merchant-a', voided, { type: 'void' });
  const declined = await pay('merchant-a', 900n, { paymentMethod: 'test_declined' });
  const sent = await transfer('merchant-a', 'merchant-b', 1_200n);
  const others = await pay('merchant-b', 9_007_199_254_740_993n);
  return { ...useCases, refunded, captured, voided, declined, sent, others };
}
