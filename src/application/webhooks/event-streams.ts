import { errAsync, okAsync, type ResultAsync } from 'neverthrow';
import { EVENTS_KEPT_MS } from '../../domain/kernel/events.ts';
import { type EventId, firstIdAt, idAfter, lastIdAt, type MerchantId } from '../../domain/kernel/ids.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import type { EventNotice } from '../../domain/webhooks/event-notice.ts';
import type { Clock } from '../../ports/clock.ts';
import type { EventLog } from '../../ports/event-log.ts';
import type { Outbox } from '../../ports/outbox.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { inParallel } from '../kernel/in-parallel.ts';
import { type Advance, type EventFeed, eventFeed } from './event-feed.ts';

/** The merchant has as many streams open in this process as it may. */
export type TooManyStreams = Readonly<{ kind: 'TooManyStreams' }>;
/** The process has, or it is ending. */
type Overloaded = Readonly<{ kind: 'Overloaded' }>;

/** A merchant's events as they come, each once, by ascending id. */
export type EventStream = Readonly<{
  /** The next of them, a page at most; none when those that are known have all been given. One call at a time. */
  ready(): ResultAsync<readonly EventNotice[], StorageUnavailable>;
  /** Whether it was ended, by `close` or with all others. */
  isOver(): boolean;
  close(): void;
}>;

export type OpenStream = Readonly<{
  merchantId: MerchantId;
  /** What came after this event is given first; without it, or when it is of a time to come, the stream begins now. */
  after?: EventId;
  /** Called when there may be more, and when the stream was ended. Must return at once. */
  wake: () => void;
}>;

export type EventStreams = Readonly<{
  open(request: OpenStream): ResultAsync<EventStream, TooManyStreams | Overloaded | StorageUnavailable>;
  /** Reads on for all streams: one read of the outbox, and one of the log for each merchant that has any. */
  round(): ResultAsync<Advance, StorageUnavailable>;
  /** How many are open. */
  count(): number;
  /** Ends all, and opens no more. */
  close(): void;
}>;

export type StreamLimits = Readonly<{ mostOfMerchant: number; most: number }>;

/** What one process has open. */
export const STREAM_LIMITS: StreamLimits = { mostOfMerchant: 100, most: 400 };

/**
 * How far behind the clock streams stay: as long as a commit may take from making its event's id to being seen, and as clocks of
 * processes may differ. Where the store was slow or silent, commits may be late that long too.
 */
export const STANDS_BACK_MS = 3_000;
const STANDS_BACK_IN_TROUBLE_MS = 30_000;
const SLOW_ROUND_MS = 1_000;
const FEEDS_AT_ONCE = 8;
/** What one feed came to goes for the round, in this order. */
const ADVANCES: readonly Advance[] = ['more', 'done'];

/**
 * Streams of merchants' events, over what `GET /events` reads. Ids say when an event was made, not when it can be read, so no stream
 * goes beyond what is settled: everything older than the oldest event that still waits in the outbox, and than `STANDS_BACK_MS`
 * ago. The relay puts an event into the log before it leaves the outbox, and the outbox is read before the log, so what is
 * settled is all there: nothing that is sent is overtaken by an older event, and the id of the last is all that a stream needs to go on.
 */
export function eventStreams(
  ports: Readonly<{ eventLog: EventLog; outbox: Pick<Outbox, 'unsent'>; clock: Clock }>,
  limits: StreamLimits = STREAM_LIMITS,
): EventStreams {
  type Group = { feed?: EventFeed; wakes: Set<() => void> };
  const groups = new Map<MerchantId, Group>();
  let open = 0;
  let isEnding = false;
  let troubledUntil: Instant = 0;

  return {
    open({ merchantId, after, wake }) {
      if (isEnding || open >= limits.most) return errAsync({ kind: 'Overloaded' });
      const group = groups.get(merchantId) ?? { wakes: new Set() };
      if (group.wakes.size >= limits.mostOfMerchant) return errAsync({ kind: 'TooManyStreams' });
      // Its place is taken before anything is awaited.
      const own = () => wake();
      group.wakes.add(own);
      groups.set(merchantId, group);
      open += 1;
      const close = () => {
        if (!group.wakes.delete(own)) return;
        open -= 1;
        if (group.wakes.size === 0) groups.delete(merchantId);
      };
      return settled()
        .map((until) => {
          group.feed ??= eventFeed(ports, merchantId, until);
          const isKnown = after !== undefined && after < lastIdAt('evt', ports.clock.now());
          return streamOf(group.feed, isKnown ? idAfter('evt', after) : until, {
            isOver: () => isEnding || !group.wakes.has(own),
            close,
          });
        })
        .mapErr((failure) => {
          close();
          return failure;
        });
    },

    round() {
      if (groups.size === 0) return okAsync('idle');
      const began = ports.clock.now();
      return settled()
        .andThen((until) => advanceAll(until))
        .map((end) => {
          if (ports.clock.now() - began > SLOW_ROUND_MS) noteTrouble();
          return end;
        })
        .mapErr((failure) => {
          noteTrouble();
          return failure;
        });
    },

    count: () => open,

    close() {
      isEnding = true;
      for (const { wakes } of groups.values()) for (const wake of wakes) wake();
    },
  };

  /** No event before this is still to come. */
  function settled(): ResultAsync<EventId, StorageUnavailable> {
    const now = ports.clock.now();
    const backMs = now < troubledUntil ? STANDS_BACK_IN_TROUBLE_MS : STANDS_BACK_MS;
    const latest = firstIdAt('evt', now - backMs);
    return ports.outbox
      .unsent(1)
      .map(([oldest]) => (oldest === undefined || latest < oldest.id ? latest : oldest.id));
  }

  function noteTrouble(): void {
    troubledUntil = ports.clock.now() + STANDS_BACK_IN_TROUBLE_MS;
  }

  function advanceAll(until: EventId): ResultAsync<Advance, StorageUnavailable> {
    const failures: StorageUnavailable[] = [];
    return inParallel([...groups.values()], FEEDS_AT_ONCE, ({ feed, wakes }) =>
      (feed?.advance(until) ?? okAsync<Advance, StorageUnavailable>('idle'))
        .map((end) => {
          if (end !== 'idle') for (const wake of wakes) wake();
          return end;
        })
        .orElse((failure) => {
          failures.push(failure);
          return okAsync<Advance, never>('idle');
        }),
    ).andThen((ends) => {
      const [failure] = failures;
      if (failure !== undefined) return errAsync(failure);
      return okAsync(ADVANCES.find((each) => ends.includes(each)) ?? 'idle');
    });
  }

  function streamOf(
    feed: EventFeed,
    start: EventId,
    life: Pick<EventStream, 'isOver' | 'close'>,
  ): EventStream {
    let from = start;
    return {
      ...life,
      ready() {
        if (life.isOver()) return okAsync([]);
        const oldest = firstIdAt('evt', ports.clock.now() - EVENTS_KEPT_MS);
        return feed.next(from < oldest ? oldest : from).map((page) => {
          from = page.from;
          return page.notices;
        });
      },
    };
  }
}
