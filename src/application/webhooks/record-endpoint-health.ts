import { okAsync, type ResultAsync } from 'neverthrow';
import type { Origin } from '../../domain/kernel/actor.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import {
  disableEndpoint,
  type OpenEndpoint,
  recordFailing,
  startsAnew,
} from '../../domain/webhooks/webhook-endpoint.ts';
import { publishedEndpoint } from '../../domain/webhooks/webhook-endpoint-record.ts';
import type { Ids } from '../../ports/ids.ts';
import type { UpdateEndpoint, UpdateEndpointFailure } from './update-endpoint.ts';

/**
 * `failingFrom` is since when nothing has succeeded by what one worker saw and the delivery's own attempts say; it is absent after a
 * success. `isGone`: the receiver answered 410.
 */
export type ObservedHealth = Readonly<{ failingFrom: Instant | undefined; isGone: boolean }>;

/**
 * Records with an endpoint since when no attempt has succeeded, and disables it, with its event, when that was too long
 * ago or the receiver is gone. Writes when that changes and otherwise never: an endpoint that fails for less than a minute
 * has no trace of it. True when something was written. One read and one commit when it writes.
 */
export type RecordEndpointHealth = (
  endpoint: OpenEndpoint,
  observed: ObservedHealth,
  now: Instant,
) => ResultAsync<boolean, UpdateEndpointFailure>;

/** For how long it must have failed to be worth a version of it. */
export const WORTH_NOTING_MS = 60_000;

const ORIGIN: Origin = { actor: { id: 'webhooks', type: 'system' }, requestId: 'webhooks' };

export const recordEndpointHealth =
  (
    { updateEndpoint, ids }: Readonly<{ updateEndpoint: UpdateEndpoint; ids: Ids }>,
    { disableAfterMs }: Readonly<{ disableAfterMs: number }>,
  ): RecordEndpointHealth =>
  (endpoint, { failingFrom, isGone }, now) => {
    const noted = endpoint.failingSince;
    // What is noted is since it was enabled, also where this worker has seen it fail before.
    const since = failingFrom === undefined ? undefined : (noted ?? failingFrom);
    const hasRecovered = since === undefined && noted !== undefined;
    const isNews = since !== undefined && noted === undefined && now - since >= WORTH_NOTING_MS;
    // One failure after quiet days says nothing of those: what failed a minute ago has to fail again.
    const failsOn =
      failingFrom !== undefined && now - failingFrom >= Math.min(WORTH_NOTING_MS, disableAfterMs);
    const isOver = since !== undefined && (isGone || (failsOn && now - since >= disableAfterMs));
    if (!hasRecovered && !isNews && !isOver) return okAsync(false);
    return updateEndpoint<OpenEndpoint>(endpoint, ORIGIN, (newest, at) => {
      // It was enabled or moved meanwhile: what was observed is about another state of affairs.
      if (newest.status !== 'enabled' || newest.url !== endpoint.url) return okAsync(undefined);
      if (since !== undefined && startsAnew(newest, since)) return okAsync(undefined);
      if (since === undefined)
        return okAsync(
          newest.failingSince === undefined
            ? undefined
            : { next: recordFailing(newest, undefined, at), action: 'webhook_endpoint.recovered' },
        );
      if (!isOver)
        return okAsync(
          newest.failingSince !== undefined
            ? undefined
            : { next: recordFailing(newest, since, at), action: 'webhook_endpoint.failing' },
        );
      const next = { ...disableEndpoint(newest, at), failingSince: since };
      const event = {
        id: ids.event(at),
        type: 'webhook_endpoint.disabled' as const,
        merchantId: next.merchantId,
        created: at,
        data: publishedEndpoint(next),
      };
      return okAsync({ next, action: 'webhook_endpoint.disabled', events: [event] });
    }).map((moved) => moved.version !== endpoint.version);
  };
