import { beforeEach, describe, expect, it } from 'vitest';
import type { VendorId } from '../../../src/domain/approvals/ids.ts';
import { type Money, money } from '../../../src/domain/kernel/money.ts';
import type { PayoutOrder, Payouts } from '../../../src/ports/approvals/payouts.ts';

/** A processor under test: vendors that behave as they are called, and what it really paid, on its own side. */
export type TestedPayouts = Readonly<{
  payouts: Payouts;
  vendors: Readonly<
    Record<'paid' | 'refused' | 'refusedOnce' | 'silentlyPaid' | 'silentlyRefused' | 'away', VendorId>
  >;
  /** The largest amount that it takes. */
  most: Money;
  /** Whether a look-up finds what was refused, and a repeat of it says when; else a repeat of the attempt says that it was. */
  recordsRefusals: boolean;
  /** References, one for each time money left. */
  paid: () => readonly string[];
  close: () => void | Promise<void>;
}>;

/** What every `Payouts` adapter promises. */
export function payoutsContract(adapter: string, open: () => Promise<TestedPayouts>): void {
  describe(`Payouts contract: ${adapter}`, () => {
    let tested: TestedPayouts;
    beforeEach(async () => {
      tested = await open();
      return () => tested.close();
    });

    const pay = (vendor: keyof TestedPayouts['vendors'], parts: Partial<PayoutOrder> = {}) =>
      tested.payouts.pay({
        reference: 'r-1',
        attempt: 1,
        vendorId: tested.vendors[vendor],
        amount: tested.most,
        ...parts,
      });
    const lookup = (reference = 'r-1') => tested.payouts.lookup(reference);

    it('pays, says so, and finds it again', async () => {
      const verdict = (await pay('paid'))._unsafeUnwrap();
      expect(verdict).toMatchObject({ paid: true, attempt: 1, amount: tested.most });
      expect(verdict.processorReference).not.toBe('');
      expect((await lookup())._unsafeUnwrap()).toEqual(verdict);
      expect(tested.paid()).toEqual(['r-1']);
    });

    it('pays a reference once, whatever attempt, amount or vendor comes under it', async () => {
      const verdict = (await pay('paid'))._unsafeUnwrap();
      const again = [{}, { attempt: 2 }, { amount: money(1n, 'USD') }, { vendorId: tested.vendors.refused }];
      for (const parts of again) expect((await pay('paid', parts))._unsafeUnwrap()).toEqual(verdict);
      expect(tested.paid()).toEqual(['r-1']);
    });

    it('pays a reference once that comes many times at once', async () => {
      const outcomes = await Promise.all(Array.from({ length: 20 }, () => pay('paid')));
      const [first] = outcomes;
      for (const outcome of outcomes) expect(outcome).toEqual(first);
      expect(tested.paid()).toEqual(['r-1']);
    });

    it('refuses an attempt for good, and judges the next one anew', async () => {
      const refused = (await pay('refusedOnce'))._unsafeUnwrap();
      expect(refused).toMatchObject({ paid: false, attempt: 1 });
      const again = (await pay('refusedOnce'))._unsafeUnwrap();
      expect(again).toMatchObject({ paid: false, attempt: 1 });
      if (tested.recordsRefusals) {
        expect(again).toEqual(refused);
        expect((await lookup())._unsafeUnwrap()).toEqual(refused);
      } else expect((await lookup())._unsafeUnwrapErr()).toEqual({ kind: 'PayoutHasNoRecord' });
      const paid = (await pay('refusedOnce', { attempt: 2 }))._unsafeUnwrap();
      expect(paid).toMatchObject({ paid: true, attempt: 2 });
      expect((await lookup())._unsafeUnwrap()).toEqual(paid);
      expect((await pay('refusedOnce'))._unsafeUnwrap()).toEqual(paid);
      expect(tested.paid()).toEqual(['r-1']);
    });

    it('does not judge an attempt that comes late', async () => {
      await pay('refused');
      const second = (await pay('refused', { attempt: 2 }))._unsafeUnwrap();
      const late = (await pay('refused', { attempt: 1 }))._unsafeUnwrap();
      expect(late.paid).toBe(false);
      if (tested.recordsRefusals) expect(late).toEqual(second);
      expect(tested.paid()).toEqual([]);
    });

    it('gives by look-up the outcome of a payout that got no answer', async () => {
      expect((await pay('silentlyPaid'))._unsafeUnwrapErr()).toEqual({ kind: 'PayoutOutcomeUnknown' });
      expect((await lookup())._unsafeUnwrap()).toMatchObject({ paid: true, attempt: 1 });
      await pay('silentlyRefused', { reference: 'r-2' });
      const refused = tested.recordsRefusals ? await lookup('r-2') : undefined;
      if (refused) expect(refused._unsafeUnwrap()).toMatchObject({ paid: false, attempt: 1 });
      else expect((await lookup('r-2'))._unsafeUnwrapErr()).toEqual({ kind: 'PayoutHasNoRecord' });
      expect(tested.paid()).toEqual(['r-1']);
    });

    it('has no record of what never reached it, or of what it was away for', async () => {
      expect((await lookup())._unsafeUnwrapErr()).toEqual({ kind: 'PayoutHasNoRecord' });
      expect((await pay('away'))._unsafeUnwrapErr()).toEqual({ kind: 'PayoutsUnavailable' });
      expect((await lookup())._unsafeUnwrapErr()).toEqual({ kind: 'PayoutHasNoRecord' });
      expect(tested.paid()).toEqual([]);
    });
  });
}
