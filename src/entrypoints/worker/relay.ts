import type { RelayEvents, Relayed } from '../../application/outbox/relay-events.ts';
import type { ShardAssignment } from '../../application/outbox/shard-assignment.ts';
import { present } from '../../domain/kernel/present.ts';
import { type RunningWorker, releaseShards, type Subscribe, startLoop, type WorkerLog } from './loop.ts';

export type RelayParts = Readonly<{
  relayEvents: RelayEvents;
  share: ShardAssignment;
  subscribe: Subscribe;
  /** What a round came to, for the metrics. */
  record?: (round: Relayed) => void;
  log: WorkerLog;
  random?: () => number;
}>;

/** How late an event is relayed whose wake-up was lost. */
const POLL_MS = 500;
/** Events that come in quick succession share a round. */
const GATHER_MS = 50;
const LONGEST_PAUSE_MS = 10_000;

/** Relays this worker's shards of an outbox, and gives them back when it is stopped. */
export function startRelay(parts: RelayParts): RunningWorker {
  const { relayEvents, share, subscribe, record = () => {}, log, random } = parts;
  return startLoop({
    name: 'relay',
    round: () =>
      share
        .held()
        .andThen(relayEvents)
        .map((relayed) => {
          logFailures(relayed);
          record(relayed);
          return relayed.more ? 'more' : 'idle';
        }),
    pollMs: POLL_MS,
    longestPauseMs: LONGEST_PAUSE_MS,
    gatherMs: GATHER_MS,
    subscribe,
    atEnd: () => releaseShards(share, log),
    log,
    ...present({ random }),
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
