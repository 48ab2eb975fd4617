import { okAsync } from 'neverthrow';
import { beforeEach, describe, expect, it } from 'vitest';
import { simulatedProcessor } from '../../src/adapters/processor/simulator.ts';
import { type SimulatorLedger, simulatorLedger } from '../../src/adapters/processor/simulator-ledger.ts';
import { systemIds } from '../../src/adapters/system/ids.ts';
import { systemSignedTokens } from '../../src/adapters/system/signed-tokens.ts';
import { aggregateChange } from '../../src/application/kernel/aggregate-change.ts';
import { transferMoney } from '../../src/application/ledger/transfer-money.ts';
import { listPayments } from '../../src/application/payments/list-payments.ts';
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
import { aKey, aMerchantId, digests, NOON, origin, SECRET, terms } from '../fixtures/changes.ts';
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

const DAY = terms.keepResponsesMs;

const refund = (amount: bigint): ModificationRequest => ({ type: 'refund', amount });
const capture = (amount: bigint, final = false): ModificationRequest => ({ type: 'capture', amount, final });
const aVoid: ModificationRequest = { type: 'void' };

/** What every storage promises of idempotency keys, with the real use cases over it. */
export function idempotencyContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`Idempotency contract: ${adapter}`, () => {
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

    it('gives 202 again while the processor itself does not know how a charge ends, and then the end, under its id', async () => {
      for (const [paymentMethod, end] of [
        ['test_pending_approved', 'succeeded'],
        ['test_pending_declined', 'failed'],
      ] as const) {
        const again = { key: aKey(), paymentMethod };
        const first = await pay(again);
        expect(first).toMatch(/^processing /);
        const id = first.split(' ')[1] as PaymentId;
        const processorIdOf = async () =>
          (await storage.payments.find(merchantId, id))._unsafeUnwrap().processorId;
        const processorId = await processorIdOf();
        expect(processorId).toMatch(/^sim_/);
        expect(await pay(again)).toBe(`${first}, replayed`);
        await recovered();
        expect(await pay(again)).toBe(`${first}, replayed`);
        clock.at += 10_000;
        await recovered();
        expect(await pay(again)).toMatch(new RegExp(`^${end} ${id} .*, replayed$`));
        expect(await processorIdOf()).toBe(processorId);
        await expectSound(id);
      }
    });

    it('finds a payment by the key that took it, however it ended, and by no key of another operation', async () => {
      const taken = await paid({ key: 'taken' });
      const declined = await pay({ key: 'declined', paymentMethod: 'test_declined' });
      expect(await modify(taken, refund(10n), 'refunded')).toMatch(/^succeeded /);
      const found = async (idempotencyKey: string) =>
        (
          await listPayments({ ...storage, signedTokens: systemSignedTokens(SECRET), clock })({
            merchantId,
            filter: {},
            idempotencyKey,
            limit: 2,
          })
        )
          ._unsafeUnwrap()
          .items.map(({ id, status }) => `${status} ${id}`);
      expect(await found('taken')).toEqual([`succeeded ${taken}`]);
      expect(await found('declined')).toEqual([declined.split(' ', 2).join(' ')]);
      expect(await found('refunded')).toEqual([]);
      expect(await found('unused')).toEqual([]);
    });

    describe('a refusal that may pass', () => {
      it('for an amount over the limit leaves the key free, and the same request pays when the limit is raised', async () => {
        await merchantChanges({ rateLimits: { maxPaymentAmount: 99n } });
        expect(await pay({ key: 'k' })).toBe('AmountOverLimit');
        expect(await claimOf('process', 'k')).toBeUndefined();
        await merchantChanges({ rateLimits: { maxPaymentAmount: 100n } });
        const first = await pay({ key: 'k' });
        expect(first).toMatch(/^succeeded /);
        expect(await pay({ key: 'k' })).toBe(`${first}, replayed`);
      });

      it('leaves the key to another request, too', async () => {
        await merchantChanges({ rateLimits: { maxPaymentAmount: 99n } });
        expect(await pay({ key: 'k' })).toBe('AmountOverLimit');
        expect(await pay({ key: 'k', amount: 99n })).toMatch(/^succeeded /);
        expect(await pay({ key: 'k' })).toBe('IdempotencyKeyReused');
      });

      it('of a suspended merchant stops payments, captures and transfers, and no refund or void', async () => {
        const [taken, held] = [await paid(), await paid({ captureMethod: 'manual' })];
        await merchantChanges({ status: 'suspended' });
        for (const refused of [pay({ key: 'k' }), modify(held, capture(10n), 'k'), transfer(10n, 'k')])
          expect(await refused).toBe('MerchantInactive');
        for (const operation of ['process', 'capture', 'transfer'] as const)
          expect(await claimOf(operation, 'k')).toBeUndefined();
        expect(await modify(taken, refund(10n))).toMatch(/^succeeded /);
        expect(await modify(held, aVoid)).toMatch(/^succeeded /);
        await merchantChanges({ status: 'active' });
        expect(await pay({ key: 'k' })).toMatch(/^succeeded /);
        expect(await transfer(10n, 'k')).toMatch(/^transferred /);
        for (const id of [taken, held]) await expectSound(id);
      });

      it('for a capture under way leaves the key free, and the same final capture goes through when that has ended', async () => {
        const id = await paid({ captureMethod: 'manual', paymentMethod: 'test_timeout_approved' });
        await recovered();
        expect(await modify(id, capture(30n))).toMatch(/^pending /);
        for (const [modification, type] of [
          [capture(20n, true), 'capture'],
          [aVoid, 'void'],
        ] as const) {
          expect(await modify(id, modification, 'k')).toBe('PaymentStateConflict');
          expect(await claimOf(type, 'k')).toBeUndefined();
        }
        await recovered();
        expect(await modify(id, capture(20n, true), 'k')).toMatch(/^pending /);
        await recovered();
        expect(await modify(id, capture(20n, true), 'k')).toMatch(/^succeeded .*, replayed$/);
        await expectSound(id);
      });

      it('for a refund before the capture leaves the key free until there is something to refund', async () => {
        const id = await paid({ captureMethod: 'manual' });
        expect(await modify(id, refund(30n), 'k')).toBe('PaymentStateConflict');
        expect(await modify(id, capture(40n))).toMatch(/^succeeded /);
        expect(await modify(id, refund(41n), 'l')).toBe('AmountExceedsCaptured');
        expect(await modify(id, refund(30n), 'k')).toMatch(/^succeeded /);
        expect(await modify(id, capture(1n))).toMatch(/^succeeded /);
        expect(await modify(id, refund(41n - 30n), 'l')).toMatch(/^succeeded /);
        await expectSound(id);
      });

      it('for more than is free while something is reserved is decided anew, and stored once nothing can free more', async () => {
        const id = await paid({ paymentMethod: 'test_timeout_approved' });
        await recovered();
        expect(await modify(id, refund(60n))).toMatch(/^pending /);
        expect(await modify(id, refund(41n), 'k')).toBe('AmountExceedsCaptured');
        expect(await claimOf('refund', 'k')).toBeUndefined();
        await recovered();
        const first = await modify(id, refund(41n), 'k');
        expect(first).toBe('refused AmountExceedsCaptured for req-1');
        expect(await modify(id, refund(41n), 'k')).toBe(`${first}, replayed`);
        expect(await modify(id, refund(40n), 'k')).toBe('IdempotencyKeyReused');
        clock.at += DAY;
        expect(await modify(id, refund(40n), 'k')).toMatch(/^pending /);
      });

      it('uses up no rate: only payments that begin count', async () => {
        await merchantChanges({ rateLimits: { paymentsPerMinute: 3, maxPaymentAmount: 100n } });
        const first = await pay({ key: 'first' });
        for (let n = 0; n < 5; n += 1) expect(await pay({ amount: 101n })).toBe('AmountOverLimit');
        expect(await pay({ key: 'first' })).toBe(`${first}, replayed`);
        expect(await pay({ key: 'first', amount: 1n })).toBe('IdempotencyKeyReused');
        for (let n = 0; n < 2; n += 1) expect(await pay()).toMatch(/^succeeded /);
        expect(await pay({ key: 'fourth' })).toBe('RateLimited');
        clock.at += 60_000;
        expect(await pay({ key: 'fourth' })).toMatch(/^succeeded /);
      });
    });

    describe('a provisional response', () => {
      /** What repeats are given that come one after the other while recovery works, each once. */
      const manyOf = async (ask: () => Promise<string>): Promise<ReadonlySet<string>> => {
        const given: string[] = [];
        for (let n = 0; n < 20; n += 1) given.push(await ask());
        const kinds = new Set(given);
        // Once the final one was given it stays.
        expect(given).toEqual([...kinds].flatMap((kind) => given.filter((each) => each === kind)));
        return kinds;
      };

      it.each([
        ['test_timeout_approved', 'succeeded'],
        ['test_timeout_declined', 'failed'],
      ])(
        'to a payment by %s gives way to the final one, which is kept for a day',
        async (paymentMethod, end) => {
          const request = { paymentMethod, key: 'k' };
          const provisional = await pay(request);
          expect(provisional).toMatch(/^processing /);
          expect(await pay(request)).toBe(`${provisional}, replayed`);
          const [beside] = await Promise.all([manyOf(() => pay(request)), recovered()]);
          const final = await pay(request);
          expect([`${provisional}, replayed`, final]).toEqual(expect.arrayContaining([...beside]));
          expect(final).toMatch(new RegExp(`^${end} .*, replayed$`));
          expect(final.split(' ')[1]).toBe(provisional.split(' ')[1]);
          clock.at += DAY - 1;
          expect(await pay(request)).toBe(final);
          expect((await claimOf('process', 'k'))?.state).toBe('completed');
          await expectSound(final.split(' ')[1] as PaymentId);
        },
      );

      it.each([
        ['a refund', 'automatic', refund(30n)],
        ['a partial capture', 'manual', capture(30n)],
        ['a final capture', 'manual', capture(30n, true)],
        ['a void', 'manual', aVoid],
      ] as const)('to %s gives way to the final one', async (_name, captureMethod, modification) => {
        const id = await paid({ captureMethod, paymentMethod: 'test_timeout_approved' });
        await recovered();
        const provisional = await modify(id, modification, 'k');
        expect(provisional).toMatch(/^pending /);
        const again = () => modify(id, modification, 'k');
        expect(await again()).toBe(`${provisional}, replayed`);
        const [beside] = await Promise.all([manyOf(again), recovered()]);
        const final = await again();
        expect([`${provisional}, replayed`, final]).toEqual(expect.arrayContaining([...beside]));
        expect(final).toMatch(/^succeeded .*, replayed$/);
        expect(final.split(' ')[1]).toBe(provisional.split(' ')[1]);
        expect(await modify(id, modification, 'k')).toBe(final);
        await expectSound(id);
      });
    });

    describe('a refund of money that was sent on', () => {
      it('takes the balance below zero, unless the merchant’s refunds need the balance', async () => {
        const id = await paid();
        expect(await transfer(80n)).toMatch(/^transferred /);
        await merchantChanges({ refundsNeedBalance: true });
        expect(await modify(id, refund(21n), 'k')).toBe('InsufficientFunds');
        expect(await claimOf('refund', 'k')).toBeUndefined();
        expect(await modify(id, refund(20n))).toMatch(/^succeeded /);
        await paid();
        const first = await modify(id, refund(21n), 'k');
        expect(first).toMatch(/^succeeded /);
        expect(await modify(id, refund(21n), 'k')).toBe(`${first}, replayed`);
        await merchantChanges({ refundsNeedBalance: false });
        expect(await transfer(79n)).toMatch(/^transferred /);
        expect(await modify(id, refund(59n))).toMatch(/^succeeded /);
        expect(await available()).toBe(-59n);
        await expectSound(id);
      });

      it('never overdraws where refunds need the balance, whatever refunds and transfers come at once', async () => {
        await merchantChanges({ refundsNeedBalance: true });
        const ids = await Promise.all(Array.from({ length: 3 }, () => paid()));
        expect(await transfer(150n)).toMatch(/^transferred /);
        const others = aProcess();
        const replies = await Promise.all(
          Array.from({ length: 12 }, async (_, n) => {
            const { modify: moves, transfer: sends } = n % 2 === 0 ? useCases : others;
            const common = { merchantId, idempotencyKey: aKey(), origin };
            const paymentId = ids[n % 3];
            return n % 4 === 0 || paymentId === undefined
              ? heard(
                  await sends({
                    ...common,
                    destinationMerchantId: aMerchantId('merchant-b'),
                    amount: money(40n, 'USD'),
                  }),
                )
              : heard(await moves({ ...common, paymentId, modification: refund(40n) }));
          }),
        );
        const done = replies.filter((each) => /^(succeeded|transferred) /.test(each));
        for (const each of replies)
          expect(each).toMatch(
            /^(succeeded|transferred) |^(InsufficientFunds|AmountExceedsCaptured|BalanceContended|IdempotencyInFlight)$/,
          );
        expect(await available()).toBe(150n - 40n * BigInt(done.length));
        expect(await available()).toBeGreaterThanOrEqual(0n);
        for (const id of ids) await expectSound(id);
      });
    });

    describe('a held payment of which a part was captured', () => {
      it('is refunded of that part, before and after the rest is captured', async () => {
        const id = await paid({ captureMethod: 'manual', paymentMethod: 'test_fee' });
        expect(await modify(id, refund(10n))).toBe('PaymentStateConflict');
        expect(await modify(id, capture(60n))).toMatch(/^succeeded /);
        expect(await modify(id, refund(61n))).toBe('AmountExceedsCaptured');
        expect(await modify(id, refund(50n))).toMatch(/^succeeded /);
        await expectSound(id);
        expect(await modify(id, capture(40n))).toMatch(/^succeeded /);
        expect(await modify(id, refund(50n))).toMatch(/^succeeded /);
        expect((await storage.payments.find(merchantId, id))._unsafeUnwrap()).toMatchObject({
          status: 'succeeded',
          captured: money(100n, 'USD'),
          refunded: money(100n, 'USD'),
        });
        await expectSound(id);
      });

      it('keeps a refund under way through a void or a final capture of the rest', async () => {
        for (const end of [aVoid, capture(10n, true)]) {
          const id = await paid({ captureMethod: 'manual', paymentMethod: 'test_timeout_approved' });
          await recovered();
          await modify(id, capture(60n));
          await recovered();
          expect(await modify(id, refund(20n))).toMatch(/^pending /);
          await expectSound(id);
          expect(await modify(id, end)).toMatch(/^pending /);
          expect(await modify(id, refund(30n))).toMatch(/^pending /);
          await expectSound(id);
          await recovered();
          expect((await storage.payments.find(merchantId, id))._unsafeUnwrap()).toMatchObject({
            status: 'succeeded',
            refunded: money(50n, 'USD'),
            refunding: money(0n, 'USD'),
          });
          await expectSound(id);
        }
      });

      it('is never refunded of more than was captured by rivals at once', async () => {
        const id = await paid({ captureMethod: 'manual' });
        expect(await modify(id, capture(50n))).toMatch(/^succeeded /);
        const others = aProcess();
        const replies = await Promise.all(
          Array.from({ length: 12 }, async (_, n) => {
            const modification = n % 3 === 0 ? capture(10n) : refund(20n);
            const request = { merchantId, paymentId: id, idempotencyKey: aKey(), modification, origin };
            return heard(await (n % 2 === 0 ? useCases : others).modify(request));
          }),
        );
        const payment = (await storage.payments.find(merchantId, id))._unsafeUnwrap();
        expect(payment).toMatchObject({ status: 'authorized', captured: money(90n, 'USD') });
        expect(replies.filter((each) => each.startsWith('succeeded')).length).toBeGreaterThanOrEqual(6);
        await expectSound(id);
      });
    });
  });
}
