import { errAsync, okAsync, ResultAsync } from 'neverthrow';
import { describe, expect, it } from 'vitest';
import type { PaymentId } from '../../src/domain/kernel/ids.ts';
import type { Seen } from '../../src/domain/payments/attention.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { aMerchantId } from '../fixtures/changes.ts';
import { aVerdict, resolutionDesk } from './resolution-desk.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** What notifications about payments that have ended lead to, on every storage. */
export function endedPaymentsContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`payments that have ended, and the processor’s record: ${adapter}`, () => {
    const desk = resolutionDesk(open);
    let events = 0;

    const ended = async (paymentMethod: string, captureMethod: 'automatic' | 'manual' = 'automatic') =>
      (await desk.inAttention(captureMethod, paymentMethod)).id;

    async function notify(paymentId: PaymentId, parts: Readonly<{ id?: string; said?: Seen }> = {}) {
      events += 1;
      const about = { merchantId: desk.merchantId, paymentId };
      const sent = { id: `evt_${events}`, type: 'any', about, requestId: 'req-event', ...parts };
      return (await desk.notified().receive(sent))._unsafeUnwrap();
    }
    const compared = async () => (await desk.notified().compare()).map(({ end }) => end);
    const compare = async (id: PaymentId) => {
      expect(await notify(id)).toBe('queued');
      expect(await compared()).toEqual(['completed']);
      return desk.sound(id);
    };
    const taken = (amount = 2_500n, id = 'ch_1') =>
      aVerdict(amount, { standing: 'captured', processorId: id });

    it('need people where money was taken after they had failed, say so once, and end as two people say', async () => {
      const id = await ended('test_declined');
      const { processorId = '' } = await desk.find(id);
      desk.says(() => okAsync(taken(2_500n, processorId)));
      const found = await compare(id);
      expect(found.payment).toMatchObject({
        status: 'failed',
        attention: { reason: 'state_differs', seen: { state: 'captured', amount: { minorUnits: 2_500n } } },
      });
      expect(found.actions.at(-1)).toBe('payment.attention');
      expect(found.events.at(-1)).toBe('payment.attention');
      expect(found.available).toBe(0n);
      const { payment } = await compare(id);
      expect(payment.version).toBe(found.payment.version);
      const [listed] = (
        await desk.storage().payments.list(desk.merchantId, { attention: true }, { limit: 2 })
      )._unsafeUnwrap();
      expect(listed?.id).toBe(id);

      expect((await desk.propose(id))._unsafeUnwrapErr()).toMatchObject({ possible: ['failed'] });
      (await desk.propose(id, { outcome: 'failed' }))._unsafeUnwrap();
      (await desk.confirm(id))._unsafeUnwrap();
      const settled = await desk.sound(id);
      expect(settled.payment).toMatchObject({ status: 'failed' });
      expect(settled.payment.attention).toBeUndefined();
      // People have seen what the processor says; what it has not said before is for people again.
      expect((await compare(id)).payment.attention).toBeUndefined();
      desk.says(() => okAsync(taken(2_499n, processorId)));
      expect((await compare(id)).payment.attention).toMatchObject({
        seen: { amount: { minorUnits: 2_499n } },
      });
    });

    it('need people where a hold was canceled or captured, or money taken is not there or is another', async () => {
      const cases = [
        ['manual', { standing: 'canceled' }, 'state_differs'],
        ['manual', { standing: 'captured' }, 'state_differs'],
        ['automatic', { approved: false, decline: 'card_declined' }, 'state_differs'],
        ['automatic', { amount: aVerdict(2_499n).amount }, 'amount_differs'],
        ['automatic', { amount: { ...aVerdict(2_500n).amount, currency: 'EUR' } }, 'currency_differs'],
      ] as const;
      for (const [captureMethod, said, reason] of cases) {
        desk.says(undefined);
        const id = await ended('card', captureMethod);
        const { status, processorId = '' } = await desk.find(id);
        desk.says(() =>
          okAsync(aVerdict(2_500n, { processorId, ...said } as Parameters<typeof aVerdict>[1])),
        );
        const { payment, events: published } = await compare(id);
        expect(payment).toMatchObject({ status, attention: { reason } });
        expect(published.at(-1)).toBe('payment.attention');
        desk.says(() => errAsync({ kind: 'ProcessorHasNoRecord' }));
        expect((await compare(id)).payment).toMatchObject({ attention: { seen: { state: 'absent' } } });
      }
    });

    it('need people no more once the record agrees, with the link of that', async () => {
      const id = await ended('card', 'manual');
      desk.says(() => errAsync({ kind: 'ProcessorHasNoRecord' }));
      expect((await compare(id)).payment.attention).toBeDefined();
      (await desk.propose(id))._unsafeUnwrap();
      desk.says(undefined);
      const { payment, actions } = await compare(id);
      expect(payment).toMatchObject({ status: 'authorized' });
      expect(payment.attention).toBeUndefined();
      expect(actions.at(-1)).toBe('payment.attention_cleared');
      const { version } = payment;
      expect((await compare(id)).payment.version).toBe(version);
    });

    it('need people where a refund that succeeded failed at the bank, each once, until two have seen it', async () => {
      const id = await ended('card');
      const { processorId = '' } = await desk.find(id);
      for (const amount of [40n, 60n]) await desk.modify(id, { type: 'refund', amount });
      await desk.modify(id, { type: 'refund', amount: 10n });
      const { transactions } = await desk.sound(id);
      const refunds = transactions.filter(({ type }) => type === 'refund');
      const failing = new Set<string>();
      desk.says((query) => {
        const refund = refunds.find((each) => each.id === query.reference);
        if (refund === undefined) return okAsync(taken(2_500n, processorId));
        const parts = { approved: !failing.has(refund.id), decline: 'movement_refused' } as const;
        return okAsync(aVerdict(refund.amount.minorUnits, { ...parts, processorId: `re_${refund.id}` }));
      });
      const agreed = await compare(id);
      expect(agreed.payment.attention).toBeUndefined();
      for (const { id: refund } of refunds.filter(({ amount }) => amount.minorUnits > 10n))
        failing.add(refund);
      for (const refund of failing) {
        const { payment, events: published } = await compare(id);
        expect(payment).toMatchObject({
          status: 'succeeded',
          refunded: { minorUnits: 110n },
          attention: { reason: 'state_differs', seen: { state: 'declined', processorId: `re_${refund}` } },
        });
        expect(published.at(-1)).toBe('payment.attention');
        expect((await compare(id)).payment.version).toBe(payment.version);
        (await desk.propose(id))._unsafeUnwrap();
        (await desk.confirm(id))._unsafeUnwrap();
      }
      const settled = await compare(id);
      expect(settled.payment.attention).toBeUndefined();
    });

    it('need no people about a refund that two people ended, whatever the record goes on to say of it', async () => {
      const id = await ended('card');
      const { processorId = '' } = await desk.find(id);
      const saysOfRefund = (parts: Parameters<typeof aVerdict>[1]) =>
        desk.says((query) => okAsync('charge' in query ? aVerdict(4n, parts) : taken(2_500n, processorId)));
      saysOfRefund({});
      await desk.modify(id, { type: 'refund', amount: 5n });
      await desk.recovered();
      (await desk.propose(id))._unsafeUnwrap();
      (await desk.confirm(id))._unsafeUnwrap();
      saysOfRefund({ approved: false, decline: 'movement_refused' });
      const { payment } = await compare(id);
      expect(payment).toMatchObject({ status: 'succeeded', refunded: { minorUnits: 5n } });
      expect(payment.attention).toBeUndefined();
    });

    it('are compared once the processor is back, and once nothing of them is under way', async () => {
      const id = await ended('card');
      desk.says(() => errAsync({ kind: 'ProcessorUnavailable' }));
      await notify(id);
      for (let hour = 0; hour < 30; hour += 1) {
        await compared();
        desk.clock.at += HOUR_MS;
      }
      expect(await desk.notified().open()).toBe(1);
      const { again } = await desk.modify(id, { type: 'refund', amount: 10n });
      desk.says(() => errAsync({ kind: 'ProcessorHasNoRecord' }));
      await compared();
      expect((await desk.find(id)).attention).toBeUndefined();
      desk.says(undefined);
      await desk.recovered();
      expect((await again())._unsafeUnwrap()).toContain('succeeded');
      desk.says(() => okAsync(aVerdict(1n)));
      desk.clock.at += HOUR_MS;
      expect(await compared()).toEqual(['completed']);
      expect((await desk.find(id)).attention).toMatchObject({ reason: 'amount_differs' });
    });

    it('need people where the record cannot be read for a day', async () => {
      const id = await ended('card');
      desk.says(() => errAsync({ kind: 'ProcessorRecordNotKnown' }));
      const { at } = desk.clock;
      await notify(id);
      while (desk.clock.at < at + DAY_MS) {
        expect(await compared()).toEqual(['released']);
        desk.clock.at += HOUR_MS;
      }
      expect(await compared()).toEqual(['completed']);
      expect((await desk.sound(id)).payment).toMatchObject({
        status: 'succeeded',
        attention: { reason: 'silence' },
      });
    });

    it('are compared once for each notification, by the tenant that they are of, and not for what is on record', async () => {
      const id = await ended('card');
      expect([await notify(id, { id: 'evt_same' }), await notify(id, { id: 'evt_same' })]).toEqual([
        'queued',
        'repeated',
      ]);
      expect(await compared()).toEqual(['completed']);
      const { amount, processorId = '' } = await desk.find(id);
      const said = (state: Seen['state']): Seen => ({ state, amount, processorId });
      expect(await notify(id, { said: said('captured') })).toBe('settled');
      expect(await notify(id, { said: said('canceled') })).toBe('queued');
      const about = { merchantId: aMerchantId('merchant-b'), paymentId: id };
      const others = { id: 'evt_others', type: 'any', about, requestId: 'req-event' };
      expect((await desk.notified().receive(others))._unsafeUnwrap()).toBe('unknown');
      expect(await compared()).toEqual(['completed']);
      expect((await desk.sound(id)).payment.version).toBe(2);
    });

    it('that were moved while the processor answered are compared anew', async () => {
      const id = await ended('card', 'manual');
      const { processorId = '' } = await desk.find(id);
      const answer = () => okAsync(taken(2_500n, processorId));
      desk.says(() => {
        desk.says(answer);
        const rival = async () => {
          await notify(id);
          expect(await compared()).toEqual(['completed']);
        };
        return ResultAsync.fromSafePromise<void, never>(rival()).andThen(answer);
      });
      await notify(id);
      expect(await compared()).toEqual(['postponed']);
      desk.clock.at += HOUR_MS;
      expect(await compared()).toEqual(['completed']);
      const { actions } = await desk.sound(id);
      expect(actions.filter((action) => action === 'payment.attention')).toHaveLength(1);
    });
  });
}
