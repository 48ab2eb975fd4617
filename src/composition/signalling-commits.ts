import type { Commits } from '../ports/commits.ts';
import type { WakeUps } from '../ports/wake-ups.ts';

/** The same commits; whoever relays events is woken after each that wrote some. */
export const signallingCommits = (commits: Commits, wakeUps: WakeUps): Commits => ({
  commit: (change) =>
    commits.commit(change).map(() => {
      if (change.events.length > 0) wakeUps.signal('outbox');
    }),
});
