import { beforeEach, describe, expect, it } from 'vitest';
import type { Storage } from '../../src/ports/storage.ts';
import { NOON } from '../fixtures/changes.ts';

const UNTIL = NOON + 10_000;

/** What every `Leases` adapter promises. */
export function leasesContract(
  adapter: string,
  open: () => Promise<Pick<Storage, 'leases' | 'close'>>,
): void {
  describe(`Leases contract: ${adapter}`, () => {
    let storage: Pick<Storage, 'leases' | 'close'>;
    beforeEach(async () => {
      storage = await open();
      return () => storage.close();
    });

    const hold = async (names: readonly string[], holder: string, now = NOON, until = UNTIL) =>
      (await storage.leases.hold(names, holder, now, until))._unsafeUnwrap().toSorted();
    const holders = async (prefix: string, now = NOON) =>
      (await storage.leases.holders(prefix, now))._unsafeUnwrap();
    const release = async (names: readonly string[], holder: string) =>
      (await storage.leases.release(names, holder))._unsafeUnwrap();

    it('gives what is free or the holder’s own, and not what another has', async () => {
      expect(await hold(['work/a', 'work/b'], 'one')).toEqual(['work/a', 'work/b']);
      expect(await hold(['work/b', 'work/c', 'work/a'], 'two')).toEqual(['work/c']);
      expect(await hold(['work/a', 'work/c', 'work/a'], 'one', NOON + 1, UNTIL + 1)).toEqual(['work/a']);
      expect(await hold([], 'one')).toEqual([]);
      expect(await holders('work/')).toEqual([
        { name: 'work/a', holder: 'one', until: UNTIL + 1 },
        { name: 'work/b', holder: 'one', until: UNTIL },
        { name: 'work/c', holder: 'two', until: UNTIL },
      ]);
    });

    it('lets a lease lapse at its end, for others to take', async () => {
      await hold(['work/a'], 'one');
      expect(await hold(['work/a'], 'two', UNTIL - 1, UNTIL + 5_000)).toEqual([]);
      expect(await holders('work/', UNTIL - 1)).toHaveLength(1);
      expect(await holders('work/', UNTIL)).toEqual([]);
      expect(await hold(['work/a'], 'two', UNTIL, UNTIL + 5_000)).toEqual(['work/a']);
      expect(await hold(['work/a'], 'one', UNTIL, UNTIL + 5_000)).toEqual([]);
    });

    it('lists by prefix only, by name', async () => {
      await hold(['b/2', 'a/1', 'b/1', 'b', 'b0', 'B/1', 'b/10'], 'one');
      expect((await holders('b/')).map(({ name }) => name)).toEqual(['b/1', 'b/10', 'b/2']);
      expect(await holders('c/')).toEqual([]);
    });

    it('takes a prefix literally', async () => {
      await hold(['a%b/1', 'axb/1', 'a_b/1'], 'one');
      expect((await holders('a%b/')).map(({ name }) => name)).toEqual(['a%b/1']);
      expect((await holders('a_b/')).map(({ name }) => name)).toEqual(['a_b/1']);
    });

    it('frees what is released at once, and nothing of another holder', async () => {
      await hold(['work/a', 'work/b'], 'one');
      await release(['work/a', 'work/b', 'work/none'], 'two');
      expect(await holders('work/')).toHaveLength(2);
      await release(['work/a', 'work/none'], 'one');
      await release(['work/a'], 'one');
      await release([], 'one');
      expect(await hold(['work/a', 'work/b'], 'two')).toEqual(['work/a']);
    });

    it('gives each name to exactly one of many rivals', async () => {
      const names = Array.from({ length: 16 }, (_, n) => `work/${n}`);
      const rivals = Array.from({ length: 8 }, (_, n) => `rival-${n}`);
      const got = await Promise.all(
        rivals.map((rival, n) => hold(n % 2 === 0 ? names : names.toReversed(), rival)),
      );
      expect(got.flat().toSorted()).toEqual(names.toSorted());
      for (const { name, holder } of await holders('work/'))
        expect(got[rivals.indexOf(holder)]).toContain(name);
    });
  });
}
