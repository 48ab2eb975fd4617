import { err, ok, type Result } from 'neverthrow';
import type { EventType } from '../kernel/events.ts';
import type { WebhookEndpointId } from '../kernel/ids.ts';
import type { Instant } from '../kernel/instant.ts';
import { present } from '../kernel/present.ts';
import { type Revision, revised, tombstone } from '../kernel/revision.ts';
import type { Sealed, WrappedKey } from '../kernel/sealed.ts';

type Known = Revision<'webhook_endpoint', WebhookEndpointId>;

/** Which events an endpoint subscribes to; `*` is all of them, also those that there are not yet. */
export type EventFilter = EventType | '*';

/** A secret that a rotation replaced: it signs until then, so that receivers have time to learn the new one. */
export type RetiringSecret = Readonly<{ secret: Sealed; until: Instant }>;

/** `retiring` are those before the current one, the newest first, at most four. */
export type EndpointSecrets = Readonly<{ current: Sealed; retiring: readonly RetiringSecret[] }>;

/**
 * Where a merchant wants events delivered. `enabled` gets them; `paused` by the merchant, or `disabled` because
 * it failed for too long, it gets none that happen meanwhile. `failingSince` is when the attempts began of which
 * none succeeded.
 */
export type OpenEndpoint = Known &
  Readonly<{
    status: 'enabled' | 'paused' | 'disabled';
    url: string;
    events: readonly EventFilter[];
    description?: string;
    dataKey: WrappedKey;
    secrets: EndpointSecrets;
    failingSince?: Instant;
    /** Its place among the merchant's endpoints that are not removed, from 1; absent of those of an earlier version. */
    place?: number;
  }>;

/** It gets no deliveries any more, and its secrets are gone. */
export type RemovedEndpoint = Known & Readonly<{ status: 'removed' }>;

export type WebhookEndpoint = OpenEndpoint | RemovedEndpoint;

export type EndpointNotEnabled = Readonly<{
  kind: 'EndpointNotEnabled';
  status: OpenEndpoint['status'];
}>;

/** As many secrets sign as may sign at once: a rotation has to wait until the oldest has retired. */
export type TooManySecrets = Readonly<{ kind: 'TooManySecrets'; most: number; retryAfterMs: number }>;

/** How long the secret before a rotation goes on signing. */
const SECRET_OVERLAP_MS = 24 * 3_600_000;

/** How many secrets of an endpoint may sign at once: each adds a signature to every request. */
export const MOST_SECRETS = 5;

/** How many endpoints a merchant may have that are not removed. */
export const MOST_ENDPOINTS = 100;

/** The unique keys that an endpoint holds: its place, until it is removed. No two of a merchant's are in one. */
export const keysOfEndpoint = (endpoint: WebhookEndpoint): readonly string[] =>
  endpoint.status === 'removed' || endpoint.place === undefined ? [] : [`place ${endpoint.place}`];

/**
 * The places that another endpoint may take beside these, which are all that the merchant has. Those without a place take one each
 * from the end: none is made any more, so that what is free by an older count is never too many.
 */
export function freePlaces(endpoints: readonly OpenEndpoint[]): readonly number[] {
  const held = new Set(endpoints.map(({ place }) => place));
  const last = MOST_ENDPOINTS - endpoints.filter(({ place }) => place === undefined).length;
  return Array.from({ length: Math.max(0, last) }, (_, index) => index + 1).filter(
    (place) => !held.has(place),
  );
}

export const openEndpoint = ({
  createdAt,
  secret,
  ...terms
}: Pick<
  OpenEndpoint,
  'id' | 'merchantId' | 'url' | 'events' | 'description' | 'dataKey' | 'createdAt' | 'place'
> &
  Readonly<{ secret: Sealed }>): OpenEndpoint => ({
  kind: 'webhook_endpoint',
  ...terms,
  status: 'enabled',
  secrets: { current: secret, retiring: [] },
  version: 1,
  createdAt,
  updatedAt: createdAt,
  auditHash: '',
});

/** What is not given stays; a description of null is taken away. */
export type EndpointChange = Readonly<{
  url?: string;
  events?: readonly EventFilter[];
  description?: string | null;
  status?: 'enabled' | 'paused';
}>;

/**
 * The endpoint's next version; the very same endpoint when the change changes nothing. Enabling it again, or sending it
 * elsewhere, forgets how long it has failed.
 */
export function changeEndpoint(endpoint: OpenEndpoint, change: EndpointChange, now: Instant): OpenEndpoint {
  const { description: before, failingSince, ...rest } = endpoint;
  const { url = endpoint.url, events = endpoint.events, status = endpoint.status } = change;
  const description = change.description === undefined ? before : (change.description ?? undefined);
  const isSame =
    url === endpoint.url &&
    status === endpoint.status &&
    description === before &&
    events.length === endpoint.events.length &&
    events.every((each, index) => each === endpoint.events[index]);
  if (isSame) return endpoint;
  const isFresh = url !== endpoint.url || (status === 'enabled' && endpoint.status !== 'enabled');
  return {
    ...rest,
    url,
    events,
    status,
    ...present({ description }),
    ...(isFresh || failingSince === undefined ? {} : { failingSince }),
    version: endpoint.version + 1,
    updatedAt: now,
  };
}

/** The current secret signs beside the new one for another day, and each before it to the end of its own. */
export function rotateSecret(
  endpoint: OpenEndpoint,
  secret: Sealed,
  now: Instant,
): Result<OpenEndpoint, TooManySecrets> {
  const { current } = endpoint.secrets;
  const retiring = retiringAt(endpoint.secrets, now);
  const oldest = retiring.at(-1);
  if (oldest !== undefined && 1 + retiring.length >= MOST_SECRETS)
    return err({ kind: 'TooManySecrets', most: MOST_SECRETS, retryAfterMs: oldest.until - now });
  return ok({
    ...revised(endpoint, now),
    secrets: {
      current: secret,
      retiring: [{ secret: current, until: now + SECRET_OVERLAP_MS }, ...retiring],
    },
  });
}

/** The same data key, wrapped by another. */
export const rekeyEndpoint = (endpoint: OpenEndpoint, dataKey: WrappedKey, now: Instant): OpenEndpoint => ({
  ...revised(endpoint, now),
  dataKey,
});

/** Notes since when nothing has succeeded; without a time, that something has. */
export function recordFailing(
  endpoint: OpenEndpoint,
  failingSince: Instant | undefined,
  now: Instant,
): OpenEndpoint {
  const { failingSince: _, ...rest } = revised(endpoint, now);
  return { ...rest, ...present({ failingSince }) };
}

/** Because it failed for too long; it stays so until the merchant enables it again. */
export const disableEndpoint = (endpoint: OpenEndpoint, now: Instant): OpenEndpoint => ({
  ...revised(endpoint, now),
  status: 'disabled',
});

/**
 * Whether it was enabled again or changed otherwise after `failingFrom`, or has recovered since: what failed until then says
 * nothing of it as it is now.
 */
export const startsAnew = (
  { failingSince, updatedAt }: Pick<OpenEndpoint, 'failingSince' | 'updatedAt'>,
  failingFrom: Instant,
): boolean => failingSince === undefined && updatedAt > failingFrom;

export const removeEndpoint = (endpoint: OpenEndpoint, now: Instant): RemovedEndpoint => ({
  ...tombstone(endpoint, now),
  status: 'removed',
});

export const subscribesTo = ({ status, events }: OpenEndpoint, type: EventType): boolean =>
  status === 'enabled' && events.some((each) => each === '*' || each === type);

export const enabledEndpoint = (endpoint: OpenEndpoint): Result<OpenEndpoint, EndpointNotEnabled> =>
  endpoint.status === 'enabled' ? ok(endpoint) : err({ kind: 'EndpointNotEnabled', status: endpoint.status });

/** The sealed secrets that sign now, the newest first. */
export const signingSecrets = (secrets: EndpointSecrets, now: Instant): readonly Sealed[] => [
  secrets.current,
  ...retiringAt(secrets, now).map(({ secret }) => secret),
];

const retiringAt = ({ retiring }: EndpointSecrets, now: Instant): readonly RetiringSecret[] =>
  retiring.filter(({ until }) => now < until);
