import { err, ok, type Result, type ResultAsync, safeTry } from 'neverthrow';
import { type Absence, absenceRecord, noAbsences } from '../../domain/files/absences.ts';
import { advanceAbsences, type ProcessingReconciliation } from '../../domain/files/reconciliation.ts';
import { batchObject } from '../../domain/files/reconciliation-files.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import { type JsonObject, jsonText } from '../../domain/kernel/json.ts';
import { present } from '../../domain/kernel/present.ts';
import { SETTLEMENT_DELAY_DAYS, toleranceOf } from '../../domain/merchants/merchant.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Merchants } from '../../ports/merchants.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { auditedAggregate } from '../kernel/aggregate-change.ts';
import {
  type AbsencePlace,
  type AbsenceTerms,
  type AbsenceWalkPorts,
  amongExceptions,
  amongTransactions,
  type Found,
} from './absence-walks.ts';
import type { BatchPorts } from './batch-step.ts';
import { heldUp } from './file-records.ts';
import type { Beside, JobHeldUp } from './job-work.ts';
import { movedReconciliation, originOf } from './reconciliation-moves.ts';

export type AbsencePorts = BatchPorts & AbsenceWalkPorts & Readonly<{ merchants: Merchants; clock: Clock }>;

/** One step of it, and where the next goes on. */
export type AbsenceStep = Readonly<{ beside: Beside; stored: ProcessingReconciliation; next: AbsencePlace }>;

/** A walk that comes upon nothing commits its place so often: of a turn no more is done again, nor is its lease too short for it. */
const QUIET_MS = 2_000;

/** Where it begins: at the moment when the last row has its outcome. */
export const absencesBegin = (now: Instant): AbsencePlace => ({ walk: 'exceptions', until: now });

/** The place as it is in a job's checkpoint. */
export const absencePlaceRecord = ({ walk, until, after }: AbsencePlace): JsonObject => ({
  walk,
  until,
  ...present({ after }),
});

/** Reads it back; undefined where looking has not begun. */
export const absencePlaceIn = (checkpoint: JsonObject | undefined): AbsencePlace | undefined =>
  checkpoint?.['absent'] as AbsencePlace | undefined;

/**
 * Looks for what ought to be in the file and is not, in steps that each fit one commit and in constant memory. Exceptions whose
 * transaction has been settled since are closed, or left as duplicates, those that say a transaction is missing are counted again, and each
 * transaction that is missing for the first time gets one. What was created before the last file looked is read no more. What comes
 * upon nothing is a step now and then only.
 */
export async function* findAbsences(
  ports: AbsencePorts,
  begun: ProcessingReconciliation,
  from: AbsencePlace,
  attempt: number,
): AsyncGenerator<Result<AbsenceStep, JobHeldUp>, void, void> {
  const terms = await termsOf(ports, begun);
  if (terms.isErr()) {
    yield err(heldUp(terms.error));
    return;
  }
  let running = begun;
  let place = from;
  let quietSince = ports.clock.now();
  while (place.walk !== 'ended') {
    const found: Result<readonly Found[], StorageUnavailable> =
      place.walk === 'exceptions'
        ? await amongExceptions(ports, running, place, terms.value)
        : await amongTransactions(ports, running, place, terms.value);
    if (found.isErr()) {
      yield err(heldUp(found.error));
      return;
    }
    for (const each of found.value) {
      place = each.next;
      if (!isNews(running, each) && ports.clock.now() - quietSince < QUIET_MS) continue;
      const step = await written(ports, running, each, attempt);
      if (step.isErr()) {
        yield err(step.error);
        return;
      }
      running = step.value.stored;
      yield step;
      quietSince = ports.clock.now();
    }
  }
}

const FILES_BEFORE = 20;

const termsOf = (
  { merchants, aggregates }: AbsencePorts,
  { merchantId }: ProcessingReconciliation,
): ResultAsync<AbsenceTerms, StorageUnavailable> =>
  safeTry(async function* () {
    const merchant = yield* merchants.find(merchantId);
    const files = yield* aggregates.newest(merchantId, 'reconciliation', { limit: FILES_BEFORE });
    const looked = files.flatMap(({ status, absences }) =>
      status === 'completed' && absences !== undefined ? [absences.since] : [],
    );
    return ok({
      tolerance: toleranceOf(merchant),
      delayDays: merchant?.settlementDelayDays ?? SETTLEMENT_DELAY_DAYS,
      ...(looked.length === 0 ? {} : { since: Math.max(...looked) }),
    });
  });

/** The end is, too. */
function isNews({ absences }: ProcessingReconciliation, { absent, effects, oldest, next }: Found): boolean {
  const { since } = absences ?? noAbsences(next.until);
  return absent.length > 0 || effects.length > 0 || (oldest ?? since) < since || next.walk === 'ended';
}

/** The lines of a step as one object, and what is committed with it; nothing of either where it came upon nothing. */
async function written(
  ports: AbsencePorts,
  running: ProcessingReconciliation,
  found: Found,
  attempt: number,
): Promise<Result<AbsenceStep, JobHeldUp>> {
  const { absent, effects, oldest, next } = found;
  if (!isNews(running, found)) return ok({ beside: {}, stored: running, next });
  const { digests, objects, utf8, clock } = ports;
  const before = running.absences ?? noAbsences(next.until);
  const since = Math.min(before.since, oldest ?? before.since);
  const lines = absent.map((each) => `${jsonText(absenceRecord(each))}\n`).join('');
  const count = (absence: Absence) => absent.filter((each) => each.absence === absence).length;
  let { batches, hash } = before;
  if (absent.length > 0) {
    const key = batchObject(running, running.batches + batches, attempt);
    const put = await objects.put(key, utf8.encode(lines), 'application/x-ndjson');
    if (put.isErr()) return err(heldUp(put.error));
    batches += 1;
    hash = digests.sha256(`${hash}${digests.sha256(lines)}`);
  }
  const at = clock.now();
  const absences = {
    expected: before.expected + count('expected'),
    missingThere: before.missingThere + count('missing_there'),
    batches,
    hash,
    since,
  };
  const advanced = advanceAbsences(running, absences, at);
  const { beside, stored } = movedReconciliation(ports, 'reconciliation.advanced', running, advanced);
  const of = { at, origin: originOf(running) };
  const others = effects.map((each) => auditedAggregate(ports, { ...of, ...each }));
  return ok({
    stored,
    next,
    beside: {
      aggregates: [...(beside.aggregates ?? []), ...others.map(({ guarded }) => guarded)],
      audit: [...(beside.audit ?? []), ...others.map(({ entry }) => entry)],
    },
  });
}
