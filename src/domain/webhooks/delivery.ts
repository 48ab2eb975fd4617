import type { EventType } from '../kernel/events.ts';
import {
  type DeliveryId,
  type EventId,
  idOf,
  type MerchantId,
  type PaymentId,
  timeDigits,
  type WebhookEndpointId,
} from '../kernel/ids.ts';
import { type Instant, rfc3339 } from '../kernel/instant.ts';
import { type JsonObject, jsonText } from '../kernel/json.ts';
import { present } from '../kernel/present.ts';
import type { Begun } from '../kernel/work-claim.ts';
import type { OpenEndpoint } from './webhook-endpoint.ts';
import type { Signature } from './webhook-signature.ts';

/** What can be delivered: events, and the one that only tries an endpoint out. */
export type DeliveredType = EventType | 'webhook_endpoint.test';

/**
 * Why there was no answer. `address_refused`: the name leads, also or only, where nothing may be sent; `url_refused`:
 * nothing may ever be sent to such a URL; `response_too_large`: the answer did not end within bounds.
 */
export type AttemptError =
  | 'timeout'
  | 'name_not_found'
  | 'address_refused'
  | 'url_refused'
  | 'connection_failed'
  | 'connection_lost'
  | 'tls_failed'
  | 'response_too_large';

/**
 * One request to an endpoint and what came of it. `at` is when it was signed, `excerpt` the beginning of the answer's body. A version
 * before kept no signatures: its attempts have none. `retryAt` is when the next try was due after this one, if there was to be one; a
 * version before kept that neither.
 */
export type Attempt = Readonly<{
  at: Instant;
  signatures?: readonly Signature[];
  durationMs: number;
  responseCode?: number;
  error?: AttemptError;
  excerpt?: string;
  retryAt?: Instant;
}>;

type Known = Readonly<{
  id: DeliveryId;
  merchantId: MerchantId;
  endpointId: WebhookEndpointId;
  eventId: EventId;
  eventType: DeliveredType;
  paymentId?: PaymentId;
  /** Where the newest attempt went, or the first will go. */
  url: string;
  /** The bytes of every attempt. */
  body: string;
  /** The newest ones, oldest first. */
  attempts: readonly Attempt[];
  /** When the event was made: ids sort by it. */
  createdAt: Instant;
  updatedAt: Instant;
  version: number;
}>;

/** `tries` counts the attempts since it was made or replayed. At `expiresAt` at the latest it is due. */
export type PendingDelivery = Known &
  Readonly<{ status: 'pending'; tries: number; dueAt: Instant; expiresAt: Instant }>;
export type EndedDelivery = Known &
  Readonly<{ status: 'delivered' | 'failed' | 'expired'; expiresAt: Instant }>;

/** One event on its way to one endpoint. */
export type Delivery = PendingDelivery | EndedDelivery;
export type DeliveryStatus = Delivery['status'];

const MOST_TRIES = 5;
export const DELIVERY_LIFETIME_MS = 24 * 3_600_000;
/** How long a delivery that ended can still be listed and replayed. */
export const DELIVERIES_KEPT_MS = 30 * 24 * 3_600_000;
export const MOST_EXCERPT_BYTES = 1_024;
/** Replays add to the attempts, without end: so many are kept. */
const MOST_ATTEMPTS_KEPT = 25;

const FIRST_RETRY_MS = 15_000;
const RETRY_FACTOR = 8;

/** An event as every endpoint gets it. */
export type OutgoingEvent = Readonly<{
  id: EventId;
  type: DeliveredType;
  merchantId: MerchantId;
  paymentId?: PaymentId;
  created: Instant;
  data: JsonObject;
}>;

/** An event under the names it is published with. */
export const eventRecord = ({ id, type, created, data }: OutgoingEvent): JsonObject => ({
  id,
  event_type: type,
  created: rfc3339(created),
  data,
});

/** The text of an event, as every endpoint gets it. */
export const bodyOf = (event: OutgoingEvent): string => jsonText(eventRecord(event));

/** One event has one delivery to an endpoint, however often it is made: its id follows from theirs. */
export const deliveryId = (
  event: Pick<OutgoingEvent, 'id' | 'created'>,
  endpointId: WebhookEndpointId,
  sha256: (text: string) => string,
): DeliveryId =>
  idOf('whd', timeDigits(event.created) + sha256(`${event.id} ${endpointId}`).slice(0, 32 - 12));

/** `body` is `bodyOf` the event: made once for all endpoints. */
export const openDelivery = (
  event: OutgoingEvent,
  { id: endpointId, url }: Pick<OpenEndpoint, 'id' | 'url'>,
  { body, now, sha256 }: Readonly<{ body: string; now: Instant; sha256: (text: string) => string }>,
): PendingDelivery => ({
  id: deliveryId(event, endpointId, sha256),
  merchantId: event.merchantId,
  endpointId,
  eventId: event.id,
  eventType: event.type,
  ...present({ paymentId: event.paymentId }),
  url,
  body,
  attempts: [],
  createdAt: event.created,
  updatedAt: now,
  version: 1,
  status: 'pending',
  tries: 0,
  dueAt: now,
  expiresAt: now + DELIVERY_LIFETIME_MS,
});

export const hasSucceeded = ({ responseCode = 0 }: Attempt): boolean =>
  responseCode >= 200 && responseCode < 300;

/** 410 Gone: the receiver wants no more deliveries. */
export const saysGone = ({ responseCode }: Attempt): boolean => responseCode === 410;

/**
 * What an attempt makes of a delivery. Any 2xx delivers. Otherwise it waits: 15 s, 2 min, 16 min, 2 h, each stretched or
 * cut by up to a quarter (`random` between 0 and 1), or as long as the receiver asked for if that is longer; after the
 * fifth try it has failed. One that ended meanwhile, by a rival's attempt, is delivered if this one succeeded.
 */
export function recordAttempt(
  delivery: Delivery,
  attempt: Attempt,
  { url, retryAfterMs = 0, random, now }: AttemptTerms,
): Delivery {
  const attempts = (made: Attempt) => [...delivery.attempts, made].slice(-MOST_ATTEMPTS_KEPT);
  const next: Delivery = {
    ...delivery,
    url,
    attempts: attempts(attempt),
    updatedAt: now,
    version: delivery.version + 1,
  };
  if (hasSucceeded(attempt)) return ended(next, 'delivered');
  if (next.status !== 'pending') return next;
  const tries = next.tries + 1;
  if (tries >= MOST_TRIES) return ended(next, 'failed');
  const backoffMs = FIRST_RETRY_MS * RETRY_FACTOR ** (tries - 1) * (0.75 + random / 2);
  const dueAt = Math.min(now + Math.round(Math.max(backoffMs, retryAfterMs)), next.expiresAt);
  return { ...next, attempts: attempts({ ...attempt, retryAt: dueAt }), tries, dueAt };
}

export type AttemptTerms = Readonly<{
  url: string;
  retryAfterMs?: number;
  /** Between 0 and 1. */
  random: number;
  now: Instant;
}>;

/** Later, without an attempt; never past its end. */
export const defer = (delivery: PendingDelivery, until: Instant, now: Instant): PendingDelivery => ({
  ...delivery,
  dueAt: Math.min(until, delivery.expiresAt),
  updatedAt: now,
  version: delivery.version + 1,
});

/** When it is due by what came of its own attempts. As long as it waits beyond that, it is held because of its endpoint. */
export const dueByItself = ({ tries, attempts, dueAt }: PendingDelivery, now: Instant): Instant =>
  tries === 0 ? now : Math.max(now, attempts.at(-1)?.retryAt ?? dueAt);

/** Its time is over, or its endpoint is removed. */
export const endDelivery = (
  delivery: PendingDelivery,
  status: 'failed' | 'expired',
  now: Instant,
): EndedDelivery => ended({ ...delivery, updatedAt: now, version: delivery.version + 1 }, status);

/** Due at once, with all its tries and a new day before it; the attempts so far stay on record. */
export const replayDelivery = (delivery: Delivery, now: Instant): PendingDelivery => ({
  ...delivery,
  status: 'pending',
  tries: 0,
  dueAt: now,
  expiresAt: now + DELIVERY_LIFETIME_MS,
  updatedAt: now,
  version: delivery.version + 1,
});

/**
 * Whether it was made or replayed since that work began, so that the same work must not replay it again. While no other
 * process works under the key, what is found so was done for others.
 */
export const isReplayedSince = ({ expiresAt }: Delivery, begun: Begun | undefined, now: Instant): boolean =>
  begun !== undefined && now >= begun.aloneUntil && expiresAt >= begun.at + DELIVERY_LIFETIME_MS;

/**
 * When the attempts began that failed, without one that succeeded, since it was made or replayed and since its endpoint was
 * changed; undefined where there are none, or they went elsewhere.
 */
export const failingFrom = (
  { url, attempts, expiresAt }: PendingDelivery,
  endpoint: Pick<OpenEndpoint, 'url' | 'updatedAt'>,
): Instant | undefined => {
  const from = Math.max(expiresAt - DELIVERY_LIFETIME_MS, endpoint.updatedAt);
  return url === endpoint.url ? attempts.find(({ at }) => at >= from)?.at : undefined;
};

/** When it may be forgotten; never, while it is pending. */
export const forgettableAt = (delivery: Delivery): Instant | undefined =>
  delivery.status === 'pending' ? undefined : delivery.updatedAt + DELIVERIES_KEPT_MS;

function ended(delivery: Delivery, status: EndedDelivery['status']): EndedDelivery {
  if (delivery.status !== 'pending') return { ...delivery, status };
  const { tries: _tries, dueAt: _dueAt, ...rest } = delivery;
  return { ...rest, status };
}
