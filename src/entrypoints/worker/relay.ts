import type { RelayEvents, Relayed } from '../../application/outbox/relay-events.ts';
import type { ShardAssignment } from '../../application/outbox/shard-assignment.ts';
import { present } from '../../domain/kernel/present.ts';
import {
  type Round,
  type RunningWorker,
  releaseShards,
  type Sleep,
  type Subscribe,
  sleepOf,
  startLoop,
  type WorkerLog,
} from './loop.ts';

export type RelayParts = Readonly<{
  relayEvents: RelayEvents;
  share: ShardAssignment;
  subscribe: Subscribe;
  /** Whether there is work for any worker, or will be within that time; without it the worker does not sleep. */
  isAwaited?: Sleep['isAwaited'];
  /** What a round came to, for the metrics. */
  record?: (round: Relayed) => void;
  log: WorkerLog;
  random?: () => number;
}>;

/** How late an event is relayed whose wake-up was lost. */
const POLL_MS = 500;
/** The same where nothing happened for a while. */
const REST_MS = 5_000;
/** Events that come in quick succession share a round. */
const GATHER_MS = 50;
const LONGEST_PAUSE_MS = 10_000;

/** One round over the worker's shards: more while there are events that a round leaves. */
export function relayRound({
  relayEvents,
  share,
  record = () => {},
  log,
}: Pick<RelayParts, 'relayEvents' | 'share' | 'record' | 'log'>): Round {
  return () =>
    share
      .held()
      .andThen(relayEvents)
      .map((relayed) => {
        logFailures(relayed);
        record(relayed);
        if (relayed.more) return 'more';
        const { lagsMs, retried, parked, failures } = relayed;
        return lagsMs.length + retried + parked + failures.length > 0 ? 'done' : 'idle';
      });

  /** One line for each sink and way of failing, however many events it was. */
  function logFailures({ failures, parked }: Relayed): void {
    const groups = Map.groupBy(failures, ({ sink, kind }) => `${sink} ${kind}`);
    for (const [first, ...rest] of groups.values()) {
      if (first === undefined) continue;
      const { sink, kind, cause } = first;
      const count = rest.length + 1;
      if (kind === 'defect') log.error({ sink, count, defect: cause }, 'a sink broke on events');
      else if (kind === 'down') log.warn({ sink, cause }, 'a sink is down, events wait');
      else log.warn({ sink, count }, 'a sink refused events');
    }
    if (parked > 0) log.error({ count: parked }, 'events were parked after too many tries');
  }
}

/** Relays this worker's shards of an outbox, and gives them back when it is stopped. */
export const startRelay = (parts: RelayParts): RunningWorker =>
  startLoop({
    name: 'relay',
    round: relayRound(parts),
    pollMs: POLL_MS,
    restMs: REST_MS,
    longestPauseMs: LONGEST_PAUSE_MS,
    gatherMs: GATHER_MS,
    subscribe: parts.subscribe,
    ...sleepOf(parts.isAwaited, () => parts.share.rest()),
    atEnd: () => releaseShards(parts.share, parts.log),
    log: parts.log,
    ...present({ random: parts.random }),
  });
