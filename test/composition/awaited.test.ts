import { okAsync, ResultAsync } from 'neverthrow';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { memoryStorage } from '../../src/adapters/memory/storage.ts';
import { systemIds } from '../../src/adapters/system/ids.ts';
import { scheduleJob } from '../../src/application/files/run-schedules.ts';
import { aggregateChange } from '../../src/application/kernel/aggregate-change.ts';
import type { RegionStanding } from '../../src/application/kernel/region-standing.ts';
import { webhookDeliveryOf } from '../../src/composition/deliveries.ts';
import { fencedCommits } from '../../src/composition/fenced-storage.ts';
import { jobsOf } from '../../src/composition/jobs.ts';
import { leftOpenByPayments } from '../../src/composition/recovery.ts';
import { relayOf } from '../../src/composition/relay.ts';
import { signallingApprovalCommits, signallingCommits } from '../../src/composition/signalling-commits.ts';
import { holdJob, type OpenJob } from '../../src/domain/files/job.ts';
import type { ExportScheduleId } from '../../src/domain/kernel/ids.ts';
import { WAKE_UP_TOPICS, type WakeUps } from '../../src/ports/wake-ups.ts';
import { aCreation, anUncheckedApproval, aPayoutBegun } from '../fixtures/approvals.ts';
import { aMerchantId, anOpening, aRefusal, aSuccess, digests, NOON, origin } from '../fixtures/changes.ts';
import { aDelivery } from '../fixtures/webhooks.ts';
import { anHttpApp } from '../support/http-app.ts';

const HOUR_MS = 3_600_000;
const MARGIN_MS = 12 * HOUR_MS;

const aJob = (runAt: number): OpenJob => {
  const its = { id: systemIds.job(NOON), merchantId: aMerchantId(), createdAt: NOON, runAt };
  return scheduleJob(its, 'exs_of-it' as ExportScheduleId);
};
const jobChange = (next: OpenJob, before?: OpenJob) =>
  aggregateChange(
    { ids: systemIds, digests },
    { at: NOON, origin, action: 'job.moved', ...(before === undefined ? {} : { before }), next },
  );

describe('What a worker that would sleep is told to await', () => {
  let ports: Awaited<ReturnType<typeof anHttpApp>>['ports'];
  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: NOON });
    ports = { ...(await anHttpApp()).ports, clock: { now: () => Date.now() } };
  });
  afterEach(() => void vi.useRealTimers());

  const told = async (answer: ReturnType<ReturnType<typeof relayOf>['isAwaited']>) =>
    (await answer)._unsafeUnwrap();

  it('are events that were not sent, and none when they were', async () => {
    const { isAwaited } = relayOf(ports);
    expect(await told(isAwaited())).toBe(false);
    (await ports.commits.commit(anOpening().change))._unsafeUnwrap();
    expect(await told(isAwaited())).toBe(true);
    (await ports.outbox.sent((await ports.outbox.unsent(10))._unsafeUnwrap()))._unsafeUnwrap();
    expect(await told(isAwaited())).toBe(false);
  });

  it('are deliveries whose time comes while it would sleep', async () => {
    const { isAwaited } = webhookDeliveryOf(ports, { disableAfterMs: HOUR_MS, allowLoopbackHttp: false });
    (await ports.deliveries.addAll([{ ...aDelivery(), dueAt: NOON + HOUR_MS }]))._unsafeUnwrap();
    expect(await told(isAwaited(HOUR_MS - 1))).toBe(false);
    expect(await told(isAwaited(HOUR_MS))).toBe(true);
  });

  it('are jobs whose time comes while it would sleep, and those whose worker may have died', async () => {
    const { isAwaited } = jobsOf(ports);
    const job = aJob(NOON + HOUR_MS);
    (await ports.commits.commit(jobChange(job)))._unsafeUnwrap();
    expect(await told(isAwaited(HOUR_MS - 1))).toBe(false);
    expect(await told(isAwaited(HOUR_MS))).toBe(true);
    const held = holdJob(job, 'another', NOON + 60_000, NOON);
    (await ports.commits.commit(jobChange(held, job)))._unsafeUnwrap();
    expect(await told(isAwaited(60_000 - 1))).toBe(false);
    expect(await told(isAwaited(60_000))).toBe(true);
  });

  it('are claims whose holder may have died, and authorizations that are to be voided while it would sleep', async () => {
    const { claims, authorizations } = leftOpenByPayments(ports, MARGIN_MS);
    const opening = anOpening({ captureMethod: 'manual' });
    (await ports.commits.commit(opening.change))._unsafeUnwrap();
    const leaseMs = opening.claim.dueAt - NOON;
    expect(await told(claims.isAwaited(leaseMs - 1))).toBe(false);
    expect(await told(claims.isAwaited(leaseMs))).toBe(true);
    const lapses = NOON + MARGIN_MS + HOUR_MS;
    (await ports.commits.commit(aSuccess(opening, NOON, undefined, undefined, lapses)))._unsafeUnwrap();
    expect(await told(claims.isAwaited(leaseMs))).toBe(false);
    expect(await told(authorizations.isAwaited(HOUR_MS - 1))).toBe(false);
    expect(await told(authorizations.isAwaited(HOUR_MS))).toBe(true);
  });
});

describe('A commit wakes', () => {
  const wokenBy = async (commit: (wakeUps: WakeUps) => ResultAsync<void, never>) => {
    const { wakeUps } = memoryStorage();
    const woken: string[] = [];
    for (const topic of WAKE_UP_TOPICS) wakeUps.subscribe(topic, () => woken.push(topic));
    await commit(wakeUps);
    await new Promise(setImmediate);
    return woken;
  };
  const commits = { commit: () => okAsync(undefined) };

  it('relays where it has events, and recovery where it may leave a payment open', async () => {
    const by = (change: Parameters<ReturnType<typeof signallingCommits>['commit']>[0]) =>
      wokenBy((wakeUps) => signallingCommits(commits, wakeUps).commit(change));
    expect(await by(anOpening().change)).toEqual(['outbox', 'recovery']);
    expect(await by(aRefusal())).toEqual(['recovery']);
  });

  it('those that do jobs where a job waits, and not where a worker has it', async () => {
    const job = aJob(NOON);
    const by = (change: ReturnType<typeof jobChange>) =>
      wokenBy((wakeUps) => signallingCommits(commits, wakeUps).commit(change));
    expect(await by(jobChange(job))).toEqual(['jobs']);
    expect(await by(jobChange(holdJob(job, 'one', NOON + 60_000, NOON), job))).toEqual([]);
  });

  it('nothing while it is prepared, of which the storage is told also where its region may be fenced', async () => {
    const told: unknown[] = [];
    const prepare = async (change: unknown) => void told.push(change);
    const { change } = anOpening();
    const fenced = fencedCommits({ ...commits, prepare }, { now: () => 'open' } as RegionStanding);
    const woken = await wokenBy((wakeUps) => {
      const prepared = signallingCommits(fenced, wakeUps).prepare?.(change);
      return ResultAsync.fromSafePromise(Promise.resolve(prepared));
    });
    expect([told, woken]).toEqual([[change], []]);
  });

  it('recovery of payouts where one is under way', async () => {
    const created = aCreation();
    const by = (change: (typeof created)['change']) =>
      wokenBy((wakeUps) => signallingApprovalCommits(commits, wakeUps).commit(change));
    expect(await by(created.change)).not.toContain('recovery');
    expect(await by(aPayoutBegun(anUncheckedApproval(created.payment).payment).change)).toContain('recovery');
  });
});
