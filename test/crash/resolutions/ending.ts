import { verifyPayment } from '../../../src/application/integrity/verify-payment.ts';
import type { ClaimKey } from '../../../src/domain/kernel/claim.ts';
import type { MerchantId, PaymentId } from '../../../src/domain/kernel/ids.ts';
import type { Instant } from '../../../src/domain/kernel/instant.ts';
import { amountsOf, type Payment } from '../../../src/domain/payments/payment.ts';
import type { Transaction } from '../../../src/domain/payments/transaction.ts';
import { outboxShardOf } from '../../../src/ports/outbox.ts';
import type { Storage } from '../../../src/ports/storage.ts';
import { digests } from '../../fixtures/changes.ts';
import { expectBooksAgree } from '../../support/books.ts';

/** What the checks at the end look at: the payment, and the key of what waited for the processor. */
export type Scene = Readonly<{
  storage: Storage;
  merchantId: MerchantId;
  id: PaymentId;
  waiting: ClaimKey;
  now: Instant;
}>;

const find = async ({ storage, merchantId, id }: Scene) =>
  (await storage.payments.find(merchantId, id))._unsafeUnwrap();

/** How a payment stands, in the words of `Scenario.ends`. */
export async function endText(scene: Scene): Promise<string> {
  const payment = await find(scene);
  const { captured, refunded } = amountsOf(payment);
  const proposal = payment.attention?.proposal;
  return [
    payment.status,
    ...(captured.minorUnits === 0n ? [] : [`${captured.minorUnits} captured`]),
    ...(refunded.minorUnits === 0n ? [] : [`${refunded.minorUnits} refunded`]),
    ...(proposal === undefined ? [] : [`${nameOf(proposal.by.id)} proposed ${proposal.outcome}`]),
    ...(proposal?.refusedAt === undefined ? [] : [`refused to ${nameOf(proposal.by.id)}`]),
  ].join(', ');
}

const nameOf = (subject: string): string => subject.replace('okta|', '');

/** Where payment, transactions, ledger, links, events and the key of what waited contradict each other. */
export async function endFaults(scene: Scene, recounts: boolean): Promise<readonly string[]> {
  const { storage, merchantId, id } = scene;
  const seen = await verifyPayment({ ...storage, digests }, merchantId, await find(scene));
  if (seen.isErr()) return [`it does not add up: ${JSON.stringify(seen.error)}`];
  const { payment, transactions, links } = seen.value;
  const actions = links.filter(({ entityId }) => entityId === id).map(({ action }) => action);
  const count = (action: string) => actions.filter((each) => each === action).length;
  const [resolved, refused] = [count('payment.resolved'), count('payment.resolution_refused')];
  const isOpen = payment.attention !== undefined;
  return [
    ...(resolved > (isOpen ? 0 : 1) ? [`it was resolved ${resolved} times`] : []),
    ...(refused > 1 ? [`${refused} refusals of one proposal`] : []),
    ...(await waitingFaults(scene, payment, transactions)),
    ...(await eventFaults(scene, payment, transactions)),
    ...(recounts ? await bookFaults(scene, payment) : []),
  ];
}

/** What waits is due until it has ended, and its key has the answer from then on. */
async function waitingFaults(
  { storage, merchantId, waiting, now }: Scene,
  payment: Payment,
  transactions: readonly Transaction[],
): Promise<readonly string[]> {
  const claim = (await storage.claims.find(waiting, now))._unsafeUnwrap();
  const due = (await storage.claims.due(now + 24 * 3_600_000, 10_000))._unsafeUnwrap();
  const mine = due.filter((key) => key.merchantId === merchantId && key.key === waiting.key);
  const movement = transactions.find(({ id }) => id === claim?.transactionId);
  const status = waiting.operation === 'process' ? payment.status : movement?.status;
  if (payment.attention !== undefined)
    return mine.length === 1 ? [] : ['what is in attention is asked about no more'];
  return [
    ...(mine.length === 0 ? [] : ['the processor is asked about what has ended']),
    ...(claim?.state === 'completed' && claim.kept?.response.startsWith(`${status} `)
      ? []
      : [`its key is ${claim?.state}, with the answer ${claim?.kept?.response}`]),
  ];
}

async function eventFaults(
  { storage, id, now }: Scene,
  { status, attention, captureMethod }: Payment,
  transactions: readonly Transaction[],
): Promise<readonly string[]> {
  const events = (await storage.outbox.next([outboxShardOf({ id })], now, 10_000))._unsafeUnwrap();
  const sent = events.filter(({ paymentId }) => paymentId === id).map(({ type }) => type);
  const refund = transactions.find(({ type }) => type === 'refund');
  const hasEnded = attention === undefined || transactions.length > 0;
  const due = [
    'payment.created',
    'payment.attention',
    ...(captureMethod === 'manual' ? ['payment.authorized'] : []),
    ...(hasEnded && status !== 'authorized' ? [`payment.${status}`] : []),
    ...(refund?.status === 'succeeded' ? ['refund.created'] : []),
    ...(refund?.status === 'failed' ? ['refund.failed'] : []),
  ];
  const [is, ought] = [sent, due].map((types) => [...types].sort().join());
  return is === ought ? [] : [`events ${is} where ${ought} are due`];
}

/** What people say stands in place of the processor's books. */
async function bookFaults({ storage, merchantId }: Scene, payment: Payment): Promise<readonly string[]> {
  const { authorized, captured, refunded } = amountsOf(payment);
  const hasCharge =
    payment.status === 'authorized' || payment.status === 'succeeded' || authorized.minorUnits > 0n;
  const book = {
    authorized: authorized.minorUnits,
    captured: captured.minorUnits,
    refunded: refunded.minorUnits,
    ended: payment.status !== 'authorized',
  };
  return expectBooksAgree(storage, { book: () => (hasCharge ? book : undefined) }, merchantId, 'USD').then(
    () => [],
    (fault: Error) => [`the books disagree: ${fault.message}`],
  );
}
