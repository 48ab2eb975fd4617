import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemIds } from '../../src/adapters/system/ids.ts';
import { money } from '../../src/domain/money.ts';
import type { ChargeOrder, Processor } from '../../src/ports/processor.ts';
import { aMerchantId, NOON } from '../fixtures/changes.ts';

/** A processor under test, the payment methods that make it behave, and a look at its own books. */
export type ProcessorUnderTest = Readonly<{
  processor: Processor;
  methods: Readonly<{
    approved: string;
    declined: string;
    insufficientFunds: string;
    /** Charged, and the answer lost. */
    silentlyApproved: string;
    /** Declined, and the answer lost. */
    silentlyDeclined: string;
    unavailable: string;
    foreign: string;
  }>;
  /** References of every approved charge. */
  charged(): readonly string[];
  close(): void;
}>;

/** What every `Processor` adapter promises. `open` gives one that has never seen a charge. */
export function processorContract(adapter: string, open: () => Promise<ProcessorUnderTest>): void {
  describe(`Processor contract: ${adapter}`, () => {
    let tested: ProcessorUnderTest;
    beforeEach(async () => {
      tested = await open();
    });
    afterEach(() => tested.close());

    const order = (paymentMethod: string, parts: Partial<ChargeOrder> = {}): ChargeOrder => ({
      reference: systemIds.payment(NOON),
      merchantId: aMerchantId(),
      amount: money(2_500n, 'USD'),
      paymentMethod,
      capture: true,
      ...parts,
    });
    const charge = (asked: ChargeOrder) => tested.processor.charge(asked);
    const lookup = (reference: string) => tested.processor.lookup(reference);

    it('accepts the methods it can charge and no other', () => {
      const { foreign, ...own } = tested.methods;
      for (const method of Object.values(own)) expect(tested.processor.accepts(method)).toBe(true);
      for (const method of [foreign, '', 'toString', '__proto__'])
        expect(tested.processor.accepts(method)).toBe(false);
    });

    it('charges the amount it was asked for', async () => {
      for (const amount of [
        money(1n, 'JPY'),
        money(9_007_199_254_740_993n, 'USD'),
        money(2n ** 62n, 'KWD'),
      ]) {
        const asked = order(tested.methods.approved, { amount });
        const verdict = (await charge(asked))._unsafeUnwrap();
        expect(verdict).toMatchObject({
          approved: true,
          amount,
          responseCode: '00',
          responseText: 'Approved',
        });
        expect((await lookup(asked.reference))._unsafeUnwrap()).toEqual(verdict);
        expect(tested.charged()).toContain(asked.reference);
      }
    });

    it('says why it declines, and charges nothing', async () => {
      const { declined, insufficientFunds } = tested.methods;
      for (const [method, decline] of [
        [declined, 'card_declined'],
        [insufficientFunds, 'insufficient_funds'],
      ] as const) {
        const asked = order(method);
        const verdict = (await charge(asked))._unsafeUnwrap();
        expect(verdict).toMatchObject({ approved: false, decline, amount: asked.amount });
        expect((await lookup(asked.reference))._unsafeUnwrap()).toEqual(verdict);
      }
      expect(tested.charged()).toEqual([]);
    });

    it('has no record of a reference it never got, and asking makes none', async () => {
      const { reference } = order(tested.methods.approved);
      for (let round = 0; round < 2; round += 1)
        expect((await lookup(reference))._unsafeUnwrapErr()).toEqual({ kind: 'ProcessorHasNoRecord' });
      expect(tested.charged()).toEqual([]);
    });

    it('gives the first verdict again for a reference, whatever it is asked then', async () => {
      const asked = order(tested.methods.approved);
      const first = (await charge(asked))._unsafeUnwrap();
      const others = [
        asked,
        { ...asked, amount: money(9n, 'EUR') },
        { ...asked, paymentMethod: tested.methods.declined },
      ];
      for (const other of others) expect((await charge(other))._unsafeUnwrap()).toEqual(first);
      const refused = order(tested.methods.declined);
      const second = (await charge(refused))._unsafeUnwrap();
      expect((await charge({ ...refused, paymentMethod: tested.methods.approved }))._unsafeUnwrap()).toEqual(
        second,
      );
      expect(tested.charged()).toEqual([asked.reference]);
    });

    it('charges a reference once, however many ask at once', async () => {
      const asked = order(tested.methods.approved);
      const verdicts = await Promise.all(Array.from({ length: 50 }, () => charge(asked)));
      expect(new Set(verdicts.map((each) => each._unsafeUnwrap().processorId)).size).toBe(1);
      expect(tested.charged()).toEqual([asked.reference]);
    });

    it('when it falls silent tells the outcome to who looks it up', async () => {
      const { silentlyApproved, silentlyDeclined } = tested.methods;
      for (const [method, approved] of [
        [silentlyApproved, true],
        [silentlyDeclined, false],
      ] as const) {
        const asked = order(method);
        expect((await charge(asked))._unsafeUnwrapErr()).toEqual({ kind: 'ProcessorOutcomeUnknown' });
        expect((await lookup(asked.reference))._unsafeUnwrap()).toMatchObject({
          approved,
          amount: asked.amount,
        });
      }
      expect(tested.charged()).toHaveLength(1);
    });

    it('when it is unavailable has had no effect', async () => {
      const asked = order(tested.methods.unavailable);
      expect((await charge(asked))._unsafeUnwrapErr()).toEqual({ kind: 'ProcessorUnavailable' });
      expect((await lookup(asked.reference))._unsafeUnwrapErr()).toEqual({ kind: 'ProcessorHasNoRecord' });
      expect((await charge({ ...asked, paymentMethod: tested.methods.approved })).isOk()).toBe(true);
    });
  });
}
