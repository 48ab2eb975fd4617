import { beforeEach, describe, expect, it } from 'vitest';
import { memoryStorage } from '../../../src/adapters/memory/storage.ts';
import { type MemoryStore, memoryStore } from '../../../src/adapters/memory/store.ts';
import { verify } from '../../../src/application/integrity/verify.ts';
import { aMerchantId, digests } from '../../fixtures/changes.ts';
import { addMerchants, aMerchant } from '../../fixtures/merchants.ts';
import { exportScene } from '../../support/export-scene.ts';

describe('verify, of exports that are files', () => {
  let store: MemoryStore;
  let scene: ReturnType<typeof exportScene>;
  const verified = () => {
    const clock = { now: () => scene.clock.now() + 120_000 };
    return verify({ ...memoryStorage(store), clock, digests })(() => {});
  };
  beforeEach(async () => {
    store = memoryStore();
    const storage = memoryStorage(store);
    scene = exportScene(storage);
    await addMerchants(storage, [aMerchant()]);
    (await scene.order())._unsafeUnwrap();
    (await verified())._unsafeUnwrap();
  });

  it('finds the place of one that is under way, when it is gone', async () => {
    const place = [...store.uniqueKeys.keys()].find((key) => key.startsWith(`${aMerchantId()} export `));
    store.uniqueKeys.delete(place ?? '');
    expect((await verified())._unsafeUnwrapErr()).toMatchObject({ row: 'unique_key', fault: 'absent' });
  });

  it('finds the event of one that was made, when it is gone', async () => {
    await scene.work();
    (await verified())._unsafeUnwrap();
    const [sent] = store.outbox.splice(0, 1);
    expect(sent?.event.type).toBe('export.completed');
    expect((await verified())._unsafeUnwrapErr()).toMatchObject({ row: 'event', fault: 'absent' });
  });
});
