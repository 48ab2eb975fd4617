import { err, ok, type ResultAsync, safeTry } from 'neverthrow';
import type { MerchantId } from '../../domain/kernel/ids.ts';
import { present } from '../../domain/kernel/present.ts';
import type { Balance } from '../../domain/ledger/ledger.ts';
import type { Balances } from '../../ports/balances.ts';
import type { Digests } from '../../ports/digests.ts';
import type { Merchants } from '../../ports/merchants.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import type { IntegrityFinding } from './integrity-finding.ts';
import { textOf } from './verify-ledger.ts';

type ClearingReads = Readonly<{ merchants: Merchants; balances: Balances; digests: Digests }>;

const PAGE = 500;
const MOST_ROUNDS = 10;

/** What all tenants' transfers add up to by currency; equal marks, equal balances of all. */
type Round = Readonly<{ sums: ReadonlyMap<string, bigint>; mark: string }>;

/** What transfers add up to by currency, over all tenants. */
export type Clearing = Map<string, bigint>;

export function addToClearing(sums: Clearing, balances: readonly Balance[]): void {
  for (const { currency, transfers } of balances) sums.set(currency, (sums.get(currency) ?? 0n) + transfers);
}

/**
 * Checks that what left some merchants by transfer arrived at others: over all tenants it must come to nothing, as it does
 * in `seen`, the balances that were each found to be the sum of their entries, or else in one round. Two
 * rounds that show the same held at the moment between them. Gives false when there never were two such rounds.
 */
export const verifyClearing = (
  ports: ClearingReads,
  seen: Clearing,
): ResultAsync<boolean, IntegrityFinding | StorageUnavailable> =>
  safeTry(async function* () {
    if ([...seen.values()].every((sum) => sum === 0n)) return ok(true);
    let last = yield* round(ports);
    for (let rounds = 1; rounds < MOST_ROUNDS; rounds += 1) {
      const open = [...last.sums].find(([, sum]) => sum !== 0n);
      if (open === undefined) return ok(true);
      const next = yield* round(ports);
      if (next.mark === last.mark)
        return err<never, IntegrityFinding>({
          kind: 'BadRow',
          row: 'clearing',
          id: open[0],
          fault: 'sum',
          detail: `transfers of all merchants add up to ${open[1]}`,
        });
      last = next;
    }
    return ok(false);
  });

const round = ({ merchants, balances, digests }: ClearingReads): ResultAsync<Round, StorageUnavailable> =>
  safeTry(async function* () {
    const sums: Clearing = new Map();
    let mark = '';
    for (let after: MerchantId | undefined; ; ) {
      const found = yield* merchants.list({ limit: PAGE, ...present({ after }) });
      for (const { id } of found) {
        const held = yield* balances.of(id);
        addToClearing(sums, held);
        mark = digests.sha256(mark + textOf(held));
      }
      after = found.at(-1)?.id;
      if (found.length < PAGE) return ok({ sums, mark });
    }
  });
