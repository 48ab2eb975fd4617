import { expect, it } from 'vitest';
import { aChargeOrder } from '../fixtures/charge-orders.ts';
import { platformCharges } from './platform-charges.ts';
import type { ProcessorUnderTest } from './processor.contract.ts';

/** The part of a processor's contract that is of charges whose first answer is no verdict. */
export function unfinishedChargesContract(tested: () => ProcessorUnderTest): void {
  it('gives a charge that it opens first one id, and charges it when it is asked with that id', async () => {
    const asked = aChargeOrder(tested().methods.opensFirst);
    const opened = (await tested().processor.charge(asked))._unsafeUnwrap();
    expect(opened).toEqual({ awaits: 'confirmation', processorId: expect.any(String) });
    expect((await tested().processor.charge(asked))._unsafeUnwrap()).toEqual(opened);
    const { processorId } = opened;
    const { reference, merchantId, config } = asked;
    const query = { reference, merchantId, config, processorId };
    const found = await tested().processor.lookup(query);
    expect(found.unwrapOr(undefined) ?? found._unsafeUnwrapErr()).toEqual(
      found.isOk() ? opened : { kind: 'ProcessorHasNoRecord' },
    );
    expect(tested().charged()).toEqual([]);
    const verdict = (await tested().processor.charge({ ...asked, processorId }))._unsafeUnwrap();
    expect(verdict).toMatchObject({ approved: true, amount: asked.amount, processorId });
    expect((await tested().processor.charge({ ...asked, processorId }))._unsafeUnwrap()).toEqual(verdict);
    expect([opened, verdict]).toContainEqual((await tested().processor.charge(asked))._unsafeUnwrap());
    expect((await tested().processor.lookup(query))._unsafeUnwrap()).toEqual(verdict);
    expect(tested().charged()).toEqual([asked.reference]);
  });

  it('says of a charge that is named by an id it never gave neither that it has it nor that it has none, and charges nothing', async () => {
    const asked = aChargeOrder(tested().methods.approved);
    const made = (await platformCharges(() => tested().processor).charge(asked))._unsafeUnwrap();
    const processorId = `${made.processorId}0`;
    const { reference, merchantId, config, ...order } = aChargeOrder(tested().methods.approved);
    const query = { reference, merchantId, config, processorId };
    expect((await tested().processor.lookup(query))._unsafeUnwrapErr()).toEqual({
      kind: 'ProcessorRecordNotKnown',
    });
    expect((await tested().processor.charge({ ...order, ...query }))._unsafeUnwrapErr()).toEqual({
      kind: 'ProcessorOutcomeUnknown',
    });
    expect(tested().charged()).toEqual([asked.reference]);
  });

  it('gives the verdict on a charge that it took on to a look-up, once it knows it itself', async () => {
    const { pendingApproved, pendingDeclined } = tested().methods;
    for (const [method, approved] of [
      [pendingApproved, true],
      [pendingDeclined, false],
    ] as const) {
      const { charge } = platformCharges(() => tested().processor);
      const asked = aChargeOrder(method);
      const pending = (await charge(asked))._unsafeUnwrap();
      expect(pending).toEqual({ awaits: 'processor', processorId: expect.any(String) });
      const { processorId } = pending;
      for (const again of [asked, { ...asked, processorId }])
        expect((await charge(again))._unsafeUnwrap()).toEqual(pending);
      const { reference, merchantId, config } = asked;
      const query = { reference, merchantId, config, processorId };
      expect((await tested().processor.lookup(query))._unsafeUnwrap()).toEqual(pending);
      tested().untilShown();
      const verdict = (await tested().processor.lookup(query))._unsafeUnwrap();
      expect(verdict).toMatchObject({ approved, amount: asked.amount, processorId });
      expect((await charge(asked))._unsafeUnwrap()).toEqual(verdict);
    }
    expect(tested().charged()).toHaveLength(1);
  });

  it('charges nothing before the customer has acted, and then what the customer chose', async () => {
    const { awaitsCustomer } = tested().methods;
    for (const choice of ['approve', 'decline'] as const) {
      const { asked, waiting, query } = await waitingCharge(awaitsCustomer);
      expect((await tested().processor.charge({ ...asked, ...query }))._unsafeUnwrap()).toEqual(waiting);
      expect((await tested().processor.lookup(query))._unsafeUnwrap()).toEqual(waiting);
      expect(tested().charged()).not.toContain(asked.reference);
      tested().customerActs(asked.reference, choice);
      const verdict = (await tested().processor.lookup(query))._unsafeUnwrap();
      expect(verdict).toMatchObject({
        approved: choice === 'approve',
        amount: asked.amount,
        processorId: query.processorId,
      });
      expect((await tested().processor.cancel(query))._unsafeUnwrap()).toEqual(verdict);
      expect(tested().charged().includes(asked.reference)).toBe(choice === 'approve');
    }
  });

  it('cancels a charge whose customer has not acted, once, and charges it never', async () => {
    const { asked, query } = await waitingCharge(tested().methods.awaitsCustomer);
    const canceled = (await tested().processor.cancel(query))._unsafeUnwrap();
    expect(canceled).toMatchObject({ approved: false, canceled: true, amount: asked.amount });
    expect((await tested().processor.cancel(query))._unsafeUnwrap()).toEqual(canceled);
    expect((await tested().processor.lookup(query))._unsafeUnwrap()).toEqual(canceled);
    expect((await tested().processor.charge({ ...asked, ...query }))._unsafeUnwrap()).toEqual(canceled);
    expect(tested().charged()).toEqual([]);
  });

  async function waitingCharge(method: string) {
    const asked = aChargeOrder(method);
    const waiting = (await platformCharges(() => tested().processor).charge(asked))._unsafeUnwrap();
    expect(waiting).toEqual({
      awaits: 'customer',
      processorId: expect.any(String),
      action: { kind: expect.any(String), value: expect.any(String), expiresAt: expect.any(Number) },
    });
    const { reference, merchantId, config } = asked;
    return { asked, waiting, query: { reference, merchantId, config, processorId: waiting.processorId } };
  }

  it('says of a charge that its record does not show yet neither that it has it nor that it has none', async () => {
    const { shownLate } = tested().methods;
    if (shownLate === undefined) return;
    const asked = aChargeOrder(shownLate);
    expect((await tested().processor.charge(asked))._unsafeUnwrapErr()).toEqual({
      kind: 'ProcessorOutcomeUnknown',
    });
    expect((await tested().processor.lookup(asked))._unsafeUnwrapErr()).toEqual({
      kind: 'ProcessorRecordNotKnown',
    });
    tested().untilShown();
    expect((await tested().processor.lookup(asked))._unsafeUnwrap()).toMatchObject({
      approved: true,
      amount: asked.amount,
    });
    expect(tested().charged()).toEqual([asked.reference]);
  });
}
