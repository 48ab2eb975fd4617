import type { Schemas } from '../api/api.ts';
import { inWords } from '../parts/badge.tsx';
import { money } from '../parts/money.ts';
import type { PaymentWithTransactions } from './payment-queries.ts';

export type Kind = 'transaction' | 'audit' | 'event';
export type Step = Readonly<{
  id: string;
  kind: Kind;
  at: string;
  title: string;
  detail?: string;
  status?: string;
  raw: unknown;
}>;

type Transaction = Schemas['Transaction'];

const ofTransaction = (transaction: Transaction): Step => {
  const { id, type, amount, currency, status, response_code, response_text, reason } = transaction;
  const answer = [response_code, response_text].filter((each) => each !== undefined).join(' ');
  return {
    id,
    kind: 'transaction',
    at: transaction.processed_at ?? transaction.created_at,
    title: `${inWords(type)} of ${money(amount, currency)}`,
    detail: [answer && `The processor answered ${answer}`, reason && `“${reason}”`]
      .filter(Boolean)
      .join(' · '),
    status,
    raw: transaction,
  };
};

const ofAudit = (entry: Schemas['AuditEntry']): Step => ({
  id: entry.id,
  kind: 'audit',
  at: entry.timestamp,
  title: inWords(entry.action),
  detail: `${inWords(entry.actor.type)} ${entry.actor.id}${entry.ip_address === undefined ? '' : ` from ${entry.ip_address}`}`,
  raw: entry,
});

const ofEvent = (event: Schemas['Event']): Step => ({
  id: event.id,
  kind: 'event',
  at: event.created,
  title: event.event_type,
  raw: event,
});

/** Everything that is known of a payment, the latest first. Steps of one moment stand as their ids were made. */
export const timelineOf = (
  payment: PaymentWithTransactions,
  audit: readonly Schemas['AuditEntry'][],
  events: readonly Schemas['Event'][],
): readonly Step[] =>
  [...payment.transactions.map(ofTransaction), ...audit.map(ofAudit), ...events.map(ofEvent)].toSorted(
    (a, b) => b.at.localeCompare(a.at) || (a.id < b.id ? 1 : -1),
  );
