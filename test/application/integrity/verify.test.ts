import { errAsync, okAsync } from 'neverthrow';
import { describe, expect, it } from 'vitest';
import { memoryStorage } from '../../../src/adapters/memory/storage.ts';
import { verify } from '../../../src/application/integrity/verify.ts';
import { digests } from '../../fixtures/changes.ts';
import { aBusyStore, busyUseCases } from '../../support/busy-store.ts';

async function aBook() {
  const storage = memoryStorage();
  return { ...(await aBusyStore(storage)), storage };
}

describe('verify', () => {
  it('finds nothing wrong with an empty store', async () => {
    const { verify: now } = busyUseCases(memoryStorage());
    expect((await now())._unsafeUnwrap()).toMatchObject({ merchants: 0, links: 0 });
  });

  it('names a row that cannot be read as a finding', async () => {
    const { storage, clock } = await aBook();
    const payments = {
      ...storage.payments,
      list: () =>
        okAsync(undefined).map((): never => {
          throw new Error('payment pay_1 has the unknown status paid');
        }),
    };
    const broken = verify({ ...storage, payments, clock, digests })(() => {});
    expect((await broken)._unsafeUnwrapErr()).toMatchObject({
      kind: 'BadRow',
      fault: 'unreadable',
      detail: 'payment pay_1 has the unknown status paid',
    });
  });

  it('ends with StorageUnavailable when the storage does not answer', async () => {
    const { storage, clock } = await aBook();
    const unavailable = { kind: 'StorageUnavailable', cause: 'gone' } as const;
    const balances = { of: () => errAsync(unavailable) };
    const cutOff = verify({ ...storage, balances, clock, digests })(() => {});
    expect((await cutOff)._unsafeUnwrapErr()).toEqual(unavailable);
  });

  it('reports progress for each merchant', async () => {
    const { storage, clock } = await aBook();
    const told: string[] = [];
    (
      await verify({ ...storage, clock, digests })((merchantId, { payments }) =>
        told.push(`${merchantId} ${payments}`),
      )
    )._unsafeUnwrap();
    expect(told.slice(0, 2)).toEqual(['undefined 0', 'merchant-a 0']);
    expect(told.at(-1)).toBe('merchant-b 5');
  });

  it('finds nothing wrong while payments, refunds and transfers are written', async () => {
    const book = await aBook();
    let isOver = false;
    const writing = Promise.all(
      ['merchant-a', 'merchant-b'].map(async (merchant, index) => {
        while (!isOver) {
          const id = await book.pay(merchant, 2_000n, { paymentMethod: 'test_fee' });
          await book.move(merchant, id, { type: 'refund', amount: 300n });
          await book.transfer(merchant, index === 0 ? 'merchant-b' : 'merchant-a', 50n);
          await new Promise((soon) => setImmediate(soon));
        }
      }),
    );
    for (let times = 0; times < 5; times += 1) expect((await book.verify()).isOk()).toBe(true);
    isOver = true;
    await writing;
    expect((await book.verify())._unsafeUnwrap().unsettled).toEqual([]);
  });
});
