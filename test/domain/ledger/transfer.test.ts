import { describe, expect, it } from 'vitest';
import { systemIds } from '../../../src/adapters/system/ids.ts';
import { money } from '../../../src/domain/kernel/money.ts';
import { balancesOf } from '../../../src/domain/ledger/ledger.ts';
import {
  openTransfer,
  restoreTransfer,
  type TransferOrder,
  transferEntries,
  transferEvents,
  transferRecord,
} from '../../../src/domain/ledger/transfer.ts';
import { aMerchantId, NOON, plain } from '../../fixtures/changes.ts';
import { aMerchant } from '../../fixtures/merchants.ts';

const [a, b] = [aMerchantId('merchant-a'), aMerchantId('merchant-b')];
const anOrder = (amount = 100n, parts: Partial<TransferOrder> = {}): TransferOrder => ({
  id: systemIds.transfer(NOON),
  merchantId: a,
  destinationMerchantId: b,
  amount: money(amount, 'USD'),
  createdAt: NOON,
  ...parts,
});
const destination = aMerchant('merchant-b');
const refusalOf = (...args: Parameters<typeof openTransfer>) => openTransfer(...args)._unsafeUnwrapErr();

describe('a transfer', () => {
  it('takes all that is available and not one unit more', () => {
    expect(openTransfer(anOrder(100n), destination, 100n).isOk()).toBe(true);
    expect(refusalOf(anOrder(101n), destination, 100n)).toEqual({
      kind: 'InsufficientFunds',
      available: money(100n, 'USD'),
    });
    expect(refusalOf(anOrder(1n), destination, -5n)).toMatchObject({ kind: 'InsufficientFunds' });
  });

  it.each([0n, -1n])('of %d is refused', (amount) => {
    expect(refusalOf(anOrder(amount), destination, 100n)).toEqual({ kind: 'AmountNotPositive' });
  });

  it('does not go back to where it came from', () => {
    const order = anOrder(1n, { destinationMerchantId: a });
    expect(refusalOf(order, aMerchant('merchant-a'), 100n)).toEqual({ kind: 'TransferToSelf' });
  });

  it('that could not be paid is refused with the same words, whether its destination is there or not', () => {
    const refused = { kind: 'InsufficientFunds', available: money(99n, 'USD') };
    for (const to of [destination, undefined, aMerchant('merchant-b', { status: 'suspended' })])
      expect(refusalOf(anOrder(100n), to, 99n)).toEqual(refused);
  });

  it('goes to active merchants only, and is refused alike for suspended and unknown ones', () => {
    const refused = { kind: 'DestinationNotAvailable' };
    expect(refusalOf(anOrder(), undefined, 100n)).toEqual(refused);
    expect(refusalOf(anOrder(), aMerchant('merchant-b', { status: 'suspended' }), 100n)).toEqual(refused);
    expect(refusalOf(anOrder(), aMerchant('merchant-c'), 100n)).toEqual(refused);
  });

  it('takes on one side what it gives on the other', () => {
    const transfer = openTransfer(anOrder(), destination, 100n)._unsafeUnwrap();
    const entries = transferEntries(transfer, [systemIds.ledgerEntry(NOON), systemIds.ledgerEntry(NOON)]);
    expect(balancesOf(entries)).toMatchObject([
      { merchantId: a, available: -100n, transfers: 100n },
      { merchantId: b, available: 100n, transfers: -100n },
    ]);
  });

  it('is published to both sides, to each under its own name', () => {
    const transfer = openTransfer(anOrder(), destination, 100n)._unsafeUnwrap();
    const events = transferEvents(transfer, [systemIds.event(NOON), systemIds.event(NOON)]);
    expect(events.map(({ merchantId, type }) => [merchantId, type])).toEqual([
      [a, 'transfer.completed'],
      [b, 'transfer.completed'],
    ]);
    expect(new Set(events.map(({ id }) => id)).size).toBe(2);
  });

  it('reads back as it was written, far beyond 2^53 too', () => {
    for (const amount of [1n, 2n ** 70n])
      for (const parts of [{}, { description: 'rent' }]) {
        const transfer = openTransfer(anOrder(amount, parts), destination, 2n ** 80n)._unsafeUnwrap();
        const record = plain(transferRecord(transfer)) as ReturnType<typeof transferRecord>;
        expect(restoreTransfer(record, 'h')).toEqual({ ...transfer, auditHash: 'h' });
      }
  });
});
