import { beforeEach, describe, expect, it } from 'vitest';
import { verifyChain } from '../../src/domain/audit.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { anOpening, aSuccess, digests } from '../fixtures/changes.ts';

/** What every `AuditTrail` adapter promises. */
export function auditTrailContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`AuditTrail contract: ${adapter}`, () => {
    let storage: Storage;
    beforeEach(async () => {
      storage = await open();
      return () => storage.close();
    });

    it('gives back chains whose every hash still proves what was written', async () => {
      const opening = anOpening({ amount: 9_007_199_254_740_993n, metadata: { b: '2', a: '1' } });
      const success = aSuccess(opening);
      (await storage.commits.commit(opening.change))._unsafeUnwrap();
      (await storage.commits.commit(success))._unsafeUnwrap();
      const { merchantId, id } = opening.payment;
      const links = (await storage.auditTrail.ofPayment(merchantId, id))._unsafeUnwrap();
      const heads = [success.payment?.next, ...success.transactions.map(({ next }) => next)];
      expect(links).toHaveLength(3);
      for (const head of heads) {
        if (head === undefined) throw new Error('the change has no payment');
        const chain = links.filter((link) => link.entityId === head.id);
        expect(verifyChain(chain, head, digests.sha256).isOk()).toBe(true);
      }
    });
  });
}
