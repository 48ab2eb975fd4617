import { beforeEach, describe, expect, it } from 'vitest';
import {
  BELIEVED_MS,
  type RegionStanding,
  regionStanding,
} from '../../src/application/kernel/region-standing.ts';
import { listRegions, moveRegion } from '../../src/application/kernel/regions.ts';
import { fencedCommits, fencedLeases } from '../../src/composition/fenced-storage.ts';
import { parseRegionName, type RegionName } from '../../src/domain/kernel/region.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { aMerchantId, anOpening, NOON } from '../fixtures/changes.ts';

const WEST = parseRegionName('eu-west-1') as RegionName;
const EAST = parseRegionName('us-east-1') as RegionName;

/** What a fence of a region does to its processes, and to no other's, on every storage. */
export function regionsContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`Regions contract: ${adapter}`, () => {
    let storage: Storage;
    /** Of all processes; it goes on while one of them asks nothing. */
    let elapsedMs: number;
    beforeEach(async () => {
      elapsedMs = 0;
      storage = await open();
      return () => storage.close();
    });

    const ports = () => ({ leases: storage.leases, clock: { now: () => NOON } });
    const move = async (name: RegionName, isFenced: boolean) =>
      (await moveRegion(ports())(name, isFenced))._unsafeUnwrap();

    /** A process that has begun in the region and asked once. */
    async function aProcess(name: RegionName): Promise<RegionStanding> {
      const standing = regionStanding(ports(), name, () => elapsedMs);
      (await standing.ask())._unsafeUnwrap();
      return standing;
    }

    /** Whether a new payment of the process is stored, which is as its answer says. */
    async function pays(standing: RegionStanding): Promise<boolean> {
      const { change, payment } = anOpening();
      const committed = await fencedCommits(storage.commits, standing).commit(change);
      const found = await storage.payments.find(aMerchantId(), payment.id);
      expect(found.isOk()).toBe(committed.isOk());
      return committed.isOk();
    }

    it('begin open, each by itself, and a name in which no process has begun is unknown', async () => {
      expect((await moveRegion(ports())(WEST, true))._unsafeUnwrapErr()).toEqual({
        kind: 'RegionUnknown',
        name: WEST,
      });
      expect((await aProcess(WEST)).now()).toBe('open');
      expect((await aProcess(EAST)).now()).toBe('open');
      await move(WEST, true);
      expect((await listRegions(ports())())._unsafeUnwrap()).toEqual([
        { name: WEST, epoch: 2, isFenced: true },
        { name: EAST, epoch: 1, isFenced: false },
      ]);
    });

    it('take payments where they are open, and none where they are fenced, from the time on that a process believes', async () => {
      const [west, east] = [await aProcess(WEST), await aProcess(EAST)];
      expect([await pays(west), await pays(east)]).toEqual([true, true]);
      await move(WEST, true);
      elapsedMs = BELIEVED_MS;
      (await east.ask())._unsafeUnwrap();
      expect([await pays(west), await pays(east)]).toEqual([false, true]);
      (await west.ask())._unsafeUnwrap();
      expect(west.now()).toBe('fenced');
      expect([await pays(west), await pays(east)]).toEqual([false, true]);
    });

    it('are not known to a process that stood still until it has asked anew', async () => {
      const west = await aProcess(WEST);
      elapsedMs = 10 * BELIEVED_MS;
      expect(west.now()).toBe('unknown');
      expect(await pays(west)).toBe(false);
      (await west.ask())._unsafeUnwrap();
      expect(await pays(west)).toBe(true);
    });

    it('are let in again with the processes that begin from then on: those from before stay cut off', async () => {
      const before = await aProcess(WEST);
      await move(WEST, true);
      expect((await aProcess(WEST)).now()).toBe('fenced');
      expect(await move(WEST, false)).toEqual({ name: WEST, epoch: 3, isFenced: false });
      // It asked nothing while the region was fenced.
      (await before.ask())._unsafeUnwrap();
      expect(before.now()).toBe('fenced');
      expect(await pays(before)).toBe(false);
      expect(await pays(await aProcess(WEST))).toBe(true);
    });

    it('have one epoch for a fence that many ask for at once', async () => {
      await aProcess(WEST);
      const moved = await Promise.all(Array.from({ length: 8 }, () => move(WEST, true)));
      expect(new Set(moved.map(({ epoch }) => epoch))).toEqual(new Set([2]));
    });

    it('give the workers of a fenced process no lease, and leave those that it had to lapse', async () => {
      const west = await aProcess(WEST);
      const leases = fencedLeases(storage.leases, west);
      const hold = () => leases.hold(['outbox:1'], 'west', NOON, NOON + 1_000);
      expect((await hold())._unsafeUnwrap()).toEqual(['outbox:1']);
      await move(WEST, true);
      (await west.ask())._unsafeUnwrap();
      expect((await hold())._unsafeUnwrapErr().kind).toBe('StorageUnavailable');
      const other = await storage.leases.hold(['outbox:1'], 'east', NOON + 1_000, NOON + 2_000);
      expect(other._unsafeUnwrap()).toEqual(['outbox:1']);
    });
  });
}
