import type { AuditEntry } from '../../domain/kernel/audit-entry.ts';
import type { MerchantId } from '../../domain/kernel/ids.ts';
import { isExpiry, type Transaction } from '../../domain/payments/transaction.ts';
import {
  type ExpectedEvent,
  eventOfTransfer,
  eventsOfDispute,
  eventsOfEndpoint,
  eventsOfExport,
  eventsOfPayment,
  eventsOfSettlement,
  eventText,
} from './expected-events.ts';
import type { FactWindow, NoteFact } from './facts.ts';
import type { SeenAggregate } from './verify-aggregate.ts';
import type { SeenPayment } from './verify-payment.ts';

/** The text of what a claim was spent on. Only the key of a payment's own claim is on record beside it. */
export const effectText = (
  effect: Readonly<{
    operation: string;
    key: string;
    payment?: string;
    transaction?: string;
    transfer?: string;
  }>,
): string =>
  [
    effect.operation,
    effect.payment ?? '-',
    effect.transaction ?? '-',
    effect.transfer ?? '-',
    effect.operation === 'process' ? effect.key : '',
  ].join(' ');

export const transactionText = ({ merchantId, paymentId, id }: Transaction): string =>
  `${merchantId} ${paymentId} ${id}`;

/** What other rows must say of a verified payment: its transactions, the claims spent on it and its events. */
export function noteFactsOfPayment(seen: SeenPayment, window: FactWindow, note: NoteFact): void {
  const { payment, transactions, links } = seen;
  const { id, merchantId, idempotencyKey: key } = payment;
  const ofCharge = new Set(links.filter(isOfCharge).map(({ entityId }) => entityId));
  const expected = (topic: 'transaction' | 'claim', text: string, of: string) =>
    note('expected', { topic, merchantId, id: of, text });
  if (payment.createdAt <= window.cut)
    expected('claim', effectText({ operation: 'process', key, payment: id }), id);
  for (const each of transactions) {
    if (each.createdAt > window.cut) continue;
    expected('transaction', transactionText(each), each.id);
    if (ofCharge.has(each.id)) continue;
    expected(
      'claim',
      effectText({
        operation: isExpiry(each) ? 'expire' : each.type,
        key: '',
        payment: id,
        transaction: each.id,
      }),
      each.id,
    );
  }
  for (const event of eventsOfPayment(links)) noteExpectedEvent(event, id, window, note);
}

/** The first link of a charge's own transaction says how that ended; every other transaction was open first, under a claim of its own. */
const isOfCharge = ({ entityType, sequence, after }: AuditEntry): boolean =>
  entityType === 'transaction' && sequence === 1 && after?.['status'] !== 'pending';

/** What other rows must say of a verified aggregate, on the side of one of its owners. */
export function noteFactsOfAggregate(
  merchantId: MerchantId,
  { aggregate, links }: SeenAggregate,
  window: FactWindow,
  note: NoteFact,
): void {
  const { id } = aggregate;
  if (aggregate.kind === 'transfer') {
    noteExpectedEvent(eventOfTransfer(merchantId, aggregate), id, window, note);
    if (aggregate.merchantId === merchantId && aggregate.createdAt <= window.cut)
      note('expected', {
        topic: 'claim',
        merchantId,
        id,
        text: effectText({ operation: 'transfer', key: '', transfer: id }),
      });
  }
  if (aggregate.kind === 'export')
    for (const event of eventsOfExport(links)) noteExpectedEvent(event, id, window, note);
  if (aggregate.kind === 'settlement')
    for (const event of eventsOfSettlement(links)) noteExpectedEvent(event, id, window, note);
  if (aggregate.kind === 'dispute')
    for (const event of eventsOfDispute(links)) noteExpectedEvent(event, id, window, note);
  if (aggregate.kind === 'webhook_endpoint')
    for (const event of eventsOfEndpoint(links)) noteExpectedEvent(event, id, window, note);
}

function noteExpectedEvent(
  event: ExpectedEvent,
  id: string,
  { cut, from }: FactWindow,
  note: NoteFact,
): void {
  if (event.created < from || event.created > cut) return;
  note('expected', {
    topic: 'event',
    merchantId: event.merchantId,
    id: `${event.type} of ${id}`,
    text: eventText(event),
  });
}
