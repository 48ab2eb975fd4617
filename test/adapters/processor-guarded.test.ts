import { errAsync, okAsync, ResultAsync } from 'neverthrow';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { guardedProcessor } from '../../src/adapters/processor/guarded.ts';
import { storedCurrency } from '../../src/domain/kernel/currency.ts';
import type { MerchantId } from '../../src/domain/kernel/ids.ts';
import { money } from '../../src/domain/kernel/money.ts';
import type { ChargeOrder, ModificationOrder, Processor, Verdict } from '../../src/ports/processor.ts';
import { noConfig } from '../fixtures/vault.ts';

const amount = money(100n, storedCurrency('EUR'));
const order: ChargeOrder = {
  reference: 'pay_1',
  merchantId: 'm' as MerchantId,
  config: noConfig,
  amount,
  paymentMethod: 'card',
  capture: true,
};
const modification: ModificationOrder = {
  reference: 'txn_1',
  charge: 'pay_1',
  merchantId: 'm' as MerchantId,
  config: noConfig,
  type: 'refund',
  amount,
  final: false,
};
const verdict: Verdict = {
  approved: true,
  amount,
  processorId: 'p',
  responseCode: '00',
  responseText: 'Approved',
  processedAt: 0,
};

const silent = () => new Promise<never>(() => {});
const never = ResultAsync.fromSafePromise<never>(silent());

/** A processor that counts what reaches it, behind a guard of 1 s that opens after three silences. */
function guarded(response: Partial<Processor>) {
  let sent = 0;
  const processor = guardedProcessor(
    {
      routeOf: () => ({ processor: 'bank' }),
      accepts: (method) => method === 'card',
      charge: (asked) => {
        sent += 1;
        return (response.charge ?? (() => okAsync(verdict)))(asked);
      },
      cancel: (query) => {
        sent += 1;
        return (response.cancel ?? (() => okAsync(verdict)))(query);
      },
      move: (asked) => {
        sent += 1;
        return (response.move ?? (() => okAsync(verdict)))(asked);
      },
      lookup: (reference) => {
        sent += 1;
        return (response.lookup ?? (() => okAsync(verdict)))(reference);
      },
    },
    { timeoutMs: 1_000, opensAfter: 3, staysOpenMs: 5_000 },
  );
  return { processor, sent: () => sent };
}

const past = async <T>(ms: number, call: PromiseLike<T>): Promise<T> => {
  await vi.advanceTimersByTimeAsync(ms);
  return call;
};

describe('a guarded processor', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('passes answers on, refusals included', async () => {
    const { processor } = guarded({ lookup: () => errAsync({ kind: 'ProcessorHasNoRecord' }) });
    expect(processor.accepts('card')).toBe(true);
    expect(processor.accepts('cash')).toBe(false);
    expect((await processor.charge(order))._unsafeUnwrap()).toBe(verdict);
    expect((await processor.move(modification))._unsafeUnwrap()).toBe(verdict);
    expect((await processor.lookup({ ...order, reference: 'pay_1' }))._unsafeUnwrapErr()).toEqual({
      kind: 'ProcessorHasNoRecord',
    });
  });

  it('calls a charge without an answer unknown, never failed', async () => {
    const { processor } = guarded({ charge: () => never });
    const result = await past(1_000, processor.charge(order));
    expect(result._unsafeUnwrapErr()).toEqual({ kind: 'ProcessorOutcomeUnknown' });
  });

  it('calls a modification without an answer unknown, and sends none while the circuit is open', async () => {
    const { processor, sent } = guarded({ move: () => never });
    for (let call = 0; call < 3; call += 1) {
      const result = await past(1_000, processor.move(modification));
      expect(result._unsafeUnwrapErr()).toEqual({ kind: 'ProcessorOutcomeUnknown' });
    }
    expect((await processor.move(modification))._unsafeUnwrapErr()).toEqual({ kind: 'ProcessorUnavailable' });
    expect(sent()).toBe(3);
  });

  it('calls a lookup without an answer unavailable', async () => {
    const { processor } = guarded({ lookup: () => never });
    const result = await past(1_000, processor.lookup({ ...order, reference: 'pay_1' }));
    expect(result._unsafeUnwrapErr()).toEqual({ kind: 'ProcessorUnavailable' });
  });

  it('ignores an answer that comes too late', async () => {
    const late = Promise.withResolvers<Verdict>();
    const { processor } = guarded({ charge: () => ResultAsync.fromSafePromise(late.promise) });
    const result = await past(1_000, processor.charge(order));
    late.resolve(verdict);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(result._unsafeUnwrapErr()).toEqual({ kind: 'ProcessorOutcomeUnknown' });
  });

  it('sends nothing more after silences in a row, and refuses without effect', async () => {
    const { processor, sent } = guarded({ charge: () => never });
    for (let call = 0; call < 3; call += 1) await past(1_000, processor.charge(order));
    expect(sent()).toBe(3);
    expect(processor.circuit()).toBe('open');
    expect((await processor.charge(order))._unsafeUnwrapErr()).toEqual({ kind: 'ProcessorUnavailable' });
    expect((await processor.lookup({ ...order, reference: 'pay_1' }))._unsafeUnwrapErr()).toEqual({
      kind: 'ProcessorUnavailable',
    });
    expect(sent()).toBe(3);
  });

  it('tries again after a while, and goes on when it is answered', async () => {
    const responses = [never, never, never, okAsync(verdict), okAsync(verdict)];
    const { processor } = guarded({ charge: () => responses.shift() as ReturnType<Processor['charge']> });
    for (let call = 0; call < 3; call += 1) await past(1_000, processor.charge(order));
    await vi.advanceTimersByTimeAsync(5_000);
    expect((await processor.charge(order)).isOk()).toBe(true);
    expect((await processor.charge(order)).isOk()).toBe(true);
    expect(processor.circuit()).toBe('closed');
  });

  it('stays closed for a processor that refuses, however often', async () => {
    const { processor, sent } = guarded({ charge: () => errAsync({ kind: 'ProcessorUnavailable' }) });
    for (let call = 0; call < 20; call += 1) await processor.charge(order);
    expect(sent()).toBe(20);
  });

  it('lets a defect through', async () => {
    const { processor } = guarded({
      charge: () => {
        throw new Error('defect');
      },
    });
    await expect(processor.charge(order)).rejects.toThrow('defect');
  });
});
