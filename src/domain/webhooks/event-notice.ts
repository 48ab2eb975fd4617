import type { DomainEvent, EventType } from '../kernel/events.ts';
import type { EventId } from '../kernel/ids.ts';
import { type Instant, rfc3339 } from '../kernel/instant.ts';
import { type JsonObject, jsonText } from '../kernel/json.ts';

/** That an event happened and what it is about, in ids alone: who wants more reads it, with the permission that takes. */
export type EventNotice = Readonly<{
  id: EventId;
  type: EventType;
  created: Instant;
  /** By the names that records have for them, such as `payment_id`. */
  about: Readonly<Record<string, string>>;
}>;

/** What the id of the record itself is called, by its prefix. */
const NAMES: Readonly<Record<string, string>> = {
  pay: 'payment_id',
  txn: 'transaction_id',
  trf: 'transfer_id',
  we: 'webhook_endpoint_id',
  exp: 'export_id',
  set: 'settlement_id',
  dsp: 'dispute_id',
};

const ID = /^([a-z]{2,3})_[0-9a-f]{32}$/;

/** Of the event's record nothing but ids of this system: no text that a merchant, customer or processor gave, and no amount. */
export const noticeOf = ({ id, type, created, paymentId, data }: DomainEvent): EventNotice => ({
  id,
  type,
  created,
  about: {
    ...Object.fromEntries(Object.entries(data).flatMap(([name, value]) => namedId(name, value))),
    ...(paymentId === undefined ? {} : { payment_id: paymentId }),
  },
});

function namedId(name: string, value: unknown): readonly (readonly [string, string])[] {
  const prefix = typeof value === 'string' ? ID.exec(value)?.[1] : undefined;
  if (prefix === undefined) return [];
  if (name !== 'id') return name.endsWith('_id') ? [[name, value as string]] : [];
  const own = NAMES[prefix];
  return own === undefined ? [] : [[own, value as string]];
}

/** A notice as it is published, in one line. */
export const noticeText = ({ id, type, created, about }: EventNotice): string => {
  const record: JsonObject = { id, event_type: type, created: rfc3339(created), ...about };
  return jsonText(record);
};
