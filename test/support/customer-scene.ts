import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect } from 'vitest';
import { fileRing } from '../../src/adapters/keys/file-ring.ts';
import type { RingSource } from '../../src/adapters/keys/ring.ts';
import { systemClock } from '../../src/adapters/system/clock.ts';
import { auditTrailChain } from '../../src/domain/kernel/audit-entry.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { aMerchantId, digests } from '../fixtures/changes.ts';
import { addMerchants, aMerchant } from '../fixtures/merchants.ts';
import { customerDesk } from './customer-desk.ts';

/** For each test of a suite a store with two merchants, and a key ring in a folder; what they are is known within a test. */
export function customerScene(open: () => Promise<Storage>) {
  const merchantId = aMerchantId();
  let storage: Storage;
  let folder: string;
  /** Another process with the same keys. */
  const aRing = (): RingSource => fileRing(join(folder, 'keys.json'), systemClock, 1);
  const aDesk = (over: Storage = storage) => customerDesk(over, aRing());

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'paywright-customers-'));
    storage = await open();
    await addMerchants(storage, [aMerchant('merchant-a'), aMerchant('merchant-b')]);
  });
  afterEach(async () => {
    await storage.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** The actions of an aggregate whose audit chain is whole. */
  const chainOf = async (kind: 'customer' | 'customer_access', id: string) => {
    const head = (await storage.aggregates.find(merchantId, kind, id))._unsafeUnwrap();
    const links = (await storage.auditTrail.ofAggregate(merchantId, kind, id))._unsafeUnwrap();
    if (head === undefined) throw new Error(`${id} is not there`);
    expect(auditTrailChain.verify(links, head, digests.sha256)._unsafeUnwrap()).toBe(head.version);
    return links.map(({ action }) => action);
  };

  return {
    merchantId,
    get storage() {
      return storage;
    },
    aRing,
    aDesk,
    chainOf,
  };
}
