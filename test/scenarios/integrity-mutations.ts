import { expect } from 'vitest';
import { money } from '../../src/domain/kernel/money.ts';
import { A, B, doubleEntry, editEntry, editLink, type Mutation } from '../support/tampering/book.ts';
import { change } from '../support/tampering/tampering.ts';
import { HISTORY_MUTATIONS } from './history-mutations.ts';

/** Every mutation, and what verify says of it first. */
export const MUTATIONS: readonly Mutation[] = [
  ...HISTORY_MUTATIONS,
  [
    'an edited merchant',
    ({ hand }) =>
      change(hand, 'aggregate', (each) =>
        each.aggregate.kind === 'merchant' && each.owner === B
          ? { ...each, aggregate: { ...each.aggregate, name: 'Mallory' } }
          : each,
      ),
    () => ({ row: 'merchant', id: B, fault: 'differs' }),
  ],
  [
    'a deleted merchant',
    ({ hand }) =>
      change(hand, 'aggregate', (each) =>
        each.aggregate.kind === 'merchant' && each.owner === A ? undefined : each,
      ),
    () => ({ merchantId: A, row: 'merchant', id: A, fault: 'absent' }),
  ],
  [
    'a transfer that was more',
    ({ hand }) =>
      change(hand, 'aggregate', (each) =>
        each.aggregate.kind === 'transfer' && each.owner === A
          ? { ...each, aggregate: { ...each.aggregate, amount: money(12_000n, 'USD') } }
          : each,
      ),
    ({ sent }) => ({ merchantId: A, row: 'transfer', id: sent, fault: 'differs' }),
  ],
  [
    'a transfer deleted at its sender',
    ({ hand }) =>
      change(hand, 'aggregate', (each) =>
        each.aggregate.kind === 'transfer' && each.owner === A ? undefined : each,
      ),
    ({ sent }) => ({ merchantId: A, row: 'transfer', id: sent, fault: 'absent' }),
  ],
  [
    'a transfer deleted at its receiver',
    ({ hand }) =>
      change(hand, 'aggregate', (each) =>
        each.aggregate.kind === 'transfer' && each.owner === B ? undefined : each,
      ),
    () => ({ merchantId: B, row: 'ledger_entry', fault: 'orphaned' }),
  ],
  [
    'a transfer deleted with its link',
    async (book) => {
      const { hand, sent } = book;
      await change(hand, 'aggregate', (each) => (each.aggregate.kind === 'transfer' ? undefined : each));
      await editLink(book, sent, 1, () => undefined);
    },
    () => ({ merchantId: A, row: 'ledger_entry', fault: 'orphaned' }),
  ],
  [
    'a transfer’s link deleted',
    (book) => editLink(book, book.sent, 1, () => undefined),
    ({ sent }) => ({ row: 'transfer', id: sent, fault: 'cut' }),
  ],
  [
    'a deleted ledger entry',
    (book) => editEntry(book, 'fee', () => undefined),
    () => ({ row: 'ledger_entry', fault: 'absent' }),
  ],
  [
    'a ledger entry of another amount',
    (book) => editEntry(book, 'transfer_in', (entry) => ({ ...entry, amount: money(9_200n, 'USD') })),
    ({ sent }) => ({ merchantId: B, row: 'ledger_entry', id: sent, fault: 'absent' }),
  ],
  [
    'a ledger entry on another account',
    (book) => editEntry(book, 'refund', (entry) => ({ ...entry, debit: 'available' })),
    () => ({ row: 'ledger_entry', fault: 'absent' }),
  ],
  [
    'a ledger entry of another payment',
    (book) =>
      editEntry(book, 'refund', (entry) =>
        'paymentId' in entry ? { ...entry, paymentId: book.captured } : entry,
      ),
    () => ({ row: 'ledger_entry', fault: 'absent' }),
  ],
  [
    'a ledger entry twice',
    (book) => doubleEntry(book, 0, false),
    () => ({ row: 'ledger_entry', fault: 'orphaned' }),
  ],
  [
    'a ledger entry of another moment, balance and all',
    (book) => doubleEntry(book, 3, true),
    () => ({ row: 'ledger_entry', id: expect.stringMatching(/^led_/) as string, fault: 'orphaned' }),
  ],
  [
    'an edited part of a balance',
    ({ hand }) =>
      change(hand, 'balance', (part) =>
        part.merchantId === A && part.fees !== 0n ? { ...part, fees: part.fees + 1n } : part,
      ),
    () => ({ merchantId: A, row: 'balance', id: 'USD', fault: 'sum' }),
  ],
  [
    'a deleted balance',
    ({ hand }) => change(hand, 'balance', (part) => (part.merchantId === B ? undefined : part)),
    () => ({ merchantId: B, row: 'balance', id: 'USD', fault: 'sum' }),
  ],
  [
    'a transfer that never arrived, with no trace of it at its receiver',
    async (book) => {
      const { hand, sent } = book;
      await change(hand, 'aggregate', (each) =>
        each.aggregate.id === sent && each.owner === B ? undefined : each,
      );
      await editEntry(book, 'transfer_in', () => undefined);
      let isTaken = false;
      await change(hand, 'balance', (part) => {
        if (isTaken || part.merchantId !== B) return part;
        isTaken = true;
        return { ...part, available: part.available - 1_200n, transfers: part.transfers + 1_200n };
      });
    },
    () => ({ row: 'clearing', id: 'USD', fault: 'sum' }),
  ],
  [
    'an edited summary',
    ({ hand }) =>
      change(hand, 'tally', (sum) =>
        sum.merchantId === A && sum.status === 'succeeded' && sum.count !== 0 ? { ...sum, amount: 1n } : sum,
      ),
    () => ({ merchantId: A, row: 'summary', id: '2026-03-01 USD succeeded', fault: 'sum' }),
  ],
  [
    'a deleted summary',
    ({ hand }) => change(hand, 'tally', (sum) => (sum.merchantId === B ? undefined : sum)),
    () => ({ merchantId: B, row: 'summary', id: '2026-03-01 USD succeeded', fault: 'sum' }),
  ],
  [
    'an edited ledger tally',
    ({ hand }) =>
      change(hand, 'ledgerTally', (sum) => (sum.type === 'fee' ? { ...sum, amount: sum.amount + 1n } : sum)),
    () => ({ row: 'ledger_tally', id: '2026-03-01 USD fee', fault: 'sum' }),
  ],
  [
    'a deleted ledger tally',
    ({ hand }) => change(hand, 'ledgerTally', () => undefined),
    () => ({ row: 'ledger_tally', id: '2026-03-01 USD fee', fault: 'sum' }),
  ],
];
