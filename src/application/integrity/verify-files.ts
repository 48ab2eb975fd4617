import { err, errAsync, ok, type ResultAsync, safeTry } from 'neverthrow';
import type { Outcome } from '../../domain/files/match-row.ts';
import type { Reconciliation } from '../../domain/files/reconciliation.ts';
import type { Sha256 } from '../../domain/kernel/audit-chain.ts';
import type { MerchantId } from '../../domain/kernel/ids.ts';
import { type JsonObject, jsonText } from '../../domain/kernel/json.ts';
import { present } from '../../domain/kernel/present.ts';
import type { Digests } from '../../ports/digests.ts';
import type { ObjectDamaged, ObjectStore, ObjectStoreUnavailable } from '../../ports/object-store.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import type { Utf8 } from '../../ports/utf8.ts';
import { linesFrom } from '../files/row-lines.ts';
import type { IntegrityFinding } from './integrity-finding.ts';
import { type Verify, type VerifyPorts, verify } from './verify.ts';
import { addLine, type SettlementsOfLines, verifyOrigins, verifySettlements } from './verify-settlements.ts';

export type FileReads = Readonly<{ objects: ObjectStore; utf8: Utf8; digests: Digests }>;

/**
 * All that `verify` looks at, and then the lines that say what became of the rows of files that have ended: whether they are what was
 * committed, and whether the counts of their file and its settlements are what they add up to. In memory that grows with the
 * settlements of one file besides.
 */
export const verifyWithFiles =
  (ports: VerifyPorts & FileReads): Verify =>
  (onProgress, onHeads) =>
    verify(ports)(onProgress, onHeads).andThen((verified) =>
      safeTry(async function* () {
        for (const merchantId of yield* ports.auditTrail.tenants()) {
          yield* verifyFilesOf(ports, merchantId);
          yield* verifyOrigins(ports, merchantId);
        }
        return ok(verified);
      }),
    );

const PAGE = 100;

const verifyFilesOf = (
  ports: VerifyPorts & FileReads,
  merchantId: MerchantId,
): ResultAsync<void, IntegrityFinding | StorageUnavailable> =>
  safeTry(async function* () {
    for (let after: string | undefined; ; ) {
      const page = { limit: PAGE, ...present({ after }) };
      const found = yield* ports.aggregates.list(merchantId, 'reconciliation', page);
      for (const each of found)
        if (each.status === 'completed' || each.status === 'failed') yield* verifyFile(ports, each);
      after = found.at(-1)?.id;
      if (found.length < PAGE) return ok(undefined);
    }
  });

const verifyFile = (
  ports: VerifyPorts & FileReads,
  reconciliation: Reconciliation,
): ResultAsync<void, IntegrityFinding | StorageUnavailable> =>
  safeTry(async function* () {
    const { id, merchantId, batches, outcomes, batchesHash } = reconciliation;
    const bad = { kind: 'BadRow', merchantId, row: 'reconciliation', id } as const;
    const counts: Partial<Record<Outcome, number>> = {};
    const settlements: SettlementsOfLines = new Map();
    let hash = '';
    let batch = 0;
    for await (const read of linesFrom(ports, { merchantId, id, batches }, 0)) {
      if (read.isErr()) return yield* errAsync(asFinding(read.error, bad));
      hash = hashBehind(ports.digests.sha256, hash, read.value);
      for (const line of read.value) {
        const outcome = line['outcome'] as Outcome;
        counts[outcome] = (counts[outcome] ?? 0) + 1;
        addLine(settlements, line, batch);
      }
      batch += 1;
    }
    if (hash !== batchesHash)
      return err({
        ...bad,
        fault: 'differs' as const,
        detail: 'its lines are not those that were committed',
      });
    const differing = Object.entries(outcomes.counts).find(
      ([outcome, count]) => count !== (counts[outcome as Outcome] ?? 0),
    );
    if (differing !== undefined)
      return err({
        ...bad,
        fault: 'sum' as const,
        detail: `its lines have another count of ${differing[0]}`,
      });
    yield* verifySettlements(ports, reconciliation, settlements);
    return ok(undefined);
  });

const hashBehind = (sha256: Sha256, hash: string, lines: readonly JsonObject[]): string =>
  sha256(`${hash}${sha256(lines.map((line) => `${jsonText(line)}\n`).join(''))}`);

/** An object that was committed and is not there, or not to be read, is what was looked for; a store that is silent is not. */
const asFinding = (
  failure: ObjectDamaged | ObjectStoreUnavailable,
  bad: Pick<IntegrityFinding, 'kind' | 'merchantId' | 'row' | 'id'>,
): IntegrityFinding | StorageUnavailable =>
  failure.kind === 'ObjectDamaged'
    ? { ...bad, fault: 'absent', detail: `the lines ${failure.key} cannot be read` }
    : { kind: 'StorageUnavailable', cause: failure.cause };
