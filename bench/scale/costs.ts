import type { MerchantId, PaymentId } from '../../src/domain/kernel/ids.ts';
import { present } from '../../src/domain/kernel/present.ts';
import { measure } from '../measure.ts';
import { orThrow } from '../rows.ts';
import { anIntent, aRequest, type System } from '../system.ts';
import { relayAll } from '../verifying.ts';

/** Milliseconds of each kind of work, once. */
export type Costs = ReadonlyMap<string, number>;

/** Whom work is done for, and how often. */
export type Terms = Readonly<{
  /** Payments are made for these in turn; reads are the first's. */
  merchants: readonly MerchantId[];
  /** Of the merchant whose list is read, the hundredth from its end. */
  deep?: PaymentId;
  creates: number;
  reads: number;
  stuck: number;
}>;

const PAGE = 100;
const CALLERS = 64;
/** Of all that is measured a few times, the middle counts. */
const ROUNDS = 3;

/**
 * What the storage that is there makes each kind of work cost. Reads one after the other, their middle; payments 64 at once, per payment. The
 * system's clock is ahead by more than a lease (`aheadOf`), so that payments that are only begun are due for recovery.
 */
export async function costsOf(system: System, terms: Terms): Promise<Costs> {
  const { storage, ports, processPayment: process, listPayments: list } = system;
  const { merchants, deep, creates, reads, stuck } = terms;
  const [merchantId] = merchants as readonly [MerchantId];
  const costs = new Map<string, number>();
  let turn = 0;
  const next = () => merchants[turn++ % merchants.length] as MerchantId;

  const made = await measured(CALLERS, creates, async () => orThrow(await process(aRequest(next()))));
  costs.set('create, 64 at once', 1_000 / made.perSecond);

  const reading = async (work: string, read: () => Promise<unknown>) =>
    costs.set(work, (await measured(1, reads, read)).p50Ms);
  await reading('list, the first 100', async () =>
    orThrow(await list({ merchantId, filter: {}, limit: PAGE })),
  );
  const before = present({ before: deep });
  if (deep !== undefined)
    await reading('list, the last 100', async () =>
      orThrow(await storage.payments.list(merchantId, {}, { limit: PAGE, ...before })),
    );
  await reading('summary', async () => orThrow(await system.summarizePayments(merchantId, {})));
  await reading('balance', async () => orThrow(await system.readBalance(merchantId)));
  await reading('recover, nothing to', async () => recovered(system, 0));

  const taken: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const changes = Array.from({ length: stuck }, () => anIntent(next()));
    await Promise.all(changes.map(async (change) => orThrow(await storage.commits.commit(change))));
    taken.push(await timed(() => recovered(system, stuck)));
  }
  costs.set(`recover, each of ${stuck} stuck`, middle(taken) / stuck);

  await relayAll(storage, ports.clock);
  let payments = 0;
  const verified = await timed(async () => {
    ({ payments } = orThrow(await system.verify(() => {})));
  });
  costs.set('verify, a payment', verified / payments);
  return costs;
}

/** Ahead of the lease of every claim that was opened until now. */
export const AHEAD_MS = 60_000;

async function measured(callers: number, operations: number, operation: () => Promise<unknown>) {
  const [figures] = await measure({ callers, operations }, [operation]);
  if (figures === undefined) throw new Error('nothing was measured');
  return figures;
}

/** One round of recovery, which must find and settle so many. */
async function recovered({ recoverPayments: recover }: System, expected: number): Promise<void> {
  const { settled } = orThrow(await recover(Math.max(1, expected)));
  if (settled !== expected) throw new Error(`recovery settled ${settled} of ${expected}`);
}

async function timed(work: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

const middle = (values: readonly number[]): number =>
  values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] as number;
