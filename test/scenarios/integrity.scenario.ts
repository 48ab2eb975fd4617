import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemIds } from '../../src/adapters/system/ids.ts';
import { compareHeads, type KnownHeads } from '../../src/application/integrity/checkpoint.ts';
import type { IntegrityFinding } from '../../src/application/integrity/integrity-finding.ts';
import { verify } from '../../src/application/integrity/verify.ts';
import { type AuditEntry, auditTrailChain } from '../../src/domain/kernel/audit-entry.ts';
import type { MerchantId, PaymentId } from '../../src/domain/kernel/ids.ts';
import { money } from '../../src/domain/kernel/money.ts';
import type { Payment } from '../../src/domain/payments/payment.ts';
import { aMerchantId, digests, NOON } from '../fixtures/changes.ts';
import { aBusyStore } from '../support/busy-store.ts';
import { change, type Hand, type Stored, type TamperedStore } from '../support/tampering/tampering.ts';

const A = aMerchantId('merchant-a');
const B = aMerchantId('merchant-b');
const LATER = NOON + 365 * 24 * 3_600_000;

type Book = Readonly<{ hand: Hand }> &
  Pick<Awaited<ReturnType<typeof aBusyStore>>, 'refunded' | 'captured' | 'voided' | 'declined' | 'sent'>;
type Found = Omit<Partial<IntegrityFinding>, 'kind' | 'detail'>;
/** What is found first depends on how a storage keeps a payment's transactions and links; then each storage has its own. */
export type TamperedStorage = 'memory' | 'Postgres' | 'DynamoDB';
type Mutation = readonly [
  title: string,
  mutate: (book: Book) => Promise<unknown>,
  found: (book: Book) => Found | Readonly<Record<TamperedStorage, Found>>,
];

const valuesOf = async <Kind extends keyof Stored>(
  hand: Hand,
  kind: Kind,
): Promise<readonly Stored[Kind][]> => (await hand.rows(kind)).map(({ value }) => value);

const first = <Value>(value: Value | undefined): Value => {
  if (value === undefined) throw new Error('the store lacks what the test is about');
  return value;
};

const editPayment = ({ hand }: Book, id: PaymentId, edit: (payment: Payment) => Payment | undefined) =>
  change(hand, 'payment', (payment) => (payment.id === id ? edit(payment) : payment));

const editLink = (
  { hand }: Book,
  id: string,
  sequence: number,
  edit: (link: AuditEntry) => AuditEntry | undefined,
) => change(hand, 'link', (link) => (link.entityId === id && link.sequence === sequence ? edit(link) : link));

const chainOf = async ({ hand }: Book, id: string) =>
  (await valuesOf(hand, 'link'))
    .filter(({ entityId }) => entityId === id)
    .sort((a, b) => a.sequence - b.sequence);

const lastOf = async (book: Book, id: string) => first((await chainOf(book, id)).at(-1));

const resealed = (link: AuditEntry, parts: Partial<AuditEntry>) =>
  auditTrailChain.seal({ ...link, ...parts }, digests.sha256);

/** The first entry of a type, edited; the others as they are. */
async function editEntry(
  { hand }: Book,
  type: string,
  edit: (entry: Stored['entry']) => Stored['entry'] | undefined,
): Promise<void> {
  const { id } = first((await valuesOf(hand, 'entry')).find((each) => each.type === type));
  await change(hand, 'entry', (entry) => (entry.id === id ? edit(entry) : entry));
}

/** A copy of the first capture's entry, and its balance to match when `isCounted`. */
async function doubleEntry({ hand }: Book, laterMs: number, isCounted: boolean): Promise<void> {
  const entry = first((await valuesOf(hand, 'entry')).find(({ type }) => type === 'capture'));
  const createdAt = entry.createdAt + laterMs;
  await hand.insert('entry', { ...entry, id: systemIds.ledgerEntry(createdAt), createdAt });
  if (!isCounted) return;
  const { minorUnits } = entry.amount;
  let isAdded = false;
  await change(hand, 'balance', (part) => {
    if (isAdded || part.merchantId !== entry.merchantId) return part;
    isAdded = true;
    return { ...part, available: part.available + minorUnits, processor: part.processor - minorUnits };
  });
}

/** The ids of a payment and of its transactions. */
const idsOf = async ({ hand }: Book, id: PaymentId): Promise<ReadonlySet<string>> =>
  new Set<string>([
    id,
    ...(await valuesOf(hand, 'transaction'))
      .filter(({ paymentId }) => paymentId === id)
      .map((transaction) => transaction.id),
  ]);

const removeWithHistory = async (book: Book, id: PaymentId): Promise<void> => {
  const own = await idsOf(book, id);
  await change(book.hand, 'transaction', (each) => (own.has(each.id) ? undefined : each));
  await change(book.hand, 'link', (each) => (own.has(each.entityId) ? undefined : each));
  await editPayment(book, id, () => undefined);
};

const giveWithHistory = async (book: Book, id: PaymentId, merchantId: MerchantId): Promise<void> => {
  const own = await idsOf(book, id);
  await change(book.hand, 'entry', (each) =>
    'paymentId' in each && each.paymentId === id ? { ...each, merchantId } : each,
  );
  await change(book.hand, 'transaction', (each) => (own.has(each.id) ? { ...each, merchantId } : each));
  await change(book.hand, 'link', (each) => (own.has(each.entityId) ? { ...each, merchantId } : each));
  await editPayment(book, id, (payment) => ({ ...payment, merchantId }));
};

const transactionOf = async ({ hand }: Book, id: PaymentId, type: string) =>
  first((await valuesOf(hand, 'transaction')).find((each) => each.paymentId === id && each.type === type));

const MUTATIONS: readonly Mutation[] = [
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
];

/**
 * What `verify` promises of a store that was written to beneath the core, on every storage. `open` gives an empty store
 * of its own.
 */
export function integrityContract(storage: TamperedStorage, open: () => Promise<TamperedStore>): void {
  describe(`what verify finds: ${storage}`, () => {
    let store: TamperedStore;
    let book: Book & Awaited<ReturnType<typeof aBusyStore>>;
    const verifyAt = (now: () => number) => verify({ ...store.storage, clock: { now }, digests })(() => {});

    beforeAll(async () => {
      store = await open();
      const busy = await aBusyStore(store.storage);
      book = { ...busy, hand: await store.hand() };
    });
    afterEach(() => book.hand.restore());
    afterAll(() => store.close());

    it('finds nothing wrong with what the use cases wrote, at once and later', async () => {
      const verified = (await verifyAt(book.clock.now))._unsafeUnwrap();
      expect(verified).toEqual({
        rows: expect.any(Number) as number,
        merchants: 2,
        aggregates: 3,
        payments: 5,
        transactions: 9,
        links: 34,
        ledgerEntries: 10,
        unsettled: [],
      });
      expect((await verifyAt(() => LATER))._unsafeUnwrap()).toEqual(verified);
    });

    it.each(MUTATIONS)('finds %s', async (_, mutate, found) => {
      await mutate(book);
      const all = found(book);
      const expected = { kind: 'BadRow', ...('memory' in all ? all[storage] : all) };
      expect((await verifyAt(book.clock.now))._unsafeUnwrapErr()).toMatchObject(expected);
      // How old rows are decides how they are compared, which no storage has a part in.
      if (storage === 'memory')
        expect((await verifyAt(() => LATER))._unsafeUnwrapErr()).toMatchObject(expected);
    });

    it('finds a chain that was rewritten or cut, with its head to match, since its heads were known', async () => {
      const heads: KnownHeads[] = [];
      const ports = { ...store.storage, clock: { now: () => LATER }, digests };
      (
        await verify(ports)(
          () => {},
          (each) => heads.push(...each),
        )
      )._unsafeUnwrap();
      expect(heads).toHaveLength(8);
      (await compareHeads(store.storage)(heads))._unsafeUnwrap();
      const { length } = await chainOf(book, book.declined);
      await editLink(book, book.declined, length, (link) => resealed(link, { action: 'payment.canceled' }));
      expect((await compareHeads(store.storage)(heads))._unsafeUnwrapErr()).toMatchObject({
        row: 'payment',
        id: book.declined,
        fault: 'rewritten',
      });
      await book.hand.restore();
      await editLink(book, book.sent, 1, () => undefined);
      expect((await compareHeads(store.storage)(heads))._unsafeUnwrapErr()).toMatchObject({
        row: 'transfer',
        id: book.sent,
        fault: 'shortened',
      });
    });

    it('finds nothing wrong while payments, refunds and transfers are written', async () => {
      let isOver = false;
      const writing = Promise.all(
        [A, B, A, B].map(async (from) => {
          const to = from === A ? B : A;
          while (!isOver) {
            const id = await book.pay(from, 2_000n, { paymentMethod: 'test_fee' });
            await book.move(from, id, { type: 'refund', amount: 300n });
            await book.transfer(from, to, 50n);
            await new Promise((later) => setTimeout(later, 250));
          }
        }),
      );
      (await verifyAt(book.clock.now))._unsafeUnwrap();
      isOver = true;
      await writing;
      expect((await verifyAt(book.clock.now))._unsafeUnwrap().unsettled).toEqual([]);
    });
  });
}
