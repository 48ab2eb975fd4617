import type { WakeUps, WakeUpTopic } from '../../ports/wake-ups.ts';

/** Wakes the subscribers of this process, each in a tick of its own, so that none can disturb the one who signals. */
export function localWakeUps<Topic extends string>() {
  const subscribers = new Map<Topic, Set<() => void>>();
  return {
    signal(topic: Topic): void {
      for (const wake of subscribers.get(topic) ?? []) queueMicrotask(wake);
    },
    subscribe(topic: Topic, wake: () => void): () => void {
      // A wrapper of its own, so that one function may be subscribed twice and each end only its own.
      const own = () => wake();
      const all = subscribers.get(topic) ?? new Set();
      subscribers.set(topic, all.add(own));
      return () => {
        all.delete(own);
      };
    },
  };
}

/**
 * Signals within this process alone, and no request for them: a function that is frozen with its answer can neither listen nor
 * leave a signal under way.
 */
export const wakeUpsOfProcess = (): WakeUps & Readonly<{ close(): Promise<void> }> => ({
  ...localWakeUps<WakeUpTopic>(),
  close: () => Promise.resolve(),
});
