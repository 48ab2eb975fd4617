import type { RelayEvents, Relayed } from '../../application/outbox/relay-events.ts';
import type { ShardAssignment } from '../../application/outbox/shard-assignment.ts';
import { nap } from './nap.ts';
import type { RunningWorker, WorkerLog } from './recovery.ts';

export type RelayParts = Readonly<{
  relayEvents: RelayEvents;
  share: ShardAssignment;
  /** Calls `wake` when there may be new events; gives back what ends that. */
  subscribe: (wake: () => void) => () => void;
  /** What a round came to, for the metrics. */
  record?: (round: Relayed) => void;
  log: WorkerLog;
  /** Between 0 and 1: spreads the rounds of many workers. */
  random?: () => number;
}>;

/** Nobody depends on wake-ups: this is how late an event may be that none was heard of. */
const POLL_MS = 500;
/** Events that come in quick succession share a round. */
const SHORTEST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 10_000;

/**
 * Relays events for as long as it runs: round after round while there are any, at once when woken, twice a second
 * otherwise, ever less often (up to 10 s) while the store does not answer. Rounds never overlap. When it is stopped it
 * ends its round and gives its shards back.
 */
export function startRelay(parts: RelayParts): RunningWorker {
  const { relayEvents, share, subscribe, record = () => {}, log, random = Math.random } = parts;
  let isStopping = false;
  let isWoken = false;
  /** Ends the nap under way, or the wakeable one under way; nothing while there is none. */
  let endNap = () => {};
  let endWakeableNap = () => {};
  const leave = subscribe(() => {
    isWoken = true;
    endWakeableNap();
  });
  const finished = run();
  return {
    async stop() {
      isStopping = true;
      endNap();
      leave();
      await finished;
      const released = await share.release();
      if (released.isErr())
        log.warn({ code: released.error.kind, cause: released.error.cause }, 'leases are left to lapse');
    },
  };

  async function run(): Promise<void> {
    let failures = 0;
    while (!isStopping) {
      isWoken = false;
      const end = await round();
      failures = end === 'failed' ? failures + 1 : 0;
      if (end === 'failed') await pause(Math.min(POLL_MS * 2 ** failures, LONGEST_PAUSE_MS));
      if (end !== 'idle') continue;
      await pause(SHORTEST_PAUSE_MS);
      if (!isWoken) await pause(POLL_MS, { wakeable: true });
    }
  }

  /** `more`: there are events left that can be relayed at once. */
  async function round(): Promise<'more' | 'idle' | 'failed'> {
    try {
      const result = await share.held().andThen(relayEvents);
      if (result.isErr()) {
        log.warn({ code: result.error.kind, cause: result.error.cause }, 'the relay waits for the store');
        return 'failed';
      }
      tell(result.value);
      record(result.value);
      return result.value.more ? 'more' : 'idle';
    } catch (fault) {
      log.error({ defect: fault }, 'relay round failed');
      return 'failed';
    }
  }

  /** One line for each sink and way of failing, however many events it was. */
  function tell({ failures, parked }: Relayed): void {
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

  async function pause(lengthMs: number, { wakeable = false } = {}): Promise<void> {
    if (isStopping) return;
    const ending = new AbortController();
    endNap = () => ending.abort();
    if (wakeable) endWakeableNap = endNap;
    await nap(lengthMs * (0.75 + random() / 2), ending.signal);
    endWakeableNap = () => {};
  }
}
