import { errAsync, okAsync } from 'neverthrow';
import { describe, expect, it } from 'vitest';
import { memoryStorage } from '../../../src/adapters/memory/storage.ts';
import { memoryStore } from '../../../src/adapters/memory/store.ts';
import { systemIds } from '../../../src/adapters/system/ids.ts';
import { verify } from '../../../src/application/integrity/verify.ts';
import { recordEndpointHealth } from '../../../src/application/webhooks/record-endpoint-health.ts';
import { updateEndpoint } from '../../../src/application/webhooks/update-endpoint.ts';
import type { StoredRow, StoredRows } from '../../../src/ports/stored-rows.ts';
import { aRefusal, digests, NOON } from '../../fixtures/changes.ts';
import { aVault } from '../../fixtures/vault.ts';
import { addEndpoint } from '../../fixtures/webhooks.ts';
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
    const ledger = { list: () => errAsync(unavailable) };
    const cutOff = verify({ ...storage, ledger, clock, digests })(() => {});
    expect((await cutOff)._unsafeUnwrapErr()).toEqual(unavailable);
  });

  it('reads no balance and no summary whose rows add up to what entries and payments say', async () => {
    const { storage, clock } = await aBook();
    const read = () => {
      throw new Error('it was read again');
    };
    const seenOnce = { ...storage, balances: { of: read }, summaries: { tallies: read } };
    (await verify({ ...seenOnce, clock, digests })(() => {}))._unsafeUnwrap();
  });

  it('takes a claim whose trace moved between two reads for none that is wrong, and one that differs twice for one', async () => {
    const { storage, clock } = await aBook();
    (await storage.commits.commit(aRefusal()))._unsafeUnwrap();
    let walks = 0;
    /** Each of the first walks meets the trace as it was at another time; \`later\` says by how much. */
    const movingFor = (most: number, later: () => number) => {
      walks = 0;
      const page: StoredRows['page'] = (after) => {
        if (after === undefined) walks += 1;
        return storage.storedRows.page(after).map(({ rows, ...next }) => ({
          ...next,
          rows: rows.map((row): StoredRow => {
            if (row.type !== 'claim_trace' || walks > most) return row;
            return { ...row, trace: { ...row.trace, expiresAt: row.trace.expiresAt + later() } };
          }),
        }));
      };
      const at = { now: () => clock.now() + 120_000 };
      return verify({ ...storage, storedRows: { ...storage.storedRows, page }, clock: at, digests })(
        () => {},
      );
    };
    (await movingFor(2, () => walks))._unsafeUnwrap();
    (await movingFor(9, () => walks % 2))._unsafeUnwrap();
    expect((await movingFor(9, () => 1))._unsafeUnwrapErr()).toMatchObject({ row: 'claim' });
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

  it('holds the event of an endpoint that was disabled to its chain, and misses one that is gone', async () => {
    const store = memoryStore();
    const storage = memoryStorage(store);
    const clock = { now: () => NOON };
    const { endpoint } = await addEndpoint(
      { commits: storage.commits, vault: aVault(clock) },
      { createdAt: NOON - 60_000 },
    );
    const ports = { ...storage, clock, ids: systemIds, digests };
    const record = recordEndpointHealth(
      { updateEndpoint: updateEndpoint(ports), ids: systemIds },
      { disableAfterMs: 1_000 },
    );
    const isRecorded = await record(endpoint, { failingFrom: NOON - 2_000, isGone: false }, NOON);
    expect(isRecorded._unsafeUnwrap()).toBe(true);
    const later = verify({ ...storage, clock: { now: () => NOON + 3_600_000 }, digests });
    (await later(() => {}))._unsafeUnwrap();
    store.outbox.splice(0);
    expect((await later(() => {}))._unsafeUnwrapErr()).toMatchObject({
      row: 'event',
      id: `webhook_endpoint.disabled of ${endpoint.id}`,
      fault: 'absent',
    });
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
