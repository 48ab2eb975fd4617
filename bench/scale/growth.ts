import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryStorage } from '../../src/adapters/memory/storage.ts';
import { systemClock } from '../../src/adapters/system/clock.ts';
import { type MerchantId, type PaymentId, parseMerchantId } from '../../src/domain/kernel/ids.ts';
import { present } from '../../src/domain/kernel/present.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { takePayments } from '../files/books.ts';
import { STORES } from '../files/stores.ts';
import type { StorageName } from '../load/installation.ts';
import { orThrow } from '../rows.ts';
import { aRequest, MERCHANTS, origin, type System, systemOver } from '../system.ts';
import { AHEAD_MS, type Costs, costsOf } from './costs.ts';

/** What each kind of work costs with so many payments of one merchant, and with so many merchants of one payment each. */
export type Growth = Readonly<{
  storage: StorageName;
  sizes: readonly Readonly<{ payments: number; costs: Costs }>[];
  merchants?: Readonly<{ count: number; costs: Costs }>;
}>;

/** Payments of one merchant, ascending; `merchants`: how many have one each, 0 for none of that. */
export type Sizes = Readonly<{
  payments: readonly number[];
  merchants: number;
  creates: number;
  reads: number;
  stuck: number;
}>;

const CALLERS = 96;
const [MERCHANT] = MERCHANTS as readonly [MerchantId];
/** How far from its end the list is read whose place is known from the first size on. */
const DEEP = 101;

/** Fills a store up to each size in turn, and measures there. What measuring adds counts for the next size. */
export async function growthOn(
  storage: StorageName,
  sizes: Sizes,
  note: (line: string) => void,
): Promise<Growth> {
  const measured = await onStore(storage, async (system) => {
    const found: Growth['sizes'][number][] = [];
    let there = 0;
    let deep: PaymentId | undefined;
    for (const payments of sizes.payments) {
      await takePayments(system, MERCHANT, { payments: Math.max(0, payments - there), callers: CALLERS });
      deep ??= await nearTheEnd(system.storage, payments);
      note(`${storage}: ${payments} payments are there`);
      const terms = { ...sizes, ...present({ deep }), merchants: [MERCHANT] };
      found.push({ payments, costs: await costsOf(system, terms) });
      there = orThrow(await system.summarizePayments(MERCHANT, {})).totalCount;
    }
    return found;
  });
  if (sizes.merchants === 0) return { storage, sizes: measured };
  const costs = await onStore(storage, async (system) => {
    const merchants = await manyMerchants(system, sizes.merchants);
    note(`${storage}: ${merchants.length} merchants are there`);
    return costsOf(system, { ...sizes, merchants });
  });
  return { storage, sizes: measured, merchants: { count: sizes.merchants, costs } };
}

/** The storage is closed, and what lay on disk is gone, when `use` has ended. */
async function onStore<T>(storage: StorageName, use: (system: System) => Promise<T>): Promise<T> {
  const dir = mkdtempSync(join(tmpdir(), 'paywright-scale-'));
  const store = await STORES[storage]?.(dir);
  const opened = store?.storage ?? memoryStorage();
  try {
    return await use(await systemOver(opened, { now: () => systemClock.now() + AHEAD_MS }));
  } finally {
    await (store?.stop() ?? opened.close());
    rmSync(dir, { recursive: true, force: true });
  }
}

async function nearTheEnd({ payments }: Storage, limit: number): Promise<PaymentId | undefined> {
  const all = orThrow(await payments.list(MERCHANT, {}, { limit }));
  return all.at(-Math.min(DEEP, all.length))?.id;
}

/** New ones, each with a payment. */
async function manyMerchants(system: System, count: number): Promise<readonly MerchantId[]> {
  const ids = Array.from({ length: count }, (_, n) => parseMerchantId(`shop-${n}`) as MerchantId);
  const left = ids.values();
  const lane = async () => {
    for (const id of left) {
      orThrow(await system.createMerchant({ id, name: id, email: `${id}@example.com`, origin }));
      orThrow(await system.processPayment(aRequest(id)));
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, lane));
  return ids;
}
