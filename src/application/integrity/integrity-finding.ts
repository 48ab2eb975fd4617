import { err, ok, type ResultAsync, safeTry } from 'neverthrow';
import type { BrokenChain } from '../../domain/kernel/audit-chain.ts';
import type { AuditedEntity } from '../../domain/kernel/audit-entry.ts';
import type { MerchantId } from '../../domain/kernel/ids.ts';
import { present } from '../../domain/kernel/present.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';

/**
 * What is wrong with a row. Of a chain: a link is missing, was edited, does not continue the link before it, or the end
 * is cut off. Otherwise: the row `differs` from what its chain adds up to, is `orphaned` (nothing that exists caused
 * it), is `absent` though something did, is `foreign` to the tenant it is stored under, is not the `sum` it stands for,
 * or is `unreadable`. Beside a checkpoint: a chain was `rewritten` or `shortened` since.
 */
export type RowFault =
  | BrokenChain['fault']
  | 'differs'
  | 'orphaned'
  | 'absent'
  | 'foreign'
  | 'sum'
  | 'unreadable'
  | 'impossible'
  | 'rewritten'
  | 'shortened';

export type RowType =
  | AuditedEntity
  | 'audit_entry'
  | 'ledger_entry'
  | 'balance'
  | 'clearing'
  | 'summary'
  | 'ledger_tally'
  | 'claim'
  | 'claim_trace'
  | 'event'
  | 'unique_key'
  | 'finder'
  | 'tenant'
  | 'delivery'
  | 'schema'
  | 'row';

/** A row that nothing but a hand in the store could have made so. `detail` is for people. */
export type IntegrityFinding = Readonly<{
  kind: 'BadRow';
  merchantId?: MerchantId;
  row: RowType;
  id: string;
  /** Which link of the row's chain. */
  sequence?: number;
  fault: RowFault;
  detail?: string;
}>;

/** Something of `merchantId`, or of the whole store, that an adapter could not make sense of. */
export const unreadableOf =
  (merchantId?: MerchantId) =>
  (detail: string): IntegrityFinding => ({
    kind: 'BadRow',
    ...present({ merchantId }),
    row: 'row',
    id: '',
    fault: 'unreadable',
    detail,
  });

export const unreadable = unreadableOf();

const MOST_READS = 20;

/**
 * Judges what was read, and never condemns what merely moved while it was read: a fault counts only when two reads in a
 * row show the same `mark`, so that nothing changed from before the first to after it. What keeps moving counts in the
 * end all the same; nothing that is sound does so for so long. `read` has to read the marked part first.
 */
export const confirmed = <Seen>(
  parts: Readonly<{
    read: () => ResultAsync<Seen, IntegrityFinding | StorageUnavailable>;
    mark: (seen: Seen) => string;
    judge: (seen: Seen) => IntegrityFinding | undefined;
  }>,
): ResultAsync<Seen, IntegrityFinding | StorageUnavailable> =>
  safeTry(async function* () {
    const { read, mark, judge } = parts;
    let seen = yield* read();
    for (let reads = 1; ; reads += 1) {
      const fault = judge(seen);
      if (fault === undefined) return ok(seen);
      const again = yield* read();
      if (mark(again) === mark(seen) || reads === MOST_READS) return err(fault);
      seen = again;
    }
  });
