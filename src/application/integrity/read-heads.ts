import { ok, type ResultAsync, safeTry } from 'neverthrow';
import type { AuditEntryId, LedgerEntryId, MerchantId } from '../../domain/kernel/ids.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import { present } from '../../domain/kernel/present.ts';
import { ACCOUNTS, balancesOf, type LedgerEntry } from '../../domain/ledger/ledger.ts';
import type { AuditTrail } from '../../ports/audit-trail.ts';
import type { Ledger } from '../../ports/ledger.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { addLinks, type Heads, NO_HEADS } from '../kernel/heads.ts';

export type HeadsReads = Readonly<{ auditTrail: AuditTrail; ledger: Ledger }>;

/**
 * The heads of every tenant at `until`, by its id, which must be long enough ago that no commit of then is still under way. Reads
 * every audit and ledger entry once, in memory that grows with tenants alone.
 */
export type ReadHeads = (until: Instant) => ResultAsync<ReadonlyMap<string, Heads>, StorageUnavailable>;

const PAGE = 500;

export const readHeads =
  (ports: HeadsReads): ReadHeads =>
  (until) =>
    safeTry(async function* () {
      const heads = new Map<string, Heads>();
      for (const id of [...(yield* ports.auditTrail.tenants())].sort()) {
        const ofTenant = yield* headsOf(ports, id, until);
        if (ofTenant.links > 0 || ofTenant.entries > 0) heads.set(id, ofTenant);
      }
      return ok(heads);
    });

const headsOf = (
  { auditTrail, ledger }: HeadsReads,
  merchantId: MerchantId,
  until: Instant,
): ResultAsync<Heads, StorageUnavailable> =>
  safeTry(async function* () {
    let heads = NO_HEADS;
    for (let before: AuditEntryId | undefined; ; ) {
      const links = yield* auditTrail.list(
        merchantId,
        { to: until },
        { limit: PAGE, ...present({ before }) },
      );
      heads = addLinks(heads, links, until);
      before = links.at(-1)?.id;
      if (links.length < PAGE) break;
    }
    for (let before: LedgerEntryId | undefined; ; ) {
      const entries = yield* ledger.list(merchantId, {}, { limit: PAGE, ...present({ before }) });
      heads = addEntries(
        heads,
        entries.filter(({ createdAt }) => createdAt <= until),
      );
      before = entries.at(-1)?.id;
      if (entries.length < PAGE) break;
    }
    return ok(heads);
  });

function addEntries(heads: Heads, entries: readonly LedgerEntry[]): Heads {
  const balances = { ...heads.balances };
  for (const balance of balancesOf(entries))
    for (const account of ACCOUNTS) {
      const name = `${balance.currency} ${account}`;
      const sum = (balances[name] ?? 0n) + balance[account];
      if (sum !== 0n) balances[name] = sum;
      else delete balances[name];
    }
  return { ...heads, entries: heads.entries + entries.length, balances };
}
