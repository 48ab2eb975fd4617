import { systemIds } from '../../../src/adapters/system/ids.ts';
import type { IntegrityFinding } from '../../../src/application/integrity/integrity-finding.ts';
import { type AuditEntry, auditTrailChain } from '../../../src/domain/kernel/audit-entry.ts';
import type { MerchantId, PaymentId } from '../../../src/domain/kernel/ids.ts';
import type { Payment } from '../../../src/domain/payments/payment.ts';
import { aMerchantId, digests, NOON } from '../../fixtures/changes.ts';
import { aBusyStore } from '../busy-store.ts';
import { change, type Hand, type Stored } from './tampering.ts';

/** Whose payments are edited; B's are beside them. */
export const A = aMerchantId('merchant-a');
export const B = aMerchantId('merchant-b');
/** A year on: beyond everything that verify leaves to settle. */
export const LATER = NOON + 365 * 24 * 3_600_000;

/** A busy store, the hand that edits it, and its payments in each state. */
export type Book = Readonly<{ hand: Hand }> &
  Pick<Awaited<ReturnType<typeof aBusyStore>>, 'refunded' | 'captured' | 'voided' | 'declined' | 'sent'>;
/** What of a finding a mutation asks for. */
type Found = Omit<Partial<IntegrityFinding>, 'kind' | 'detail'>;
/** What is found first depends on how a storage keeps a payment's transactions and links; then each storage has its own. */
export type TamperedStorage = 'memory' | 'Postgres' | 'DynamoDB';
/** An edit, and what verify finds first. */
export type Mutation = readonly [
  title: string,
  mutate: (book: Book) => Promise<unknown>,
  found: (book: Book) => Found | Readonly<Record<TamperedStorage, Found>>,
];

/** All rows of a kind. */
export const valuesOf = async <Kind extends keyof Stored>(
  hand: Hand,
  kind: Kind,
): Promise<readonly Stored[Kind][]> => (await hand.rows(kind)).map(({ value }) => value);

/** The value, which the store must have. */
export const first = <Value>(value: Value | undefined): Value => {
  if (value === undefined) throw new Error('the store lacks what the test is about');
  return value;
};

/** Edits one payment, or deletes it. */
export const editPayment = ({ hand }: Book, id: PaymentId, edit: (payment: Payment) => Payment | undefined) =>
  change(hand, 'payment', (payment) => (payment.id === id ? edit(payment) : payment));

/** Edits one link of a chain, or deletes it. */
export const editLink = (
  { hand }: Book,
  id: string,
  sequence: number,
  edit: (link: AuditEntry) => AuditEntry | undefined,
) => change(hand, 'link', (link) => (link.entityId === id && link.sequence === sequence ? edit(link) : link));

/** The links of an entity, first link first. */
export const chainOf = async ({ hand }: Book, id: string) =>
  (await valuesOf(hand, 'link'))
    .filter(({ entityId }) => entityId === id)
    .sort((a, b) => a.sequence - b.sequence);

/** The last link of an entity. */
export const lastOf = async (book: Book, id: string) => first((await chainOf(book, id)).at(-1));

/** The link with other parts, and the hash that is right for them. */
export const resealed = (link: AuditEntry, parts: Partial<AuditEntry>) =>
  auditTrailChain.seal({ ...link, ...parts }, digests.sha256);

/** The first entry of a type, edited; the others as they are. */
export async function editEntry(
  { hand }: Book,
  type: string,
  edit: (entry: Stored['entry']) => Stored['entry'] | undefined,
): Promise<void> {
  const { id } = first((await valuesOf(hand, 'entry')).find((each) => each.type === type));
  await change(hand, 'entry', (entry) => (entry.id === id ? edit(entry) : entry));
}

/** A copy of the first capture's entry, and its balance to match when `isCounted`. */
export async function doubleEntry({ hand }: Book, laterMs: number, isCounted: boolean): Promise<void> {
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

export const removeWithHistory = async (book: Book, id: PaymentId): Promise<void> => {
  const own = await idsOf(book, id);
  await change(book.hand, 'transaction', (each) => (own.has(each.id) ? undefined : each));
  await change(book.hand, 'link', (each) => (own.has(each.entityId) ? undefined : each));
  await editPayment(book, id, () => undefined);
};

export const giveWithHistory = async (book: Book, id: PaymentId, merchantId: MerchantId): Promise<void> => {
  const own = await idsOf(book, id);
  await change(book.hand, 'entry', (each) =>
    'paymentId' in each && each.paymentId === id ? { ...each, merchantId } : each,
  );
  await change(book.hand, 'transaction', (each) => (own.has(each.id) ? { ...each, merchantId } : each));
  await change(book.hand, 'link', (each) => (own.has(each.entityId) ? { ...each, merchantId } : each));
  await editPayment(book, id, (payment) => ({ ...payment, merchantId }));
};

export const transactionOf = async ({ hand }: Book, id: PaymentId, type: string) =>
  first((await valuesOf(hand, 'transaction')).find((each) => each.paymentId === id && each.type === type));
