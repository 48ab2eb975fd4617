import { errAsync, type Result } from 'neverthrow';
import { beforeEach, describe, expect, it } from 'vitest';
import { memoryStorage } from '../../../src/adapters/memory/storage.ts';
import { systemIds } from '../../../src/adapters/system/ids.ts';
import {
  type ExportPorts,
  exportPayments,
  type PaymentExport,
} from '../../../src/application/files/export-payments.ts';
import { auditTrailChain } from '../../../src/domain/kernel/audit-entry.ts';
import type { Payment } from '../../../src/domain/payments/payment.ts';
import type { PaymentFilter } from '../../../src/ports/payments.ts';
import type { Storage } from '../../../src/ports/storage.ts';
import type { StorageUnavailable } from '../../../src/ports/unavailable.ts';
import { aMerchantId, anOpening, digests, NOON, origin } from '../../fixtures/changes.ts';

const silent: StorageUnavailable = { kind: 'StorageUnavailable', cause: 'silent' };
const clock = { now: () => NOON };
const merchantId = aMerchantId();

let storage: Storage;
beforeEach(() => {
  storage = memoryStorage();
});

async function store(
  count: number,
  parts: Parameters<typeof anOpening>[0] = {},
): Promise<readonly Payment[]> {
  const payments: Payment[] = [];
  for (let each = 0; each < count; each += 1) {
    const opening = anOpening({ createdAt: NOON + each, ...parts });
    (await storage.commits.commit(opening.change))._unsafeUnwrap();
    payments.unshift(opening.payment);
  }
  return payments;
}

const begin = async (ports: Partial<ExportPorts> = {}, filter: PaymentFilter = {}): Promise<PaymentExport> =>
  (
    await exportPayments({ ...storage, clock, ids: systemIds, digests, ...ports })({
      merchantId,
      filter,
      query: { status: 'failed' },
      format: 'csv',
      origin,
    })
  )._unsafeUnwrap();

const stored = async ({ id }: PaymentExport) =>
  (await storage.aggregates.find(merchantId, 'export', id))._unsafeUnwrap();
const trail = async ({ id }: PaymentExport) =>
  (await storage.auditTrail.ofAggregate(merchantId, 'export', id))._unsafeUnwrap();
const idsIn = (page: Result<readonly Payment[], unknown>) => page._unsafeUnwrap().map(({ id }) => id);
const all = async ({ pages }: PaymentExport) => {
  const ids: string[] = [];
  for await (const page of pages) ids.push(...idsIn(page));
  return ids;
};

describe('an export', () => {
  it.each([0, 1, 499, 500, 501, 1_700])('gives each of %i payments once, newest first', async (count) => {
    const payments = await store(count);
    const begun = await begin();
    expect(await all(begun)).toEqual(payments.map(({ id }) => id));
    expect(await stored(begun)).toMatchObject({ status: 'completed', rows: count, version: 2 });
  });

  it('gives what the filter says and nothing of another tenant', async () => {
    await store(3, { merchantId: aMerchantId('merchant-b') });
    await store(3, { amount: 5n });
    const dear = await store(3, { amount: 900n });
    expect(await all(await begin({}, { minAmount: 100n }))).toEqual(dear.map(({ id }) => id));
  });

  it('leaves out what is made while it runs, and gives all that was there once', async () => {
    const payments = await store(1_200);
    const begun = await begin();
    const ids: string[] = [];
    for await (const page of begun.pages) {
      ids.push(...idsIn(page));
      await store(10, { createdAt: NOON + 5_000 });
    }
    expect(ids).toEqual(payments.map(({ id }) => id));
  });

  it('reads a page only when it is asked for it, however slow its reader is', async () => {
    await store(2_600);
    let reads = 0;
    const { pages } = await begin({
      payments: {
        ...storage.payments,
        list: (...args) => {
          reads += 1;
          return storage.payments.list(...args);
        },
      },
    });
    expect(reads).toBe(0);
    for (let taken = 1; taken <= 3; taken += 1) {
      await pages.next();
      await new Promise((resolve) => setTimeout(resolve, 5));
      expect(reads).toBe(taken);
    }
  });

  it('is on record before a page is read, with what was asked for and by whom', async () => {
    const begun = await begin();
    expect(await stored(begun)).toMatchObject({ status: 'processing', format: 'csv' });
    expect(await trail(begun)).toMatchObject([
      { action: 'export.started', actor: origin.actor, after: { query: { status: 'failed' } } },
    ]);
  });

  it('does not begin when that cannot be put on record', async () => {
    const commits = { commit: () => errAsync(silent) };
    const begun = await exportPayments({ ...storage, commits, clock, ids: systemIds, digests })({
      merchantId,
      filter: {},
      query: {},
      format: 'json',
      origin,
    });
    expect(begun._unsafeUnwrapErr()).toEqual(silent);
  });

  it('has a whole audit chain, whichever way it ends', async () => {
    await store(600);
    const whole = await begin();
    await all(whole);
    const left = await begin();
    await left.pages.next();
    await left.pages.return();
    for (const [begun, action] of [
      [whole, 'export.completed'],
      [left, 'export.failed'],
    ] as const) {
      const head = await stored(begun);
      const links = await trail(begun);
      if (head === undefined) throw new Error('the export is not stored');
      expect(links.map((link) => link.action)).toEqual(['export.started', action]);
      expect(auditTrailChain.verify(links, head, digests.sha256)._unsafeUnwrap()).toBe(2);
    }
  });

  it('ends with the fault of a store that goes silent, and says on record how far it came', async () => {
    await store(1_200);
    let reads = 0;
    const begun = await begin({
      payments: {
        ...storage.payments,
        list: (...args) => {
          reads += 1;
          return reads === 2 ? errAsync(silent) : storage.payments.list(...args);
        },
      },
    });
    const { pages } = begun;
    expect(idsIn((await pages.next()).value as Result<readonly Payment[], unknown>)).toHaveLength(500);
    expect((await pages.next()).value?._unsafeUnwrapErr()).toEqual(silent);
    expect(await stored(begun)).toMatchObject({ status: 'failed', rows: 500, fault: 'storage_unavailable' });
    expect((await pages.next()).done).toBe(true);
    expect(reads).toBe(2);
  });

  it('whose end cannot be put on record does not end well', async () => {
    await store(3);
    let commits = 0;
    const begun = await begin({
      commits: {
        commit: (change) => {
          commits += 1;
          return commits === 1 ? storage.commits.commit(change) : errAsync(silent);
        },
      },
    });
    const { pages } = begun;
    expect((await pages.next()).value?.isOk()).toBe(true);
    expect((await pages.next()).value?._unsafeUnwrapErr()).toEqual(silent);
    expect((await pages.next()).done).toBe(true);
    expect(await stored(begun)).toMatchObject({ status: 'processing' });
  });

  it('stops reading when its reader goes away, and says so on record', async () => {
    await store(1_200);
    const begun = await begin();
    await begun.pages.next();
    await begun.pages.next();
    await begun.pages.return();
    expect(await stored(begun)).toMatchObject({ status: 'failed', rows: 1_000, fault: 'interrupted' });
    expect((await begun.pages.next()).done).toBe(true);
  });
});
