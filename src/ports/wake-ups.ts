/** For so long a signal may stand for those that follow it, in other processes. */
export const SHARED_SIGNAL_MS = 20_000;

/**
 * What there may be new work of: events to relay, deliveries to attempt, jobs to take, and `recovery`: what was begun and may be left
 * undone, which is nothing to do yet.
 */
export const WAKE_UP_TOPICS = ['outbox', 'deliveries', 'jobs', 'recovery'] as const;
export type WakeUpTopic = (typeof WAKE_UP_TOPICS)[number];

/**
 * Signals sleepers early that there may be work. Best effort and nothing more: a signal may be lost, late, doubled or for
 * nothing, so each that waits for one also looks by itself now and then. Of signals less than `SHARED_SIGNAL_MS` apart other processes may
 * hear the first alone, so a subscriber that was woken looks by itself for longer than that before it waits for the next. Adapters must pass `test/contract/wake-ups.contract.ts`.
 */
export interface WakeUps {
  /** Returns at once and never fails. Reaches this process's subscribers, and where the storage can carry it others'. */
  signal(topic: WakeUpTopic): void;
  /** `wake` must return at once. Gives back what ends the subscription. */
  subscribe(topic: WakeUpTopic, wake: () => void): () => void;
}
