import type { ResultAsync } from 'neverthrow';
import type { DomainEvent } from '../domain/events.ts';
import type { StorageUnavailable } from './unavailable.ts';

/** Events that commits wrote and nobody has been told yet. Adapters must pass `test/contract/outbox.contract.ts`. */
export interface Outbox {
  /** The oldest unsent events by id, up to `limit`. Strongly consistent, so an event never appears late behind a newer page. */
  unsent(limit: number): ResultAsync<readonly DomainEvent[], StorageUnavailable>;
}
