import { errAsync, okAsync, ResultAsync } from 'neverthrow';
import { describe, expect, it } from 'vitest';
import { givenRing } from '../../../src/adapters/keys/given-ring.ts';
import { ringKeys } from '../../../src/adapters/keys/secret-keys.ts';
import { localVault } from '../../../src/adapters/keys/vault.ts';
import { memoryStorage } from '../../../src/adapters/memory/storage.ts';
import { systemIds } from '../../../src/adapters/system/ids.ts';
import { commitUnderKey } from '../../../src/application/kernel/keyed-commit.ts';
import { workUnderKey } from '../../../src/application/kernel/keyed-work.ts';
import { createMerchant } from '../../../src/application/merchants/create-merchant.ts';
import type { Begun } from '../../../src/domain/kernel/work-claim.ts';
import type { Merchant } from '../../../src/domain/merchants/merchant.ts';
import type { Storage } from '../../../src/ports/storage.ts';
import { aMerchantId, digests, NOON, origin, terms } from '../../fixtures/changes.ts';

const merchantId = aMerchantId('merchant-1');
const key = { merchantId, operation: 'send_test_event', key: 'key-1' } as const;

function aWorkshop(storage: Storage = memoryStorage()) {
  const time = { now: NOON };
  const clock = { now: () => time.now };
  const ring = givenRing([{ id: 'test', secret: Buffer.alloc(32, 7).toString('base64url') }]);
  const ports = { ...storage, clock, ids: systemIds, digests, vault: localVault(ringKeys(ring), clock) };
  return { ports, time };
}

describe('work under a key', () => {
  const request = { key, requestId: 'request-1', payload: {}, respond: (count: number) => `done ${count}` };

  /** Work that counts how often it was done, beside what it is given to wait for. */
  function counted(before: () => PromiseLike<unknown> = () => Promise.resolve()) {
    const state = { count: 0 };
    const work = () =>
      okAsync(undefined)
        .map(before)
        .map(() => (state.count += 1));
    return { state, work };
  }

  it('is not done again by a request that finds it ended after it saw the key free', async () => {
    const { ports } = aWorkshop();
    const { state, work } = counted();
    const first = workUnderKey(ports, terms);
    let looks = 0;
    // The rival begins and ends between the look at the key and the claim.
    const claims = {
      ...ports.claims,
      find: (...args: Parameters<typeof ports.claims.find>) =>
        ports.claims.find(...args).andThen((found) => {
          looks += 1;
          return looks > 1
            ? okAsync(found)
            : first<number, never>({ ...request, work })
                .map(() => found)
                .orElse(() => okAsync(found));
        }),
    };
    const second = workUnderKey({ ...ports, claims }, terms);
    const replayed = (await second<number, never>({ ...request, work }))._unsafeUnwrap();
    expect(replayed).toEqual({ response: 'done 1', replayed: true });
    expect(state.count).toBe(1);
  });

  it('is in flight for a repeat until it ends, or until its lease has run out', async () => {
    const { ports, time } = aWorkshop();
    const use = workUnderKey(ports, terms);
    const { promise: never } = Promise.withResolvers<void>();
    const stalled = counted(() => never);
    void use<number, never>({ ...request, work: stalled.work });
    const { state, work } = counted();
    await new Promise((resolve) => setImmediate(resolve));
    expect((await use<number, never>({ ...request, work }))._unsafeUnwrapErr()).toMatchObject({
      kind: 'IdempotencyInFlight',
    });
    time.now += terms.leaseMs + 1;
    expect((await use<number, never>({ ...request, work }))._unsafeUnwrap()).toEqual({
      response: 'done 1',
      replayed: false,
    });
    expect(state.count).toBe(1);
  });

  it('leaves the key free when it is refused', async () => {
    const { ports } = aWorkshop();
    const use = workUnderKey(ports, terms);
    const refused = { kind: 'EndpointNotEnabled' as const };
    const asked = use<number, typeof refused>({ ...request, work: () => errAsync(refused) });
    expect((await asked)._unsafeUnwrapErr()).toEqual(refused);
    const { work } = counted();
    expect((await use<number, never>({ ...request, payload: { other: 1 }, work })).isOk()).toBe(true);
  });

  it('is known to each who does it by the same time and name, and not alone to one who takes it over', async () => {
    const { ports, time } = aWorkshop();
    const use = workUnderKey(ports, terms);
    const begins: Begun[] = [];
    const seen = (result: 'stalls' | 'ends') => (begun: Begun) => {
      begins.push(begun);
      return result === 'ends' ? okAsync(1) : new ResultAsync<number, never>(new Promise<never>(() => {}));
    };
    void use<number, never>({ ...request, work: seen('stalls') });
    await new Promise((resolve) => setImmediate(resolve));
    time.now += terms.leaseMs + 1;
    await use<number, never>({ ...request, work: seen('ends') });
    await use<number, never>({ ...request, key: { ...key, key: 'key-2' }, work: seen('ends') });
    const [first, second, other] = begins;
    expect(first).toMatchObject({ at: NOON, aloneUntil: NOON + terms.leaseMs });
    expect(second).toEqual({ ...first, aloneUntil: 0 });
    expect(other?.name).not.toBe(first?.name);
  });

  it('is gone on with at once by a repeat when the store fell silent in the middle', async () => {
    const { ports } = aWorkshop();
    const use = workUnderKey(ports, terms);
    const silent = { kind: 'StorageUnavailable' as const, cause: 'silence' };
    const asked = use<number, typeof silent>({ ...request, work: () => errAsync(silent) });
    expect((await asked)._unsafeUnwrapErr()).toEqual(silent);
    const { work } = counted();
    const other = await use<number, never>({ ...request, payload: { other: 1 }, work });
    expect(other._unsafeUnwrapErr()).toEqual({ kind: 'IdempotencyKeyReused' });
    const repeat = await use<number, never>({ ...request, requestId: 'request-2', work });
    expect(repeat._unsafeUnwrap()).toEqual({ response: 'done 1', replayed: false });
  });

  it('stays of its request when the one who took it over is refused, as the first may have had effects', async () => {
    const { ports } = aWorkshop();
    const use = workUnderKey(ports, terms);
    const silent = { kind: 'StorageUnavailable' as const, cause: 'silence' };
    const refused = { kind: 'EndpointNotEnabled' as const };
    await use<number, typeof silent>({ ...request, work: () => errAsync(silent) });
    const repeat = await use<number, typeof refused>({ ...request, work: () => errAsync(refused) });
    expect(repeat._unsafeUnwrapErr()).toEqual(refused);
    const { work } = counted();
    const other = await use<number, never>({ ...request, payload: { other: 1 }, work });
    expect(other._unsafeUnwrapErr()).toEqual({ kind: 'IdempotencyKeyReused' });
    expect((await use<number, never>({ ...request, work })).isOk()).toBe(true);
  });

  it('leaves its response to the one who took it over, however late its first holder ends', async () => {
    const { ports, time } = aWorkshop();
    const use = workUnderKey(ports, terms);
    const gate = Promise.withResolvers<void>();
    const late = use<number, never>({ ...request, work: counted(() => gate.promise).work });
    await new Promise((resolve) => setImmediate(resolve));
    time.now += terms.leaseMs + 1;
    const answers = { ...request, respond: () => 'of the one who took over' };
    await use<number, never>({ ...answers, work: counted().work });
    gate.resolve();
    expect((await late)._unsafeUnwrap()).toEqual({ response: 'of the one who took over', replayed: true });
  });

  it('makes a response that is not kept again in the name of the first request', async () => {
    const { ports } = aWorkshop();
    const use = workUnderKey(ports, terms);
    const again = (requestId: string) => okAsync(`made for ${requestId}`);
    await use<number, never>({ ...request, work: counted().work, again });
    const repeat = await use<number, never>({
      ...request,
      requestId: 'request-2',
      work: counted().work,
      again,
    });
    expect(repeat._unsafeUnwrap()).toEqual({ response: 'made for request-1', replayed: true });
  });

  it('is free for another request when its response is kept no longer', async () => {
    const { ports, time } = aWorkshop();
    const use = workUnderKey(ports, terms);
    const { state, work } = counted();
    await use<number, never>({ ...request, work });
    time.now += terms.keepResponsesMs;
    const other = await use<number, never>({ ...request, payload: { other: 1 }, work });
    expect(other._unsafeUnwrap()).toEqual({ response: 'done 2', replayed: false });
    expect(state.count).toBe(2);
  });
});

describe('a commit under a key', () => {
  const shop = (id: string) => ({ id: aMerchantId(id), name: 'A shop', email: 'shop@example.com', origin });
  const request = (payload: object = {}) => ({
    key: { ...key, operation: 'create_merchant' as const },
    requestId: 'request-1',
    payload: { ...payload },
    respond: ({ id, version }: Merchant) => `${id} ${version}`,
  });

  it('gives a rival with the same key the response of the one that won', async () => {
    const { ports } = aWorkshop();
    const use = commitUnderKey(ports, terms);
    const open = (id: string) => use(request(), (claimWith) => createMerchant(ports)(shop(id), claimWith));
    const both = await Promise.all([open('shop-1'), open('shop-1')]);
    const given = both.map((each) => each._unsafeUnwrap());
    expect(given.map(({ response }) => response)).toEqual(['shop-1 1', 'shop-1 1']);
    expect(given.filter(({ replayed }) => replayed)).toHaveLength(1);
  });

  it('makes its response once', async () => {
    const { ports } = aWorkshop();
    let made = 0;
    const respond = () => `response ${++made}`;
    const given = await commitUnderKey(ports, terms)({ ...request(), respond }, (claimWith) =>
      createMerchant(ports)(shop('shop-1'), claimWith),
    );
    expect(given._unsafeUnwrap()).toEqual({ response: 'response 1', replayed: false });
    expect(made).toBe(1);
  });

  it('leaves the key free when it is refused, so that the cause can be put right', async () => {
    const { ports } = aWorkshop();
    await createMerchant(ports)(shop('shop-1'));
    const use = commitUnderKey(ports, terms);
    const open = (id: string) =>
      use(request({ id }), (claimWith) => createMerchant(ports)(shop(id), claimWith));
    expect((await open('shop-1'))._unsafeUnwrapErr()).toMatchObject({ kind: 'MerchantExists' });
    expect((await open('shop-2'))._unsafeUnwrap()).toEqual({ response: 'shop-2 1', replayed: false });
    expect((await open('shop-1'))._unsafeUnwrapErr()).toEqual({ kind: 'IdempotencyKeyReused' });
  });
});
