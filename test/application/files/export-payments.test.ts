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
import type { PaymentFilter } from '../../../src/domain/payments/payment-filter.ts';
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
  it.each([0, 1, 99, 100, 101, 350])('gives each of %i payments once, newest first', async (count) => {
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
    const payments = await store(240);
    const begun = await begin();
    const ids: string[] = [];
    for await (const page of begun.pages) {
      ids.push(...idsIn(page));
      await store(10, { createdAt: NOON + 5_000 });
    }
    expect(ids).toEqual(payments.map(({ id }) => id));
  });

  it('reads a page only when it is asked for it, however slow its reader is', async () => {
    await store(520);
    let reads = 0;
    const { pages } = await begin({
      payments: {
        ...storage.payments,
        lookThrough: (...args) => {
          reads += 1;
          return storage.payments.lookThrough(...args);
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
    await store(120);
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
    await store(240);
    let reads = 0;
    const begun = await begin({
      payments: {
        ...storage.payments,
        lookThrough: (...args) => {
          reads += 1;
          return reads === 2 ? errAsync(silent) : storage.payments.lookThrough(...args);
        },
      },
    });
    const { pages } = begun;
    expect(idsIn((await pages.next()).value as Result<readonly Payment[], unknown>)).toHaveLength(100);
    expect((await pages.next()).value?._unsafeUnwrapErr()).toEqual(silent);
    expect(await stored(begun)).toMatchObject({ status: 'failed', rows: 100, fault: 'storage_unavailable' });
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
    await store(240);
    const begun = await begin();
    await begun.pages.next();
    await begun.pages.next();
    await begun.pages.return();
    expect(await stored(begun)).toMatchObject({ status: 'failed', rows: 200, fault: 'interrupted' });
    expect((await begun.pages.next()).done).toBe(true);
  });
});

describe('exports at once', () => {
  const exporting = (ports: Partial<ExportPorts> = {}) => {
    const exports = exportPayments({ ...storage, clock, ids: systemIds, digests, ...ports });
    return (of = merchantId) => exports({ merchantId: of, filter: {}, query: {}, format: 'json', origin });
  };
  const tooMany = { kind: 'TooManyExports' };

  it('are two of a merchant, and not fewer of another', async () => {
    const run = exporting();
    const running = [(await run())._unsafeUnwrap(), (await run())._unsafeUnwrap()];
    expect((await run())._unsafeUnwrapErr()).toEqual(tooMany);
    expect((await run(aMerchantId('merchant-b'))).isOk()).toBe(true);
    for (const each of running) await all(each);
    expect((await run()).isOk()).toBe(true);
  });

  it('are few of all merchants, and one that was refused takes no place', async () => {
    const run = exporting();
    const running: PaymentExport[] = [];
    for (let n = 0; n < 32; n += 1) running.push((await run(aMerchantId(`m-${n % 16}`)))._unsafeUnwrap());
    for (let again = 0; again < 3; again += 1)
      expect((await run(aMerchantId('one-more')))._unsafeUnwrapErr()).toEqual(tooMany);
    await running[0]?.pages.return();
    expect((await run(aMerchantId('one-more'))).isOk()).toBe(true);
  });

  it.each<readonly [string, Partial<ExportPorts>, (begun: PaymentExport) => Promise<unknown>]>([
    ['whose reader leaves before the first page', {}, ({ pages }) => pages.return()],
    [
      'whose reader leaves after a page, and says so twice',
      {},
      async ({ pages }) => {
        await pages.next();
        await pages.return();
        await pages.return();
      },
    ],
    [
      'whose store goes silent',
      { payments: { lookThrough: () => errAsync(silent) } as unknown as ExportPorts['payments'] },
      walk,
    ],
    [
      'that meets a defect',
      {
        payments: {
          lookThrough: () => {
            throw new Error('a defect');
          },
        } as unknown as ExportPorts['payments'],
      },
      walk,
    ],
  ])('give the place of one back %s', async (_, ports, end) => {
    await store(3);
    const run = exporting(ports);
    for (let turn = 0; turn < 5; turn += 1) {
      const [one, two] = [(await run())._unsafeUnwrap(), (await run())._unsafeUnwrap()];
      expect((await run()).isErr()).toBe(true);
      await end(one);
      await end(two);
    }
  });

  it('give the place of one back that could not be put on record, or broke there', async () => {
    let isBroken = false;
    const run = exporting({
      commits: {
        commit: () => {
          if (isBroken) throw new Error('a defect');
          return errAsync(silent);
        },
      },
    });
    for (let turn = 0; turn < 5; turn += 1) expect((await run())._unsafeUnwrapErr()).toEqual(silent);
    isBroken = true;
    for (let turn = 0; turn < 5; turn += 1) await expect(run()).rejects.toThrow('a defect');
    isBroken = false;
    expect((await run())._unsafeUnwrapErr()).toEqual(silent);
  });
});

/** To whatever end it comes. */
async function walk({ pages }: PaymentExport): Promise<void> {
  try {
    for await (const _ of pages);
  } catch {
    // A defect ends it too.
  }
}
