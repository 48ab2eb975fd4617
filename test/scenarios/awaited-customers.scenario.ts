import { beforeEach, describe, expect, it } from 'vitest';
import { simulatedProcessor } from '../../src/adapters/processor/simulator.ts';
import { simulatedCustomers } from '../../src/adapters/processor/simulator-customers.ts';
import { simulatorLedger } from '../../src/adapters/processor/simulator-ledger.ts';
import { verify } from '../../src/application/integrity/verify.ts';
import { CONFIRMATIONS_PER_MINUTE } from '../../src/application/payments/confirmation-limit.ts';
import type { PaymentId } from '../../src/domain/kernel/ids.ts';
import { money } from '../../src/domain/kernel/money.ts';
import { decodeResponse } from '../../src/entrypoints/http/payments/stored-responses.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { aKey, aMerchantId, digests, NOON, origin } from '../fixtures/changes.ts';
import { addMerchants, aMerchant } from '../fixtures/merchants.ts';
import { expectBooksAgree } from '../support/books.ts';
import { aPlatform } from '../support/http-app.ts';
import { handClock } from '../support/relay-workers.ts';

const ACTION_MS = 15 * 60_000;

/** What becomes of payments whose customers have to act, on every storage. */
export function awaitedCustomersContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`Payments that wait for their customers: ${adapter}`, () => {
    const merchantId = aMerchantId();
    let storage: Storage;
    let world: ReturnType<typeof aWorld>;
    beforeEach(async () => {
      storage = await open();
      await addMerchants(storage, [aMerchant('merchant-a')]);
      world = aWorld();
      return () => storage.close();
    });

    function aWorld() {
      const clock = handClock();
      const books = simulatorLedger(':memory:');
      const { useCases } = aPlatform(storage, { clock, processor: simulatedProcessor(books, clock) });
      return { clock, books, useCases, customers: simulatedCustomers(books, clock) };
    }

    async function waiting(): Promise<PaymentId> {
      const taken = await world.useCases.processPayment({
        merchantId,
        idempotencyKey: aKey(),
        amount: money(2_500n, 'USD'),
        paymentMethod: 'test_requires_action',
        captureMethod: 'automatic',
        origin,
      });
      const { status, body } = decodeResponse(taken._unsafeUnwrap().response);
      expect([status, JSON.parse(body)]).toMatchObject([
        202,
        { status: 'requires_action', next_action: { value: expect.stringContaining('/simulator/') } },
      ]);
      return (JSON.parse(body) as { id: PaymentId }).id;
    }

    const found = async (status: 'requires_action' | 'canceled') =>
      (await storage.payments.list(merchantId, { status }, { limit: 10 }))
        ._unsafeUnwrap()
        .map(({ id }) => id);

    async function expectSound(id: PaymentId, status: string): Promise<void> {
      const payment = (await storage.payments.find(merchantId, id))._unsafeUnwrap();
      expect(payment.status).toBe(status);
      await expectBooksAgree(storage, world.books, merchantId);
      world.clock.pass(5 * 60_000);
      const verified = await verify({ ...storage, clock: world.clock, digests })(() => {});
      expect(verified._unsafeUnwrap()).toMatchObject({ payments: 1, unread: [] });
    }

    it('are found by their status, kept as they wait, and settled when the customer has approved', async () => {
      const id = await waiting();
      expect(await found('requires_action')).toEqual([id]);
      const stored = (await storage.payments.find(merchantId, id))._unsafeUnwrap();
      expect(stored).toMatchObject({
        nextAction: { kind: 'redirect', expiresAt: world.clock.now() + ACTION_MS },
      });
      world.customers.act(id, 'approve');
      const confirmed = await world.useCases.confirmPayment({ merchantId, paymentId: id, origin });
      expect(decodeResponse(confirmed._unsafeUnwrap()).status).toBe(201);
      expect(await found('requires_action')).toEqual([]);
      await expectSound(id, 'succeeded');
    });

    it('are confirmed so often in a minute by one merchant, and after it again', async () => {
      const id = await waiting();
      const confirmed = () => world.useCases.confirmPayment({ merchantId, paymentId: id, origin });
      const minute = { kind: 'minute', start: NOON } as const;
      const take = (holder: Parameters<typeof storage.quotas.take>[0], wanted: number) =>
        storage.quotas.take(holder, minute, wanted, CONFIRMATIONS_PER_MINUTE);
      (await take(merchantId, CONFIRMATIONS_PER_MINUTE))._unsafeUnwrap();
      (await take('merchant-b:confirmations', CONFIRMATIONS_PER_MINUTE))._unsafeUnwrap();
      (await take(`${merchantId}:confirmations`, CONFIRMATIONS_PER_MINUTE - 2))._unsafeUnwrap();
      expect((await confirmed()).isOk()).toBe(true);
      expect((await confirmed()).isOk()).toBe(true);
      expect((await confirmed())._unsafeUnwrapErr()).toEqual({
        kind: 'ConfirmationsLimited',
        retryAfterMs: 60_000,
      });
      world.clock.pass(60_000);
      world.customers.act(id, 'approve');
      expect(decodeResponse((await confirmed())._unsafeUnwrap()).status).toBe(201);
      // How it ended is said without the processor, however often.
      (await take(`${merchantId}:confirmations`, CONFIRMATIONS_PER_MINUTE))._unsafeUnwrap();
      for (let again = 0; again < 10; again += 1) expect((await confirmed()).isOk()).toBe(true);
      await expectSound(id, 'succeeded');
    });

    it('are settled by a notification of what the customer did, without a confirmation', async () => {
      const id = await waiting();
      world.customers.act(id, 'decline');
      const about = { merchantId, paymentId: id };
      const notified = { id: 'evt_1', type: 'payment_intent.succeeded', about, requestId: 'req-event' };
      expect((await world.useCases.receiveNotification(notified))._unsafeUnwrap()).toBe('due');
      expect((await world.useCases.recoverPayments(10))._unsafeUnwrap()).toMatchObject({ settled: 1 });
      await expectSound(id, 'failed');
    });

    it('are canceled when the customer has not acted in time', async () => {
      const id = await waiting();
      world.clock.pass(ACTION_MS);
      expect((await world.useCases.recoverPayments(10))._unsafeUnwrap()).toMatchObject({ settled: 1 });
      expect(await found('canceled')).toEqual([id]);
      await expectSound(id, 'canceled');
    });

    it('end once, whoever confirms, voids and recovers them at the same time', async () => {
      const id = await waiting();
      world.clock.pass(1_000);
      const voided = {
        merchantId,
        paymentId: id,
        idempotencyKey: aKey(),
        modification: { type: 'void' },
        origin,
      } as const;
      await Promise.all([
        world.useCases.modifyPayment(voided),
        world.useCases.confirmPayment({ merchantId, paymentId: id, origin }),
        world.useCases.recoverPayments(10),
        world.useCases.modifyPayment({ ...voided, idempotencyKey: aKey() }),
      ]);
      world.clock.pass(60_000);
      (await world.useCases.modifyPayment(voided))._unsafeUnwrap();
      const transactions = (await storage.payments.transactionsOf(merchantId, id))._unsafeUnwrap();
      expect(transactions).toMatchObject([{ type: 'void', status: 'succeeded' }]);
      await expectSound(id, 'canceled');
    });
  });
}
