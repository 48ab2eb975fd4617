import { err, errAsync, ok, okAsync, type ResultAsync, safeTry } from 'neverthrow';
import type { Origin } from '../../domain/kernel/actor.ts';
import type { DomainEvent } from '../../domain/kernel/events.ts';
import type { MerchantId, WebhookEndpointId } from '../../domain/kernel/ids.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import type { OpenEndpoint, WebhookEndpoint } from '../../domain/webhooks/webhook-endpoint.ts';
import type { Aggregates } from '../../ports/aggregates.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import type { MovePorts } from '../kernel/aggregate-change.ts';

import { aggregateChange } from '../kernel/aggregate-change.ts';
import type { ChangedMeanwhile } from '../kernel/changed-meanwhile.ts';
import { inTurn } from '../kernel/in-turn.ts';

/** Unknown, another merchant's, or removed. */
export type EndpointNotFound = Readonly<{ kind: 'EndpointNotFound' }>;

export type EndpointTarget = Readonly<{ merchantId: MerchantId; id: WebhookEndpointId }>;

/** What becomes of an endpoint, what that is called in the audit trail, and who else is told. */
export type EndpointUpdate<Next extends WebhookEndpoint> = Readonly<{
  next: Next;
  action: string;
  events?: readonly DomainEvent[];
}>;

/** Decides on the newest version of an endpoint; undefined: there is nothing to do. May be asked again. */
export type DecideEndpoint<Next extends WebhookEndpoint, Failure> = (
  endpoint: OpenEndpoint,
  now: Instant,
) => ResultAsync<EndpointUpdate<Next> | undefined, Failure>;

export type UpdateEndpointFailure = EndpointNotFound | ChangedMeanwhile | StorageUnavailable;

/** How often a change that came too late is decided anew. Requests of one process do not meet here: they take turns. */
const MOST_ATTEMPTS = 20;

const meanwhile: ChangedMeanwhile = { kind: 'ChangedMeanwhile' };

/** Changes an endpoint: one read, one commit, again when somebody was faster. Gives the endpoint as it then stands. */
export function updateEndpoint(ports: MovePorts) {
  const turns = inTurn();

  return <Next extends WebhookEndpoint, Failure extends Readonly<{ kind: string }> = never>(
    { merchantId, id }: EndpointTarget,
    origin: Origin,
    decide: DecideEndpoint<Next, Failure>,
  ): ResultAsync<OpenEndpoint | Next, Failure | UpdateEndpointFailure> => {
    const attempt = (left: number): ResultAsync<OpenEndpoint | Next, Failure | UpdateEndpointFailure> =>
      safeTry<OpenEndpoint | Next, Failure | UpdateEndpointFailure>(async function* () {
        const before = yield* findEndpoint(ports.aggregates, { merchantId, id });
        const at = ports.clock.now();
        const move = yield* decide(before, at);
        if (move === undefined) return ok(before);
        const { next, action, events = [] } = move;
        const change = aggregateChange(ports, { at, origin, action, before, next }, events);
        const committed = await ports.commits.commit(change);
        if (committed.isOk()) return ok(next);
        if (committed.error.kind === 'StorageUnavailable') return err(committed.error);
        return left > 1 ? attempt(left - 1) : err(meanwhile);
      });
    return turns(`${merchantId} ${id}`, () => attempt(MOST_ATTEMPTS));
  };
}

export type UpdateEndpoint = ReturnType<typeof updateEndpoint>;

export const findEndpoint = (
  aggregates: Aggregates,
  { merchantId, id }: EndpointTarget,
): ResultAsync<OpenEndpoint, EndpointNotFound | StorageUnavailable> =>
  aggregates
    .find(merchantId, 'webhook_endpoint', id)
    .andThen((found) =>
      found === undefined || found.status === 'removed'
        ? errAsync({ kind: 'EndpointNotFound' as const })
        : okAsync(found),
    );
