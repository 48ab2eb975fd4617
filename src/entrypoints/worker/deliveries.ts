import type { ShardAssignment } from '../../application/outbox/shard-assignment.ts';
import type { DeliverWebhooks } from '../../application/webhooks/deliver-webhooks.ts';
import type { Deliveries } from '../../ports/deliveries.ts';
import { nap } from './nap.ts';
import type { RunningWorker, WorkerLog } from './recovery.ts';

export type DeliveriesParts = Readonly<{
  deliver: DeliverWebhooks;
  share: ShardAssignment;
  /** Calls `wake` when there may be new deliveries; gives back what ends that. */
  subscribe: (wake: () => void) => () => void;
  /** Forgets what is old enough; once an hour. */
  prune: () => ReturnType<Deliveries['prune']>;
  /** Ends what is still under way when a stop has lasted for too long. */
  cutOff: () => void;
  log: WorkerLog;
  /** Between 0 and 1: spreads the rounds of many workers. */
  random?: () => number;
}>;

/** Nobody depends on wake-ups: this is how late a delivery may be that none was heard of. */
const POLL_MS = 500;
/** Deliveries that come in quick succession share a round. */
const SHORTEST_PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 10_000;
const PRUNE_EVERY_MS = 3_600_000;
/** What is cut off is sent again by whoever takes over, so a stop waits for the slow, and not for the silent. */
const LONGEST_DRAIN_MS = 10_000;

/**
 * Delivers for as long as it runs: round after round while there is work and room for it, at once when woken, twice a
 * second otherwise, ever less often (up to 10 s) while the store does not answer. When it is stopped it lets what is under
 * way end, for 10 s at most, and gives its shards back.
 */
export function startDeliveries(parts: DeliveriesParts): RunningWorker {
  const { deliver, share, subscribe, prune, cutOff, log, random = Math.random } = parts;
  const stopping = new AbortController();
  let waking = new AbortController();
  const leave = subscribe(() => waking.abort());
  const pruning = setInterval(() => void pruneAll(), PRUNE_EVERY_MS * (0.75 + random() / 2));
  pruning.unref();
  const finished = run();
  return {
    async stop() {
      stopping.abort();
      waking.abort();
      leave();
      clearInterval(pruning);
      await finished;
      deliver.stop();
      await drain();
      const released = await share.release();
      if (released.isErr())
        log.warn({ code: released.error.kind, cause: released.error.cause }, 'leases are left to lapse');
    },
  };

  async function run(): Promise<void> {
    let failures = 0;
    while (!stopping.signal.aborted) {
      waking = new AbortController();
      const { signal } = waking;
      void deliver.room().then(() => waking.abort());
      const end = await round();
      failures = end === 'failed' ? failures + 1 : 0;
      if (end === 'failed')
        await nap(spread(Math.min(POLL_MS * 2 ** failures, LONGEST_PAUSE_MS)), stopping.signal);
      else if (end !== 'more') {
        await nap(SHORTEST_PAUSE_MS, stopping.signal);
        if (!stopping.signal.aborted) await nap(spread(POLL_MS), signal);
      }
    }
  }

  async function round(): Promise<'more' | 'idle' | 'failed'> {
    try {
      const result = await share.held().andThen(deliver.round);
      if (result.isErr()) {
        log.warn({ code: result.error.kind, cause: result.error.cause }, 'deliveries wait for the store');
        return 'failed';
      }
      const { more, expired } = result.value;
      if (expired > 0) log.warn({ count: expired }, 'deliveries expired');
      return more ? 'more' : 'idle';
    } catch (fault) {
      log.error({ defect: fault }, 'delivery round failed');
      return 'failed';
    }
  }

  async function drain(): Promise<void> {
    const timer = setTimeout(() => {
      deliver.abandon();
      cutOff();
    }, LONGEST_DRAIN_MS);
    while (deliver.underWay() > 0) await deliver.change();
    clearTimeout(timer);
  }

  async function pruneAll(): Promise<void> {
    try {
      for (let left = true; left && !stopping.signal.aborted; ) left = (await prune().unwrapOr(0)) > 0;
    } catch (fault) {
      log.error({ defect: fault }, 'old deliveries could not be forgotten');
    }
  }

  function spread(lengthMs: number): number {
    return lengthMs * (0.75 + random() / 2);
  }
}
