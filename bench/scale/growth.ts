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
import { aRequest, MERCHANTS, origin, systemOver } from '../system.ts';
import { AHEAD_MS, type Costs, costsOf, type Filled, PAGE, type Terms } from './costs.ts';

/** What each kind of work costs, in stores that were filled. */
export type Growth = Readonly<{
  storage: StorageName;
  stores: readonly Readonly<{ title: string; size?: number }>[];
  costs: readonly Costs[];
}>;

/** A store for each number of payments of one merchant, and one of so many merchants with a payment each. */
export type Sizes = Terms & Readonly<{ payments: readonly number[]; merchants: number }>;

const CALLERS = 96;
const [MERCHANT] = MERCHANTS as readonly [MerchantId];

/** All stores of a storage are there at once, each on a server of its own where it has one, and gone at the end. */
export async function growthOn(
  storage: StorageName,
  sizes: Sizes,
  note: (line: string) => void,
): Promise<Growth> {
  const opened: Opened[] = [];
  try {
    const stores: Filled[] = [];
    for (const payments of sizes.payments) {
      const { system } = await open(storage, opened);
      await takePayments(system, MERCHANT, { payments, callers: CALLERS });
      const deep = await startOfLastPage(system.storage);
      stores.push({
        title: `${inDigits(payments)} payments`,
        size: payments,
        system,
        merchants: [MERCHANT],
        ...present({ deep }),
      });
      note(`${storage}: ${payments} payments are there`);
    }
    const { system } = await open(storage, opened);
    const merchants = await manyMerchants(system, sizes.merchants);
    stores.push({ title: `${inDigits(merchants.length)} merchants, one each`, system, merchants });
    note(`${storage}: ${merchants.length} merchants are there`);
    return { storage, stores, costs: await costsOf(stores, sizes) };
  } finally {
    for (const { stop } of opened) await stop();
  }
}

type Opened = Readonly<{ system: Filled['system']; stop(): Promise<void> }>;

async function open(storage: StorageName, opened: Opened[]): Promise<Opened> {
  const dir = mkdtempSync(join(tmpdir(), 'paywright-scale-'));
  const store = await STORES[storage]?.(dir);
  const under = store?.storage ?? memoryStorage();
  const one = {
    system: await systemOver(under, { now: () => systemClock.now() + AHEAD_MS }),
    async stop() {
      await (store?.stop() ?? under.close());
      rmSync(dir, { recursive: true, force: true });
    },
  };
  opened.push(one);
  return one;
}

/** The payment before the last page; undefined of fewer. */
async function startOfLastPage({ payments }: Storage): Promise<PaymentId | undefined> {
  for (let before: PaymentId | undefined, last: readonly PaymentId[] = []; ; ) {
    const page = orThrow(await payments.list(MERCHANT, {}, { limit: WALKED, ...present({ before }) }));
    const ids = [...last, ...page.map(({ id }) => id)];
    if (page.length < WALKED) return ids.at(-PAGE - 1);
    last = ids.slice(-PAGE - 1);
    before = last.at(-1);
  }
}

const WALKED = 10_000;

/** New ones, each with a payment. */
async function manyMerchants(system: Filled['system'], count: number): Promise<readonly MerchantId[]> {
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

/** Thousands apart. */
export const inDigits = (count: number): string => count.toLocaleString('en').replaceAll(',', ' ');
