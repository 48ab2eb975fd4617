import type { AuditEntry } from './audit-chain.ts';
import type { Json, JsonObject } from './json.ts';

/**
 * The record that a chain leaves, first link first: each link takes away the fields that only its `before` has and sets
 * those of its `after`. Of a whole chain it is what its entity must be stored as.
 */
export function foldChain(links: readonly Pick<AuditEntry, 'before' | 'after'>[]): JsonObject {
  const fields = new Map<string, Json | undefined>();
  for (const { before = {}, after = {} } of links) {
    for (const name of Object.keys(before)) fields.delete(name);
    for (const [name, value] of Object.entries(after)) fields.set(name, value);
  }
  return Object.fromEntries(fields);
}
