import { describe, expect, it } from 'vitest';
import type { Storage } from '../../src/ports/storage.ts';

/** What every `StorageHealth` adapter promises. */
export function storageHealthContract(
  adapter: string,
  open: () => Promise<Pick<Storage, 'health' | 'close'>>,
): void {
  describe(`StorageHealth contract: ${adapter}`, () => {
    it('is well when the store answers with the schema this build needs', async () => {
      const storage = await open();
      expect((await storage.health.check()).isOk()).toBe(true);
      await storage.close();
    });
  });
}
