import { ok, okAsync, type ResultAsync, safeTry } from 'neverthrow';
import type { WebhookEndpointId } from '../../domain/kernel/ids.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import { present } from '../../domain/kernel/present.ts';
import { retryAfterMs } from '../../domain/kernel/retry-after.ts';
import {
  type Attempt,
  type Delivery,
  endDelivery,
  hasSucceeded,
  type PendingDelivery,
  recordAttempt,
} from '../../domain/webhooks/delivery.ts';
import type { OpenEndpoint } from '../../domain/webhooks/webhook-endpoint.ts';
import {
  type Signature,
  sentHeaders,
  signatureHeaders,
  signaturesOf,
} from '../../domain/webhooks/webhook-signature.ts';
import type { Aggregates } from '../../ports/aggregates.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Deliveries } from '../../ports/deliveries.ts';
import type { Random } from '../../ports/random.ts';
import type { KeysUnavailable, StorageUnavailable } from '../../ports/unavailable.ts';
import type { Vault } from '../../ports/vault.ts';
import type { WebhookSecrets } from '../../ports/webhook-secrets.ts';
import type { WebhookResponse, WebhookSender, WebhookUnanswered } from '../../ports/webhook-sender.ts';
import { openSecrets } from './endpoint-secrets.ts';

export type AttemptPorts = Readonly<{
  aggregates: Aggregates;
  deliveries: Pick<Deliveries, 'save' | 'find'>;
  vault: Vault;
  webhookSecrets: WebhookSecrets;
  webhookSender: Pick<WebhookSender, 'send'>;
  clock: Clock;
  random: Random;
}>;

/**
 * What came of it. `sent`: there was an attempt, good or bad, and it is on record as far as the store could be reached.
 * `not_enabled`: the endpoint is paused or disabled; nothing was sent or written. `abandoned`: the attempt is not on
 * record. `dropped`: the endpoint is removed, and the delivery has failed.
 */
export type AttemptEnd =
  | Readonly<{
      kind: 'sent';
      endpoint: OpenEndpoint;
      attempt: Attempt;
      status: Delivery['status'];
      isRecorded: boolean;
      succeeded: boolean;
      retryAfterMs?: number;
    }>
  | Readonly<{ kind: 'not_enabled' | 'abandoned' | 'dropped' }>;

/**
 * Sends a delivery once, freshly signed, and records what came of it. An endpoint's change is seen within a second. When
 * the store does not take the record, the delivery is as it was and will be sent again. Nothing is sent when the endpoint
 * or its secrets cannot be read.
 */
export type AttemptDelivery = (
  delivery: PendingDelivery,
) => ResultAsync<AttemptEnd, StorageUnavailable | KeysUnavailable>;

const KNOWN_FOR_MS = 1_000;
const MOST_KNOWN = 2_000;
/** A delivery has few writers: requests that replay it, and rarely a second worker. */
const MOST_RECORDINGS = 5;

type Listener = Readonly<{ endpoint: OpenEndpoint; secrets: readonly string[] }>;
type Known = Readonly<{ readAt: Instant; listener: Listener | undefined }>;

export const attemptDelivery = (ports: AttemptPorts) => {
  const known = new Map<WebhookEndpointId, Known>();
  const { clock, deliveries } = ports;
  let isAbandoned = false;

  const attempt: AttemptDelivery = (delivery) =>
    safeTry<AttemptEnd, StorageUnavailable | KeysUnavailable>(async function* () {
      const listener = yield* listenerOf(delivery);
      if (listener === undefined) {
        const next = endDelivery(delivery, 'failed', clock.now());
        yield* deliveries.save([{ expected: delivery.version, next }]);
        return ok<AttemptEnd>({ kind: 'dropped' });
      }
      if (listener.endpoint.status !== 'enabled') return ok<AttemptEnd>({ kind: 'not_enabled' });
      return ok(await send(delivery, listener));
    });

  return {
    attempt,
    /** What is known of an endpoint is out of date. */
    forget: (id: WebhookEndpointId): void => void known.delete(id),
    /** Attempts under way are not to be recorded: they are about to be cut off, and will be made again. */
    abandon: (): void => {
      isAbandoned = true;
    },
  };

  async function send(delivery: PendingDelivery, { endpoint, secrets }: Listener): Promise<AttemptEnd> {
    const at = clock.now();
    const { eventId, body } = delivery;
    const signatures = signaturesOf({ eventId, at, body }, secrets, ports.webhookSecrets.hmac);
    const headers = { ...sentHeaders(eventId), ...signatureHeaders({ eventId, at }, signatures) };
    const result = await ports.webhookSender.send({ url: endpoint.url, headers, body });
    if (isAbandoned) return { kind: 'abandoned' };
    const now = clock.now();
    const response = result.isOk() ? result.value : undefined;
    const asked = retryAfterMs(response?.retryAfter, now);
    const made = result.match(
      (given) => responded({ at, signatures }, given),
      (silence) => unanswered({ at, signatures }, silence),
    );
    const terms = {
      url: endpoint.url,
      ...present({ retryAfterMs: asked }),
      random: ports.random(),
      now,
    };
    const recorded = await record(delivery, (newest) => recordAttempt(newest, made, terms), made);
    return {
      kind: 'sent',
      endpoint,
      attempt: made,
      succeeded: hasSucceeded(made),
      status: recorded.isOk() ? recorded.value : delivery.status,
      isRecorded: recorded.isOk(),
      ...present({ retryAfterMs: asked }),
    };
  }

  /** Decides anew on the newest version while a rival saves first; gives the status that was saved. */
  function record(
    delivery: Delivery,
    decide: (newest: Delivery) => Delivery,
    made: Attempt,
    left = MOST_RECORDINGS,
  ): ResultAsync<Delivery['status'], StorageUnavailable> {
    return safeTry(async function* () {
      const next = decide(delivery);
      const [isSaved] = yield* deliveries.save([{ expected: delivery.version, next }]);
      if (isSaved === true || left <= 1) return ok(next.status);
      const newest = yield* deliveries.find(delivery.merchantId, delivery.id);
      if (newest === undefined) return ok(next.status);
      // The reply to our own write may have been lost.
      return newest.attempts.some((each) => isSame(each, made))
        ? ok(newest.status)
        : record(newest, decide, made, left - 1);
    });
  }

  function listenerOf({
    merchantId,
    endpointId,
  }: PendingDelivery): ResultAsync<Listener | undefined, StorageUnavailable | KeysUnavailable> {
    const now = clock.now();
    const last = known.get(endpointId);
    if (last !== undefined && last.readAt <= now && now - last.readAt < KNOWN_FOR_MS)
      return okAsync(last.listener);
    return safeTry(async function* () {
      const found = yield* ports.aggregates.find(merchantId, 'webhook_endpoint', endpointId);
      const listener =
        found === undefined || found.status === 'removed'
          ? undefined
          : { endpoint: found, secrets: yield* openSecrets(ports.vault, found, now) };
      if (known.size >= MOST_KNOWN) known.clear();
      known.set(endpointId, { readAt: now, listener });
      return ok(listener);
    });
  }
};

type Signed = Readonly<{ at: Instant; signatures: readonly Signature[] }>;

const responded = (signed: Signed, { status, excerpt, durationMs }: WebhookResponse): Attempt => ({
  ...signed,
  durationMs,
  responseCode: status,
  ...(excerpt === '' ? {} : { excerpt }),
});

const unanswered = (signed: Signed, { error, durationMs }: WebhookUnanswered): Attempt => ({
  ...signed,
  durationMs,
  error,
});

const isSame = (a: Attempt, b: Attempt): boolean =>
  a.at === b.at && a.durationMs === b.durationMs && a.responseCode === b.responseCode && a.error === b.error;
