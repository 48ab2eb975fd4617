import { ok, okAsync, type ResultAsync, safeTry } from 'neverthrow';
import type { Day } from '../../domain/kernel/day.ts';
import type { LedgerEntryId, MerchantId } from '../../domain/kernel/ids.ts';
import { fromRfc3339 } from '../../domain/kernel/instant.ts';
import { present } from '../../domain/kernel/present.ts';
import {
  addLedgerTallies,
  type LedgerTally,
  ledgerTalliesOf,
  ledgerTallyKey,
} from '../../domain/ledger/ledger-tally.ts';
import type { Digests } from '../../ports/digests.ts';
import type { Ledger } from '../../ports/ledger.ts';
import type { LedgerTallies } from '../../ports/ledger-tallies.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { endAtFirst, type Report } from '../kernel/report-findings.ts';
import type { IntegrityFinding } from './integrity-finding.ts';
import { markLedgerTallies, NO_TALLIES, type TallyMark } from './stored-sums.ts';
import { verifyDaySums } from './verify-day-sums.ts';

type TallyReads = Readonly<{ ledger: Ledger; ledgerTallies: LedgerTallies; digests: Digests }>;

/** What entries add up to by day, currency and type. Grows with the days, not with the entries. */
export type LedgerRecount = ReadonlyMap<string, LedgerTally>;

const PAGE = 500;
const DAY_MS = 24 * 3_600_000;

/**
 * Checks that a merchant's ledger tallies are what its entries add up to. `seen` marks the tallies as their rows added up to before:
 * where that is what was counted, nothing is read. Gives false when some day never stood still for long enough.
 */
export const verifyLedgerTallies = (
  ports: TallyReads,
  merchantId: MerchantId,
  counted: LedgerRecount,
  seen: TallyMark,
  report: Report<IntegrityFinding> = endAtFirst,
): ResultAsync<boolean, IntegrityFinding | StorageUnavailable> =>
  markLedgerTallies(NO_TALLIES, counted.values(), ports.digests.sha256) === seen
    ? okAsync(true)
    : verifyDaySums<LedgerTally>(
        {
          row: 'ledger_tally',
          stored: (range) => ports.ledgerTallies.of(merchantId, range),
          count: (day) => countDay(ports, merchantId, day),
          keyOf: ledgerTallyKey,
          figuresOf: ({ count, amount }) => [count, amount],
        },
        merchantId,
        counted,
        report,
      );

const countDay = (
  { ledger }: TallyReads,
  merchantId: MerchantId,
  day: Day,
): ResultAsync<LedgerRecount, StorageUnavailable> =>
  safeTry(async function* () {
    const counted = new Map<string, LedgerTally>();
    const from = fromRfc3339(day);
    for (let before: LedgerEntryId | undefined; ; ) {
      const page = { limit: PAGE, ...present({ before }) };
      const found = yield* ledger.list(merchantId, { from, to: from + DAY_MS - 1 }, page);
      addLedgerTallies(counted, ledgerTalliesOf(found));
      before = found.at(-1)?.id;
      if (found.length < PAGE) return ok(counted);
    }
  });
