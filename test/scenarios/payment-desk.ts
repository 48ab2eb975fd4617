import { okAsync } from 'neverthrow';
import { beforeEach } from 'vitest';
import { simulatedProcessor } from '../../src/adapters/processor/simulator.ts';
import { type SimulatorLedger, simulatorLedger } from '../../src/adapters/processor/simulator-ledger.ts';
import { systemIds } from '../../src/adapters/system/ids.ts';
import { aggregateChange } from '../../src/application/kernel/aggregate-change.ts';
import { transferMoney } from '../../src/application/ledger/transfer-money.ts';
import { modifyPayment } from '../../src/application/payments/modify-payment.ts';
import { processPayment } from '../../src/application/payments/process-payment.ts';
import { rateLimit } from '../../src/application/payments/rate-limit.ts';
import { recoverPayments } from '../../src/application/payments/recover-payments.ts';
import type { Operation } from '../../src/domain/kernel/claim.ts';
import type { PaymentId } from '../../src/domain/kernel/ids.ts';
import { money } from '../../src/domain/kernel/money.ts';
import { changeMerchant, type MerchantChange } from '../../src/domain/merchants/merchant.ts';
import type { ModificationRequest } from '../../src/domain/payments/modification.ts';
import type { CaptureMethod } from '../../src/domain/payments/payment.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { aKey, aMerchantId, digests, NOON, origin, terms } from '../fixtures/changes.ts';
import { addMerchants, aMerchant } from '../fixtures/merchants.ts';
import { plainResponseEncoder } from '../fixtures/plain-responses.ts';
import { aVault } from '../fixtures/vault.ts';
import { expectBooksAgree, expectChainsWhole } from '../support/books.ts';

type PayParts = Readonly<{
  amount?: bigint;
  captureMethod?: CaptureMethod;
  paymentMethod?: string;
  key?: string;
}>;

export const refund = (amount: bigint): ModificationRequest => ({ type: 'refund', amount });
export const capture = (amount: bigint, final = false): ModificationRequest => ({
  type: 'capture',
  amount,
  final,
});
export const aVoid: ModificationRequest = { type: 'void' };

/**
 * The real use cases over a fresh storage and processor for each test of a `describe`, their clock, and what a client hears of
 * them: each call gives the response and whether it is a replay, or the kind of the refusal.
 */
export function paymentDesk(open: () => Promise<Storage>) {
  const clock = { at: NOON, now: () => clock.at };
  const merchantId = aMerchantId();
  let storage: Storage;
  let books: SimulatorLedger;
  let useCases: ReturnType<typeof aProcess>;

  beforeEach(async () => {
    clock.at = NOON;
    books = simulatorLedger(':memory:');
    storage = await open();
    await addMerchants(storage, [aMerchant(), aMerchant('merchant-b')]);
    useCases = aProcess();
    return async () => {
      await storage.close();
      books.close();
    };
  });

  function aProcess() {
    const ports = {
      ...storage,
      processor: simulatedProcessor(books, clock),
      paymentMethods: {
        resolve: (_tenant: unknown, _customer: unknown, method: string) => okAsync(method),
      },
      admit: rateLimit({ quotas: storage.quotas, clock }),
      responses: plainResponseEncoder,
      transferResponses: {
        transferred: ({ id }: Readonly<{ id: string }>) => `transferred ${id}`,
        refused: ({ kind }: Readonly<{ kind: string }>) => `refused ${kind}`,
      },
      clock,
      ids: systemIds,
      digests,
      vault: aVault(clock),
    };
    return {
      process: processPayment(ports, terms),
      modify: modifyPayment(ports, terms),
      transfer: transferMoney(ports, terms),
      recover: recoverPayments(ports, terms),
    };
  }

  /** What a client gets: the response and whether it is a replay, or the kind of the refusal. */
  const heard = <E extends Readonly<{ kind: string }>>(
    reply: Awaited<ReturnType<typeof useCases.process | typeof useCases.modify | typeof useCases.transfer>>,
  ): string =>
    reply.match(
      ({ response, replayed }) => `${response}${replayed ? ', replayed' : ''}`,
      (failure: E | Readonly<{ kind: string }>) => failure.kind,
    );

  const pay = async ({ amount = 100n, key = aKey(), ...parts }: PayParts = {}): Promise<string> =>
    heard(
      await useCases.process({
        merchantId,
        idempotencyKey: key,
        amount: money(amount, 'USD'),
        paymentMethod: 'card',
        captureMethod: 'automatic',
        origin,
        ...parts,
      }),
    );
  const paid = async (parts: PayParts = {}) => (await pay(parts)).split(' ')[1] as PaymentId;

  const modify = async (
    paymentId: PaymentId,
    modification: ModificationRequest,
    idempotencyKey = aKey(),
  ): Promise<string> =>
    heard(await useCases.modify({ merchantId, paymentId, idempotencyKey, modification, origin }));

  const transfer = async (amount: bigint, idempotencyKey = aKey()): Promise<string> =>
    heard(
      await useCases.transfer({
        merchantId,
        idempotencyKey,
        destinationMerchantId: aMerchantId('merchant-b'),
        amount: money(amount, 'USD'),
        origin,
      }),
    );

  const claimOf = async (operation: Operation, key: string) =>
    (await storage.claims.find({ merchantId, operation, key }, clock.at))._unsafeUnwrap();

  async function merchantChanges(change: MerchantChange): Promise<void> {
    const before = (await storage.merchants.find(merchantId))._unsafeUnwrap();
    if (before === undefined) throw new Error('there is no merchant');
    const move = { at: clock.at, origin, action: 'merchant.changed', before };
    const next = changeMerchant(before, change, clock.at);
    (
      await storage.commits.commit(aggregateChange({ ids: systemIds, digests }, { ...move, next }))
    )._unsafeUnwrap();
  }

  const available = async (): Promise<bigint> =>
    (await storage.balances.of(merchantId, 'USD'))._unsafeUnwrap()[0]?.available ?? 0n;

  async function recovered(): Promise<void> {
    clock.at += 1_000;
    (await useCases.recover(100))._unsafeUnwrap();
  }

  async function expectSound(id: PaymentId): Promise<void> {
    const payment = (await storage.payments.find(merchantId, id))._unsafeUnwrap();
    await expectChainsWhole(storage, payment);
    await expectBooksAgree(storage, books, merchantId);
  }

  return {
    clock,
    merchantId,
    storage: () => storage,
    useCases: () => useCases,
    /** The use cases in another process over the same storage and processor. */
    anotherProcess: aProcess,
    heard,
    pay,
    paid,
    modify,
    transfer,
    claimOf,
    merchantChanges,
    available,
    recovered,
    expectSound,
  };
}
