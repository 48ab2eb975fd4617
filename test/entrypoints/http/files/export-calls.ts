import { memoryStorage } from '../../../../src/adapters/memory/storage.ts';
import type { Payments } from '../../../../src/ports/payments.ts';
import { aMerchantId } from '../../../fixtures/changes.ts';
import { anHttpApp, aToken } from '../../../support/http-app.ts';

/** A store that does not answer, for a reason that nothing may show. */
export const silent = { kind: 'StorageUnavailable', cause: new Error('secret') } as const;

/** The headers of a caller who may export. */
export const exporting = async () => ({
  authorization: `Bearer ${await aToken({ permissions: ['exports'] })}`,
});
export type Opened = Awaited<ReturnType<typeof anHttpApp>>;

/** What is on record of the merchant’s exports. */
export const exportsOf = async ({ storage }: Opened, merchant = 'merchant-1') =>
  (await storage.aggregates.list(aMerchantId(merchant), 'export', { limit: 10 }))._unsafeUnwrap();

/** A store whose lists can be watched and made to fail. */
export function watched(look: (read: number, next: Payments['lookThrough']) => Payments['lookThrough']) {
  const storage = memoryStorage();
  let reads = 0;
  const payments: Payments = {
    ...storage.payments,
    lookThrough: (...args) => look(++reads, (...asked) => storage.payments.lookThrough(...asked))(...args),
  };
  return { storage: { ...storage, payments }, reads: () => reads };
}
