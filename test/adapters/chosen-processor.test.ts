import { okAsync } from 'neverthrow';
import { describe, expect, it } from 'vitest';
import { chosenProcessor } from '../../src/adapters/processor/chosen.ts';
import { money } from '../../src/domain/kernel/money.ts';
import { present } from '../../src/domain/kernel/present.ts';
import type { ChargeOrder, Processor } from '../../src/ports/processor.ts';
import { aMerchantId } from '../fixtures/changes.ts';

/** A processor that opens every charge, and says by which processor. */
const named = (name: string): Processor => ({
  routeOf: (config) => ({ processor: name, ...present({ account: config('account') }) }),
  accepts: (paymentMethod) => paymentMethod === name,
  charge: () => okAsync({ awaits: 'confirmation', processorId: name }),
  cancel: () => okAsync({ awaits: 'confirmation', processorId: name }),
  move: () => expect.fail(`${name} moves nothing`),
  lookup: () => okAsync({ awaits: 'confirmation', processorId: name }),
});

const order = (config: Readonly<Record<string, string>>): ChargeOrder => ({
  reference: 'pay_1',
  merchantId: aMerchantId(),
  amount: money(100n, 'USD'),
  paymentMethod: 'card',
  capture: true,
  config: (name) => config[name],
});

describe('processors among which merchants choose', () => {
  const processor = chosenProcessor({ bank: named('bank'), house: named('house') }, 'bank');

  it('act for the merchants whose config says so, and the default for all others', async () => {
    for (const [config, processorId] of [
      [{}, 'bank'],
      [{ account: 'house' }, 'bank'],
      [{ kind: 'bank' }, 'bank'],
      [{ kind: 'house' }, 'house'],
    ] as const) {
      expect((await processor.charge(order(config)))._unsafeUnwrap()).toMatchObject({ processorId });
      expect((await processor.lookup(order(config)))._unsafeUnwrap()).toMatchObject({ processorId });
    }
  });

  it('are unavailable to a merchant whose config names another, which nothing is sent to', async () => {
    for (const kind of ['simulator', '', '__proto__', 'toString'])
      for (const call of ['charge', 'lookup'] as const)
        expect((await processor[call](order({ kind })))._unsafeUnwrapErr()).toEqual({
          kind: 'ProcessorUnavailable',
        });
  });

  it('say where a new charge goes: to the processor of the config with its account there, and nowhere for a kind that is not among them', () => {
    const routeOf = (config: Readonly<Record<string, string>>) => processor.routeOf((name) => config[name]);
    expect(routeOf({})).toEqual({ processor: 'bank' });
    expect(routeOf({ kind: 'house', account: 'a-1' })).toEqual({ processor: 'house', account: 'a-1' });
    for (const kind of ['simulator', '', '__proto__', 'toString']) expect(routeOf({ kind })).toBeUndefined();
  });

  it('take the methods that any of them takes', () => {
    for (const [method, taken] of [
      ['bank', true],
      ['house', true],
      ['cash', false],
    ] as const)
      expect(processor.accepts(method)).toBe(taken);
  });
});
