import type { Sha256 } from '../kernel/audit-chain.ts';
import {
  firstIdAt,
  idOf,
  lastIdAt,
  type ReconciliationId,
  type SettlementId,
  timeDigits,
} from '../kernel/ids.ts';
import { type Instant, parseDay } from '../kernel/instant.ts';
import type { SettlementGroup } from './settlement.ts';

/** One text for one group, whatever stands in the payout's name. */
export const groupText = ({ date, currency, payoutId = '' }: SettlementGroup): string =>
  `${date}|${currency}|${payoutId}`;

/** The unique key by which no two settlements are the same one in sequence. */
export const settlementKey = (group: SettlementGroup, sequence: number): string =>
  `${sequence}|${groupText(group)}`;

/** The file whose rows a settlement takes, and when the first of them was read. */
type OfFile = Readonly<{ id: ReconciliationId; startedAt: Instant }>;

const DAY_MS = 86_400_000;
const LAST_DAY = 0xffff;

/**
 * Follows from the file and the group alone, so that a batch that is matched again names the same one. In the form of a
 * UUIDv7 of the time when the file's rows were begun, then the day (of 65 536 from 1970 on), then 56 bits of a hash: the
 * settlements of a file lie side by side, by date.
 */
export function settlementId(
  sha256: Sha256,
  { id, startedAt }: OfFile,
  group: SettlementGroup,
): SettlementId {
  const days = Math.trunc((parseDay(group.date) ?? 0) / DAY_MS);
  const day = Math.min(Math.max(days, 0), LAST_DAY).toString(16).padStart(4, '0');
  const hash = sha256(`${id}|${groupText(group)}`).slice(0, 14);
  return idOf('set', `${timeDigits(startedAt)}7${day.slice(0, 3)}8${day.slice(3)}${hash}`);
}

/** Between these lie the ids of all settlements of a file, and of others that were begun in the same millisecond. */
export const settlementIdsOf = ({ startedAt }: Readonly<{ startedAt: Instant }>) => ({
  first: firstIdAt('set', startedAt),
  last: lastIdAt('set', startedAt),
});
