import type { MerchantId } from '../src/domain/kernel/ids.ts';
import { present } from '../src/domain/kernel/present.ts';
import type { Change } from '../src/ports/commits.ts';
import { afterwards } from './after.ts';
import { delivering } from './deliveries.ts';
import { type Load, measure } from './measure.ts';
import { recorded } from './recording.ts';
import { relaying } from './relay.ts';
import { orThrow, type RawDriver, type Row, type RowOf, type Sizes } from './rows.ts';
import { anIntent, aRequest, MERCHANTS, type System } from './system.ts';

/** Every row of the table for one storage. */
export async function work(
  system: System,
  raw: RawDriver | undefined,
  { sizes, callers }: Readonly<{ sizes: Sizes; callers: number }>,
): Promise<readonly Row[]> {
  const { storage, processPayment: process, processBatch: batch, listPayments: list } = system;
  const { operations, batches, large, pages } = sizes;
  const rows: Row[] = [];
  const row: RowOf = async (name, load, ours, theirs, prepare) => {
    const contenders = theirs === undefined ? [ours] : [ours, theirs];
    const [measured, rawMeasured] = await measure(load, contenders, prepare);
    if (measured === undefined) throw new Error('nothing was measured');
    rows.push({ work: name, ours: measured, ...present({ raw: rawMeasured }) });
  };
  const many = { callers, operations };
  const commit = async (change: Change) => orThrow(await storage.commits.commit(change));
  const made = (count: number) => Array.from({ length: count }, () => anIntent());
  /** Changes are made before each turn, so that only their writing is measured; each is written once. */
  const create = async (name: string, load: Load, size: number) => {
    let changes: Change[] = [];
    const next = () => changes.splice(-size);
    const theirs = raw && (() => (size === 1 ? raw.writeEach(next()) : raw.writeTogether(next())));
    const prepare = (count: number) => {
      changes = made(count * size);
    };
    await row(name, load, () => Promise.all(next().map(commit)), theirs, prepare);
  };

  await create('create a payment record', many, 1);

  const count = Math.ceil(operations * 1.1) + 10;
  const pairs =
    raw === undefined
      ? []
      : await recorded(count, (memory) => Promise.resolve(memory.processPayment(aRequest())));
  let pair = 0;
  await row(
    'process a payment',
    many,
    async () => orThrow(await process(aRequest())),
    raw &&
      (async () => {
        for (const change of pairs[pair++ % pairs.length] as readonly Change[]) await raw.writeEach([change]);
      }),
  );

  const known = Array.from({ length: 500 }, () => aRequest());
  for (const request of known) orThrow(await process(request));
  const claims = made(500);
  for (const change of claims) await commit(change);
  await row(
    'replay',
    { callers, operations: operations * 2 },
    async (n) => orThrow(await process(known[n % known.length] as ReturnType<typeof aRequest>)),
    raw && ((n) => raw.readClaim(claims[n % claims.length] as Change)),
  );

  await create('create 25 in one call', { callers: 16, operations: batches }, 25);
  await create('create 1 000 in one call', { callers: 1, operations: large }, 1_000);
  await row('process a batch of 25', { callers: 8, operations: batches }, async () => {
    await batch(Array.from({ length: 25 }, () => aRequest()));
  });
  await row('process a batch of 1 000', { callers: 1, operations: large }, async () => {
    await batch(Array.from({ length: 1_000 }, () => aRequest()));
  });

  const merchantId = MERCHANTS[0] as MerchantId;
  for (let left = 10_000; left > 0; left -= 1_000)
    await Promise.all(Array.from({ length: 1_000 }, () => commit(anIntent(merchantId))));
  await row(
    'page of 100',
    { callers: 8, operations: pages },
    async () => orThrow(await list({ merchantId, filter: {}, limit: 100 })),
    raw && (() => raw.readPage(merchantId, 101)),
  );
  await row(
    'read 10 000',
    { callers: 1, operations: large },
    async () => orThrow(await storage.payments.list(merchantId, {}, { limit: 10_000 })),
    raw && (() => raw.readPage(merchantId, 10_000)),
  );
  await afterwards(system, raw, row, { sizes, callers });
  rows.push(...(await relaying(storage, operations / 1_000)));
  rows.push(...(await delivering(system, operations)));
  return rows;
}
