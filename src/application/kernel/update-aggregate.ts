import { err, ok, type ResultAsync, safeTry } from 'neverthrow';
import type { Aggregate } from '../../domain/aggregates/aggregate.ts';
import type { Origin } from '../../domain/kernel/actor.ts';
import type { DomainEvent } from '../../domain/kernel/events.ts';
import {
  atExpectedVersion,
  type Expecting,
  type VersionMismatch,
} from '../../domain/kernel/expected-version.ts';
import type { MerchantId } from '../../domain/kernel/ids.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import { present } from '../../domain/kernel/present.ts';
import type { Change, StaleVersion } from '../../ports/commits.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { type AggregateMove, aggregateChange, type MovePorts } from './aggregate-change.ts';
import { inTurn } from './in-turn.ts';
import { type ChangedMeanwhile, orChangedMeanwhile, retryWhenStale } from './retry-when-stale.ts';

/** Which aggregate is changed, for whom, and how its newest version is read. */
export type AggregateTarget<Seen extends Aggregate | undefined, Failure> = Readonly<{
  merchantId: MerchantId;
  id: string;
  origin: Origin;
  /** Strongly consistent. Undefined where the aggregate may be created by the update. */
  find: () => ResultAsync<Seen, Failure>;
  /** The failure when another aggregate holds a key that the update takes; needed where updates take keys. */
  taken?: Failure;
}>;

/**
 * What becomes of an aggregate: its next version, the action in its audit trail, unique keys and events; and the claim of
 * the request, put into the commit by `claimed`.
 */
export type AggregateUpdate<Next extends Aggregate, Failure = never> = Pick<
  AggregateMove,
  'action' | 'takes' | 'releases'
> &
  Readonly<{
    next: Next;
    events?: readonly DomainEvent[];
    claimed?: (change: Change) => ResultAsync<Change, Failure>;
  }>;

/** Decides on the newest version; undefined changes nothing. Called anew for each attempt. */
export type DecideUpdate<Seen, Next extends Aggregate, Failure> = (
  seen: Seen,
  now: Instant,
) => ResultAsync<AggregateUpdate<Next, Failure> | undefined, Failure>;

/** The same decision, made only on a version that the client expects: in each attempt on the one it then finds. */
export const onExpectedVersion =
  <Seen extends Aggregate, Next extends Aggregate, Failure>(
    expecting: Expecting,
    decide: DecideUpdate<Seen, Next, Failure>,
  ): DecideUpdate<Seen, Next, Failure | VersionMismatch> =>
  (seen, now) =>
    atExpectedVersion(seen, expecting).asyncAndThen<
      AggregateUpdate<Next, Failure> | undefined,
      Failure | VersionMismatch
    >(() => decide(seen, now));

/**
 * Changes an aggregate and links its audit entry: one read and one commit, both again when a rival was faster. Gives the
 * aggregate as it then stands. `taken` is given only while the version that was decided on is still the newest. Within one
 * process, updates of one aggregate take turns.
 */
export type UpdateAggregate = <
  Seen extends Aggregate | undefined,
  Next extends Aggregate,
  Failure extends Readonly<{ kind: string }>,
>(
  target: AggregateTarget<Seen, Failure>,
  decide: DecideUpdate<Seen, Next, Failure>,
) => ResultAsync<Seen | Next, Failure | ChangedMeanwhile | StorageUnavailable>;

export function updateAggregate(ports: MovePorts): UpdateAggregate {
  const turns = inTurn();

  return <
    Seen extends Aggregate | undefined,
    Next extends Aggregate,
    Failure extends Readonly<{ kind: string }>,
  >(
    { merchantId, id, origin, find, taken }: AggregateTarget<Seen, Failure>,
    decide: DecideUpdate<Seen, Next, Failure>,
  ) => {
    type AnyFailure = Failure | ChangedMeanwhile | StaleVersion | StorageUnavailable;
    const attempt = (): ResultAsync<Seen | Next, AnyFailure> =>
      safeTry<Seen | Next, AnyFailure>(async function* () {
        const before = yield* find();
        const at = ports.clock.now();
        const update = yield* decide(before, at);
        if (update === undefined) return ok(before);
        const { events = [], claimed, ...move } = update;
        const alone = aggregateChange(ports, { at, origin, ...move, ...present({ before }) }, events);
        const change = claimed === undefined ? alone : yield* claimed(alone);
        const committed = await ports.commits.commit(change);
        if (committed.isOk()) return ok(update.next);
        switch (committed.error.kind) {
          case 'KeyTaken': {
            // Taken from a version that is no longer the newest, the key says nothing about the one that is.
            const newest = yield* find();
            if (newest?.version !== before?.version)
              return err<never, StaleVersion>({ kind: 'StaleVersion', id });
            if (taken === undefined)
              throw new Error(`${id} may take no key, and took ${committed.error.key}`);
            return err(taken);
          }
          case 'StaleVersion':
          case 'StorageUnavailable':
            return err(committed.error);
          case 'ClaimTaken':
            // The same request came twice, and the other was faster.
            return err<never, ChangedMeanwhile>({ kind: 'ChangedMeanwhile' });
          case 'FenceLost':
            throw new Error('the claim of an update is always a new one');
        }
      });
    return turns(`${merchantId} ${id}`, () => retryWhenStale(attempt)).mapErr(orChangedMeanwhile);
  };
}
