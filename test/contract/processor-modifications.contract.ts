import { describe, expect, it } from 'vitest';
import { systemIds } from '../../src/adapters/system/ids.ts';
import { money } from '../../src/domain/kernel/money.ts';
import { present } from '../../src/domain/kernel/present.ts';
import type { ChargeOrder, ModificationOrder } from '../../src/ports/processor.ts';
import { NOON } from '../fixtures/changes.ts';
import { aChargeOrder } from '../fixtures/charge-orders.ts';
import { noConfig } from '../fixtures/vault.ts';
import { platformCharges } from './platform-charges.ts';
import type { ProcessorUnderTest } from './processor.contract.ts';

/** What every `Processor` adapter promises of captures, refunds and voids; a part of its contract. */
export function modificationsContract(tested: () => ProcessorUnderTest): void {
  describe('moving money of a charge', () => {
    const { charge, lookup, chargeNamed } = platformCharges(() => tested().processor);

    /** A charge to move money of: held, or with `capture` taken. */
    async function aCharge(parts: Partial<ChargeOrder> = {}): Promise<ChargeOrder> {
      const asked = aChargeOrder(tested().methods.approved, {
        amount: money(100n, 'USD'),
        capture: false,
        ...parts,
      });
      await charge(asked);
      return asked;
    }

    const modification = (
      { reference, amount, merchantId }: ChargeOrder,
      type: ModificationOrder['type'],
      units: bigint,
      parts: Partial<ModificationOrder> = {},
    ): ModificationOrder => ({
      reference: systemIds.transaction(NOON),
      charge: reference,
      ...chargeNamed(reference),
      merchantId,
      config: noConfig,
      type,
      amount: money(units, amount.currency),
      final: type === 'void',
      ...parts,
    });
    const move = async (asked: ModificationOrder) => (await tested().processor.move(asked))._unsafeUnwrap();
    const lookupMove = ({ reference, merchantId, config, type, charge: name, chargeId }: ModificationOrder) =>
      tested().processor.lookup({
        reference,
        merchantId,
        config,
        type,
        charge: name,
        ...present({ chargeId }),
      });
    const refused = { approved: false, decline: 'movement_refused' };
    /** What the record says of a modification that was refused with a verdict. */
    async function recordedRefusal(asked: ModificationOrder, verdict: object): Promise<void> {
      const found = await lookupMove(asked);
      if (tested().recordsRefusals) expect(found._unsafeUnwrap()).toEqual(verdict);
      else expect(found._unsafeUnwrapErr()).toEqual({ kind: 'ProcessorHasNoRecord' });
    }

    it('takes what was held in parts, up to all of it', async () => {
      const held = await aCharge();
      for (const units of [30n, 50n, 20n]) {
        const asked = modification(held, 'capture', units);
        const verdict = await move(asked);
        expect(verdict).toMatchObject({ approved: true, amount: asked.amount });
        expect((await lookupMove(asked))._unsafeUnwrap()).toEqual(verdict);
      }
      expect(tested().book(held.reference)).toMatchObject({ captured: 100n, refunded: 0n });
      expect(await move(modification(held, 'capture', 1n))).toMatchObject(refused);
    });

    it('refuses a capture past what is left, and takes nothing by it', async () => {
      const held = await aCharge();
      await move(modification(held, 'capture', 30n));
      const asked = modification(held, 'capture', 71n);
      const verdict = await move(asked);
      expect(verdict).toMatchObject({ ...refused, amount: asked.amount });
      await recordedRefusal(asked, verdict);
      expect(tested().book(held.reference)).toMatchObject({ captured: 30n });
      expect(await move(modification(held, 'capture', 70n))).toMatchObject({ approved: true });
    });

    it('releases the rest with a final capture', async () => {
      const held = await aCharge();
      await move(modification(held, 'capture', 30n));
      await move(modification(held, 'capture', 20n, { final: true }));
      expect(tested().book(held.reference)).toMatchObject({ captured: 50n, ended: true });
      for (const type of ['capture', 'void'] as const)
        expect(await move(modification(held, type, 50n))).toMatchObject(refused);
    });

    it('releases with a void what was not taken, and nothing else after', async () => {
      const [whole, partly] = [await aCharge(), await aCharge()];
      await move(modification(partly, 'capture', 30n));
      expect(await move(modification(whole, 'void', 100n))).toMatchObject({ approved: true });
      expect(await move(modification(partly, 'void', 69n))).toMatchObject(refused);
      expect(await move(modification(partly, 'void', 70n))).toMatchObject({ approved: true });
      for (const each of [whole, partly]) {
        expect(tested().book(each.reference)?.ended).toBe(true);
        expect(await move(modification(each, 'capture', 1n))).toMatchObject(refused);
        expect(await move(modification(each, 'void', 70n))).toMatchObject(refused);
      }
      expect(await move(modification(partly, 'refund', 30n))).toMatchObject({ approved: true });
      expect(await move(modification(whole, 'refund', 1n))).toMatchObject(refused);
    });

    it('gives back in parts what was taken, and never more', async () => {
      const amount = tested().amounts.reduce((most, each) =>
        each.minorUnits > most.minorUnits ? each : most,
      );
      const taken = await aCharge({ capture: true, amount });
      const { minorUnits: whole } = amount;
      const half = whole / 2n;
      for (const units of [half, whole - half - 1n])
        expect(await move(modification(taken, 'refund', units))).toMatchObject({ approved: true });
      expect(await move(modification(taken, 'refund', 2n))).toMatchObject(refused);
      expect(await move(modification(taken, 'refund', 1n))).toMatchObject({ approved: true });
      expect(tested().book(taken.reference)).toMatchObject({ captured: whole, refunded: whole });
      const held = await aCharge();
      await move(modification(held, 'capture', 30n));
      expect(await move(modification(held, 'refund', 31n))).toMatchObject(refused);
    });

    it('of one that it took already neither captures nor voids', async () => {
      const taken = await aCharge({ capture: true });
      for (const type of ['capture', 'void'] as const)
        expect(await move(modification(taken, type, 100n))).toMatchObject(refused);
    });

    it('knows nothing of a charge that it declined or never got', async () => {
      const declined = aChargeOrder(tested().methods.declined, { capture: false });
      await charge(declined);
      for (const each of [declined, aChargeOrder(tested().methods.approved)])
        for (const type of ['capture', 'refund', 'void'] as const)
          expect(await move(modification(each, type, 1n))).toMatchObject(refused);
    });

    it('gives the first verdict again for a reference, whatever it is asked then', async () => {
      const held = await aCharge();
      const asked = modification(held, 'capture', 30n);
      const first = await move(asked);
      const others = [asked, { ...asked, amount: money(40n, 'USD') }, { ...asked, final: true }];
      for (const other of others) expect(await move(other)).toEqual(first);
      expect(tested().book(held.reference)).toMatchObject({ captured: 30n, ended: false });
      const beyond = modification(held, 'capture', 71n);
      const second = await move(beyond);
      if (tested().recordsRefusals)
        expect(await move({ ...beyond, amount: money(1n, 'USD') })).toEqual(second);
      else expect(await move(beyond)).toMatchObject(refused);
      expect(tested().book(held.reference)).toMatchObject({ captured: 30n });
    });

    it('moves a reference once, however many ask at once, and never past the whole', async () => {
      const taken = await aCharge({ capture: true });
      const same = modification(taken, 'refund', 40n);
      const verdicts = await Promise.all(Array.from({ length: 50 }, () => move(same)));
      expect(new Set(verdicts.map(({ processorId }) => processorId)).size).toBe(1);
      expect(tested().book(taken.reference)?.refunded).toBe(40n);
      const rivals = await Promise.all(
        Array.from({ length: 50 }, () => move(modification(taken, 'refund', 40n))),
      );
      expect(rivals.filter(({ approved }) => approved)).toHaveLength(1);
      expect(tested().book(taken.reference)?.refunded).toBe(80n);
    });

    it('gives the outcome of a silent modification to a look-up', async () => {
      const silent = await aCharge({ paymentMethod: tested().methods.silentlyApproved });
      const asked = modification(silent, 'capture', 30n);
      for (let round = 0; round < 2; round += 1)
        expect((await tested().processor.move(asked))._unsafeUnwrapErr()).toEqual({
          kind: 'ProcessorOutcomeUnknown',
        });
      expect((await lookupMove(asked))._unsafeUnwrap()).toMatchObject({
        approved: true,
        amount: asked.amount,
      });
      expect(tested().book(silent.reference)).toMatchObject({ captured: 30n });
    });

    it('says that it refuses, and moves nothing', async () => {
      const { movesNothing: paymentMethod } = tested().methods;
      const [held, taken] = [
        await aCharge({ paymentMethod }),
        await aCharge({ paymentMethod, capture: true }),
      ];
      for (const asked of [
        modification(held, 'capture', 1n),
        modification(held, 'void', 100n),
        modification(taken, 'refund', 1n),
      ]) {
        const verdict = await move(asked);
        expect(verdict).toMatchObject(refused);
        await recordedRefusal(asked, verdict);
      }
      expect(tested().book(held.reference)).toMatchObject({ captured: 0n, ended: false });
      expect(tested().book(taken.reference)).toMatchObject({ captured: 100n, refunded: 0n });
    });

    it('moves a charge that is named by the id it gave it, and none that is named by another', async () => {
      const taken = await aCharge({ capture: true });
      const { processorId } = (await lookup(taken.reference))._unsafeUnwrap();
      const [right, wrong] = [processorId, `${processorId}0`].map((chargeId) =>
        modification(taken, 'refund', 40n, { chargeId }),
      );
      if (right === undefined || wrong === undefined) throw new Error('two modifications were made');
      expect(await move(right)).toMatchObject({ approved: true });
      expect(await move(wrong)).toMatchObject(refused);
      const { type, charge: of, chargeId, reference, config, merchantId } = right;
      const query = { type, charge: of, reference, config, merchantId, ...present({ chargeId }) };
      expect((await tested().processor.lookup(query))._unsafeUnwrap()).toMatchObject({ approved: true });
      expect(tested().book(taken.reference)?.refunded).toBe(40n);
    });

    it('says of a modification whose charge is named by an id that it never gave neither that it has it nor that it has none', async () => {
      const taken = await aCharge({ capture: true });
      const { processorId } = (await lookup(taken.reference))._unsafeUnwrap();
      for (const type of ['capture', 'refund', 'void'] as const)
        expect(
          (
            await lookupMove(modification(taken, type, 1n, { chargeId: `${processorId}0` }))
          )._unsafeUnwrapErr(),
        ).toEqual({ kind: 'ProcessorRecordNotKnown' });
    });

    it('has no record of a modification that it never got', async () => {
      const held = await aCharge();
      for (const type of ['capture', 'refund', 'void'] as const)
        expect((await lookupMove(modification(held, type, 1n)))._unsafeUnwrapErr()).toEqual({
          kind: 'ProcessorHasNoRecord',
        });
    });
  });
}
