import fc from 'fast-check';
import { errAsync, okAsync, ResultAsync } from 'neverthrow';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { verify } from '../../src/application/integrity/verify.ts';
import type { DisputeFacts } from '../../src/domain/disputes/dispute.ts';
import type { DisputeRecord } from '../../src/domain/disputes/dispute-record.ts';
import { idOf, type PaymentId } from '../../src/domain/kernel/ids.ts';
import { money } from '../../src/domain/kernel/money.ts';
import { decodeResponse } from '../../src/entrypoints/http/payments/stored-responses.ts';
import type { ProcessorHasNoRecord } from '../../src/ports/processor.ts';
import type { ProcessorDispute, ProcessorDisputes } from '../../src/ports/processor-disputes.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { trying } from '../domain/arbitraries.ts';
import { aKey, aMerchantId, digests, origin } from '../fixtures/changes.ts';
import { addMerchants, aMerchant } from '../fixtures/merchants.ts';
import { aPlatform } from '../support/http-app.ts';
import { handClock } from '../support/relay-workers.ts';

const MINUTE_MS = 60_000;
const ALL = { limit: 100 };

const facts = (status: DisputeFacts['status'], rest: Partial<DisputeFacts> = {}): DisputeFacts => ({
  amount: money(70n, 'USD'),
  reason: 'fraudulent',
  status,
  ...rest,
});

/** A shop whose processor has the disputes of `records`, by name, and is away when `isAway`. */
async function aShop(storage: Storage) {
  await addMerchants(storage, [aMerchant('merchant-a'), aMerchant('merchant-b')]);
  const clock = handClock();
  const records = new Map<string, ProcessorDispute>();
  const world = { isAway: false, beforeAnswer: async (): Promise<void> => {} };
  const processorDisputes: ProcessorDisputes = {
    find: ({ id }) => {
      const found = records.get(id);
      if (world.isAway) return errAsync({ kind: 'ProcessorUnavailable' });
      return ResultAsync.fromSafePromise<void, ProcessorHasNoRecord>(world.beforeAnswer()).andThen(() =>
        found === undefined ? errAsync({ kind: 'ProcessorHasNoRecord' as const }) : okAsync(found),
      );
    },
    accept: () => errAsync({ kind: 'DisputeNotClosed' }),
  };
  const platform = aPlatform(storage, { clock, processorDisputes });
  const pay = async (): Promise<PaymentId> => {
    const taken = await platform.useCases.processPayment({
      merchantId: aMerchantId(),
      idempotencyKey: aKey(),
      amount: money(100n, 'USD'),
      paymentMethod: 'card',
      captureMethod: 'automatic',
      origin,
    });
    return (JSON.parse(decodeResponse(taken._unsafeUnwrap().response).body) as { id: PaymentId }).id;
  };
  const disputed = async (id: string, paymentId: PaymentId, said: DisputeFacts) => {
    const payment = (await storage.payments.find(aMerchantId(), paymentId))._unsafeUnwrap();
    const about = { merchantId: aMerchantId(), paymentId };
    const record = { ...said, processorId: id, chargeId: payment.processorId ?? '', about };
    records.set(id, record);
    return record;
  };
  const notified = async (event: string, id: string) =>
    (
      await platform.useCases.queueDispute({ id: event, dispute: { id }, requestId: 'req-event' })
    )._unsafeUnwrap();
  const list = async (filter = {}) =>
    (await platform.useCases.listDisputes({ merchantId: aMerchantId(), filter, ...ALL }))._unsafeUnwrap()
      .items;
  const events = async () =>
    (await storage.outbox.unsent(1_000))
      ._unsafeUnwrap()
      .flatMap(({ type, data }) =>
        type.startsWith('dispute.') ? [`${type} ${(data as DisputeRecord).status}`] : [],
      );
  return { clock, records, world, pay, disputed, notified, list, events, ...platform };
}

/** What notifications about disputes leave, on every storage. */
export function disputesContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`Disputes: ${adapter}`, () => {
    let storage: Storage;
    let shop: Awaited<ReturnType<typeof aShop>>;
    beforeEach(async () => {
      storage = await open();
      shop = await aShop(storage);
    });
    afterEach(() => storage.close());

    it('are on record as the processor has them, from the first notification to the issuer’s decision', async () => {
      const { disputed, notified, list, events, work, useCases, clock, pay } = shop;
      const [paid, other] = [await pay(), await pay()];
      const respondBy = clock.now() + 7 * 24 * 60 * MINUTE_MS;
      await disputed('du_1', paid, facts('needs_response', { respondBy }));
      expect([await notified('evt_1', 'du_1'), await notified('evt_1', 'du_1')]).toEqual([
        'queued',
        'repeated',
      ]);
      expect(await list()).toEqual([]);
      await work();
      const [first] = await list();
      expect(first).toMatchObject({
        paymentId: paid,
        processorId: 'du_1',
        status: 'needs_response',
        respondBy,
      });
      clock.pass(1_000);
      await disputed('du_1', paid, facts('under_review'));
      await notified('evt_2', 'du_1');
      await work();
      clock.pass(1_000);
      await disputed('du_1', paid, facts('won'));
      await disputed('du_2', other, facts('lost'));
      await notified('evt_3', 'du_1');
      await notified('evt_4', 'du_2');
      await work();
      expect((await list()).map(({ paymentId, status, version }) => [paymentId, status, version])).toEqual([
        [other, 'lost', 1],
        [paid, 'won', 3],
      ]);
      expect((await list({ status: 'won' })).map(({ id }) => id)).toEqual([first?.id]);
      expect((await list({ paymentId: other })).map(({ processorId }) => processorId)).toEqual(['du_2']);
      expect((await events()).toSorted()).toEqual([
        'dispute.closed won',
        'dispute.created lost',
        'dispute.created needs_response',
        'dispute.updated under_review',
      ]);
      const id = first?.id ?? idOf('dsp', '0'.repeat(32));
      expect((await useCases.getDispute(aMerchantId(), id))._unsafeUnwrap()).not.toHaveProperty('respondBy');
      expect((await useCases.getDispute(aMerchantId('merchant-b'), id))._unsafeUnwrapErr().kind).toBe(
        'DisputeNotFound',
      );
      clock.pass(5 * MINUTE_MS);
      const verified = await verify({ ...storage, clock, digests })(() => {});
      expect(verified._unsafeUnwrap()).toMatchObject({ payments: 2, unsettled: [], unread: [] });
    });

    it('are read again while the processor is away, without another notification', async () => {
      const { disputed, notified, list, work, world, clock, pay } = shop;
      await disputed('du_1', await pay(), facts('needs_response'));
      world.isAway = true;
      await notified('evt_1', 'du_1');
      for (let hour = 0; hour < 3; hour += 1) {
        await work();
        clock.pass(60 * MINUTE_MS);
      }
      expect(await list()).toEqual([]);
      world.isAway = false;
      await work();
      expect(await list()).toHaveLength(1);
    });

    it('of no payment here, and of a charge that only names one of ours, leave nothing', async () => {
      const { disputed, records, notified, list, work, pay } = shop;
      const record = await disputed('du_1', await pay(), facts('needs_response'));
      records.set('du_1', { ...record, chargeId: 'pi_of_others' });
      const { about: _, ...foreign } = record;
      records.set('du_2', { ...foreign, processorId: 'du_2' });
      const absent = { merchantId: aMerchantId(), paymentId: idOf('pay', '0'.repeat(32)) };
      records.set('du_3', { ...record, processorId: 'du_3', about: absent });
      for (const each of [1, 2, 3, 4]) await notified(`evt_${each}`, `du_${each}`);
      expect((await work()).map(({ end }) => end)).toEqual(Array.from({ length: 4 }, () => 'completed'));
      expect(await list()).toEqual([]);
    });

    it('never go back to an older record that was read before a newer one was committed', async () => {
      const { disputed, notified, list, work, world, clock, pay } = shop;
      const paid = await pay();
      await disputed('du_1', paid, facts('needs_response'));
      await notified('evt_1', 'du_1');
      await work();
      await disputed('du_1', paid, facts('under_review'));
      // While the older record is on its way to one worker, another reads the newer one and commits it.
      world.beforeAnswer = async () => {
        world.beforeAnswer = async () => {};
        await disputed('du_1', paid, facts('lost'));
        await notified('evt_3', 'du_1');
        await work();
        expect((await list()).map(({ status }) => status)).toEqual(['lost']);
      };
      await notified('evt_2', 'du_1');
      await work();
      clock.pass(2 * MINUTE_MS);
      await work();
      expect((await list()).map(({ status }) => status)).toEqual(['lost']);
    });

    it('end the same in whatever order and number notifications come, with one dispute for each name', async () => {
      const { disputed, notified, list, work, clock, pay } = shop;
      const states = ['needs_response', 'under_review', 'lost'] as const;
      const step = fc.record({
        event: fc.nat(4),
        moves: fc.boolean(),
        after: fc.constantFrom('work', 'wait', 'nothing'),
      });
      let run = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 8 }), async (steps) => {
          run += 1;
          const paid = await pay();
          const name = `du_${run}`;
          let state = 0;
          await disputed(name, paid, facts(states[0]));
          for (const { event, moves, after } of steps) {
            if (moves && state < 2) state += 1;
            await disputed(name, paid, facts(states[state] ?? 'lost'));
            await Promise.all([notified(`evt_${run}_${event}`, name), notified(`evt_${run}_${event}`, name)]);
            if (after === 'work') await work();
            if (after === 'wait') clock.pass(MINUTE_MS);
          }
          await notified(`evt_${run}_last`, name);
          for (let round = 0; round < 4; round += 1) {
            await work();
            clock.pass(2 * MINUTE_MS);
          }
          expect(
            (await list({ paymentId: paid })).map(({ processorId, status }) => [processorId, status]),
          ).toEqual([[name, states[state]]]);
        }),
        trying(adapter === 'memory' ? 30 : 4),
      );
    });
  });
}
