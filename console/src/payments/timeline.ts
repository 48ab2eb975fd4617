import type { Schemas } from '../api/api.ts';
import { inWords } from '../parts/badge.tsx';
import { money } from '../parts/money.ts';
import type { PaymentWithTransactions } from './payment-queries.ts';

export type Kind = 'transaction' | 'audit' | 'event' | 'delivery' | 'look';
export type Step = Readonly<{
  id: string;
  kind: Kind;
  at: string;
  title: string;
  detail?: string;
  status?: string;
  /** Of a delivery, which has a place of its own. */
  delivery?: string;
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

const ofAudit =
  (kind: 'audit' | 'look') =>
  (entry: Schemas['AuditEntry']): Step => ({
    id: entry.id,
    kind,
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

const cameTo = ({ attempts }: Schemas['WebhookDelivery']): string => {
  const last = attempts.at(-1);
  if (last === undefined) return 'No attempt yet';
  const tries = attempts.length === 1 ? 'One attempt' : `${attempts.length} attempts`;
  return `${tries}, the last answered ${last.response_code ?? (last.error === undefined ? 'nothing' : inWords(last.error).toLowerCase())}`;
};

const ofDelivery = (delivery: Schemas['WebhookDelivery']): Step => {
  const last = delivery.attempts.at(-1);
  return {
    id: delivery.id,
    kind: 'delivery',
    at: last?.at ?? delivery.created_at,
    title: delivery.event_type,
    detail: `${cameTo(delivery)} · ${delivery.url}`,
    status: delivery.status,
    delivery: delivery.id,
    raw: delivery,
  };
};

/** What is known beside the payment itself; what may not be read is left out. */
export type Beside = Readonly<{
  audit?: readonly Schemas['AuditEntry'][];
  events?: readonly Schemas['Event'][];
  deliveries?: readonly Schemas['WebhookDelivery'][];
  looks?: readonly Schemas['AuditEntry'][];
}>;

/** Everything that is known of a payment, the latest first. Steps of one moment stand as their ids were made. */
export const timelineOf = (
  payment: PaymentWithTransactions,
  { audit = [], events = [], deliveries = [], looks = [] }: Beside,
): readonly Step[] =>
  [
    ...payment.transactions.map(ofTransaction),
    ...audit.map(ofAudit('audit')),
    ...events.map(ofEvent),
    ...deliveries.map(ofDelivery),
    ...looks.map(ofAudit('look')),
  ].toSorted((a, b) => b.at.localeCompare(a.at) || (a.id < b.id ? 1 : -1));

const CUT_NAMES = {
  audit: 'audit entries',
  event: 'events',
  delivery: 'deliveries',
  look: 'looks',
} as const;

type Listed = Readonly<{ items: readonly unknown[]; has_more: boolean }> | undefined;

/** How many there are of each kind in a timeline of one kind or of all, where there are more than were asked for. */
export const cutsOf = (
  shown: Kind | 'all',
  lists: Readonly<Record<keyof typeof CUT_NAMES, Listed>>,
): readonly string[] =>
  (Object.keys(CUT_NAMES) as (keyof typeof CUT_NAMES)[])
    .filter((kind) => shown === 'all' || shown === kind)
    .flatMap((kind) => {
      const list = lists[kind];
      return list?.has_more ? [`${list.items.length} ${CUT_NAMES[kind]}`] : [];
    });
