import { err, ok, type Result } from 'neverthrow';
import type { TimeZones } from '../../ports/time-zones.ts';

/** No zone of the IANA database is called so. */
export type TimeZoneUnknown = Readonly<{ kind: 'TimeZoneUnknown'; timezone: string }>;

/** The zone's name as the database writes it. */
export function namedZone(
  { timeZones }: Readonly<{ timeZones: TimeZones }>,
  timezone: string,
): Result<string, TimeZoneUnknown> {
  const name = timeZones.named(timezone);
  return name === undefined ? err({ kind: 'TimeZoneUnknown', timezone }) : ok(name);
}
