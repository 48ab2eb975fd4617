import { okAsync, ResultAsync } from 'neverthrow';
import { beforeEach, describe, expect, it } from 'vitest';
import { simulatedProcessor } from '../../src/adapters/processor/simulator.ts';
import { type SimulatorLedger, simulatorLedger } from '../../src/adapters/processor/simulator-ledger.ts';
import { systemIds } from '../../src/adapters/system/ids.ts';
import { type ModifyPayment, modifyPayment } from '../../src/application/payments/modify-payment.ts';
import { processPayment } from '../../src/application/payments/process-payment.ts';
import { recoverPayments } from '../../src/application/payments/recover-payments.ts';
import type { PaymentId } from '../../src/domain/kernel/ids.ts';
import { money } from '../../src/domain/kernel/money.ts';
import type { ModificationRequest } from '../../src/domain/payments/modification.ts';
import type { CaptureMethod, Payment } from '../../src/domain/payments/payment.ts';
import type { Processor, ProcessorUnavailable, Verdict } from '../../src/ports/processor.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { aKey, aMerchantId, digests, NOON, origin, terms } from '../fixtures/changes.ts';
import { addMerchants, aMerchant } from '../fixtures/merchants.ts';
import { plainResponseEncoder } from '../fixtures/plain-responses.ts';
import { aVault } from '../fixtures/vault.ts';
import { expectBooksAgree, expectChainsWhole } from '../support/books.ts';

const refund = (amount: bigint): ModificationRequest => ({ type: 'refund', amount });
const capture = (amount: bigint, final = false): ModificationRequest => ({ type: 'capture', amount, final });
const aVoid: ModificationRequest = { type: 'void' };

/**
 * What every storage promises of modifications at once, with the real use cases over it. `open` gives the storages of two
 * processes that work on one empty store.
 */
export function modificationsContract(
  adapter: string,
  open: () => Promise<readonly [Storage, Storage]>,
): void {
  describe(`Movements contract: ${adapter}`, () => {
    const clock = { at: NOON, now: () => clock.at };
    const merchantId = aMerchantId();
    let storage: Storage;
    let books: SimulatorLedger;
    let mine: ReturnType<typeof aProcess>;
    let theirs: ReturnType<typeof aProcess>;
    /** The next modifications get no answer of the processor. */
    let silences = 0;

    beforeEach(async () => {
      clock.at = NOON;
      silences = 0;
      books = simulatorLedger(':memory:');
      const storages = await open();
      storage = storages[0];
      await addMerchants(storage, [aMerchant()]);
      [mine, theirs] = [aProcess(storages[0]), aProcess(storages[1])];
      return async () => {
        await Promise.all([...new Set(storages)].map((each) => each.close()));
        books.close();
      };
    });

    const takesSilence = (): boolean => {
      const isSilent = silences > 0;
      if (isSilent) silences -= 1;
      return isSilent;
    };

    function aProcess(over: Storage) {
      const simulated = simulatedProcessor(books, clock);
      const processor: Processor = {
        ...simulated,
        move: (order) =>
          takesSilence()
            ? simulated.move(order).andThen(() => silence<Verdict, ProcessorUnavailable>())
            : simulated.move(order),
      };
      const ports = {
        ...over,
        processor,
        paymentMethods: {
          resolve: (_tenant: unknown, _customer: unknown, method: string) => okAsync(method),
        },
        admit: () => okAsync(undefined),
        responses: plainResponseEncoder,
        clock,
        ids: systemIds,
        digests,
        vault: aVault(clock),
      };
      const [pay, move] = [processPayment(ports, terms), modifyPayment(ports, terms)];
      return {
        recover: recoverPayments(ports, terms),
        async pay(amount: bigint, captureMethod: CaptureMethod, paymentMethod = 'card') {
          const request = {
            merchantId,
            idempotencyKey: aKey(),
            amount: money(amount, 'USD'),
            paymentMethod,
            captureMethod,
            origin,
          };
          return (await pay(request))._unsafeUnwrap().response.split(' ')[1] as PaymentId;
        },
        move: (paymentId: PaymentId, modification: ModificationRequest, idempotencyKey = aKey()) =>
          move({ merchantId, paymentId, idempotencyKey, modification, origin }),
      };
    }

    /** As many at once as asked for, from both processes by turns; the first word or two of each answer. */
    async function rush(
      id: PaymentId,
      modifications: readonly ModificationRequest[],
    ): Promise<readonly string[]> {
      const results = await Promise.all(
        modifications.map((modification, n) => (n % 2 === 0 ? mine : theirs).move(id, modification)),
      );
      return results.map(wordsOf);
    }

    const of = (count: number, modification: ModificationRequest) =>
      Array.from({ length: count }, () => modification);

    /** The payment as it is stored, after everything about it was checked. */
    async function sound(id: PaymentId): Promise<Payment> {
      const payment = (await storage.payments.find(merchantId, id))._unsafeUnwrap();
      await expectChainsWhole(storage, payment);
      await expectBooksAgree(storage, books, merchantId);
      return payment;
    }

    it('of 50 refunds of 60 on 100 at once takes exactly one', async () => {
      const id = await mine.pay(100n, 'automatic');
      const responses = await rush(id, of(50, refund(60n)));
      expect(responses.filter((each) => each === 'succeeded')).toHaveLength(1);
      expect(responses.filter((each) => each === 'refused AmountExceedsCaptured')).toHaveLength(49);
      expect(await sound(id)).toMatchObject({ captured: money(100n, 'USD'), refunded: money(60n, 'USD') });
    });

    it('takes all of 50 refunds at once that fit', async () => {
      const id = await mine.pay(100n, 'automatic', 'test_fee');
      expect(new Set(await rush(id, of(50, refund(2n))))).toEqual(new Set(['succeeded']));
      expect(await sound(id)).toMatchObject({ refunded: money(100n, 'USD'), refunding: money(0n, 'USD') });
    });

    it('of captures at once takes as many as were authorized', async () => {
      const id = await mine.pay(100n, 'manual', 'test_fee');
      const responses = await rush(id, of(20, capture(9n)));
      expect(responses.filter((each) => each === 'succeeded')).toHaveLength(11);
      expect(responses.filter((each) => each === 'refused AmountExceedsAuthorized')).toHaveLength(9);
      expect(await sound(id)).toMatchObject({ status: 'authorized', captured: money(99n, 'USD') });
    });

    it.each([
      ['a capture against a void', capture(30n), aVoid],
      ['a final capture against a void', capture(30n, true), aVoid],
      ['a final capture against a partial one', capture(30n, true), capture(30n)],
      ['a void against a void', aVoid, aVoid],
    ])('of %s takes one, and the other is told of a conflict', async (_what, one, other) => {
      for (let round = 0; round < 4; round += 1) {
        const id = await mine.pay(100n, 'manual');
        const responses = await rush(id, round % 2 === 0 ? [one, other] : [other, one]);
        const isPartial = [one, other].some((each) => each.type === 'capture' && !each.final);
        // What comes after the end of a partial capture has no rival any more.
        if (isPartial && responses.every((each) => each === 'succeeded'))
          expect((await sound(id)).status).toBe('succeeded');
        else expect(responses.toSorted()).toEqual(['refused PaymentStateConflict', 'succeeded']);
        await sound(id);
      }
    });

    it('of two refunds that do not fit together takes one, and refuses the other with its reason', async () => {
      for (let round = 0; round < 4; round += 1) {
        const id = await theirs.pay(100n, 'automatic');
        expect((await rush(id, [refund(60n), refund(60n)])).toSorted()).toEqual([
          'refused AmountExceedsCaptured',
          'succeeded',
        ]);
        expect(await sound(id)).toMatchObject({ refunded: money(60n, 'USD') });
      }
    });

    it('of one key sent to both processes takes one', async () => {
      const id = await mine.pay(100n, 'automatic');
      const key = aKey();
      const results = await Promise.all(
        Array.from({ length: 20 }, (_, n) => (n % 2 === 0 ? mine : theirs).move(id, refund(5n), key)),
      );
      const responses = results.flatMap((each) => (each.isOk() ? [each.value] : []));
      expect(responses.filter(({ replayed }) => !replayed)).toHaveLength(1);
      expect(new Set(responses.map(({ response }) => response)).size).toBe(1);
      for (const each of results) if (each.isErr()) expect(each.error.kind).toBe('IdempotencyInFlight');
      const again = (await theirs.move(id, refund(5n), key))._unsafeUnwrap();
      expect(again).toEqual({ response: responses[0]?.response, replayed: true });
      expect(await sound(id)).toMatchObject({ refunded: money(5n, 'USD') });
    });

    it.each([
      ['a refund', 'automatic', refund(60n), 'succeeded'],
      ['a partial capture', 'manual', capture(60n), 'authorized'],
      ['a final capture', 'manual', capture(60n, true), 'succeeded'],
      ['a void', 'manual', aVoid, 'canceled'],
    ] as const)(
      'of a retry of %s against recovery ends it once',
      async (_what, method, modification, end) => {
        for (let round = 0; round < 3; round += 1) {
          const [id, key] = [await mine.pay(100n, method), aKey()];
          silences = 1;
          void mine.move(id, modification, key);
          await expect.poll(() => silences).toBe(0);
          clock.at += terms.leaseMs;
          const [worker, client] = await Promise.all([mine.recover(10), theirs.move(id, modification, key)]);
          const settled = worker._unsafeUnwrap().settled;
          expect(settled + (client.isOk() && !client.value.replayed ? 1 : 0)).toBe(1);
          if (client.isErr()) expect(client.error.kind).toBe('IdempotencyInFlight');
          expect((await sound(id)).status).toBe(end);
          const moves = (await storage.payments.transactionsOf(merchantId, id))._unsafeUnwrap();
          expect(moves.map(({ status }) => status)).toEqual(['succeeded', 'succeeded']);
        }
      },
    );

    it('has silent modifications ended by recoveries of both processes, each once', async () => {
      const id = await mine.pay(100n, 'automatic', 'test_timeout_approved');
      clock.at += 1_000;
      expect((await mine.recover(10))._unsafeUnwrap().settled).toBe(1);
      expect(new Set(await rush(id, of(20, refund(5n))))).toEqual(new Set(['pending']));
      expect(await rush(id, [refund(1n)])).toEqual(['refused AmountExceedsCaptured']);
      expect(await sound(id)).toMatchObject({ refunded: money(0n, 'USD'), refunding: money(100n, 'USD') });
      clock.at += 1_000;
      const both = await Promise.all([mine.recover(100), theirs.recover(100)]);
      expect(both.reduce((sum, each) => sum + each._unsafeUnwrap().settled, 0)).toBe(20);
      expect(await sound(id)).toMatchObject({ refunded: money(100n, 'USD'), refunding: money(0n, 'USD') });
    });

    it('frees what the processor refused for the next modification', async () => {
      const [taken, held] = [
        await mine.pay(100n, 'automatic', 'test_movement_refused'),
        await mine.pay(100n, 'manual', 'test_movement_refused'),
      ];
      expect(await rush(taken, of(10, refund(10n)))).toEqual(Array.from({ length: 10 }, () => 'failed'));
      expect(await rush(held, [capture(100n, true)])).toEqual(['failed']);
      expect(await rush(held, [aVoid])).toEqual(['failed']);
      expect(await sound(taken)).toMatchObject({ refunded: money(0n, 'USD'), refunding: money(0n, 'USD') });
      expect(await sound(held)).toMatchObject({ status: 'authorized', closing: false });
    });
  });
}

/** The process ends before it gets the answer. */
const silence = <T, E>(): ResultAsync<T, E> =>
  ResultAsync.fromSafePromise<T, E>(new Promise<never>(() => {}));

/** `succeeded`, or why it was refused. */
const wordsOf = (result: Awaited<ReturnType<ModifyPayment>>): string =>
  result.match(
    ({ response }) =>
      response.startsWith('refused')
        ? response.split(' ').slice(0, 2).join(' ')
        : (response.split(' ')[0] ?? ''),
    ({ kind }) => `refused ${kind}`,
  );
