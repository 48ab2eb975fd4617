import { errAsync, okAsync } from 'neverthrow';
import { beforeEach, describe, expect, it } from 'vitest';
import { simulatedProcessor } from '../../src/adapters/processor/simulator.ts';
import { simulatorLedger } from '../../src/adapters/processor/simulator-ledger.ts';
import { systemIds } from '../../src/adapters/system/ids.ts';
import { verify } from '../../src/application/integrity/verify.ts';
import { expireAuthorizations } from '../../src/application/payments/expire-authorizations.ts';
import { modifyPayment } from '../../src/application/payments/modify-payment.ts';
import { processPayment } from '../../src/application/payments/process-payment.ts';
import { recoverPayments } from '../../src/application/payments/recover-payments.ts';
import type { PaymentId } from '../../src/domain/kernel/ids.ts';
import { money } from '../../src/domain/kernel/money.ts';
import type { ModificationRequest } from '../../src/domain/payments/modification.ts';
import type { Processor } from '../../src/ports/processor.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { aKey, aMerchantId, digests, NOON, origin, terms } from '../fixtures/changes.ts';
import { addMerchants, aMerchant } from '../fixtures/merchants.ts';
import { plainResponseEncoder } from '../fixtures/plain-responses.ts';
import { aVault } from '../fixtures/vault.ts';
import { expectBooksAgree, expectChainsWhole } from '../support/books.ts';

const DAY_MS = 86_400_000;
const MARGIN_MS = 3_600_000;
/** When what is held at noon is to be voided. */
const DUE = NOON + 7 * DAY_MS - MARGIN_MS;

/** What becomes of authorizations that the processor is about to let lapse, with the real use cases over every storage. */
export function authorizationExpiryContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`authorizations that expire: ${adapter}`, () => {
    const merchantId = aMerchantId();
    const clock = { at: NOON, now: () => clock.at };
    let storage: Storage;
    let books: ReturnType<typeof simulatorLedger>;
    /** What the processor does with a modification instead. */
    let instead: ((processor: Processor) => Partial<Processor>) | undefined;
    let mine: ReturnType<typeof aProcess>;
    beforeEach(async () => {
      clock.at = NOON;
      instead = undefined;
      storage = await open();
      books = simulatorLedger(':memory:');
      await addMerchants(storage, [aMerchant()]);
      mine = aProcess();
      return async () => {
        books.close();
        await storage.close();
      };
    });

    function aProcess() {
      const simulated = simulatedProcessor(books, clock);
      const processor: Processor = {
        ...simulated,
        charge: (order) => ({ ...simulated, ...instead?.(simulated) }).charge(order),
        move: (order) => ({ ...simulated, ...instead?.(simulated) }).move(order),
      };
      const ports = {
        ...storage,
        processor,
        paymentMethods: { resolve: (_m: unknown, _c: unknown, method: string) => okAsync(method) },
        admit: () => okAsync(undefined),
        responses: plainResponseEncoder,
        clock,
        ids: systemIds,
        digests,
        vault: aVault(clock),
      };
      const [pay, move] = [processPayment(ports, terms), modifyPayment(ports, terms)];
      const asked = () => ({ merchantId, idempotencyKey: aKey(), origin });
      const expire = expireAuthorizations(ports, move, { marginMs: MARGIN_MS, leaseMs: terms.leaseMs });
      return {
        recover: recoverPayments(ports, terms),
        expire: async () => (await expire(100))._unsafeUnwrap(),
        async hold(paymentMethod = 'test_expires') {
          const request = { ...asked(), amount: money(2_500n, 'USD'), paymentMethod };
          const held = (await pay({ ...request, captureMethod: 'manual' }))._unsafeUnwrap();
          return held.response.split(' ')[1] as PaymentId;
        },
        move: (paymentId: PaymentId, modification: ModificationRequest) =>
          move({ ...asked(), paymentId, modification }),
      };
    }

    /** A payment after everything about it was checked, with its voids and the events of it. */
    async function sound(id: PaymentId) {
      const payment = (await storage.payments.find(merchantId, id))._unsafeUnwrap();
      const transactions = (await storage.payments.transactionsOf(merchantId, id))._unsafeUnwrap();
      const events = (await storage.outbox.unsent(1_000))._unsafeUnwrap();
      await expectChainsWhole(storage, payment);
      await expectBooksAgree(storage, books, merchantId);
      const end = await verify({ ...storage, clock: { now: () => clock.at + DAY_MS }, digests })(() => {});
      expect(end.isOk() ? 'sound' : end.error).toBe('sound');
      return {
        payment,
        voids: transactions
          .filter(({ type }) => type === 'void')
          .map(({ status, reason, amount }) => [status, reason, amount.minorUnits]),
        events: events
          .filter(({ paymentId, created }) => paymentId === id && created > NOON)
          .map(({ type }) => type)
          .sort(),
      };
    }

    it('are voided once, when the margin before their end begins, whichever processes look at the same time', async () => {
      const id = await mine.hold();
      const held = (await storage.payments.find(merchantId, id))._unsafeUnwrap();
      expect(held).toMatchObject({ status: 'authorized', authorizedUntil: NOON + 7 * DAY_MS });
      clock.at = DUE - 1;
      expect(await mine.expire()).toMatchObject({ due: 0 });
      clock.at = DUE;
      const ends = await Promise.all([mine, aProcess(), aProcess()].map(({ expire }) => expire()));
      expect(ends.reduce((sum, { stuck }) => sum + stuck, 0)).toBe(0);
      const { payment, voids, events } = await sound(id);
      expect(payment.status).toBe('canceled');
      expect(voids).toEqual([['succeeded', 'authorization_expired', 2_500n]]);
      expect(events).toEqual(['payment.authorization_expired', 'payment.canceled']);
      expect(await mine.expire()).toMatchObject({ due: 0 });
    });

    it('are told with what the payment then is, and on record as paywright’s own doing', async () => {
      const id = await mine.hold();
      clock.at = DUE + 5;
      expect(await mine.expire()).toEqual({ due: 1, settled: 1, waiting: 0, skipped: 0, stuck: 0 });
      const events = (await storage.outbox.unsent(1_000))._unsafeUnwrap();
      const expired = events.find(({ type }) => type === 'payment.authorization_expired');
      expect(expired?.data).toMatchObject({ id, status: 'canceled', captured_amount: 0 });
      expect(expired?.data).not.toHaveProperty('authorized_until');
      const links = (await storage.auditTrail.ofPayment(merchantId, id))._unsafeUnwrap();
      expect(links.at(-1)?.actor).toEqual({ id: 'authorization-expiry', type: 'system' });
    });

    it('keep what was captured of them, and lose the rest', async () => {
      const id = await mine.hold();
      (await mine.move(id, { type: 'capture', amount: 1_000n, final: false }))._unsafeUnwrap();
      clock.at = DUE;
      expect(await mine.expire()).toMatchObject({ settled: 1 });
      const { payment, voids, events } = await sound(id);
      expect(payment).toMatchObject({ status: 'succeeded', captured: money(1_000n, 'USD') });
      expect(voids).toEqual([['succeeded', 'authorization_expired', 1_500n]]);
      expect(events).toEqual(['payment.authorization_expired', 'payment.succeeded']);
    });

    it('end the same when the processor has let them lapse already, and then take no capture', async () => {
      const id = await mine.hold();
      clock.at = NOON + 7 * DAY_MS;
      const late = (await mine.move(id, { type: 'capture', final: true }))._unsafeUnwrap();
      expect(late.response).toContain('failed');
      expect(await mine.expire()).toMatchObject({ settled: 1 });
      const { payment, voids } = await sound(id);
      expect(payment.status).toBe('canceled');
      expect(voids).toEqual([['succeeded', 'authorization_expired', 2_500n]]);
    });

    it('wait for a capture that is under way, and lose what it leaves', async () => {
      const id = await mine.hold();
      instead = (processor) => ({ move: (order) => processor.move(order).andThen(() => silence()) });
      (await mine.move(id, { type: 'capture', amount: 400n, final: false }))._unsafeUnwrap();
      instead = undefined;
      clock.at = DUE;
      expect(await mine.expire()).toMatchObject({ due: 1, waiting: 1 });
      (await mine.recover(100))._unsafeUnwrap();
      clock.at += terms.leaseMs + 1;
      expect(await mine.expire()).toMatchObject({ due: 1, settled: 1 });
      const { payment, voids } = await sound(id);
      expect(payment).toMatchObject({ status: 'succeeded', captured: money(400n, 'USD') });
      expect(voids).toEqual([['succeeded', 'authorization_expired', 2_100n]]);
    });

    it('are voided whole or captured whole when both begin at the same time', async () => {
      for (let round = 0; round < 5; round += 1) {
        clock.at = NOON;
        const id = await mine.hold();
        clock.at = DUE;
        await Promise.all([
          aProcess().move(id, { type: 'capture', final: true }),
          Promise.resolve().then(() => mine.expire()),
        ]);
        (await mine.recover(100))._unsafeUnwrap();
        const { payment, voids } = await sound(id);
        const won = payment.status === 'canceled' ? 'void' : 'capture';
        expect([won, voids.length, payment.status]).toEqual(
          won === 'void' ? ['void', 1, 'canceled'] : ['capture', 0, 'succeeded'],
        );
      }
    });

    it('are left to recovery when the processor is silent, and end with the same event', async () => {
      const id = await mine.hold();
      clock.at = DUE;
      instead = (processor) => ({ move: (order) => processor.move(order).andThen(() => silence()) });
      expect(await mine.expire()).toMatchObject({ due: 1, waiting: 1 });
      instead = undefined;
      expect(await mine.expire()).toMatchObject({ due: 0 });
      clock.at += terms.leaseMs + 1;
      expect((await mine.recover(100))._unsafeUnwrap()).toMatchObject({ settled: 1 });
      const { payment, voids, events } = await sound(id);
      expect(payment.status).toBe('canceled');
      expect(voids).toEqual([['succeeded', 'authorization_expired', 2_500n]]);
      expect(events).toEqual(['payment.authorization_expired', 'payment.canceled']);
    });

    it('stay authorized when the processor refuses the void, which is sent once and held against no other', async () => {
      instead = (processor) => ({
        charge: (order) =>
          processor.charge(order).map((answer) => ({ ...answer, authorizedUntil: NOON + 7 * DAY_MS })),
      });
      const id = await mine.hold('test_movement_refused');
      instead = undefined;
      const other = await mine.hold();
      clock.at = DUE;
      expect(await mine.expire()).toMatchObject({ due: 2, settled: 1, stuck: 1 });
      expect((await storage.payments.find(merchantId, other))._unsafeUnwrap().status).toBe('canceled');
      expect(await mine.expire()).toMatchObject({ due: 0 });
      clock.at += terms.leaseMs + 1;
      expect(await mine.expire()).toMatchObject({ due: 1, stuck: 1 });
      const { payment, voids, events } = await sound(id);
      expect(payment.status).toBe('authorized');
      expect(voids).toEqual([['failed', 'authorization_expired', 2_500n]]);
      expect(events).toEqual([]);
    });

    it('are left alone where the processor says no time, and where no money is held any more', async () => {
      const ids = [await mine.hold('card'), await mine.hold(), await mine.hold()];
      const [dateless, captured, voided] = ids as [PaymentId, PaymentId, PaymentId];
      (await mine.move(captured, { type: 'capture', final: true }))._unsafeUnwrap();
      (await mine.move(voided, { type: 'void' }))._unsafeUnwrap();
      clock.at = NOON + 30 * DAY_MS;
      expect(await mine.expire()).toMatchObject({ due: 0 });
      expect((await sound(dateless)).payment.status).toBe('authorized');
      const { voids } = await sound(voided);
      expect(voids).toEqual([['succeeded', undefined, 2_500n]]);
    });
  });
}

const silence = () => errAsync({ kind: 'ProcessorOutcomeUnknown' as const });
