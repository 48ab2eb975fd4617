import type { MerchantId, PaymentId } from '../../src/domain/kernel/ids.ts';
import { present } from '../../src/domain/kernel/present.ts';
import { type Load, measure } from '../measure.ts';
import { orThrow } from '../rows.ts';
import { anIntent, aRequest, type System } from '../system.ts';
import { relayAll } from '../verifying.ts';

/** A store that was filled, and whom it was filled for. */
export type Filled = Readonly<{
  title: string;
  /** Payments of one merchant; undefined of many merchants. */
  size?: number;
  system: System;
  /** Payments are made for these in turn; reads are the first's. */
  merchants: readonly MerchantId[];
  /** In the list of one merchant, where its last page begins. */
  deep?: PaymentId;
}>;

/** How often each kind of work is done. */
export type Terms = Readonly<{ creates: number; reads: number; stuck: number }>;

/** Milliseconds of one piece of work in each store, in their order; undefined where it is not done. */
export type Costs = Readonly<{ work: string; ms: readonly (number | undefined)[] }>;

/** How many payments a page has. */
export const PAGE = 100;
const CALLERS = 64;
/** Of what is measured as often, the middle counts. */
const ROUNDS = 3;

/**
 * What each kind of work costs in each store, the stores in turns, so that what the machine does besides falls on all of them alike; but for `verify`, which
 * goes over one after the other. Reads one after the other, their middle; payments 64 at once, per payment. The systems' clock is ahead by more
 * than a lease (`AHEAD_MS`), so that payments that are only begun are due for recovery.
 */
export async function costsOf(stores: readonly Filled[], terms: Terms): Promise<readonly Costs[]> {
  const contenders = stores.map((store) => ({ ...store, ...workOf(store) }));
  const reads: Load = { callers: 1, operations: terms.reads };
  const reading = async (work: string, of: (each: (typeof contenders)[number]) => () => Promise<unknown>) => {
    const figures = await measure(reads, contenders.map(of));
    return { work, ms: figures.map(({ p50Ms }) => p50Ms) };
  };
  const created = await measure(
    { callers: CALLERS, operations: terms.creates },
    contenders.map(({ create }) => create),
  );
  const costs: Costs[] = [
    { work: 'create, 64 at once', ms: created.map(({ perSecond }) => 1_000 / perSecond) },
    await reading(`list, the first ${PAGE}`, ({ firstPage }) => firstPage),
  ];
  const deep = contenders.filter((each) => each.lastPage !== undefined);
  const last = await measure(
    reads,
    deep.map(({ lastPage }) => lastPage as () => Promise<unknown>),
  );
  costs.push({
    work: `list, the last ${PAGE}`,
    ms: contenders.map((each) => last[deep.indexOf(each)]?.p50Ms),
  });
  costs.push(
    await reading('summary', ({ summary }) => summary),
    await reading('balance', ({ balance }) => balance),
    await reading(
      'recover, nothing to',
      ({ recover }) =>
        () =>
          recover(0),
    ),
  );
  const rounds = contenders.map((): number[] => []);
  for (let round = 0; round < ROUNDS; round += 1)
    for (const [n, { begin, recover }] of contenders.entries()) {
      await begin(terms.stuck);
      rounds[n]?.push(await timed(() => recover(terms.stuck)));
    }
  costs.push({
    work: `recover, each of ${terms.stuck} stuck`,
    ms: rounds.map((taken) => middle(taken) / terms.stuck),
  });
  const verified: number[] = [];
  for (const { verify } of contenders) verified.push(await verify());
  return [...costs, { work: 'verify, a payment', ms: verified }];
}

/** Ahead of the lease of every claim that was opened until now. */
export const AHEAD_MS = 60_000;

function workOf({ system, merchants, deep }: Filled) {
  const { storage, ports } = system;
  const [merchantId] = merchants as readonly [MerchantId];
  let turn = 0;
  const next = () => merchants[turn++ % merchants.length] as MerchantId;
  return {
    create: async () => orThrow(await system.processPayment(aRequest(next()))),
    firstPage: async () => orThrow(await system.listPayments({ merchantId, filter: {}, limit: PAGE })),
    ...present({
      lastPage:
        deep &&
        (async () => orThrow(await storage.payments.list(merchantId, {}, { limit: PAGE, before: deep }))),
    }),
    summary: async () => orThrow(await system.summarizePayments(merchantId, {})),
    balance: async () => orThrow(await system.readBalance(merchantId)),
    /** Payments that were begun by a process that is gone. */
    begin: async (count: number) => {
      const changes = Array.from({ length: count }, () => anIntent(next()));
      await Promise.all(changes.map(async (change) => orThrow(await storage.commits.commit(change))));
    },
    /** One round, which must find and settle so many. */
    recover: async (expected: number) => {
      const { settled } = orThrow(await system.recoverPayments(Math.max(1, expected)));
      if (settled !== expected) throw new Error(`recovery settled ${settled} of ${expected}`);
    },
    /** Milliseconds a payment. */
    verify: async () => {
      await relayAll(storage, ports.clock);
      let payments = 0;
      const tookMs = await timed(async () => {
        ({ payments } = orThrow(await system.verify(() => {})));
      });
      return tookMs / payments;
    },
  };
}

async function timed(work: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

const middle = (values: readonly number[]): number =>
  values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] as number;
