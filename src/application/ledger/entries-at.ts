import { ok, type ResultAsync, safeTry } from 'neverthrow';
import type { LedgerEntryId, MerchantId } from '../../domain/kernel/ids.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import { present } from '../../domain/kernel/present.ts';
import type { LedgerEntry } from '../../domain/ledger/ledger.ts';
import type { Ledger, LedgerFilter } from '../../ports/ledger.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';

const FEW = 50;

/** A merchant's entries of one moment, newest first: ids begin with it, so they stand together. */
export const entriesAt = (
  ledger: Ledger,
  merchantId: MerchantId,
  filter: Omit<LedgerFilter, 'from' | 'to'>,
  at: Instant,
): ResultAsync<readonly LedgerEntry[], StorageUnavailable> =>
  safeTry(async function* () {
    const found: LedgerEntry[] = [];
    let before: LedgerEntryId | undefined;
    for (;;) {
      const range = { ...filter, from: at, to: at };
      const page = yield* ledger.list(merchantId, range, { limit: FEW, ...present({ before }) });
      found.push(...page);
      const last = page.at(-1);
      if (last === undefined || page.length < FEW) return ok(found);
      before = last.id;
    }
  });
