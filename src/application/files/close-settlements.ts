import { err, ok, okAsync, type Result } from 'neverthrow';
import { openException } from '../../domain/files/exception.ts';
import { exceptionOfPayout } from '../../domain/files/exception-facts.ts';
import { openJob, type RunningJob } from '../../domain/files/job.ts';
import { type Reconciliation, startedAtOf } from '../../domain/files/reconciliation.ts';
import {
  type ClosedSettlement,
  closeSettlement,
  type ProcessingSettlement,
} from '../../domain/files/settlement.ts';
import { settlementIdsOf } from '../../domain/files/settlement-keys.ts';
import { publishedSettlement } from '../../domain/files/settlement-record.ts';
import type { DomainEvent } from '../../domain/kernel/events.ts';
import { parseId } from '../../domain/kernel/ids.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import type { Aggregates } from '../../ports/aggregates.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Digests } from '../../ports/digests.ts';
import type { Ids } from '../../ports/ids.ts';
import { auditedAggregate } from '../kernel/aggregate-change.ts';
import { heldUp } from './file-records.ts';
import type { Beside, JobHeldUp, JobWork } from './job-work.ts';
import { type BatchBounds, ROWS_BESIDE } from './match-batch.ts';
import { originOf } from './reconciliation-moves.ts';

/** What jobs that lock the settlements of a file that failed are called. */
export const CLOSING_WORK = 'settlement_closing';

export type ClosingPorts = BatchBounds &
  Readonly<{ aggregates: Aggregates; clock: Clock; ids: Ids; digests: Digests }>;

/** Some settlements that are locked in one commit; those up to `closed` are done. */
export type Closing = Readonly<{ beside: Beside; closed: string }>;

/** A settlement, its link and its event, an exception and its link. */
const ROWS_PER_CLOSING = 5;
const PAGE = 100;

/**
 * Locks the settlements of a file from one on, as many in a step as a commit holds, each with its event, and with an exception where
 * its payout differs. `fault` is why the file
 * failed. One that is locked already is left as it is, so that a repeat changes nothing.
 */
export async function* closeSettlements(
  ports: ClosingPorts,
  reconciliation: Reconciliation,
  { fault, closed }: Readonly<{ fault?: string; closed?: string }>,
): AsyncGenerator<Result<Closing, JobHeldUp>, void, void> {
  const { merchantId, id } = reconciliation;
  const startedAt = startedAtOf(reconciliation);
  if (startedAt === undefined) return;
  const { first, last } = settlementIdsOf({ startedAt });
  const limit = Math.min(
    PAGE,
    Math.max(1, Math.floor((ports.mostChangeRows - ROWS_BESIDE) / ROWS_PER_CLOSING)),
  );
  for (let after = closed ?? first; ; ) {
    const page = await ports.aggregates.list(merchantId, 'settlement', { limit, after });
    if (page.isErr()) {
      yield err(heldUp(page.error));
      return;
    }
    const end = page.value.at(-1);
    if (end === undefined) return;
    const open = page.value.flatMap((each) =>
      each.status === 'processing' && each.reconciliationId === id && each.id <= last ? [each] : [],
    );
    after = end.id;
    if (open.length > 0)
      yield ok({ beside: closedBeside(ports, reconciliation, open, fault), closed: after });
    if (page.value.length < limit || after > last) return;
  }
}

function closedBeside(
  ports: ClosingPorts,
  reconciliation: Reconciliation,
  settlements: readonly ProcessingSettlement[],
  fault: string | undefined,
): Beside {
  const at = ports.clock.now();
  const origin = originOf(reconciliation);
  const action = 'settlement.completed';
  const moves = settlements.flatMap<Move>((before) => {
    const next = closeSettlement(before, fault, at);
    const { guarded, entry } = auditedAggregate(ports, { at, origin, action, before, next });
    const event = {
      id: ports.ids.event(at),
      type: action,
      merchantId: next.merchantId,
      created: at,
      data: publishedSettlement(next),
    } as const;
    return [{ guarded, entry, event }, ...differing(next)];
  });
  return {
    aggregates: moves.map(({ guarded }) => guarded),
    audit: moves.map(({ entry }) => entry),
    events: moves.flatMap(({ event }) => event ?? []),
  };

  function differing(settlement: ClosedSettlement): readonly Move[] {
    const facts = exceptionOfPayout(settlement);
    if (facts === undefined) return [];
    const { merchantId, reconciliationId, id: settlementId } = settlement;
    const id = ports.ids.exception(at);
    const next = openException({ ...facts, id, merchantId, reconciliationId, settlementId, createdAt: at });
    return [auditedAggregate(ports, { at, origin, action: 'exception.opened', next })];
  }
}

type Move = ReturnType<typeof auditedAggregate> & Readonly<{ event?: DomainEvent }>;

/** Leaves the settlements of a file whose job failed to a job of their own, from `runAt` on. */
export function closingJob(
  ports: Pick<ClosingPorts, 'ids' | 'digests'>,
  reconciliation: Reconciliation,
  at: Instant,
  runAt: Instant = at,
): Beside {
  const { merchantId, id } = reconciliation;
  const next = openJob({
    id: ports.ids.job(at),
    work: CLOSING_WORK,
    subject: { merchantId, id },
    createdAt: at,
    runAt,
  });
  const origin = originOf(reconciliation);
  const { guarded, entry } = auditedAggregate(ports, { at, origin, action: 'job.opened', next });
  return { aggregates: [guarded], audit: [entry] };
}

const AGAIN_AFTER_MS = 3_600_000;

/** The work of such a job. One that fails is followed by another an hour later: no settlement stays open for good. */
export const closeSettlementsOfFailed = (ports: ClosingPorts): JobWork => {
  return {
    async *run(job) {
      const found = await reconciliationOf(job);
      if (found.isErr()) yield err(heldUp(found.error));
      else if (found.value?.status !== 'failed') yield err({ kind: 'JobFailed', code: 'not_found' });
      else {
        let done = job.progress.done;
        for await (const step of closeSettlements(ports, found.value, { fault: found.value.error.code })) {
          if (step.isErr()) {
            yield err(step.error);
            return;
          }
          const { beside, closed } = step.value;
          done += beside.aggregates?.length ?? 0;
          yield ok({ checkpoint: { closed }, progress: { done }, beside });
        }
        yield ok({ end: { done } });
      }
    },
    failing: (job) =>
      reconciliationOf(job).map((found) =>
        found?.status === 'failed'
          ? closingJob(ports, found, ports.clock.now(), ports.clock.now() + AGAIN_AFTER_MS)
          : {},
      ),
    cleanUp: () => okAsync(undefined),
  };

  function reconciliationOf({ subject }: RunningJob) {
    const id = parseId('rec', subject.id);
    return id === undefined
      ? okAsync(undefined)
      : ports.aggregates.find(subject.merchantId, 'reconciliation', id).map((found) => found);
  }
};
