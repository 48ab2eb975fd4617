import { hash } from 'node:crypto';
import { canonicalJson, type JsonObject } from '../../domain/kernel/json.ts';
import type { OutboxEvent } from '../../ports/outbox.ts';

/**
 * SHA-256 over everything that a row of a kind holds, in hex, written beside it by the same commit. It covers rows of which
 * no audit chain tells all. It is not keyed: it finds an edit of the row, not one by who seals the row again.
 */
export const sealOf = (kind: string, row: JsonObject): string =>
  hash('sha256', `${kind}\n${canonicalJson(row)}`, 'hex');

/** How the delivery of an event went that was refused before. */
export type DeliveryFailure = Pick<OutboxEvent, 'tries' | 'retryAt' | 'error'> & Readonly<{ id: string }>;

/** The seal of it, written with the failed try. An event that was never refused has none. */
export const sealOfFailure = ({ id, tries, retryAt, error }: DeliveryFailure): string =>
  sealOf('failure', { id, tries, retry_at: retryAt ?? null, error: error ?? null });
