import type { ZoneClocks } from '../domain/kernel/calendar.ts';

/**
 * What clocks show in the time zones of the IANA database, as this process has it. What it says of a zone that `named`
 * does not give is thrown. Adapters must pass
 * `test/contract/time-zones.contract.ts`.
 */
export interface TimeZones extends ZoneClocks {
  /** The name as the database writes it, whatever the case of the text; undefined for what names no zone, an offset included. */
  named(text: string): string | undefined;
}
