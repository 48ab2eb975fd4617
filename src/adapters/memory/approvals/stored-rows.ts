import { okAsync } from 'neverthrow';
import { isLive } from '../../../domain/approvals/vendor-payment.ts';
import type { PaymentHistory, RowDifference, StoredRows } from '../../../ports/approvals/stored-rows.ts';
import { approvalKeyTexts } from './approval-commits.ts';
import { claimKeyText } from './request-claims.ts';
import { sentEventKeyText } from './sent-events.ts';
import { type ApprovalsStore, liveKeyText } from './store.ts';

/** Each of the store's maps and lists is a table; what they hold of a payment is one value, which its chain is held against. */
export const memoryStoredRows = (store: ApprovalsStore): StoredRows => ({
  differences: (history) => okAsync(differences(store, history)),
  strays: () => okAsync({ items: strays(store) }),
  events: () =>
    okAsync({
      items: [
        ...store.outbox.map((unsent) => ({ event: unsent.event, isSound: store.written.has(unsent) })),
        ...[...store.parked.values()].map((parked) => ({
          event: parked.event,
          isSound: store.written.has(parked),
        })),
      ],
    }),
  sentSince: () => okAsync(0),
  tracedSince: () => okAsync(0),
  claims: () =>
    okAsync({
      items: [
        ...[...store.claims].map(([key, claim]) => ({
          type: 'claim' as const,
          claim,
          isSound: key === claimKeyText(claim) && store.written.has(claim),
          isSealed: true,
        })),
        ...[...store.claimTraces].map(([key, trace]) => ({
          type: 'trace' as const,
          trace,
          isSound: key === claimKeyText(trace),
        })),
      ],
    }),
});

function differences(
  store: ApprovalsStore,
  { payment, links, given, refused, owed }: PaymentHistory,
): readonly RowDifference[] {
  const { id } = payment;
  const liveKey = liveKeyText(payment);
  const expected = new Set(given.flatMap(({ approval }) => approvalKeyTexts(id, approval)));
  const stored = new Set([...store.approvals].filter((key) => key.startsWith(`${id} `)));
  const listed = store.sorted.filter((each) => each.id === id);
  const changeId = links.at(-1)?.written?.changeId;
  const eventKey = links[0]?.written?.eventKey;
  const hasHead = links[0]?.written?.refusals === 0 || refused.length > 0;
  const waiting = new Set([...store.outbox.map(({ id: event }) => event), ...store.parked.keys()]);
  const lost = owed.filter(
    (event) => !waiting.has(event.id) && !store.sentEvents.has(sentEventKeyText(event)),
  );
  return [
    ...lost.map((event) => ({ row: 'event' as const, id: event.id, fault: 'absent' as const })),
    ...(hasHead && !store.refusalHeads.has(id)
      ? [{ row: 'refusal' as const, id, fault: 'absent' as const }]
      : []),
    ...(changeId === undefined || changeId === store.payments.get(id)?.changeId
      ? []
      : [{ row: 'vendor_payment' as const, id, fault: 'differs' as const }]),
    ...(eventKey === undefined || store.eventKeys.has(eventKey)
      ? []
      : [{ row: 'event_key' as const, id: eventKey, fault: 'absent' as const }]),
    ...(listed.length === 1 && listed[0] === store.payments.get(id)?.payment
      ? []
      : [{ row: 'list_entry' as const, id, fault: 'differs' as const }]),
    ...((store.live.get(liveKey) === id) === isLive(payment)
      ? []
      : [
          {
            row: 'unique_key' as const,
            id: liveKey,
            fault: isLive(payment) ? ('absent' as const) : ('orphaned' as const),
          },
        ]),
    ...[...expected.difference(stored)].map((key) => ({
      row: 'approval' as const,
      id: key,
      fault: 'absent' as const,
    })),
    ...[...stored.difference(expected)].map((key) => ({
      row: 'approval' as const,
      id: key,
      fault: 'orphaned' as const,
    })),
  ];
}

const strays = (store: ApprovalsStore): readonly RowDifference[] => [
  ...[...store.sentEvents]
    .filter(([key, event]) => key !== sentEventKeyText(event) || !store.written.has(event))
    .map(([key]) => orphan('event', key)),
  ...[...store.live]
    .filter(([key, holder]) => {
      const payment = store.payments.get(holder)?.payment;
      return payment === undefined || liveKeyText(payment) !== key;
    })
    .map(([key]) => orphan('unique_key', key)),
  ...[...store.approvals]
    .filter((key) => !store.payments.has(key.split(' ')[0] ?? ''))
    .map((key) => orphan('approval', key)),
  ...[...store.auditOf]
    .filter(([id, links]) => links.length > 0 && !store.payments.has(id))
    .map(([id]) => orphan('audit_entry', id)),
  ...[...store.eventKeys]
    .filter((key) => ![...store.auditOf.values()].some(([link]) => link?.written?.eventKey === key))
    .map((key) => orphan('event_key', key)),
  ...[...store.refusalsOf.keys(), ...store.refusalHeads.keys()]
    .filter((id) => !store.payments.has(id))
    .map((id) => orphan('refusal', id)),
  ...store.sorted.filter(({ id }) => !store.payments.has(id)).map(({ id }) => orphan('list_entry', id)),
  ...[...store.payments]
    .filter(([id, { payment }]) => payment.id !== id || !store.sorted.includes(payment))
    .map(([id]) => orphan('vendor_payment', id)),
];

const orphan = (row: RowDifference['row'], id: string): RowDifference => ({ row, id, fault: 'orphaned' });
