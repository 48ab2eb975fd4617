import { ResultAsync } from 'neverthrow';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chosenProcessor } from '../../../src/adapters/processor/chosen.ts';
import { simulatedProcessor } from '../../../src/adapters/processor/simulator.ts';
import { type SimulatorLedger, simulatorLedger } from '../../../src/adapters/processor/simulator-ledger.ts';
import {
  type ProcessorConfig,
  sealProcessorConfig,
} from '../../../src/application/merchants/merchant-secrets.ts';
import { modifyPayment } from '../../../src/application/payments/modify-payment.ts';
import { processPayment } from '../../../src/application/payments/process-payment.ts';
import { recoverPayments } from '../../../src/application/payments/recover-payments.ts';
import type { MerchantId } from '../../../src/domain/kernel/ids.ts';
import { present } from '../../../src/domain/kernel/present.ts';
import type { OpenConfig, Processor } from '../../../src/ports/processor.ts';
import { aKey, anOpening, terms } from '../../fixtures/changes.ts';
import { eachInItsOwnWorld, world } from '../each-world.ts';
import {
  aModification,
  aRequest,
  dieAfter,
  dieBefore,
  loseCommit,
  paymentIn,
  refuseCharge,
  soon,
  storedFor,
} from '../world.ts';
import { DAY } from './recovering.ts';

eachInItsOwnWorld();

type Place = Readonly<{ kind?: string; account?: string }>;

/** Every way in which a merchant's config can come to name another processor or account. */
const CHANGES: readonly (readonly [Place, Place])[] = [
  [{}, { kind: 'house' }],
  [{ kind: 'house' }, {}],
  [
    { kind: 'house', account: 'a' },
    { kind: 'bank', account: 'a' },
  ],
  [{ account: 'a' }, { account: 'b' }],
  [{ account: 'a' }, {}],
  [{}, { account: 'b' }],
  [{}, { kind: 'gone' }],
];

let ledgers: Map<string, SimulatorLedger>;
let config: ProcessorConfig;
beforeEach(() => {
  ledgers = new Map();
});
afterEach(() => {
  for (const ledger of ledgers.values()) ledger.close();
});

/** Books of a processor for each of its accounts: a charge on one is unknown to all others. */
function accountsOf(kind: string): Processor {
  const of = (open: OpenConfig) => {
    const name = `${kind} ${open('account') ?? ''}`;
    const ledger = ledgers.get(name) ?? simulatorLedger(':memory:');
    ledgers.set(name, ledger);
    return simulatedProcessor(ledger, world.clock);
  };
  return {
    routeOf: (open) => ({ processor: kind, ...present({ account: open('account') }) }),
    accepts: () => true,
    charge: (order) => of(order.config).charge(order),
    cancel: (query) => of(query.config).cancel(query),
    move: (order) => of(order.config).move(order),
    lookup: (query) => of(query.config).lookup(query),
  };
}

const both = () => chosenProcessor({ bank: accountsOf('bank'), house: accountsOf('house') }, 'bank');

/** The use cases of a merchant whose config is the one of the moment, over processors of several accounts. */
function over(chosen: Processor) {
  const { storage } = world;
  const sealed = (id: MerchantId) =>
    sealProcessorConfig<undefined>(world.ports.vault, id, config)
      .map((its) => its ?? expect.fail('a config is sealed'))
      .mapErr(({ kind }) => expect.fail(kind));
  const ports = {
    ...world.ports,
    merchants: {
      ...world.ports.merchants,
      find: (id: MerchantId) =>
        ResultAsync.combine([storage.merchants.find(id), sealed(id)]).map(
          ([merchant, processorConfig]) => merchant && { ...merchant, processorConfig },
        ),
    },
    processor: {
      ...chosen,
      charge: (order) => (world.turns.charge.shift() ?? ((call) => call()))(() => chosen.charge(order)),
      move: (order) => (world.turns.move.shift() ?? ((call) => call()))(() => chosen.move(order)),
    } satisfies Processor,
  };
  return {
    process: processPayment(ports, terms),
    move: modifyPayment(ports, terms),
    recover: recoverPayments(ports, terms),
  };
}

/** The books that hold anything of a reference. */
const holding = (reference: string) =>
  [...ledgers].filter(([, ledger]) => ledger.find(reference) !== undefined).map(([name]) => name);

const nameOf = ({ kind = 'bank', account = '' }: Place) => `${kind} ${account}`;

/** What stops a charge on its way, and leaves it to recovery or to the client. */
const STOPS = {
  'before it was sent': () => world.turns.charge.push(dieBefore),
  'after it was sent': () => world.turns.charge.push(dieAfter),
  'before its outcome was on record': () => world.turns.commit.push((call) => call(), loseCommit),
  'refused before any effect': () => world.turns.charge.push(refuseCharge),
};

describe('a charge under way while the config of its merchant changes', () => {
  for (const [stop, stopped] of Object.entries(STOPS))
    for (const by of ['recovery', 'its client'] as const)
      it(`is charged once, where it was sent first: stopped ${stop}, ended by ${by}`, async () => {
        for (const [before, after] of CHANGES) {
          config = before;
          const { process, recover } = over(both());
          const request = aRequest({ amount: 100n });
          stopped();
          void process(request);
          await soon();
          await soon();
          config = after;
          world.pass(terms.leaseMs + 1);
          if (by === 'recovery') await recover(10);
          else await process(request);
          world.pass(DAY);
          await recover(10);
          const { payment } = await storedFor(world, request);
          expect(holding(payment?.id ?? '').filter((name) => name !== nameOf(before))).toEqual([]);
          expect(payment?.status).toMatch(/^(succeeded|failed)$/);
          expect(holding(payment?.id ?? '').length).toBe(payment?.status === 'succeeded' ? 1 : 0);
          expect(payment?.route).toEqual({
            processor: before.kind ?? 'bank',
            ...present({ account: before.account }),
          });
        }
      });

  it('is moved on where it was charged, by keys of the moment', async () => {
    const keys: (string | undefined)[] = [];
    const chosen = both();
    for (const [before, after] of CHANGES) {
      config = before;
      const { process, move } = over({
        ...chosen,
        move: (order) => {
          keys.push(order.config('api_key'));
          return chosen.move(order);
        },
      });
      const request = aRequest({ amount: 100n, captureMethod: 'manual' });
      const id = paymentIn((await process(request))._unsafeUnwrap().response);
      config = { ...after, api_key: 'new' };
      for (const modification of [
        { type: 'capture', amount: 60n, final: false },
        { type: 'refund', amount: 10n },
        { type: 'void' },
      ] as const)
        (await move(aModification(id, modification)))._unsafeUnwrap();
      expect((await storedFor(world, request)).payment).toMatchObject({
        status: 'succeeded',
        captured: { minorUnits: 60n },
        refunded: { minorUnits: 10n },
      });
    }
    expect(new Set(keys)).toEqual(new Set(['new']));
  });

  it('waits where the installation no longer has its processor, and ends once it has', async () => {
    config = { kind: 'house' };
    const request = aRequest({ amount: 100n });
    world.turns.charge.push(dieAfter);
    void over(both()).process(request);
    await soon();
    config = {};
    const without = over(chosenProcessor({ bank: accountsOf('bank') }, 'bank'));
    for (const ms of [terms.leaseMs + 1, DAY, 30 * DAY]) {
      world.pass(ms);
      expect((await without.recover(10))._unsafeUnwrap()).toMatchObject({ settled: 0, waiting: 1 });
    }
    const { payment } = await storedFor(world, request);
    expect(payment?.status).toBe('processing');
    expect(holding(payment?.id ?? '')).toEqual(['house ']);
    world.pass(DAY);
    await over(both()).recover(10);
    expect((await storedFor(world, request)).payment?.status).toBe('succeeded');
    const unheld = {
      ...aModification(payment?.id ?? paymentIn(' '), { type: 'refund' }),
      idempotencyKey: aKey(),
    };
    expect((await without.move(unheld))._unsafeUnwrap().response).toMatch(/^pending /);
  });

  it('follows the config where its payment is of before routes were kept', async () => {
    config = { kind: 'house', account: 'b' };
    const { change, payment } = anOpening();
    (await world.storage.commits.commit(change))._unsafeUnwrap();
    world.pass(terms.leaseMs + 1);
    expect((await over(both()).recover(10))._unsafeUnwrap()).toMatchObject({ settled: 1 });
    expect(holding(payment.id)).toEqual(['house b']);
    const after = (await world.storage.payments.find(payment.merchantId, payment.id))._unsafeUnwrap();
    expect(after).toMatchObject({ status: 'succeeded' });
    expect(after.route).toBeUndefined();
  });

  it('is refused with nothing on record where the config names no processor that there is', async () => {
    config = { kind: 'gone' };
    const request = aRequest({ amount: 100n });
    const { process } = over(both());
    expect((await process(request))._unsafeUnwrapErr()).toEqual({ kind: 'ProcessorUnavailable' });
    expect(await storedFor(world, request)).toEqual({ claim: undefined });
    config = {};
    (await process(request))._unsafeUnwrap();
    expect((await storedFor(world, request)).payment?.route).toEqual({ processor: 'bank' });
  });
});
