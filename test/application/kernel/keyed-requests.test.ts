import { errAsync, okAsync } from 'neverthrow';
import { describe, expect, it } from 'vitest';
import { givenRing } from '../../../src/adapters/keys/given-ring.ts';
import { ringKeys } from '../../../src/adapters/keys/secret-keys.ts';
import { localVault } from '../../../src/adapters/keys/vault.ts';
import { memoryStorage } from '../../../src/adapters/memory/storage.ts';
import { systemIds } from '../../../src/adapters/system/ids.ts';
import { commitUnderKey } from '../../../src/application/kernel/keyed-commit.ts';
import { workUnderKey } from '../../../src/application/kernel/keyed-work.ts';
import { createMerchant } from '../../../src/application/merchants/create-merchant.ts';
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

  it('is not done again by a request that got the lease after another had ended', async () => {
    const { ports } = aWorkshop();
    const { state, work } = counted();
    const first = workUnderKey(ports, terms);
    // The rival begins and ends between the look at the key and the lease.
    const leases = {
      ...ports.leases,
      hold: (...args: Parameters<typeof ports.leases.hold>) =>
        okAsync(undefined)
          .map(() => first<number, never>({ ...request, work }))
          .andThen(() => ports.leases.hold(...args)),
    };
    const second = workUnderKey({ ...ports, leases }, terms);
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
