import type { Actor } from '../kernel/actor.ts';
import { type AuditEntry, type AuditEntryRecord, auditEntryRecord } from '../kernel/audit-entry.ts';
import type { JsonObject } from '../kernel/json.ts';
import { present } from '../kernel/present.ts';

/** Who reads a merchant's trail: its own people, or people who also manage merchants and are shown everything. */
export type TrailReader = 'merchant' | 'administrator';

/**
 * An entry as a reader is shown it. `withheld` names what was sealed into `hash` and is not shown, so that the hash cannot
 * be computed again from this entry; it still links its neighbours.
 */
export type ShownAuditEntry = AuditEntryRecord & Readonly<{ withheld?: readonly string[] }>;

/** In place of an administrator's subject. */
const ADMINISTRATOR = 'administrator';

/** Fields of a record that its own merchant writes but never reads, not even sealed. */
const WRITE_ONLY = new Set(['processor_config', 'proposer_identities']);

/** Merchants learn that an administrator acted, and not which. */
export const shownActor = (actor: Actor, reader: TrailReader): Actor =>
  reader === 'merchant' && actor.type === 'admin' ? { id: ADMINISTRATOR, type: 'admin' } : actor;

/** Of an entry that an administrator made a merchant is shown neither subject, address nor browser. */
export function shownEntry(entry: AuditEntry, reader: TrailReader): ShownAuditEntry {
  const record = auditEntryRecord(entry);
  if (reader === 'administrator') return record;
  const { actor, ip_address, user_agent, before, after, ...others } = record;
  const isAdministrators = actor.type === 'admin';
  const withheld = [
    ...(isAdministrators ? ['actor.id'] : []),
    ...(isAdministrators && ip_address !== undefined ? ['ip_address'] : []),
    ...(isAdministrators && user_agent !== undefined ? ['user_agent'] : []),
    ...writeOnlyOf('before', before),
    ...writeOnlyOf('after', after),
  ];
  if (withheld.length === 0) return record;
  return {
    ...others,
    actor: shownActor(actor, reader),
    ...(isAdministrators ? {} : present({ ip_address, user_agent })),
    ...present({ before: readable(before), after: readable(after) }),
    withheld,
  };
}

const writeOnlyOf = (side: string, fields: JsonObject = {}): readonly string[] =>
  Object.keys(fields)
    .filter((name) => WRITE_ONLY.has(name))
    .map((name) => `${side}.${name}`);

const readable = (fields: JsonObject | undefined): JsonObject | undefined =>
  fields && Object.fromEntries(Object.entries(fields).filter(([name]) => !WRITE_ONLY.has(name)));
