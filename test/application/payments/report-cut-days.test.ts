import { ResultAsync } from 'neverthrow';
import { describe, expect, it } from 'vitest';
import { memoryStorage } from '../../../src/adapters/memory/storage.ts';
import type { SumPorts } from '../../../src/application/payments/payment-sums.ts';
import { cutDayParts, type PartOfDay } from '../../../src/application/payments/report-cut-days.ts';
import { dayOf } from '../../../src/domain/kernel/day.ts';
import type { CutDay } from '../../../src/domain/kernel/day-parts.ts';
import { sumUp } from '../../../src/domain/payments/payment-sum.ts';
import type { Storage } from '../../../src/ports/storage.ts';
import { aMerchantId, anOpening, aSuccess, NOON, type Opening } from '../../fixtures/changes.ts';
import { addMerchants, aMerchant } from '../../fixtures/merchants.ts';

const HOUR_MS = 3_600_000;
const merchantId = aMerchantId();
/** A day that a zone two hours ahead of UTC cuts. */
const MIDNIGHT = NOON - 12 * HOUR_MS;
const CUT: CutDay = {
  day: dayOf(NOON),
  read: [{ begin: MIDNIGHT + 22 * HOUR_MS, end: MIDNIGHT + 24 * HOUR_MS }],
  rest: { begin: MIDNIGHT, end: MIDNIGHT + 22 * HOUR_MS },
};
const LATE = MIDNIGHT + 23 * HOUR_MS;

async function opened(): Promise<Storage> {
  const storage = memoryStorage();
  await addMerchants(storage, [aMerchant()]);
  return storage;
}

async function take({ commits }: Storage, createdAt: number): Promise<Opening> {
  const opening = anOpening({ createdAt });
  (await commits.commit(opening.change))._unsafeUnwrap();
  return opening;
}

const succeed = async ({ commits }: Storage, opening: Opening): Promise<void> => {
  (await commits.commit(aSuccess(opening)))._unsafeUnwrap();
};

/** Counts what is read of a storage; `before` happens before each read. */
function watched({ payments, summaries }: Storage, before: (read: string) => Promise<void> = async () => {}) {
  const reads = { lists: 0, tallies: 0, payments: 0 };
  const ports = {
    payments: {
      ...payments,
      list: (...args: Parameters<typeof payments.list>) =>
        ResultAsync.fromSafePromise(before(`list ${++reads.lists}`))
          .andThen(() => payments.list(...args))
          .map((page) => {
            reads.payments += page.length;
            return page;
          }),
    },
    summaries: {
      tallies: (...args: Parameters<typeof summaries.tallies>) =>
        ResultAsync.fromSafePromise(before(`tallies ${++reads.tallies}`)).andThen(() =>
          summaries.tallies(...args),
        ),
    },
  };
  return { reads, ports };
}

async function parts(storage: Storage, ports: SumPorts, days: readonly CutDay[] = [CUT], mostRead = 100) {
  const tallies = (
    await storage.summaries.tallies(merchantId, { from: CUT.day, to: CUT.day })
  )._unsafeUnwrap();
  return cutDayParts(ports, { merchantId, days, tallies, mostRead });
}

/** Of the parts that lie before or from the zone's midnight on. */
const sums = (found: readonly PartOfDay[], isLate: boolean) =>
  sumUp(found.filter(({ at }) => at >= (CUT.rest?.end ?? 0) === isLate).map(({ sum }) => sum)).map(
    ({ status, count }) => `${count} ${status}`,
  );
const both = (found: readonly PartOfDay[]) => [sums(found, false), sums(found, true)];

describe('the parts of a day that a report cuts', () => {
  it('are found by reading the payments of the shorter one alone, whatever the other has', async () => {
    const storage = await opened();
    for (let nth = 0; nth < 30; nth += 1) await take(storage, NOON + nth);
    for (let nth = 0; nth < 3; nth += 1) await succeed(storage, await take(storage, LATE + nth));
    const { ports, reads } = watched(storage);
    const found = (await parts(storage, ports, [CUT], 3))._unsafeUnwrap();
    expect(both(found)).toEqual([['30 processing'], ['3 succeeded']]);
    expect(reads).toEqual({ lists: 1, tallies: 1, payments: 3 });
  });

  it('are not asked for where the day has no payment', async () => {
    const storage = await opened();
    const { ports, reads } = watched(storage);
    expect((await parts(storage, ports))._unsafeUnwrap()).toEqual([]);
    expect(reads).toEqual({ lists: 0, tallies: 0, payments: 0 });
  });

  it('count a payment once that moves meanwhile, as it was or as it is, whenever it does', async () => {
    for (const at of [NOON, LATE])
      for (const moment of ['list 1', 'tallies 1', 'list 2', 'tallies 2']) {
        const storage = await opened();
        const [moving] = [
          await take(storage, at),
          await take(storage, NOON + 1),
          await take(storage, LATE + 1),
        ];
        // Of its amount, so that what moved beside it is not missing from the rest, but wrong in it.
        await succeed(storage, await take(storage, NOON + 2));
        const { ports } = watched(storage, async (read) => {
          if (read === moment) await succeed(storage, moving);
        });
        const found = (await parts(storage, ports))._unsafeUnwrap();
        const was = [at === NOON ? 2 : 1, at === NOON ? 1 : 2];
        const states = [was, [1, 1]].map(([early, late], moved) => [
          [`${early} processing`, `${at === NOON ? 1 + moved : 1} succeeded`],
          [`${late} processing`, ...(at === LATE && moved === 1 ? ['1 succeeded'] : [])],
        ]);
        expect(
          states,
          `a payment of ${at === NOON ? 'the rest' : 'what is read'} moved at ${moment}`,
        ).toContainEqual(both(found));
      }
  });

  it('count a payment once that is made meanwhile, or not yet', async () => {
    for (const at of [NOON, LATE])
      for (const moment of ['list 1', 'tallies 1', 'list 2']) {
        const storage = await opened();
        await take(storage, NOON + 1);
        const { ports } = watched(storage, async (read) => {
          if (read === moment) await take(storage, at);
        });
        const found = (await parts(storage, ports))._unsafeUnwrap();
        const not = [['1 processing'], []];
        const made = at === NOON ? [['2 processing'], []] : [['1 processing'], ['1 processing']];
        expect([not, made]).toContainEqual(both(found));
      }
  });

  it('are both read in the end where payments of both move at each look', async () => {
    const storage = await opened();
    const openings: Opening[] = [];
    for (let nth = 0; nth < 10; nth += 1) openings.push(await take(storage, nth % 2 === 0 ? NOON : LATE));
    const { ports, reads } = watched(storage, async () => {
      for (const opening of openings.splice(0, 2)) await succeed(storage, opening);
    });
    const found = (await parts(storage, ports))._unsafeUnwrap();
    expect(found.reduce((sum, { sum: { count } }) => sum + count, 0)).toBe(10);
    expect(reads.payments).toBe(3 * 5 + 10);
    expect(both(found)).toEqual([['5 succeeded'], ['5 succeeded']]);
  });

  it('are refused where more payments would be read than may be, and unread where that is known before', async () => {
    const storage = await opened();
    for (let nth = 0; nth < 4; nth += 1) await take(storage, LATE + nth);
    const { ports, reads } = watched(storage);
    expect((await parts(storage, ports, [CUT], 3))._unsafeUnwrapErr()).toEqual({ kind: 'ReportTooLarge' });
    expect(reads.lists).toBe(1);
    const hours: CutDay = { day: CUT.day, read: [{ begin: MIDNIGHT, end: MIDNIGHT + 24 * HOUR_MS }] };
    expect((await parts(storage, ports, [hours], 3))._unsafeUnwrapErr()).toEqual({ kind: 'ReportTooLarge' });
    expect(reads.lists).toBe(1);
    expect(both((await parts(storage, ports, [hours], 4))._unsafeUnwrap())).toEqual([[], ['4 processing']]);
    expect(reads).toEqual({ lists: 2, tallies: 0, payments: 8 });
  });
});
