import { okAsync } from 'neverthrow';
import { describe, expect, it } from 'vitest';
import type { ModificationRequest } from '../../src/domain/payments/modification.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { aVerdict, bob, resolutionDesk } from './resolution-desk.ts';

const aRefund: ModificationRequest = { type: 'refund', amount: 400n };
const aCapture: ModificationRequest = { type: 'capture', amount: 400n, final: false };
const aVoid: ModificationRequest = { type: 'void' };

/** What two people may say of a capture, refund or void that the processor's record is at odds about, on every storage. */
export function modificationResolutionsContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`modifications that two people resolve: ${adapter}`, () => {
    const desk = resolutionDesk(open);

    /** A modification that was asked for, and of which the record says another amount. */
    const inQuestion = async (modification: ModificationRequest) => {
      desk.says(undefined);
      const { id } = await desk.inAttention(modification.type === 'refund' ? 'automatic' : 'manual', 'card');
      desk.says(() => okAsync(aVerdict(399n)));
      const { first, again } = await desk.modify(id, modification);
      expect(first._unsafeUnwrap()).toMatch(/^pending /);
      await desk.recovered();
      expect((await desk.find(id)).attention).toMatchObject({ reason: 'amount_differs', modification: {} });
      return { id, again };
    };

    it('are carried out whole, or free what they set aside, and answer the key that they were asked for under', async () => {
      const ends = [
        [aRefund, 'succeeded', { status: 'succeeded', refunded: { minorUnits: 400n } }],
        [aRefund, 'failed', { status: 'succeeded', refunded: { minorUnits: 0n } }],
        [aCapture, 'succeeded', { status: 'authorized', captured: { minorUnits: 400n } }],
        [aCapture, 'failed', { status: 'authorized', captured: { minorUnits: 0n } }],
        [aVoid, 'succeeded', { status: 'canceled' }],
        [aVoid, 'failed', { status: 'authorized', closing: false }],
      ] as const;
      for (const [modification, outcome, left] of ends) {
        const { id, again } = await inQuestion(modification);
        expect((await desk.propose(id, { outcome: 'canceled' }))._unsafeUnwrapErr().kind).toBe(
          'OutcomeNotPossible',
        );
        (await desk.propose(id, { outcome }))._unsafeUnwrap();
        (await desk.confirm(id))._unsafeUnwrap();
        const { payment, transactions, actions } = await desk.sound(id);
        expect(payment).toMatchObject(left);
        expect(payment.attention).toBeUndefined();
        expect(transactions.at(-1)).toMatchObject({ status: outcome, responseCode: 'resolved' });
        expect(actions.at(-1)).toBe('payment.resolved');
        expect((await again())._unsafeUnwrap()).toMatch(new RegExp(`^${outcome} `));
      }
      await desk.expectNothingDue();
    });

    it('have a refund’s event, and give back on the balance what a refund that failed had set aside', async () => {
      for (const [outcome, event, given] of [
        ['succeeded', 'refund.created', 2_100n],
        ['failed', 'refund.failed', 4_600n],
      ] as const) {
        const { id } = await inQuestion(aRefund);
        (await desk.propose(id, { outcome }))._unsafeUnwrap();
        (await desk.confirm(id))._unsafeUnwrap();
        const { events, available } = await desk.sound(id);
        expect(events.at(-1)).toBe(event);
        expect(available).toBe(given);
      }
    });

    it('end by the processor’s word where it comes first, and people have nothing to confirm then', async () => {
      const { id } = await inQuestion(aRefund);
      (await desk.propose(id, { outcome: 'failed' }))._unsafeUnwrap();
      desk.says(() => okAsync(aVerdict(400n)));
      await desk.recovered();
      expect((await desk.confirm(id, bob))._unsafeUnwrapErr().kind).toBe('NotInAttention');
      expect((await desk.sound(id)).payment).toMatchObject({ refunded: { minorUnits: 400n } });
    });
  });
}
