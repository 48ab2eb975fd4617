import type { Instant } from '../../domain/kernel/instant.ts';
import type { LinkForm } from './audit-items.ts';
import { schemaItem } from './schema-item.ts';
import type { Table } from './table.ts';

/**
 * The form in which links of a moment are written. A process of the version before cannot read the short one, and may serve for a day
 * beside the migration, which notes when that day ends. What a table says of it stays, so it is asked once; one that says nothing has
 * not been migrated, and is asked again.
 */
export function linkForms(table: Table): (at: Instant) => Promise<LinkForm> {
  let asked: Promise<Instant | undefined> | undefined;
  const ask = async (): Promise<Instant | undefined> => {
    let since: Instant | undefined;
    try {
      since = (await schemaItem(table))?.['links_short_since'] as Instant | undefined;
      return since;
    } finally {
      if (since === undefined) asked = undefined;
    }
  };
  return async (at) => {
    asked ??= ask();
    const since = await asked;
    return since !== undefined && at >= since ? 'short' : 'whole';
  };
}
