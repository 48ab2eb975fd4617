import { errAsync, okAsync, ResultAsync } from 'neverthrow';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Responded } from '../../../src/application/kernel/idempotency.ts';
import { processBatch } from '../../../src/application/payments/process-batch.ts';
import type { ProcessPaymentFailure } from '../../../src/application/payments/process-payment.ts';
import { money } from '../../../src/domain/kernel/money.ts';
import { aMerchantId } from '../../fixtures/changes.ts';
import { aRequest, aWorld, holding, loseCommit, refuseCharge, type World } from '../world.ts';

let world: World;
beforeEach(async () => {
  world = await aWorld();
});
afterEach(() => world.close());

const processed = async (requests: readonly ReturnType<typeof aRequest>[]) =>
  (await processBatch(world.process)(requests))._unsafeUnwrap();

describe('a batch', () => {
  it('of nothing has no results', async () => {
    expect(await processed([])).toEqual([]);
  });

  it('gives each of a thousand payments its own result, in the order given', async () => {
    const requests = Array.from({ length: 1_000 }, (_, n) => aRequest({ amount: BigInt(n + 1) }));
    const results = await processed(requests);
    expect(results.map((each) => each._unsafeUnwrap().response.split(' ')[3])).toEqual(
      requests.map((_, n) => `${n + 1}`),
    );
    expect(world.ledger.charges().size).toBe(1_000);
  });

  it('fails in part: one item’s trouble is its own', async () => {
    const requests = [
      aRequest(),
      aRequest({ paymentMethod: 'test_declined' }),
      aRequest({ paymentMethod: 'test_unavailable' }),
      aRequest({ amount: 0n }),
      aRequest({ amount: 2_000_000n }),
      aRequest({ merchantId: aMerchantId('nobody') }),
      aRequest({ paymentMethod: 'test_timeout_approved' }),
      aRequest(),
    ];
    const results = await processed(requests);
    const told = results.map((each) =>
      each.match(
        ({ response }) => response.split(' ')[0],
        ({ kind }) => kind,
      ),
    );
    expect(told).toEqual([
      'succeeded',
      'failed',
      'ProcessorUnavailable',
      'AmountNotPositive',
      'AmountOverLimit',
      'MerchantInactive',
      'processing',
      'succeeded',
    ]);
  });

  it('goes on when the store fails one item', async () => {
    world.turns.commit.push(loseCommit);
    const requests = [aRequest(), aRequest(), aRequest()];
    const results = await processed(requests);
    expect(results.map((each) => each.isOk())).toEqual([false, true, true]);
    const again = await processed(requests);
    expect(again.map((each) => each._unsafeUnwrap().replayed)).toEqual([false, true, true]);
    expect(world.ledger.charges().size).toBe(3);
  });

  it('takes a key that comes twice once, and the later one is a replay, however slow the first', async () => {
    const { hold, letGo } = holding();
    world.turns.charge.push(hold);
    setTimeout(letGo, 20);
    const request = aRequest();
    const results = await processed([request, aRequest(), request, request]);
    const mine = [results[0], results[2], results[3]].map((each) => each?._unsafeUnwrap());
    expect(mine.map((each) => each?.replayed)).toEqual([false, true, true]);
    expect(new Set(mine.map((each) => each?.response)).size).toBe(1);
    expect(world.ledger.charges().size).toBe(2);
  });

  it('refuses the later of two payloads under one key', async () => {
    const request = aRequest();
    const [first, second] = await processed([request, { ...request, amount: money(1n, 'USD') }]);
    expect(first?.isOk()).toBe(true);
    expect(second?._unsafeUnwrapErr()).toEqual({ kind: 'IdempotencyKeyReused' });
  });

  it('tries a key that the processor refused again with its later item', async () => {
    world.turns.charge.push(refuseCharge);
    const request = aRequest();
    const [first, second] = await processed([request, request]);
    expect(first?._unsafeUnwrapErr().kind).toBe('ProcessorUnavailable');
    expect(second?._unsafeUnwrap()).toMatchObject({ replayed: false });
    expect(world.ledger.charges().size).toBe(1);
  });

  it('sent twice gives the same answers', async () => {
    const requests = Array.from({ length: 30 }, () => aRequest());
    const first = await processed(requests);
    const second = await processed(requests);
    expect(second.map((each) => each._unsafeUnwrap().response)).toEqual(
      first.map((each) => each._unsafeUnwrap().response),
    );
    expect(second.every((each) => each._unsafeUnwrap().replayed)).toBe(true);
    expect(world.ledger.charges().size).toBe(30);
  });

  it('runs many at once, and never all of a thousand', async () => {
    let underWay = 0;
    let most = 0;
    const slow = () => {
      most = Math.max(most, ++underWay);
      return ResultAsync.fromSafePromise<void, ProcessPaymentFailure>(
        new Promise((soon) => setTimeout(soon, 1)),
      ).andThen(() => {
        underWay -= 1;
        return okAsync<Responded, ProcessPaymentFailure>({ response: 'done', replayed: false });
      });
    };
    const requests = Array.from({ length: 1_000 }, () => aRequest());
    expect((await processBatch(slow)(requests))._unsafeUnwrap()).toHaveLength(1_000);
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(256);
  });

  it('processes every other item before it lets a defect in one be known', async () => {
    let processedItems = 0;
    const broken = ({ amount }: ReturnType<typeof aRequest>) => {
      if (amount.minorUnits <= 300n) throw new Error('a defect');
      processedItems += 1;
      return errAsync<Responded, ProcessPaymentFailure>({ kind: 'ProcessorUnavailable' });
    };
    const requests = Array.from({ length: 1_000 }, (_, n) => aRequest({ amount: BigInt(n + 1) }));
    await expect(processBatch(broken)(requests)).rejects.toThrow('a defect');
    expect(processedItems).toBe(700);
  });

  it('processes a key again for its later item when the earlier one met a defect', async () => {
    let calls = 0;
    const broken = () => {
      calls += 1;
      if (calls === 1) throw new Error('a defect');
      return okAsync<Responded, ProcessPaymentFailure>({ response: 'done', replayed: false });
    };
    const request = aRequest();
    await expect(processBatch(broken)([request, request])).rejects.toThrow('a defect');
    expect(calls).toBe(2);
  });
});
