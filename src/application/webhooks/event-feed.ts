import { okAsync, type ResultAsync } from 'neverthrow';
import { type EventId, idAfter, type MerchantId } from '../../domain/kernel/ids.ts';
import { type EventNotice, noticeOf } from '../../domain/webhooks/event-notice.ts';
import type { EventLog } from '../../ports/event-log.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';

/** `more`: some of what was to be read is left. `idle`: nothing was found. */
export type Advance = 'more' | 'done' | 'idle';

/** What one merchant's streams in this process share. */
export type EventFeed = Readonly<{
  /** Reads on, up to `before`. */
  advance(before: EventId): ResultAsync<Advance, StorageUnavailable>;
  /**
   * The next events from `from` on, of those that are before where the feed has come to, and where to go on. The newest are at
   * hand; for older ones the log is read.
   */
  next(from: EventId): ResultAsync<NoticesFrom, StorageUnavailable>;
}>;

export type NoticesFrom = Readonly<{ notices: readonly EventNotice[]; from: EventId }>;

/** What is at hand of one merchant, for all its streams together. */
const MOST_AT_HAND = 500;
const PAGE = 100;

/**
 * One reader of the log for all streams of a merchant, that begins at `start`. A stream that falls behind what is at hand, or
 * begins before it, reads the log by itself, so a slow one costs reads and no memory.
 */
export function eventFeed(
  { eventLog }: Readonly<{ eventLog: Pick<EventLog, 'following'> }>,
  merchantId: MerchantId,
  start: EventId,
): EventFeed {
  /** Every event from `kept` on and before `upTo` is in `atHand`, oldest first. */
  let kept = start;
  let upTo = start;
  let atHand: readonly EventNotice[] = [];

  return {
    advance: (before) => {
      if (before <= upTo) return okAsync('idle');
      const from = upTo;
      return read(from, before).map((page) => {
        // A round is alone, so nothing has moved it meanwhile.
        upTo = page.from;
        const all = [...atHand, ...page.notices];
        atHand = all.slice(-MOST_AT_HAND);
        const [oldest] = atHand;
        if (all.length > atHand.length && oldest !== undefined) kept = oldest.id;
        if (page.from < before) return 'more';
        return page.notices.length > 0 ? 'done' : 'idle';
      });
    },
    next,
  };

  function next(from: EventId): ResultAsync<NoticesFrom, StorageUnavailable> {
    if (from >= kept) return okAsync(nextAtHand(from));
    // What is at hand may have moved on by the time that nothing was found before it.
    return read(from, kept).andThen((page) => (page.notices.length > 0 ? okAsync(page) : next(page.from)));
  }

  function read(from: EventId, before: EventId): ResultAsync<NoticesFrom, StorageUnavailable> {
    return eventLog.following(merchantId, { from, before }, PAGE).map((events) => {
      const last = events.length < PAGE ? undefined : events.at(-1);
      return { notices: events.map(noticeOf), from: last === undefined ? before : idAfter('evt', last.id) };
    });
  }

  function nextAtHand(from: EventId): NoticesFrom {
    const notices = atHand.filter(({ id }) => id >= from).slice(0, PAGE);
    const last = notices.at(-1);
    return { notices, from: last === undefined ? from : idAfter('evt', last.id) };
  }
}
