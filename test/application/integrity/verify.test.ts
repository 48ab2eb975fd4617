import { errAsync, okAsync } from 'neverthrow';
import { describe, expect, it } from 'vitest';
import { addToBalances } from '../../../src/adapters/memory/balances.ts';
import { memoryStorage } from '../../../src/adapters/memory/storage.ts';
import {
  aggregateKeyText,
  balanceKeyText,
  chainKeyText,
  memoryStore,
} from '../../../src/adapters/memory/store.ts';
import { systemIds } from '../../../src/adapters/system/ids.ts';
import type { IntegrityFinding } from '../../../src/application/integrity/integrity-finding.ts';
import { verify } from '../../../src/application/integrity/verify.ts';
import { type AuditEntry, auditTrailChain } from '../../../src/domain/kernel/audit-entry.ts';
import type { PaymentId } from '../../../src/domain/kernel/ids.ts';
import type { Payment } from '../../../src/domain/payments/payment.ts';
import { aMerchantId, digests, NOON } from '../../fixtures/changes.ts';
import { aBusyStore, busyUseCases } from '../../support/busy-store.ts';

const A = aMerchantId('merchant-a');
const B = aMerchantId('merchant-b');
const LATER = NOON + 365 * 24 * 3_600_000;

async function aBook() {
  const store = memoryStore();
  const storage = memoryStorage(store);
  const busy = await aBusyStore(storage);
  return {
    ...busy,
    store,
    storage,
    /** Long after everything was written, when nothing is under way any more. */
    verifyLater: () => verify({ ...storage, clock: { now: () => LATER }, digests })(() => {}),
  };
}

type Book = Awaited<ReturnType<typeof aBook>>;

const must = <Value>(value: Value | undefined): Value => {
  if (value === undefined) throw new Error('the store lacks what the test is about');
  return value;
};

function editPayment({ store }: Book, id: PaymentId, edit: (payment: Payment) => Payment): void {
  const edited = edit(must(store.payments.get(id)));
  store.payments.set(id, edited);
  const list = must([...store.paymentsOf.values()].find((each) => each.some((payment) => payment.id === id)));
  list.splice(
    list.findIndex((each) => each.id === id),
    1,
    edited,
  );
}

function removePayment({ store }: Book, id: PaymentId): void {
  const { merchantId } = must(store.payments.get(id));
  store.payments.delete(id);
  const list = must(store.paymentsOf.get(merchantId));
  list.splice(
    list.findIndex((each) => each.id === id),
    1,
  );
}

const chainOf = ({ store }: Book, id: string, type: AuditEntry['entityType'] = 'payment') =>
  must(store.auditOf.get(chainKeyText(type, id)));

const reseal = (link: AuditEntry, parts: Partial<AuditEntry>) =>
  auditTrailChain.seal({ ...link, ...parts }, digests.sha256);

const entriesOf = ({ store }: Book, type: string, merchant = A) => {
  const list = must(store.entriesOf.get(merchant));
  const position = list.findIndex((each) => each.type === type);
  return { list, position, entry: must(list[position]) };
};

const editTransfer = ({ store, sent }: Book, owner: string, parts: object) => {
  const key = aggregateKeyText(owner, 'transfer', sent);
  const stored = must(store.aggregates.get(key));
  store.aggregates.set(key, { ...stored, aggregate: { ...stored.aggregate, ...parts } });
};

type Mutation = readonly [
  title: string,
  mutate: (book: Book) => void,
  found: (book: Book) => Omit<Partial<IntegrityFinding>, 'detail' | 'kind'>,
];

const MUTATIONS: readonly Mutation[] = [
  [
    'an edited payment',
    (book) => editPayment(book, book.declined, (payment) => ({ ...payment, description: 'nothing to see' })),
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
    'a deleted payment',
    (book) => removePayment(book, book.captured),
    ({ captured }) => ({ row: 'payment', id: captured, fault: 'absent' }),
  ],
  [
    'a payment deleted with all that belongs to it',
    (book) => {
      removePayment(book, book.declined);
      for (const { id } of book.store.transactionsOf.get(book.declined) ?? [])
        book.store.auditOf.delete(chainKeyText('transaction', id));
      book.store.transactionsOf.delete(book.declined);
      book.store.auditOf.delete(chainKeyText('payment', book.declined));
    },
    () => ({ row: 'summary', id: '2026-03-01 USD failed', fault: 'sum' }),
  ],
  [
    'a payment in the list of another tenant',
    (book) => {
      const payment = must(book.store.payments.get(book.refunded));
      removePayment(book, book.refunded);
      must(book.store.paymentsOf.get(B)).unshift(payment);
      book.store.payments.set(payment.id, payment);
    },
    () => ({ merchantId: A, row: 'summary', fault: 'sum' }),
  ],
  [
    'a payment that says it is another tenant’s',
    (book) => editPayment(book, book.refunded, (payment) => ({ ...payment, merchantId: B })),
    ({ refunded }) => ({ merchantId: A, row: 'payment', id: refunded, fault: 'foreign' }),
  ],
  [
    'an edited transaction',
    (book) => {
      const list = must(book.store.transactionsOf.get(book.refunded));
      list[0] = { ...must(list[0]), reason: 'another' };
    },
    (book) => ({
      row: 'transaction',
      id: must(book.store.transactionsOf.get(book.refunded)?.[0]).id,
      fault: 'differs',
    }),
  ],
  [
    'a deleted transaction',
    (book) => void must(book.store.transactionsOf.get(book.refunded)).pop(),
    ({ refunded }) => ({ row: 'payment', id: refunded, fault: 'sum' }),
  ],
  [
    'an edited link',
    (book) => {
      const chain = chainOf(book, book.refunded);
      chain[1] = { ...must(chain[1]), actor: { id: 'somebody-else', type: 'user' } };
    },
    ({ refunded }) => ({ row: 'payment', id: refunded, sequence: 2, fault: 'edited' }),
  ],
  [
    'an edited link, sealed again',
    (book) => {
      const chain = chainOf(book, book.refunded);
      chain[1] = reseal(must(chain[1]), { action: 'payment.failed' });
    },
    ({ refunded }) => ({ row: 'payment', id: refunded, sequence: 3, fault: 'unlinked' }),
  ],
  [
    'a deleted link',
    (book) => void chainOf(book, book.refunded).splice(1, 1),
    ({ refunded }) => ({ row: 'payment', id: refunded, sequence: 2, fault: 'missing' }),
  ],
  [
    'a chain without its end',
    (book) => void chainOf(book, book.refunded).pop(),
    ({ refunded }) => ({ row: 'payment', id: refunded, fault: 'cut' }),
  ],
  [
    'a whole chain deleted',
    (book) => void book.store.auditOf.delete(chainKeyText('payment', book.voided)),
    ({ voided }) => ({ row: 'payment', id: voided, sequence: 1, fault: 'cut' }),
  ],
  [
    'two links in each other’s place',
    (book) => {
      const chain = chainOf(book, book.refunded);
      const [first, second] = [must(chain[1]), must(chain[2])];
      chain[1] = { ...second, sequence: 2 };
      chain[2] = { ...first, sequence: 3 };
    },
    ({ refunded }) => ({ row: 'payment', id: refunded, sequence: 2, fault: 'unlinked' }),
  ],
  [
    'a link inserted at the end, well sealed',
    (book) => {
      const chain = chainOf(book, book.refunded);
      const last = must(chain.at(-1));
      const id = systemIds.auditEntry(LATER);
      chain.push(reseal(last, { id, sequence: last.sequence + 1, previousHash: last.hash }));
    },
    ({ refunded }) => ({ row: 'payment', id: refunded, fault: 'cut' }),
  ],
  [
    'a link of nothing that exists',
    (book) => {
      const link = reseal(must(chainOf(book, book.refunded)[0]), {
        id: systemIds.auditEntry(NOON),
        entityId: systemIds.payment(NOON),
      });
      book.store.auditOf.set(chainKeyText('payment', link.entityId), [link]);
    },
    () => ({ row: 'payment', fault: 'absent' }),
  ],
  [
    'a link in a chain that is not its own',
    (book) => void chainOf(book, book.voided).push(must(chainOf(book, book.refunded)[0])),
    () => ({ row: 'audit_entry', fault: 'orphaned' }),
  ],
  [
    'a link of another tenant',
    (book) => {
      const chain = chainOf(book, book.refunded);
      chain[0] = { ...must(chain[0]), merchantId: B };
    },
    ({ refunded }) => ({ merchantId: A, row: 'payment', id: refunded, sequence: 1, fault: 'missing' }),
  ],
  [
    'an edited merchant',
    ({ store }) => {
      const key = aggregateKeyText(A, 'merchant', A);
      const stored = must(store.aggregates.get(key));
      store.aggregates.set(key, {
        ...stored,
        aggregate: { ...stored.aggregate, version: 1, name: 'Mallory' } as never,
      });
    },
    () => ({ row: 'merchant', id: A, fault: 'differs' }),
  ],
  [
    'a deleted merchant',
    ({ store }) => void store.aggregates.delete(aggregateKeyText(A, 'merchant', A)),
    () => ({ merchantId: A, row: 'merchant', id: A, fault: 'absent' }),
  ],
  [
    'a transfer that was more',
    (book) => editTransfer(book, A, { amount: { minorUnits: 12_000n, currency: 'USD' } }),
    ({ sent }) => ({ row: 'transfer', id: sent, fault: 'differs' }),
  ],
  [
    'a transfer taken from its sender',
    ({ store, sent }) => void store.aggregates.delete(aggregateKeyText(A, 'transfer', sent)),
    ({ sent }) => ({ merchantId: A, row: 'transfer', id: sent, fault: 'absent' }),
  ],
  [
    'a transfer taken from its receiver',
    ({ store, sent }) => void store.aggregates.delete(aggregateKeyText(B, 'transfer', sent)),
    () => ({ merchantId: B, row: 'ledger_entry', fault: 'orphaned' }),
  ],
  [
    'a transfer’s link deleted',
    ({ store, sent }) => void store.auditOf.delete(chainKeyText('transfer', sent)),
    ({ sent }) => ({ row: 'transfer', id: sent, fault: 'cut' }),
  ],
  [
    'a deleted ledger entry',
    (book) => {
      const { list, position } = entriesOf(book, 'refund');
      list.splice(position, 1);
    },
    (book) => ({
      row: 'ledger_entry',
      id: must(book.store.transactionsOf.get(book.refunded)?.[1]).id,
      fault: 'absent',
    }),
  ],
  [
    'an edited ledger entry',
    (book) => {
      const { list, position, entry } = entriesOf(book, 'fee');
      list[position] = { ...entry, amount: { ...entry.amount, minorUnits: 1n } };
    },
    () => ({ row: 'ledger_entry', fault: 'absent' }),
  ],
  [
    'a ledger entry on another account',
    (book) => {
      const { list, position, entry } = entriesOf(book, 'refund');
      list[position] = { ...entry, debit: 'available' };
    },
    () => ({ row: 'ledger_entry', fault: 'absent' }),
  ],
  [
    'a ledger entry twice',
    (book) => {
      const { list, entry } = entriesOf(book, 'capture');
      list.splice(list.indexOf(entry) + 1, 0, { ...entry, id: systemIds.ledgerEntry(entry.createdAt) });
      list.sort((a, b) => (a.id < b.id ? -1 : 1));
    },
    () => ({ row: 'ledger_entry', fault: 'orphaned' }),
  ],
  [
    'a ledger entry of another moment, balance and all',
    (book) => {
      const { list, entry } = entriesOf(book, 'capture');
      const id = systemIds.ledgerEntry(entry.createdAt + 3);
      const forged = { ...entry, id, createdAt: entry.createdAt + 3 };
      list.splice(list.indexOf(entry) + 1, 0, forged);
      addToBalances(book.store, [forged]);
    },
    () => ({ row: 'ledger_entry', id: expect.stringMatching(/^led_/) as string, fault: 'orphaned' }),
  ],
  [
    'an edited balance',
    ({ store }) => {
      const key = balanceKeyText(A, 'USD');
      const balance = must(store.balances.get(key));
      store.balances.set(key, { ...balance, available: balance.available + 1n });
    },
    () => ({ merchantId: A, row: 'balance', id: 'USD', fault: 'sum' }),
  ],
  [
    'a deleted balance',
    ({ store }) => void store.balances.delete(balanceKeyText(B, 'USD')),
    () => ({ merchantId: B, row: 'balance', id: 'USD', fault: 'sum' }),
  ],
  [
    'a transfer that never arrived, with no trace of it at its receiver',
    (book) => {
      const { list, position } = entriesOf(book, 'transfer_in', B);
      const [entry] = list.splice(position, 1);
      book.store.aggregates.delete(aggregateKeyText(B, 'transfer', book.sent));
      addToBalances(book.store, [{ ...must(entry), debit: 'available', credit: 'transfers' }]);
    },
    () => ({ row: 'clearing', id: 'USD', fault: 'sum' }),
  ],
  [
    'an edited summary',
    ({ store }) => {
      const sums = must(store.talliesOf.get(A));
      const key = must([...sums.keys()].find((each) => each.endsWith('succeeded')));
      sums.set(key, { ...must(sums.get(key)), amount: 1n });
    },
    () => ({ merchantId: A, row: 'summary', id: '2026-03-01 USD succeeded', fault: 'sum' }),
  ],
  [
    'a deleted summary',
    ({ store }) => void store.talliesOf.delete(B),
    () => ({ merchantId: B, row: 'summary', id: '2026-03-01 USD succeeded', fault: 'sum' }),
  ],
];

describe('verify', () => {
  it('finds nothing wrong with what the use cases wrote, at once and later', async () => {
    const { verify: now, verifyLater } = await aBook();
    const verified = (await now())._unsafeUnwrap();
    expect(verified).toEqual({
      merchants: 2,
      aggregates: 3,
      payments: 5,
      transactions: 9,
      links: expect.any(Number),
      ledgerEntries: 10,
      unsettled: [],
    });
    expect((await verifyLater())._unsafeUnwrap()).toEqual(verified);
  });

  it('finds nothing wrong with nothing', async () => {
    const { verify: now } = busyUseCases(memoryStorage());
    expect((await now())._unsafeUnwrap()).toMatchObject({ merchants: 0, links: 0 });
  });

  it.each(MUTATIONS)('finds %s', async (_, mutate, found) => {
    const book = await aBook();
    mutate(book);
    const expected = found(book);
    expect((await book.verify())._unsafeUnwrapErr()).toMatchObject({ kind: 'BadRow', ...expected });
    expect((await book.verifyLater())._unsafeUnwrapErr()).toMatchObject({ kind: 'BadRow', ...expected });
  });

  it('calls a row that cannot be read a bad one', async () => {
    const { storage, clock } = await aBook();
    const payments = {
      ...storage.payments,
      list: () =>
        okAsync(undefined).map((): never => {
          throw new Error('payment pay_1 has the unknown status paid');
        }),
    };
    const broken = verify({ ...storage, payments, clock, digests })(() => {});
    expect((await broken)._unsafeUnwrapErr()).toMatchObject({
      kind: 'BadRow',
      fault: 'unreadable',
      detail: 'payment pay_1 has the unknown status paid',
    });
  });

  it('passes on that the store does not answer', async () => {
    const { storage, clock } = await aBook();
    const unavailable = { kind: 'StorageUnavailable', cause: 'gone' } as const;
    const balances = { of: () => errAsync(unavailable) };
    const cutOff = verify({ ...storage, balances, clock, digests })(() => {});
    expect((await cutOff)._unsafeUnwrapErr()).toEqual(unavailable);
  });

  it('tells how far it is', async () => {
    const { storage, clock } = await aBook();
    const told: string[] = [];
    (
      await verify({ ...storage, clock, digests })((merchantId, { payments }) =>
        told.push(`${merchantId} ${payments}`),
      )
    )._unsafeUnwrap();
    expect(told[0]).toBe('merchant-a 0');
    expect(told.at(-1)).toBe('merchant-b 5');
  });

  it('raises no false alarm while others write', async () => {
    const book = await aBook();
    let isOver = false;
    const writing = Promise.all(
      ['merchant-a', 'merchant-b'].map(async (merchant, index) => {
        while (!isOver) {
          const id = await book.pay(merchant, 2_000n, { paymentMethod: 'test_fee' });
          await book.move(merchant, id, { type: 'refund', amount: 300n });
          await book.transfer(merchant, index === 0 ? 'merchant-b' : 'merchant-a', 50n);
          await new Promise((soon) => setImmediate(soon));
        }
      }),
    );
    for (let times = 0; times < 5; times += 1) expect((await book.verify()).isOk()).toBe(true);
    isOver = true;
    await writing;
    expect((await book.verify())._unsafeUnwrap().unsettled).toEqual([]);
  });
});
