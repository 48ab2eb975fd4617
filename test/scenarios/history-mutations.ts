import { expect } from 'vitest';
import { systemIds } from '../../src/adapters/system/ids.ts';
import { money } from '../../src/domain/kernel/money.ts';
import { NOON } from '../fixtures/changes.ts';
import {
  A,
  B,
  chainOf,
  editLink,
  editPayment,
  first,
  giveWithHistory,
  LATER,
  lastOf,
  type Mutation,
  removeWithHistory,
  resealed,
  transactionOf,
  valuesOf,
} from '../support/tampering/book.ts';
import { change } from '../support/tampering/tampering.ts';

/** What is done to payments, their transactions and their chains, and what verify says of it first. */
export const HISTORY_MUTATIONS: readonly Mutation[] = [
  [
    'an edited payment',
    (book) => editPayment(book, book.declined, (payment) => ({ ...payment, description: 'another' })),
    ({ declined }) => ({ merchantId: A, row: 'payment', id: declined, fault: 'differs' }),
  ],
  [
    'a payment whose captured amount was raised',
    (book) =>
      editPayment(book, book.refunded, (payment) => {
        if (payment.status !== 'succeeded') throw new Error(payment.status);
        return { ...payment, captured: { ...payment.captured, minorUnits: 6_000n } };
      }),
    ({ refunded }) => ({ row: 'payment', id: refunded, fault: 'differs' }),
  ],
  [
    'a payment in a currency that there is not',
    (book) =>
      editPayment(book, book.declined, (payment) => ({ ...payment, amount: money(900n, 'QQQ' as never) })),
    ({ declined }) => ({
      memory: { merchantId: A, row: 'payment', id: declined, fault: 'differs' },
      Postgres: { merchantId: A, row: 'row', id: declined, fault: 'unreadable' },
      DynamoDB: { merchantId: A, row: 'row', id: declined, fault: 'unreadable' },
    }),
  ],
  [
    'a payment whose version was set back',
    (book) => editPayment(book, book.refunded, (payment) => ({ ...payment, version: payment.version - 1 })),
    ({ refunded }) => ({ row: 'payment', id: refunded, fault: 'cut' }),
  ],
  [
    'a deleted payment',
    (book) => editPayment(book, book.captured, () => undefined),
    ({ captured }) => ({ row: 'payment', id: captured, fault: 'absent' }),
  ],
  [
    'a payment deleted with its transactions and links',
    (book) => removeWithHistory(book, book.declined),
    () => ({ row: 'summary', id: '2026-03-01 USD failed', fault: 'sum' }),
  ],
  [
    'a payment given to another tenant',
    (book) => editPayment(book, book.refunded, (payment) => ({ ...payment, merchantId: B })),
    ({ refunded }) => ({ merchantId: A, row: 'payment', id: refunded, fault: 'absent' }),
  ],
  [
    'a payment given to another tenant with its transactions, links and ledger entries',
    (book) => giveWithHistory(book, book.refunded, B),
    () => ({ merchantId: A, row: 'balance', id: 'USD', fault: 'sum' }),
  ],
  [
    'a payment copied to another tenant',
    async (book) => {
      const payments = await valuesOf(book.hand, 'payment');
      const payment = first(payments.find(({ id }) => id === book.refunded));
      const id = systemIds.payment(payment.createdAt);
      await book.hand.insert('payment', { ...payment, id, merchantId: B });
    },
    () => ({
      merchantId: B,
      row: 'payment',
      id: expect.stringMatching(/^pay_/) as string,
      sequence: 1,
      fault: 'cut',
    }),
  ],
  [
    'an edited transaction',
    async (book) => {
      const { id } = await transactionOf(book, book.refunded, 'capture');
      await change(book.hand, 'transaction', (each) =>
        each.id === id ? { ...each, reason: 'another' } : each,
      );
    },
    () => ({ row: 'transaction', fault: 'differs' }),
  ],
  [
    'a deleted transaction',
    async (book) => {
      const { id } = await transactionOf(book, book.refunded, 'refund');
      await change(book.hand, 'transaction', (each) => (each.id === id ? undefined : each));
    },
    ({ refunded }) => ({
      memory: { merchantId: A, row: 'payment', id: refunded, fault: 'sum' },
      Postgres: { merchantId: A, row: 'payment', id: refunded, fault: 'sum' },
      DynamoDB: { merchantId: A, row: 'audit_entry', fault: 'orphaned' },
    }),
  ],
  [
    'an edited link',
    (book) =>
      editLink(book, book.refunded, 2, (link) => ({ ...link, actor: { id: 'user-2', type: 'user' } })),
    ({ refunded }) => ({ row: 'payment', id: refunded, sequence: 2, fault: 'edited' }),
  ],
  [
    'an edited link that was sealed again',
    (book) => editLink(book, book.refunded, 2, (link) => resealed(link, { action: 'payment.failed' })),
    ({ refunded }) => ({ row: 'payment', id: refunded, sequence: 3, fault: 'unlinked' }),
  ],
  [
    'a deleted link',
    (book) => editLink(book, book.refunded, 2, () => undefined),
    ({ refunded }) => ({ row: 'payment', id: refunded, sequence: 2, fault: 'missing' }),
  ],
  [
    'a chain without its end',
    async (book) =>
      editLink(book, book.refunded, (await lastOf(book, book.refunded)).sequence, () => undefined),
    ({ refunded }) => ({ row: 'payment', id: refunded, fault: 'cut' }),
  ],
  [
    'a whole chain deleted',
    ({ hand, voided }) => change(hand, 'link', (link) => (link.entityId === voided ? undefined : link)),
    ({ voided }) => ({ row: 'payment', id: voided, sequence: 1, fault: 'cut' }),
  ],
  [
    'a chain and its head set back together',
    async (book) => {
      const chain = await chainOf(book, book.refunded);
      await editLink(book, book.refunded, chain.length, () => undefined);
      const { hash: auditHash } = first(chain.at(-2));
      await editPayment(book, book.refunded, (payment) => ({
        ...payment,
        version: chain.length - 1,
        auditHash,
      }));
    },
    ({ refunded }) => ({ row: 'payment', id: refunded, fault: 'differs' }),
  ],
  [
    'two links in each other’s place',
    async (book) => {
      const [, second, third] = await chainOf(book, book.refunded);
      await change(book.hand, 'link', (link) => {
        if (link.id === second?.id) return { ...first(third), sequence: 2 };
        return link.id === third?.id ? { ...first(second), sequence: 3 } : link;
      });
    },
    ({ refunded }) => ({ row: 'payment', id: refunded, sequence: 2, fault: 'unlinked' }),
  ],
  [
    'a link inserted at the end, well sealed',
    async (book) => {
      const last = await lastOf(book, book.refunded);
      const id = systemIds.auditEntry(LATER);
      const more = resealed(last, { id, sequence: last.sequence + 1, previousHash: last.hash });
      await book.hand.insert('link', more);
    },
    ({ refunded }) => ({ row: 'payment', id: refunded, fault: 'cut' }),
  ],
  [
    'a link inserted at the end under the hash of another',
    async (book) => {
      const last = await lastOf(book, book.refunded);
      const id = systemIds.auditEntry(LATER);
      await book.hand.insert('link', {
        ...last,
        id,
        sequence: last.sequence + 1,
        previousHash: last.hash,
      });
    },
    ({ refunded }) => ({ row: 'payment', id: refunded, fault: 'edited' }),
  ],
  [
    'a link of nothing that exists',
    async (book) => {
      const [link] = await chainOf(book, book.refunded);
      const forged = { id: systemIds.auditEntry(NOON), entityId: systemIds.payment(NOON) };
      await book.hand.insert('link', resealed(first(link), forged));
    },
    () => ({ row: 'payment', fault: 'absent' }),
  ],
  [
    'a link given to another tenant',
    (book) => editLink(book, book.refunded, 1, (link) => ({ ...link, merchantId: B })),
    ({ refunded }) => ({ merchantId: A, row: 'payment', id: refunded, sequence: 1, fault: 'missing' }),
  ],
];
