/** What there may be new work of. */
export type WakeUpTopic = 'outbox' | 'deliveries';

/**
 * Signals sleepers early that there may be work. Best effort and nothing more: a signal may be lost, late, doubled or for
 * nothing, so each that waits for one also looks by itself now and then. Adapters must pass
 * `test/contract/wake-ups.contract.ts`.
 */
export interface WakeUps {
  /** Returns at once and never fails. Reaches this process's subscribers, and where the storage can carry it others'. */
  signal(topic: WakeUpTopic): void;
  /** `wake` must return at once. Gives back what ends the subscription. */
  subscribe(topic: WakeUpTopic, wake: () => void): () => void;
}
