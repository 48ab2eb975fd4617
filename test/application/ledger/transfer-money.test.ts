import { errAsync } from 'neverthrow';
import { beforeEach, describe, expect, it } from 'vitest';
import { memoryStorage } from '../../../src/adapters/memory/storage.ts';
import { systemIds } from '../../../src/adapters/system/ids.ts';
import {
  type TransferPorts,
  type TransferRequest,
  transferMoney,
} from '../../../src/application/ledger/transfer-money.ts';
import { money } from '../../../src/domain/kernel/money.ts';
import type { Storage } from '../../../src/ports/storage.ts';
import {
  aKey,
  aMerchantId,
  anOpening,
  aSuccess,
  digests,
  NOON,
  origin,
  terms,
} from '../../fixtures/changes.ts';
import { addMerchants, aMerchant } from '../../fixtures/merchants.ts';

const [a, b] = [aMerchantId('merchant-a'), aMerchantId('merchant-b')];
const silent = { kind: 'StorageUnavailable', cause: 'silent' } as const;

let storage: Storage;
beforeEach(async () => {
  storage = memoryStorage();
  await addMerchants(storage, [aMerchant('merchant-a'), aMerchant('merchant-b')]);
  const opening = anOpening({ amount: 1_000n });
  (await storage.commits.commit(opening.change))._unsafeUnwrap();
  (await storage.commits.commit(aSuccess(opening)))._unsafeUnwrap();
});

const transferWith = (ports: Partial<TransferPorts> = {}) =>
  transferMoney(
    {
      ...storage,
      transferResponses: {
        transferred: ({ id }, requestId) => `done ${id} for ${requestId}`,
        refused: ({ kind }, requestId) => `refused ${kind} for ${requestId}`,
      },
      clock: { now: () => NOON },
      ids: systemIds,
      digests,
      ...ports,
    },
    terms,
  );

const aRequest = (parts: Partial<TransferRequest> = {}): TransferRequest => ({
  merchantId: a,
  idempotencyKey: aKey(),
  destinationMerchantId: b,
  amount: money(400n, 'USD'),
  origin,
  ...parts,
});
const available = async () => (await storage.balances.of(a, 'USD'))._unsafeUnwrap()[0]?.available;

describe('a transfer', () => {
  it('looks at the balance again when another spent from it, and decides anew', async () => {
    const rival = transferWith();
    let reads = 0;
    const transfer = transferWith({
      balances: {
        of: (...args) =>
          storage.balances.of(...args).andThen((balances) => {
            reads += 1;
            return reads === 1
              ? rival(aRequest({ amount: money(700n, 'USD') }))
                  .map(() => balances)
                  .mapErr(() => silent)
              : storage.balances.of(...args);
          }),
      },
    });
    expect((await transfer(aRequest()))._unsafeUnwrapErr()).toMatchObject({ kind: 'InsufficientFunds' });
    expect([reads, await available()]).toEqual([2, 300n]);
  });

  it('gives up in the end, with nothing moved, and may be tried again under its key', async () => {
    let reads = 0;
    const request = aRequest();
    const unlucky = transferWith({
      balances: {
        of: (...args) => {
          reads += 1;
          return storage.balances.of(...args).map((all) => all.map((each) => ({ ...each, spendings: 99 })));
        },
      },
    });
    expect((await unlucky(request))._unsafeUnwrapErr()).toEqual({ kind: 'BalanceContended' });
    expect([reads, await available()]).toEqual([25, 1_000n]);
    expect((await transferWith()(request))._unsafeUnwrap()).toMatchObject({ replayed: false });
    expect(await available()).toBe(600n);
  });

  it('whose reply was lost is found by its key, and happens once', async () => {
    const request = aRequest();
    const unheard = transferWith({
      commits: { commit: (change) => storage.commits.commit(change).andThen(() => errAsync(silent)) },
    });
    expect((await unheard(request))._unsafeUnwrapErr()).toEqual(silent);
    const again = (await transferWith()(request))._unsafeUnwrap();
    expect(again).toMatchObject({ replayed: true });
    expect(again.response).toMatch(/^done trf_/);
    expect(await available()).toBe(600n);
  });

  it('never reached the store: the same key does it', async () => {
    const request = aRequest();
    const unsent = transferWith({ commits: { commit: () => errAsync(silent) } });
    expect((await unsent(request))._unsafeUnwrapErr()).toEqual(silent);
    expect((await transferWith()(request))._unsafeUnwrap()).toMatchObject({ replayed: false });
    expect(await available()).toBe(600n);
  });

  it('does not hold up the next one when it fails', async () => {
    let calls = 0;
    const transfer = transferWith({
      commits: {
        commit: (change) => {
          calls += 1;
          return calls === 1 ? errAsync(silent) : storage.commits.commit(change);
        },
      },
    });
    const [first, second] = await Promise.all([transfer(aRequest()), transfer(aRequest())]);
    expect([first?.isErr(), second?.isOk()]).toEqual([true, true]);
  });
});
