import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Money, money } from '../../src/domain/kernel/money.ts';
import type { Processor } from '../../src/ports/processor.ts';
import { aChargeOrder } from '../fixtures/charge-orders.ts';
import { platformCharges } from './platform-charges.ts';
import { modificationsContract } from './processor-modifications.contract.ts';
import { unfinishedChargesContract } from './unfinished-charges.contract.ts';

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
    /** Charged, and every modification refused. */
    movesNothing: string;
    /** Charged once it is asked for again under the id that it was given. */
    opensFirst: string;
    /** Taken on, and charged or declined only later. */
    pendingApproved: string;
    pendingDeclined: string;
    /** Charged once its customer has approved. */
    awaitsCustomer: string;
    /** Charged, the answer lost, and for a time not to be seen in the processor's record; undefined where that shows at once. */
    shownLate: string | undefined;
    foreign: string;
  }>;
  /** What a merchant's config says so that its charges by the approved method are declined. */
  declining: Readonly<Record<string, string>>;
  /** The smallest amounts and the largest that it charges. */
  amounts: readonly Money[];
  /** What it says of an approved charge. */
  saidOfApproved: Readonly<{ responseCode: string; responseText: string }>;
  /** False where a modification that it refused leaves no record: it is judged again when it is asked again. */
  recordsRefusals: boolean;
  /** Has so much time pass that a record that shows late is seen, and a charge that it took on has ended. */
  untilShown(): void;
  /** What the customer of a waiting charge does. */
  customerActs(reference: string, choice: 'approve' | 'decline'): void;
  /** References of every approved charge. */
  charged(): readonly string[];
  /** What became of an approved charge's money, in minor units. */
  book(charge: string): Readonly<{ captured: bigint; refunded: bigint; ended: boolean }> | undefined;
  close(): void | Promise<void>;
}>;

/**
 * What every `Processor` adapter promises. `open` gives one that has never seen a charge.
 *
 * ```ts
 * processorContract('bank, over its sandbox', async () => {
 *   const sandbox = await startSandbox();
 *   return {
 *     processor: bank(sandbox.url),
 *     methods: { approved: 'card', declined: 'card_declined', … },
 *     declining: { api_key: 'closed_account' },
 *     amounts: [money(1n, 'JPY'), money(99_999_999n, 'USD')],
 *     saidOfApproved: { responseCode: '00', responseText: 'Approved' },
 *     recordsRefusals: true,
 *     customerActs: (reference, choice) => sandbox.act(reference, choice),
 *     untilShown: () => sandbox.pass(60_000),
 *     charged: () => sandbox.charged(),
 *     book: (charge) => sandbox.book(charge),
 *     close: () => sandbox.close(),
 *   };
 * });
 * ```
 */
export function processorContract(adapter: string, open: () => Promise<ProcessorUnderTest>): void {
  describe(`Processor contract: ${adapter}`, () => {
    let tested: ProcessorUnderTest;
    beforeEach(async () => {
      tested = await open();
    });
    afterEach(() => tested.close());

    const { charge, lookup } = platformCharges(() => tested.processor);

    it('accepts the methods it can charge and no other', () => {
      const { foreign, ...own } = tested.methods;
      for (const method of Object.values(own))
        if (method !== undefined) expect(tested.processor.accepts(method)).toBe(true);
      for (const method of [foreign, '', 'toString', '__proto__'])
        expect(tested.processor.accepts(method)).toBe(false);
    });

    it('charges the amount it was asked for', async () => {
      for (const amount of tested.amounts) {
        const asked = aChargeOrder(tested.methods.approved, { amount });
        const verdict = (await charge(asked))._unsafeUnwrap();
        expect(verdict).toMatchObject({
          approved: true,
          amount,
          ...tested.saidOfApproved,
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
        const asked = aChargeOrder(method);
        const verdict = (await charge(asked))._unsafeUnwrap();
        expect(verdict).toMatchObject({ approved: false, decline, amount: asked.amount });
        expect((await lookup(asked.reference))._unsafeUnwrap()).toEqual(verdict);
      }
      expect(tested.charged()).toEqual([]);
    });

    it('charges on the account that the config of the order names, and reads no other', async () => {
      const { approved } = tested.methods;
      const declining = new Map(Object.entries(tested.declining));
      const asked = aChargeOrder(approved, { config: (name) => declining.get(name) });
      expect((await charge(asked))._unsafeUnwrap()).toMatchObject({
        approved: false,
        decline: 'card_declined',
      });
      expect((await charge(aChargeOrder(approved)))._unsafeUnwrap()).toMatchObject({ approved: true });
      expect(tested.charged()).not.toContain(asked.reference);
    });

    it('has no record of a reference it never got, and asking makes none', async () => {
      const { reference } = aChargeOrder(tested.methods.approved);
      for (let round = 0; round < 2; round += 1)
        expect((await lookup(reference))._unsafeUnwrapErr()).toEqual({ kind: 'ProcessorHasNoRecord' });
      expect(tested.charged()).toEqual([]);
    });

    it('gives the first verdict again for a reference, whatever it is asked then', async () => {
      const asked = aChargeOrder(tested.methods.approved);
      const first = (await charge(asked))._unsafeUnwrap();
      const others = [
        asked,
        { ...asked, amount: money(9n, 'EUR') },
        { ...asked, paymentMethod: tested.methods.declined },
      ];
      for (const other of others) expect((await charge(other))._unsafeUnwrap()).toEqual(first);
      const refused = aChargeOrder(tested.methods.declined);
      const second = (await charge(refused))._unsafeUnwrap();
      expect((await charge({ ...refused, paymentMethod: tested.methods.approved }))._unsafeUnwrap()).toEqual(
        second,
      );
      expect(tested.charged()).toEqual([asked.reference]);
    });

    it('charges a reference once, however many ask at once', async () => {
      const asked = aChargeOrder(tested.methods.approved);
      const verdicts = await Promise.all(Array.from({ length: 50 }, () => charge(asked)));
      expect(new Set(verdicts.map((each) => each._unsafeUnwrap().processorId)).size).toBe(1);
      expect(tested.charged()).toEqual([asked.reference]);
    });

    it('gives the outcome of a silent charge to a look-up', async () => {
      const { silentlyApproved, silentlyDeclined } = tested.methods;
      for (const [method, approved] of [
        [silentlyApproved, true],
        [silentlyDeclined, false],
      ] as const) {
        const asked = aChargeOrder(method);
        expect((await charge(asked))._unsafeUnwrapErr()).toEqual({ kind: 'ProcessorOutcomeUnknown' });
        expect((await lookup(asked.reference))._unsafeUnwrap()).toMatchObject({
          approved,
          amount: asked.amount,
        });
      }
      expect(tested.charged()).toHaveLength(1);
    });

    it('when it is unavailable has had no effect', async () => {
      const asked = aChargeOrder(tested.methods.unavailable);
      expect((await charge(asked))._unsafeUnwrapErr()).toEqual({ kind: 'ProcessorUnavailable' });
      expect((await lookup(asked.reference))._unsafeUnwrapErr()).toEqual({ kind: 'ProcessorHasNoRecord' });
      expect((await charge({ ...asked, paymentMethod: tested.methods.approved })).isOk()).toBe(true);
    });

    unfinishedChargesContract(() => tested);

    modificationsContract(() => tested);
  });
}
