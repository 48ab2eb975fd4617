import { err, ok, okAsync, type Result, ResultAsync } from 'neverthrow';
import type { MerchantId } from '../../domain/kernel/ids.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import type { Clock } from '../../ports/clock.ts';
import type { FailedAuthenticationCounts } from '../../ports/failed-authentications.ts';
import type { Merchants } from '../../ports/merchants.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { inParallel } from '../kernel/in-parallel.ts';

/** Counts failed authentications in memory and writes the sums at each flush. Each process has one. */
export type CountFailedAuthentications = Readonly<{
  /** Notes one, by the merchant the refused token claimed. That is unproved: anybody can claim to be anybody. */
  note(claimed: MerchantId | undefined): void;
  /**
   * Writes what was noted: one addition for each minute and merchant that exists, one for all others together. What
   * could not be written is kept for the next time, and gone if the process ends before it.
   */
  flush(): ResultAsync<void, StorageUnavailable>;
}>;

/** How many merchants not seen before are looked up in one flush; what claims to be further ones is counted without a merchant. */
const MOST_NEW_CLAIMS = 256;
/** Merchants that exist and had a failure before are never crowded out by invented ones. */
const MOST_KNOWN = 10_000;
/** Minutes and merchants that wait to be written while the store is silent. */
const MOST_NOTED = 10_000;
const AT_ONCE = 8;
const MINUTE_MS = 60_000;

type Count = Readonly<{ merchantId: MerchantId | undefined; minute: Instant; count: number }>;

/** A flood costs the store a write for each merchant it claims and flush, and memory for a bounded number of claims. */
export function countFailedAuthentications({
  failedAuthentications,
  merchants,
  clock,
}: Readonly<{
  failedAuthentications: Pick<FailedAuthenticationCounts, 'add'>;
  merchants: Pick<Merchants, 'find'>;
  clock: Clock;
}>): CountFailedAuthentications {
  const known = new Set<MerchantId>();
  let claims = new Set<MerchantId>();
  let noted = new Map<string, Count>();
  let flushing: ResultAsync<void, StorageUnavailable> | undefined;

  return {
    note(claimed) {
      const now = clock.now();
      add({ merchantId: placeFor(claimed), minute: now - (now % MINUTE_MS), count: 1 });
    },
    flush() {
      flushing ??= new ResultAsync(
        write().finally(() => {
          flushing = undefined;
        }),
      );
      return flushing;
    },
  };

  function placeFor(claimed: MerchantId | undefined): MerchantId | undefined {
    if (claimed === undefined || known.has(claimed) || claims.has(claimed)) return claimed;
    if (claims.size >= MOST_NEW_CLAIMS) return undefined;
    claims.add(claimed);
    return claimed;
  }

  /** What would take more room than there is is counted without a merchant. */
  function add({ merchantId, minute, count }: Count): void {
    const own = keyOf({ merchantId, minute });
    const owner = noted.has(own) || noted.size < MOST_NOTED ? merchantId : undefined;
    put(noted, { merchantId: owner, minute, count });
  }

  async function write(): Promise<Result<void, StorageUnavailable>> {
    const batch = [...noted.values()];
    noted = new Map();
    claims = new Set();
    const failures: StorageUnavailable[] = [];
    const keep = (each: Count) => (failure: StorageUnavailable) => {
      failures.push(failure);
      add({ ...each, merchantId: placeFor(each.merchantId) });
      return okAsync<undefined, never>(undefined);
    };

    const owned = await inParallel(batch, AT_ONCE, (each) =>
      ownerOf(each.merchantId)
        .map((merchantId) => ({ ...each, merchantId }))
        .orElse(keep(each)),
    );
    const sums = new Map<string, Count>();
    for (const each of owned.unwrapOr([])) if (each !== undefined) put(sums, each);
    await inParallel([...sums.values()], AT_ONCE, (each) =>
      failedAuthentications.add(each.merchantId, each.minute, each.count).orElse(keep(each)),
    );
    const [failure] = failures;
    return failure === undefined ? ok(undefined) : err(failure);
  }

  /** The merchant itself; undefined when there is no such merchant. */
  function ownerOf(claimed: MerchantId | undefined) {
    if (claimed === undefined || known.has(claimed))
      return okAsync<MerchantId | undefined, StorageUnavailable>(claimed);
    return merchants.find(claimed).map((merchant) => {
      if (merchant === undefined) return undefined;
      if (known.size >= MOST_KNOWN) known.clear();
      known.add(claimed);
      return claimed;
    });
  }
}

const keyOf = ({ merchantId, minute }: Omit<Count, 'count'>): string => `${minute} ${merchantId ?? ''}`;

function put(counts: Map<string, Count>, added: Count): void {
  const key = keyOf(added);
  counts.set(key, { ...added, count: added.count + (counts.get(key)?.count ?? 0) });
}
