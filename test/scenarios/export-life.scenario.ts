import { err } from 'neverthrow';
import { describe, expect, it } from 'vitest';
import { MOST_UNDER_WAY, type PendingFileExport } from '../../src/domain/files/file-export.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { ProcessDied } from '../contract/breakable-objects.ts';
import { aMerchantId } from '../fixtures/changes.ts';
import { dyingAt, type ExportScene, linesOf } from '../support/export-scene.ts';
import { exportDesk } from './export-desk.ts';

const DAY = 86_400_000;
/** A database is asked over a wire for each of these. */
const SAMPLE = [3, 9, 17, 26, 38];

/** What every storage promises of an export from its order to the end of its file. */
export function exportLifeContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`The life of an export: ${adapter}`, () => {
    const a = aMerchantId();
    const { scene, fill, stored, order, made, expectSound } = exportDesk(open);

    it('an export shows how far it has come, then a link that is made anew, then that it is over', async () => {
      await fill();
      const ordered = await order();
      expect(await scene().get(ordered)).toMatchObject({ status: 'pending', progress: { done: 0 } });
      expect(await scene().work({ turnMs: 0 })).toMatchObject([{ end: 'released' }]);
      const underWay = await scene().get(ordered);
      expect(underWay.status).toBe('processing');
      expect(underWay.progress.done).toBeGreaterThan(0);
      expect(underWay.resultUrl).toBeUndefined();
      await scene().work();
      const completed = await scene().get(ordered);
      expect(completed).toMatchObject({ status: 'completed', progress: { done: 7, total: 7 } });
      scene().clock.move(1_000);
      expect((await scene().get(ordered)).resultUrl).not.toBe(completed.resultUrl);
      scene().clock.move(7 * DAY);
      const expired = await scene().get(ordered);
      expect([expired.status, expired.resultUrl]).toEqual(['expired', undefined]);
    });

    it('a file goes after 7 days and not before, and so does one that nothing knows of', async () => {
      const ordered = await order();
      await scene().work();
      const prune = async (at: number) =>
        (await scene().retention.prune('export_file', at, 9))._unsafeUnwrap();
      expect(await prune(ordered.createdAt + 7 * DAY - 1)).toBe(0);
      expect((await scene().retention.oldestEnds('export_file'))._unsafeUnwrap()).toBe(
        ordered.createdAt + 7 * DAY,
      );
      expect(await prune(ordered.createdAt + 7 * DAY)).toBe(1);
      expect((await scene().objects.list('', { limit: 9 }))._unsafeUnwrap()).toEqual([]);
    });

    it('a merchant has so many exports under way and no more, however many requests come at once; others are not held up', async () => {
      const asked = await Promise.all(Array.from({ length: MOST_UNDER_WAY + 3 }, () => scene().order()));
      expect(asked.filter((each) => each.isOk())).toHaveLength(MOST_UNDER_WAY);
      for (const each of asked.filter((one) => one.isErr()))
        expect(each._unsafeUnwrapErr()).toEqual({ kind: 'ExportsUnderWay', most: MOST_UNDER_WAY });
      expect((await scene().order({ merchantId: aMerchantId('merchant-b') })).isOk()).toBe(true);
      await scene().work();
      expect((await scene().order()).isOk()).toBe(true);
      await expectSound();
    });

    it('exports are listed newest first, page by page', async () => {
      const all: PendingFileExport[] = [];
      for (let n = 0; n < 5; n += 1) {
        scene().clock.move(1);
        all.push(await order());
        if (n % 2 === 1) await scene().work();
      }
      const first = (await scene().list({ merchantId: a, limit: 2 }))._unsafeUnwrap();
      const cursor = first.nextCursor ?? '';
      const second = (await scene().list({ merchantId: a, limit: 2, cursor }))._unsafeUnwrap();
      const ids = [...first.items, ...second.items].map((each) => each.export.id);
      expect(ids).toEqual(
        all
          .map(({ id }) => id)
          .toReversed()
          .slice(0, 4),
      );
      const foreign = await scene().list({ merchantId: aMerchantId('merchant-b'), limit: 2, cursor });
      expect(foreign._unsafeUnwrapErr()).toEqual({ kind: 'CursorInvalid' });
    });

    it('an export that is canceled ends with its job and leaves no file, whatever its worker does', async () => {
      await fill();
      const ordered = await order();
      const target = {
        merchantId: a,
        id: ordered.id,
        origin: { actor: { id: 'user-1', type: 'user' }, requestId: 'r' },
      } as const;
      await scene().work({ turnMs: 0 });
      let canceled = false;
      const objects = {
        ...scene().objects,
        putPart: (...args: Parameters<ExportScene['objects']['putPart']>) =>
          scene()
            .objects.putPart(...args)
            .map(async (tag) => {
              if (!canceled) {
                canceled = true;
                (await scene().cancel(target))._unsafeUnwrap();
              }
              return tag;
            }),
      };
      expect(await scene().work({ ports: { ...scene().ports, objects } })).toMatchObject([{ end: 'lost' }]);
      expect((await scene().get(ordered)).status).toBe('canceled');
      expect((await scene().leftovers.oldestEnds('upload'))._unsafeUnwrap()).toBeUndefined();
      expect((await scene().objects.list('', { limit: 9 }))._unsafeUnwrap()).toEqual([]);
      expect((await scene().cancel(target))._unsafeUnwrapErr()).toEqual({
        kind: 'ExportEnded',
        status: 'canceled',
      });
      expect(await scene().work()).toEqual([]);
      await expectSound();
    });

    it('an export whose store of files stays away fails after its tries, with an event, and frees its place', async () => {
      const ordered = await order();
      const down = { kind: 'ObjectStoreUnavailable', cause: 'disk full' } as const;
      const objects: ExportScene['objects'] = {
        ...scene().objects,
        put: (...args) =>
          scene()
            .objects.put(...args)
            .andThen(() => err(down)),
      };
      for (let tries = 0; tries < 10; tries += 1) {
        await scene().work({ ports: { ...scene().ports, objects } });
        scene().clock.move(600_000);
      }
      const failed = await scene().get(ordered);
      expect(failed).toMatchObject({ status: 'failed', export: { fault: 'object_store_unavailable' } });
      expect((await scene().objects.list('', { limit: 9 }))._unsafeUnwrap()).toEqual([]);
      for (let n = 0; n < MOST_UNDER_WAY; n += 1) expect((await scene().order()).isOk()).toBe(true);
      await expectSound();
    });

    it('a file that was complete when its worker died is not written again', async () => {
      await fill();
      const ordered = await order();
      const dying: ExportScene['objects'] = {
        ...scene().objects,
        completeUpload: (...args) =>
          scene()
            .objects.completeUpload(...args)
            .map((): never => {
              throw new ProcessDied();
            }),
      };
      await scene().work({ ports: { ...scene().ports, objects: dying } });
      scene().clock.move(600_000);
      const written: ExportScene['objects'] = {
        ...scene().objects,
        startUpload: () => {
          throw new Error('the file is written again');
        },
      };
      expect(await scene().work({ ports: { ...scene().ports, objects: written } })).toMatchObject([
        { end: 'completed' },
      ]);
      expect(linesOf(await scene().textOf(ordered))).toEqual(await stored());
    });

    it('a worker that dies at any step leaves what another makes the same file of, with one event', async () => {
      await fill();
      const wanted = await made({ format: 'csv' });
      const points = adapter === 'memory' ? Array.from({ length: 80 }, (_, n) => n + 1) : SAMPLE;
      let died = 0;
      for (const nth of points) {
        const ordered = await order({ format: 'csv' });
        try {
          await scene().work({ ports: dyingAt(scene().ports, nth) });
        } catch (cause) {
          if (!(cause instanceof ProcessDied)) throw cause;
          died += 1;
        }
        scene().afterTheLease();
        for (let turns = 0; (await scene().get(ordered)).status !== 'completed'; turns += 1) {
          if (turns > 3) throw new Error(`the export did not end after a death at step ${nth}`);
          await scene().work();
        }
        expect(await scene().textOf(ordered), `died at step ${nth}`).toBe(wanted);
      }
      expect(died).toBeGreaterThan(3);
      await expectSound();
    });
  });
}
