import { beforeEach, describe, expect, it } from 'vitest';
import { systemIds } from '../../src/adapters/system/ids.ts';
import { getTransfer } from '../../src/application/ledger/read-transfers.ts';
import {
  type TransferMoney,
  type TransferRequest,
  transferMoney,
} from '../../src/application/ledger/transfer-money.ts';
import { auditTrailChain } from '../../src/domain/kernel/audit-entry.ts';
import type { MerchantId, TransferId } from '../../src/domain/kernel/ids.ts';
import { money } from '../../src/domain/kernel/money.ts';
import type { Storage } from '../../src/ports/storage.ts';
import type { TransferResponseEncoder } from '../../src/ports/transfer-response-encoder.ts';
import { aKey, aMerchantId, anOpening, aSuccess, digests, NOON, origin, terms } from '../fixtures/changes.ts';
import { addMerchants, aMerchant } from '../fixtures/merchants.ts';

/** Says all of an outcome that a client could see. */
const responses: TransferResponseEncoder = {
  transferred: (transfer, requestId) => `done ${transfer.id} ${transfer.amount.minorUnits} for ${requestId}`,
  refused: (refusal, requestId) => `refused ${refusal.kind} for ${requestId}`,
};
const [a, b, c] = [aMerchantId('merchant-a'), aMerchantId('merchant-b'), aMerchantId('merchant-c')];

type Parts = Partial<Omit<TransferRequest, 'amount'>> & { amount?: bigint; currency?: 'USD' | 'EUR' };
const aTransfer = ({ amount = 100n, currency = 'USD', ...parts }: Parts = {}): TransferRequest => ({
  merchantId: a,
  idempotencyKey: aKey(),
  destinationMerchantId: b,
  amount: money(amount, currency),
  origin,
  ...parts,
});

const idIn = (response: string) => response.split(' ')[1] as TransferId;

/** What every storage promises of transfers. */
export function transfersContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`Transfers contract: ${adapter}`, () => {
    const clock = { at: NOON, now: () => clock.at };
    let storage: Storage;
    let transfer: TransferMoney;
    beforeEach(async () => {
      clock.at = NOON + 1_000;
      storage = await open();
      transfer = aProcess();
      await addMerchants(storage, [
        aMerchant('merchant-a'),
        aMerchant('merchant-b'),
        aMerchant('merchant-c'),
        aMerchant('suspended', { status: 'suspended' }),
      ]);
      return () => storage.close();
    });

    /** Each has turns of its own, as processes do. */
    const aProcess = () =>
      transferMoney({ ...storage, transferResponses: responses, clock, ids: systemIds, digests }, terms);

    async function fund(merchantId: MerchantId, amount: bigint, currency: 'USD' | 'EUR' = 'USD') {
      const opening = anOpening({ merchantId, amount, currency });
      (await storage.commits.commit(opening.change))._unsafeUnwrap();
      (await storage.commits.commit(aSuccess(opening)))._unsafeUnwrap();
    }

    const send = async (parts: Parts = {}) => (await transfer(aTransfer(parts)))._unsafeUnwrap();
    const refusal = async (parts: Parts = {}) => (await transfer(aTransfer(parts)))._unsafeUnwrapErr().kind;
    const balance = async (merchantId: MerchantId, currency: 'USD' | 'EUR' = 'USD') =>
      (await storage.balances.of(merchantId, currency))._unsafeUnwrap()[0];
    const available = async (merchantId: MerchantId) => (await balance(merchantId))?.available ?? 0n;

    it('moves money, with an entry and an event on both sides and one link of audit', async () => {
      await fund(a, 1_000n);
      const { response, replayed } = await send({ amount: 400n, description: 'rent' });
      const id = idIn(response);
      expect([response, replayed]).toEqual([`done ${id} 400 for req-1`, false]);
      expect([await available(a), await available(b)]).toEqual([600n, 400n]);
      expect([(await balance(a))?.transfers, (await balance(b))?.transfers]).toEqual([400n, -400n]);

      const entriesOf = async (merchantId: MerchantId) =>
        (await storage.ledger.list(merchantId, {}, { limit: 10 }))._unsafeUnwrap();
      expect((await entriesOf(a))[0]).toMatchObject({ type: 'transfer_out', transferId: id });
      expect(await entriesOf(b)).toMatchObject([{ type: 'transfer_in', transferId: id, merchantId: b }]);

      const events = (await storage.outbox.unsent(100))._unsafeUnwrap();
      const told = events.filter(({ type }) => type === 'transfer.completed');
      expect(told.map(({ merchantId }) => merchantId).sort()).toEqual([a, b]);
      expect(told[0]?.data).toMatchObject({ id, description: 'rent' });

      const stored = (await storage.aggregates.find(a, 'transfer', id))._unsafeUnwrap();
      const links = (await storage.auditTrail.ofAggregate(a, 'transfer', id))._unsafeUnwrap();
      if (stored === undefined) throw new Error('the transfer is not stored');
      expect(links).toMatchObject([{ action: 'transfer.completed', actor: origin.actor }]);
      expect(auditTrailChain.verify(links, stored, digests.sha256)._unsafeUnwrap()).toBe(1);
    });

    it('is read by both parties and found by no other merchant', async () => {
      await fund(a, 100n);
      const id = idIn((await send({ amount: 2n })).response);
      const get = getTransfer(storage);
      const read = { id, merchantId: a, destinationMerchantId: b, amount: money(2n, 'USD') };
      expect((await get(a, id))._unsafeUnwrap()).toMatchObject(read);
      expect((await get(b, id))._unsafeUnwrap()).toMatchObject(read);
      expect((await get(c, id))._unsafeUnwrapErr()).toEqual({ kind: 'TransferNotFound' });
    });

    it('never takes more than is available, in the currency it is in', async () => {
      await fund(a, 100n);
      await fund(a, 5_000n, 'EUR');
      expect(await refusal({ amount: 101n })).toBe('InsufficientFunds');
      expect((await send({ amount: 100n })).response).toMatch(/^done/);
      expect(await refusal({ amount: 1n })).toBe('InsufficientFunds');
      expect([await available(a), await available(b)]).toEqual([0n, 100n]);
    });

    it('spends what came in by transfer', async () => {
      await fund(a, 70n);
      await send({ amount: 70n });
      const onward = await send({ merchantId: b, destinationMerchantId: c, amount: 70n });
      expect(onward.response).toMatch(/^done/);
      expect([await available(a), await available(b), await available(c)]).toEqual([0n, 0n, 70n]);
    });

    it.each([
      ['nobody', aMerchantId('nobody')],
      ['the suspended', aMerchantId('suspended')],
    ])('does not go to %s, and leaves its key free', async (_, destinationMerchantId) => {
      await fund(a, 1_000n);
      const request = aTransfer({ destinationMerchantId });
      expect((await transfer(request))._unsafeUnwrapErr()).toEqual({ kind: 'DestinationNotAvailable' });
      expect((await transfer({ ...request, destinationMerchantId: b }))._unsafeUnwrap().replayed).toBe(false);
    });

    it('does not go to oneself, and says so again', async () => {
      await fund(a, 1_000n);
      const request = aTransfer({ destinationMerchantId: a });
      const response = 'refused TransferToSelf for req-1';
      expect((await transfer(request))._unsafeUnwrap()).toEqual({ response, replayed: false });
      expect((await transfer(request))._unsafeUnwrap()).toEqual({ response, replayed: true });
      expect(await available(a)).toBe(1_000n);
    });

    it('that cannot be paid is refused alike for every destination, there or not', async () => {
      await fund(a, 99n);
      for (const name of ['merchant-b', 'suspended', 'nobody']) {
        const kind = await refusal({ destinationMerchantId: aMerchantId(name), amount: 100n });
        expect(kind).toBe('InsufficientFunds');
      }
    });

    it('does not leave a merchant that is suspended or unknown', async () => {
      for (const name of ['suspended', 'nobody']) {
        const merchantId = aMerchantId(name);
        const refused = (await transfer(aTransfer({ merchantId })))._unsafeUnwrapErr();
        expect(refused).toEqual({ kind: 'MerchantInactive', merchantId });
      }
    });

    it('happens once under its key, and answers every repeat the same', async () => {
      await fund(a, 1_000n);
      const request = aTransfer({ amount: 300n });
      const outcomes = await Promise.all(Array.from({ length: 8 }, () => transfer(request)));
      const done = outcomes.map((outcome) => outcome._unsafeUnwrap());
      expect(new Set(done.map(({ response }) => response)).size).toBe(1);
      expect(done.filter(({ replayed }) => !replayed)).toHaveLength(1);
      expect([await available(a), await available(b)]).toEqual([700n, 300n]);

      clock.at += 2 * terms.keepResponsesMs;
      const late = (await transfer(request))._unsafeUnwrap();
      expect(late).toEqual({ response: done[0]?.response, replayed: true });
      expect(await available(a)).toBe(700n);
    });

    it('for which the funds do not suffice leaves its key free, and goes through once they do', async () => {
      await fund(a, 50n);
      const request = aTransfer({ amount: 60n });
      expect((await transfer(request))._unsafeUnwrapErr()).toMatchObject({ kind: 'InsufficientFunds' });
      await fund(a, 50n);
      const done = (await transfer(request))._unsafeUnwrap();
      expect(done).toMatchObject({ replayed: false, response: expect.stringMatching(/^done/) });
      expect((await transfer(request))._unsafeUnwrap()).toEqual({ ...done, replayed: true });
      for (const other of [
        { amount: money(61n, 'USD') },
        { amount: money(60n, 'EUR') },
        { destinationMerchantId: c },
        { description: 'other' },
      ])
        expect((await transfer({ ...request, ...other }))._unsafeUnwrapErr()).toEqual({
          kind: 'IdempotencyKeyReused',
        });
      expect(await available(b)).toBe(60n);
      expect(await refusal({ merchantId: c, idempotencyKey: request.idempotencyKey, amount: 1n })).toBe(
        'InsufficientFunds',
      );
    });

    it('lets exactly one of many at once through when there is money for one', async () => {
      await fund(a, 100n);
      const processes = [transfer, aProcess(), aProcess()];
      const outcomes = await Promise.all(
        Array.from({ length: 30 }, (_, index) =>
          (processes[index % 3] ?? transfer)(aTransfer({ amount: 60n })),
        ),
      );
      expect(outcomes.filter((outcome) => outcome.isOk())).toHaveLength(1);
      for (const outcome of outcomes)
        if (outcome.isErr()) expect(outcome.error.kind).toBe('InsufficientFunds');
      expect([await available(a), await available(b)]).toEqual([40n, 60n]);
    });

    it('conserves all money and never overdraws when every merchant pays every other at once', async () => {
      const circle = [a, b, c];
      for (const merchantId of circle) await fund(merchantId, 100n);
      const processes = [transfer, aProcess()];
      const outcomes = await Promise.all(
        Array.from({ length: 60 }, (_, index) => {
          const from = circle[index % 3] ?? a;
          const to = circle[(index + 1 + (index % 2)) % 3] ?? a;
          const request = {
            merchantId: from,
            destinationMerchantId: to,
            amount: BigInt(20 + (index % 5) * 15),
          };
          return (processes[index % 2] ?? transfer)(aTransfer(request));
        }),
      );
      for (const outcome of outcomes)
        if (outcome.isErr()) expect(outcome.error.kind).toBe('InsufficientFunds');
      expect(outcomes.some((outcome) => outcome.isOk())).toBe(true);
      const left = await Promise.all(circle.map(available));
      expect(left.reduce((sum, each) => sum + each, 0n)).toBe(300n);
      for (const each of left) expect(each).toBeGreaterThanOrEqual(0n);
      for (const merchantId of circle) await expectFolded(merchantId);
    });

    /** The balance is what its entries add up to. */
    async function expectFolded(merchantId: MerchantId): Promise<void> {
      const entries = (await storage.ledger.list(merchantId, {}, { limit: 1_000 }))._unsafeUnwrap();
      const total = entries.reduce(
        (sum, { debit, credit, amount }) =>
          sum +
          (credit === 'available' ? amount.minorUnits : 0n) -
          (debit === 'available' ? amount.minorUnits : 0n),
        0n,
      );
      expect(total).toBe(await available(merchantId));
    }
  });
}
