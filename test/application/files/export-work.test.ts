import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memoryStorage } from '../../../src/adapters/memory/storage.ts';
import { paymentRecord } from '../../../src/domain/payments/payment-record.ts';
import type { Storage } from '../../../src/ports/storage.ts';
import { ProcessDied } from '../../contract/breakable-objects.ts';
import { trying } from '../../domain/arbitraries.ts';
import { aMerchantId, anOpening, aSuccess, NOON, plain } from '../../fixtures/changes.ts';
import { dyingAt, exportScene, linesOf } from '../../support/export-scene.ts';

const a = aMerchantId();

/** How a file is cut into pages and parts, and at which steps one worker after the other dies. */
const courses = fc.record({
  payments: fc.integer({ min: 0, max: 12 }),
  pageRows: fc.integer({ min: 1, max: 5 }),
  partBytes: fc.integer({ min: 1, max: 2_000 }),
  stepPages: fc.integer({ min: 1, max: 5 }),
  gzip: fc.boolean(),
  deaths: fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 4 }),
});

describe('A file of payments', () => {
  it('is the fold of what is stored, however it is cut into parts and whichever workers die on it', async () => {
    await fc.assert(
      fc.asyncProperty(courses, async ({ payments, pageRows, partBytes, stepPages, gzip, deaths }) => {
        const storage = memoryStorage();
        const scene = exportScene(storage);
        for (let n = 0; n < payments; n += 1) {
          const opening = anOpening({ merchantId: a, createdAt: NOON + n });
          (await storage.commits.commit(opening.change))._unsafeUnwrap();
          if (n % 2 === 0) (await storage.commits.commit(aSuccess(opening)))._unsafeUnwrap();
        }
        const ordered = (await scene.order({ gzip }))._unsafeUnwrap();
        const terms = { pageRows, partBytes, stepPages };
        for (const nth of deaths) {
          await scene.work({ ports: dyingAt(scene.ports, nth), terms }).catch((cause: unknown) => {
            if (!(cause instanceof ProcessDied)) throw cause;
          });
          scene.afterTheLease();
        }
        for (let turns = 0; turns < 3; turns += 1) await scene.work({ terms });
        expect((await scene.get(ordered)).status).toBe('completed');
        const stored = (await storage.payments.list(a, {}, { limit: 100 }))._unsafeUnwrap();
        expect(linesOf(await scene.textOf(ordered))).toEqual(
          stored.map((payment) => plain(paymentRecord(payment))),
        );
      }),
      trying(40),
    );
  });

  it('is whole where pages end early, as very few of many payments match', async () => {
    const stored = memoryStorage();
    const lookThrough: Storage['payments']['lookThrough'] = (merchantId, filter, search) =>
      stored.payments.lookThrough(merchantId, filter, { ...search, most: 2 });
    const scene = exportScene({ ...stored, payments: { ...stored.payments, lookThrough } });
    for (let n = 0; n < 30; n += 1) {
      const opening = anOpening({ merchantId: a, createdAt: NOON + n });
      (await stored.commits.commit(opening.change))._unsafeUnwrap();
      if (n % 14 === 0) (await stored.commits.commit(aSuccess(opening)))._unsafeUnwrap();
    }
    const filter = { status: 'succeeded' } as const;
    const ordered = (await scene.order({ filter }))._unsafeUnwrap();
    for (let turns = 0; turns < 3; turns += 1) await scene.work();
    const wanted = (await stored.payments.list(a, filter, { limit: 100 }))._unsafeUnwrap();
    expect(wanted).toHaveLength(3);
    expect(linesOf(await scene.textOf(ordered))).toEqual(
      wanted.map((payment) => plain(paymentRecord(payment))),
    );
  });
});
