import { err, ok, type Result, ResultAsync, safeTry } from 'neverthrow';
import { addsUp, type OutcomeTotals, sumLine } from '../../domain/files/file-totals.ts';
import type { Reconciliation } from '../../domain/files/reconciliation.ts';
import { fileObject } from '../../domain/files/reconciliation-files.ts';
import type { Sha256 } from '../../domain/kernel/audit-chain.ts';
import type { MerchantId, ReconciliationId } from '../../domain/kernel/ids.ts';
import { canonicalJson, type JsonObject, jsonText } from '../../domain/kernel/json.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Digests } from '../../ports/digests.ts';
import type { ObjectDamaged, ObjectStore, ObjectStoreUnavailable } from '../../ports/object-store.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import type { Utf8 } from '../../ports/utf8.ts';
import { linesFrom } from '../files/row-lines.ts';
import { endAtFirst, type Report, readable, reported } from '../kernel/report-findings.ts';
import { aggregatePages } from './aggregate-pages.ts';
import { type IntegrityFinding, unreadableOf } from './integrity-finding.ts';
import { reportedOnce, type Verify, type VerifyPorts, verify } from './verify.ts';
import { addLine, type SettlementsOfLines, verifyOrigins, verifySettlements } from './verify-settlements.ts';

export type FileReads = Readonly<{ objects: ObjectStore; utf8: Utf8; digests: Digests; clock: Clock }>;

/**
 * All that `verify` looks at, and then the files that were completed, whose bytes must be those that arrived, and the lines of
 * files that have ended, of their rows and of what they do not name: whether they are those that were committed, and whether they
 * add up to the counts of their file and to its settlements. In memory that grows with the settlements of one file besides.
 */
export const verifyWithFiles =
  (ports: VerifyPorts & FileReads): Verify =>
  (onProgress, onHeads, report = endAtFirst) => {
    const once = reportedOnce(report);
    return verify(ports)(onProgress, onHeads, once).andThen((verified) =>
      safeTry(async function* () {
        for (const merchantId of yield* ports.auditTrail.tenants())
          if (!verified.unread.includes(merchantId))
            yield* readable(verifyFilesOf(ports, merchantId, once), unreadableOf(merchantId), {
              report: once,
              instead: undefined,
            });
        return ok(verified);
      }),
    );
  };

const verifyFilesOf = (
  ports: VerifyPorts & FileReads,
  merchantId: MerchantId,
  report: Report<IntegrityFinding>,
): ResultAsync<void, IntegrityFinding | StorageUnavailable> =>
  safeTry(async function* () {
    for await (const page of aggregatePages(ports.aggregates, merchantId, 'reconciliation'))
      for (const each of yield* page)
        if (each.status === 'completed' || each.status === 'failed') yield* verifyFile(ports, each, report);
    return verifyOrigins(ports, merchantId, report);
  });

const verifyFile = (
  ports: VerifyPorts & FileReads,
  reconciliation: Reconciliation,
  report: Report<IntegrityFinding>,
): ResultAsync<void, IntegrityFinding | StorageUnavailable> =>
  safeTry(async function* () {
    const { id, merchantId, outcomes, batches, batchesHash, absences } = reconciliation;
    const bad = { kind: 'BadRow', merchantId, row: 'reconciliation', id } as const;
    if (reconciliation.status === 'completed')
      yield* reported(new ResultAsync(readFile(ports, reconciliation, bad)), report, undefined);
    const ofRows = { first: 0, end: batches, hash: batchesHash };
    const rows = yield* reported(readLines(ports, ofRows, bad), report, undefined);
    if (absences !== undefined) {
      const { expected, missingThere: missing_there, hash } = absences;
      const ofAbsent = { first: batches, end: batches + absences.batches, hash };
      const absent = yield* reported(readLines(ports, ofAbsent, bad), report, undefined);
      if (absent !== undefined) yield* countsAgree(absent, { expected, missing_there }, bad).orElse(report);
    }
    if (rows === undefined) return ok(undefined);
    yield* countsAgree(rows, outcomes.counts, bad).orElse(report);
    yield* sumsAgree(rows, reconciliation, bad).orElse(report);
    return verifySettlements(ports, reconciliation, rows.settlements, report);
  });

/** The file as it arrived: its bytes are those that were matched, or are gone once their time is over. */
async function readFile(
  { objects, digests, clock }: FileReads,
  { merchantId, id, file }: Reconciliation,
  bad: Bad,
): Promise<Result<undefined, IntegrityFinding | StorageUnavailable>> {
  const opened = await objects.get(fileObject({ merchantId, id, file }));
  const isOver = file.keptUntil !== undefined && file.keptUntil <= clock.now();
  if (opened.isErr() && opened.error.kind === 'ObjectNotFound' && isOver) return ok(undefined);
  if (opened.isErr()) return err(ofFile(opened.error, bad));
  const digest = digests.startSha256();
  for await (const piece of opened.value.bytes) {
    if (piece.isErr()) return err(ofFile(piece.error, bad));
    digest.update(piece.value);
  }
  return digest.hex() === file.sha256
    ? ok(undefined)
    : err({ ...bad, fault: 'differs', detail: 'its file is not the one that arrived' });
}

const ofFile = (
  failure: Readonly<{ kind: string; cause?: unknown }>,
  bad: Bad,
): IntegrityFinding | StorageUnavailable =>
  failure.kind === 'ObjectStoreUnavailable'
    ? { kind: 'StorageUnavailable', cause: failure.cause }
    : { ...bad, fault: 'absent', detail: 'its file cannot be read' };

type Bad = Pick<IntegrityFinding, 'kind' | 'row'> &
  Readonly<{ merchantId: MerchantId; id: ReconciliationId }>;

/** The batches from `first` on before `end`, and the hash over all of them. */
type Batches = Readonly<{ first: number; end: number; hash: string }>;

type Lines = Readonly<{
  counts: Readonly<Record<string, number>>;
  /** Of lines that name their currency, by currency and outcome, as the totals of the file have them. */
  sums: OutcomeTotals['sums'];
  settlements: SettlementsOfLines;
}>;

/** What the lines of these batches come to; lines that are not those that were committed come to nothing. */
const readLines = (
  ports: FileReads,
  batches: Batches,
  bad: Bad,
): ResultAsync<Lines | undefined, IntegrityFinding | StorageUnavailable> =>
  new ResultAsync(linesOf(ports, batches, bad));

async function linesOf(
  ports: FileReads,
  { first, end, hash: committed }: Batches,
  bad: Bad,
): Promise<Result<Lines, IntegrityFinding | StorageUnavailable>> {
  const { merchantId, id } = bad;
  const counts: Record<string, number> = {};
  let sums: OutcomeTotals['sums'] = {};
  const settlements: SettlementsOfLines = new Map();
  let hash = '';
  let batch = first;
  for await (const read of linesFrom(ports, { merchantId, id, batches: end }, first)) {
    if (read.isErr()) return err(asFinding(read.error, bad));
    hash = hashBehind(ports.digests.sha256, hash, read.value);
    for (const line of read.value) {
      const outcome = line['outcome'] as string;
      counts[outcome] = (counts[outcome] ?? 0) + 1;
      sums = sumLine(sums, line);
      addLine(settlements, line, batch);
    }
    batch += 1;
  }
  return hash === committed
    ? ok({ counts, sums, settlements })
    : err({ ...bad, fault: 'differs', detail: 'its lines are not those that were committed' });
}

function countsAgree(
  { counts }: Lines,
  stored: Readonly<Record<string, number>>,
  bad: Bad,
): Result<void, IntegrityFinding> {
  const differing = Object.entries(stored).find(([outcome, count]) => count !== (counts[outcome] ?? 0));
  return differing === undefined
    ? ok(undefined)
    : err({ ...bad, fault: 'sum', detail: `its lines have another count of ${differing[0]}` });
}

/** The sums of the rows by outcome, and of a file that was read to its end those of the file, are what the lines come to. */
function sumsAgree(
  { counts, sums }: Lines,
  reconciliation: Reconciliation,
  bad: Bad,
): Result<void, IntegrityFinding> {
  const stored = reconciliation.outcomes;
  const differs = (detail: string) => err<never, IntegrityFinding>({ ...bad, fault: 'sum', detail });
  if (canonicalJson(sums) !== canonicalJson(stored.sums))
    return differs('its lines come to other sums by currency and outcome');
  const outcomes = { counts: { ...stored.counts, ...counts }, sums };
  return reconciliation.status === 'completed' && !addsUp(reconciliation.totals, outcomes)
    ? differs('its lines do not come to the totals of the file')
    : ok(undefined);
}

const hashBehind = (sha256: Sha256, hash: string, lines: readonly JsonObject[]): string =>
  sha256(`${hash}${sha256(lines.map((line) => `${jsonText(line)}\n`).join(''))}`);

/** An object that was committed and is not there, or not to be read, is what was looked for; a store that is silent is not. */
const asFinding = (
  failure: ObjectDamaged | ObjectStoreUnavailable,
  bad: Bad,
): IntegrityFinding | StorageUnavailable =>
  failure.kind === 'ObjectDamaged'
    ? { ...bad, fault: 'absent', detail: `the lines ${failure.key} cannot be read` }
    : { kind: 'StorageUnavailable', cause: failure.cause };
