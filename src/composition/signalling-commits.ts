import type { ResultAsync } from 'neverthrow';
import type { WakeUps } from '../ports/wake-ups.ts';

/** Commits of either service: a change that may carry events. */
type AnyCommits<Change, Failure> = Readonly<{ commit(change: Change): ResultAsync<void, Failure> }>;

/** The same commits; the relay of the service's outbox is woken after each that wrote events. */
export const signallingCommits = <Change extends Readonly<{ events: readonly unknown[] }>, Failure>(
  commits: AnyCommits<Change, Failure>,
  wakeUps: WakeUps,
): AnyCommits<Change, Failure> => ({
  commit: (change) =>
    commits.commit(change).map(() => {
      if (change.events.length > 0) wakeUps.signal('outbox');
    }),
});
