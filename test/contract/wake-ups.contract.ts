import { beforeEach, describe, expect, it } from 'vitest';
import type { Storage } from '../../src/ports/storage.ts';

/** What every `WakeUps` adapter promises its own process. */
export function wakeUpsContract(
  adapter: string,
  open: () => Promise<Pick<Storage, 'wakeUps' | 'close'>>,
): void {
  describe(`WakeUps contract: ${adapter}`, () => {
    let storage: Pick<Storage, 'wakeUps' | 'close'>;
    beforeEach(async () => {
      storage = await open();
      return () => storage.close();
    });

    const pause = () => new Promise((over) => setTimeout(over, 20));

    it('wakes every subscriber of a topic, and no other', async () => {
      const woken: string[] = [];
      storage.wakeUps.subscribe('outbox', () => woken.push('one'));
      storage.wakeUps.subscribe('outbox', () => woken.push('two'));
      storage.wakeUps.subscribe('deliveries', () => woken.push('other'));
      storage.wakeUps.signal('outbox');
      expect(woken).toEqual([]);
      await pause();
      expect(new Set(woken)).toEqual(new Set(['one', 'two']));
    });

    it('wakes no listener that has left, and both of two that came with the same function', async () => {
      let woken = 0;
      const wake = () => {
        woken += 1;
      };
      const leave = storage.wakeUps.subscribe('outbox', wake);
      storage.wakeUps.subscribe('outbox', wake);
      leave();
      leave();
      storage.wakeUps.signal('outbox');
      await pause();
      expect(woken).toBe(1);
    });

    it('takes any number of signals, without a listener too', () => {
      for (let n = 0; n < 1_000; n += 1) storage.wakeUps.signal('deliveries');
    });
  });
}
