import { errAsync, okAsync, ResultAsync } from 'neverthrow';
import { Webhook } from 'standardwebhooks';
import { vi } from 'vitest';
import { givenRing } from '../../src/adapters/keys/given-ring.ts';
import { ringKeys } from '../../src/adapters/keys/secret-keys.ts';
import { localVault } from '../../src/adapters/keys/vault.ts';
import { systemIds } from '../../src/adapters/system/ids.ts';
import { systemSignedTokens } from '../../src/adapters/system/signed-tokens.ts';
import { systemWebhookSecrets } from '../../src/adapters/system/webhook-secrets.ts';
import type { AttemptEnd } from '../../src/application/webhooks/attempt-delivery.ts';
import {
  type DeliverTerms,
  type DeliverWebhooks,
  deliverWebhooks,
} from '../../src/application/webhooks/deliver-webhooks.ts';
import { fanOutWebhooks } from '../../src/application/webhooks/fan-out-webhooks.ts';
import { logEvents } from '../../src/application/webhooks/log-events.ts';
import { webhookUseCases } from '../../src/application/webhooks/webhook-use-cases.ts';
import type { DomainEvent } from '../../src/domain/kernel/events.ts';
import type { AttemptError } from '../../src/domain/webhooks/delivery.ts';
import { DELIVERY_SHARDS, type Deliveries, deliveryShardOf } from '../../src/ports/deliveries.ts';
import type { Storage } from '../../src/ports/storage.ts';
import type { WebhookRequest, WebhookSender } from '../../src/ports/webhook-sender.ts';
import { digests, SECRET } from '../fixtures/changes.ts';
import { aLife, type HandClock, handClock, type Life } from './relay-workers.ts';

export const EVERY_SHARD = Array.from({ length: DELIVERY_SHARDS }, (_, shard) => shard);
export const DISABLE_AFTER_MS = 3 * 86_400_000;

/** What a receiver does with a request: an answer, silence of some kind, or never anything (`hang`). */
export type Reply =
  | Readonly<{ status: number; retryAfter?: string; excerpt?: string }>
  | AttemptError
  | 'hang';

export type Received = WebhookRequest & Readonly<{ at: number }>;

/** An Internet of receivers: each URL replies as it was set to, and else with 200. Every request is noted. */
function someReceivers(clock: HandClock) {
  const replies = new Map<string, (request: WebhookRequest, nth: number) => Reply>();
  const received: Received[] = [];
  const counts = new Map<string, number>();
  let hanging = 0;
  let most = 0;
  let underWay = 0;
  const sender: WebhookSender = {
    accepts: (url) =>
      URL.canParse(url) ? okAsync(url) : errAsync({ kind: 'WebhookUrlRefused', reason: 'not_a_url' }),
    send(request) {
      received.push({ ...request, at: clock.now() });
      const nth = counts.get(request.url) ?? 0;
      counts.set(request.url, nth + 1);
      const reply = replies.get(request.url)?.(request, nth) ?? { status: 200 };
      if (reply === 'hang') {
        hanging += 1;
        return ResultAsync.fromSafePromise(new Promise<never>(() => {}));
      }
      underWay += 1;
      most = Math.max(most, underWay);
      return ResultAsync.fromSafePromise(new Promise<void>((resolve) => setImmediate(resolve))).andThen(
        () => {
          underWay -= 1;
          if (typeof reply === 'string')
            return errAsync({ kind: 'WebhookUnanswered' as const, error: reply, durationMs: 7 });
          return okAsync({ excerpt: '', ...reply, durationMs: 3 });
        },
      );
    },
    cutOff() {},
    close() {},
  };
  return {
    sender,
    received,
    at: (url: string) => received.filter((request) => request.url === url),
    reply: (url: string, how: (request: WebhookRequest, nth: number) => Reply) => void replies.set(url, how),
    hanging: () => hanging,
    mostUnderWay: () => most,
  };
}

/** Of each store, by its outbox, the shards into which deliveries were ever added. */
const shardsOf = new WeakMap<Storage['outbox'], Set<number>>();

/**
 * Deliveries that are looked for in shards alone that have had any: of 16 most have none, and on DynamoDB each costs a query in
 * every round. What every shard is asked for is `test/contract/deliveries.contract.ts`.
 */
function whereAnyAre({ deliveries, outbox }: Storage): Deliveries {
  const known = shardsOf.get(outbox) ?? new Set();
  shardsOf.set(outbox, known);
  return {
    ...deliveries,
    addAll: (added) => {
      for (const { endpointId } of added) known.add(deliveryShardOf(endpointId));
      return deliveries.addAll(added);
    },
    due: (shards, ...rest) =>
      deliveries.due(
        shards.filter((shard) => known.has(shard)),
        ...rest,
      ),
  };
}

/** Everything about webhooks over a storage, on a clock that is moved by hand. */
export function aWebhookWorld(storage: Storage, clock: HandClock = handClock()) {
  const ring = givenRing([{ id: 'test', secret: Buffer.alloc(32, 7).toString('base64url') }]);
  const receivers = someReceivers(clock);
  const ports = {
    ...storage,
    deliveries: whereAnyAre(storage),
    clock,
    ids: systemIds,
    digests,
    signedTokens: systemSignedTokens(SECRET),
    vault: localVault(ringKeys(ring), clock),
    webhookSecrets: systemWebhookSecrets,
    webhookSender: receivers.sender,
  };
  const sinks = [logEvents(ports), fanOutWebhooks(ports)];
  const take = async (events: readonly DomainEvent[]): Promise<void> => {
    for (const sink of sinks) (await sink.take(events))._unsafeUnwrap();
  };
  const worker = (terms: Partial<DeliverTerms> = {}, life: Life = aLife()) =>
    aDeliveryWorker(ports, { disableAfterMs: DISABLE_AFTER_MS, ...terms }, life);
  return {
    ports,
    clock,
    receivers,
    ...webhookUseCases(ports),
    worker,
    /** Hands events to every sink, as the relay does. */
    tell: take,
    /** Relays what commits wrote. */
    async relay(): Promise<readonly DomainEvent[]> {
      const events = (await storage.outbox.unsent(1_000))._unsafeUnwrap();
      await take(events);
      (await storage.outbox.sent(events))._unsafeUnwrap();
      return events;
    },
    /** Rounds until nothing is due any more and every receiver that answers has answered. */
    async deliver(one: Worker = worker()): Promise<void> {
      await roundsOf(one, receivers.hanging);
    },
  };
}

export type WebhookWorld = ReturnType<typeof aWebhookWorld>;
type WorldPorts = WebhookWorld['ports'];

export type Worker = Readonly<{
  deliver: DeliverWebhooks;
  ends: readonly AttemptEnd[];
  faults: readonly unknown[];
}>;

/** One process that delivers; every step of it goes through its life. */
function aDeliveryWorker(ports: WorldPorts, terms: DeliverTerms, life: Life): Worker {
  const ends: AttemptEnd[] = [];
  const faults: unknown[] = [];
  const { deliveries, commits, aggregates, webhookSender } = ports;
  const deliver = deliverWebhooks(
    {
      ...ports,
      random: () => 0.5,
      webhookSender: { send: (request) => life.through(() => webhookSender.send(request)) },
      commits: { commit: (change) => life.through(() => commits.commit(change)) },
      aggregates: {
        ...aggregates,
        find: (...args) => life.through(() => aggregates.find(...args)),
      },
      deliveries: {
        due: (...args) => life.through(() => deliveries.due(...args)),
        save: (...args) => life.through(() => deliveries.save(...args)),
        find: (...args) => life.through(() => deliveries.find(...args)),
        list: (...args) => life.through(() => deliveries.list(...args)),
      },
    },
    { ...terms, onEnd: (end) => void ends.push(end), onFault: (fault) => void faults.push(fault) },
  );
  return { deliver, ends, faults };
}

/** `hanging` counts requests that are never answered. */
export async function roundsOf(
  { deliver }: Worker,
  hanging: () => number,
  shards: readonly number[] = EVERY_SHARD,
): Promise<void> {
  for (let isQuiet = false; !isQuiet; ) {
    const round = (await deliver.round(shards))._unsafeUnwrap();
    const { taken, deferred, expired, more } = round;
    // Without a pause the waiting would take the processor from the database that is waited for.
    while (deliver.underWay() > hanging()) await new Promise((resume) => setTimeout(resume, 1));
    isQuiet = !more && taken + deferred + expired === 0;
  }
}

/** What `standardwebhooks` says of a request at the time it was sent; its payload, or what is wrong. */
export function verified(secret: string, { headers, body, at }: Received): unknown {
  vi.useFakeTimers({ toFake: ['Date'], now: at });
  try {
    return new Webhook(secret).verify(body, { ...headers });
  } catch (fault) {
    return (fault as Error).message;
  } finally {
    vi.useRealTimers();
  }
}
