import { ok, type ResultAsync, safeTry } from 'neverthrow';
import type { CurrencyCode } from '../../domain/kernel/currency.ts';
import { firstIdAt, type LedgerEntryId, type MerchantId } from '../../domain/kernel/ids.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import type { LedgerEntry } from '../../domain/ledger/ledger.ts';
import type { Ledger } from '../../ports/ledger.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';

const FEW = 50;

/** A merchant's entries of one moment, newest first: ids begin with it, so they stand together. */
export const entriesAt = (
  ledger: Ledger,
  merchantId: MerchantId,
  filter: Readonly<{ currency?: CurrencyCode }>,
  at: Instant,
): ResultAsync<readonly LedgerEntry[], StorageUnavailable> =>
  safeTry(async function* () {
    const found: LedgerEntry[] = [];
    const first = firstIdAt('led', at);
    let before: LedgerEntryId = firstIdAt('led', at + 1);
    for (;;) {
      const page = yield* ledger.list(merchantId, filter, { limit: FEW, before });
      found.push(...page.filter(({ id }) => id >= first));
      const last = page.at(-1);
      if (last === undefined || page.length < FEW || last.id < first) return ok(found);
      before = last.id;
    }
  });
