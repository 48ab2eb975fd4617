import { beforeEach, expect } from 'vitest';
import { verify } from '../../src/application/integrity/verify.ts';
import { paymentRecord } from '../../src/domain/payments/payment-record.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { aMerchantId, anOpening, aSuccess, digests, NOON, plain } from '../fixtures/changes.ts';
import { addMerchants, aMerchant } from '../fixtures/merchants.ts';
import { type ExportScene, exportScene } from '../support/export-scene.ts';

const DAY = 86_400_000;
const a = aMerchantId();

/** Exports of two merchants on a storage that is opened for each test. */
export function exportDesk(open: () => Promise<Storage>) {
  let storage: Storage;
  let scene: ExportScene;
  beforeEach(async () => {
    storage = await open();
    scene = exportScene(storage);
    await addMerchants(storage, [aMerchant('merchant-a'), aMerchant('merchant-b')]);
    return () => storage.close();
  });

  /** Seven payments of one merchant over three days, each with a fee, and one of another merchant. */
  async function fill(): Promise<void> {
    for (let n = 0; n < 8; n += 1) {
      const opening = anOpening({
        merchantId: n === 7 ? aMerchantId('merchant-b') : a,
        amount: BigInt(1_000 + n),
        currency: n % 3 === 0 ? 'EUR' : 'USD',
        createdAt: NOON - 2 * DAY + (n % 3) * DAY + n,
        description: n === 2 ? '=1+2' : `payment ${n}`,
      });
      (await storage.commits.commit(opening.change))._unsafeUnwrap();
      if (n === 4) continue;
      (await storage.commits.commit(aSuccess(opening, opening.payment.createdAt + 50, 30n)))._unsafeUnwrap();
    }
  }

  const stored = async () => {
    const all = (await storage.payments.list(a, {}, { limit: 100 }))._unsafeUnwrap();
    return all.map((payment) => plain(paymentRecord(payment)));
  };
  const order = async (parts: Parameters<ExportScene['order']>[0] = {}) =>
    (await scene.order(parts))._unsafeUnwrap();
  const made = async (parts: Parameters<ExportScene['order']>[0] = {}) => {
    const ordered = await order(parts);
    expect(await scene.work()).toMatchObject([{ subject: ordered.id, end: 'completed' }]);
    return scene.textOf(ordered);
  };
  const expectSound = async () => {
    const verified = await verify({ ...storage, clock: { now: () => scene.clock.now() + DAY }, digests })(
      () => {},
    );
    expect(verified._unsafeUnwrap()).toMatchObject({ unsettled: [] });
  };

  return { storage: () => storage, scene: () => scene, fill, stored, order, made, expectSound };
}
