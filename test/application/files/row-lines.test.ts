import { ResultAsync } from 'neverthrow';
import { describe, expect, it } from 'vitest';
import { systemIds } from '../../../src/adapters/system/ids.ts';
import { systemUtf8 } from '../../../src/adapters/system/utf8.ts';
import { linesFrom } from '../../../src/application/files/row-lines.ts';
import { batchObject } from '../../../src/domain/files/reconciliation-files.ts';
import type { ObjectStore } from '../../../src/ports/object-store.ts';
import { aMerchantId } from '../../fixtures/changes.ts';
import { temporaryFiles } from '../../support/objects.ts';

const BATCHES = 100;
const of = { merchantId: aMerchantId(), id: systemIds.reconciliation(0) };

/** Batches of one line each, and what is asked of their store. */
async function stored() {
  const { objects } = temporaryFiles({ now: () => 0 });
  for (let batch = 0; batch < BATCHES; batch += 1) {
    const line = systemUtf8.encode(`{"batch":${batch}}\n`);
    (await objects.put(batchObject(of, batch, 1), line, 'application/x-ndjson'))._unsafeUnwrap();
  }
  const asked: string[] = [];
  let turns = 0;
  const watched: ObjectStore = {
    ...objects,
    get: (key, ...args) => {
      asked.push(key);
      // Some answer sooner than others that were asked before them.
      turns = (turns + 3) % 7;
      return ResultAsync.fromSafePromise(after(turns)).andThen(() => objects.get(key, ...args));
    },
  };
  return { objects, watched, asked };
}

async function after(turns: number): Promise<void> {
  for (let n = 0; n < turns; n += 1) await new Promise(setImmediate);
}

describe('The lines of a file', () => {
  it('come batch by batch in its order from any on, each object read once and the next while one is used', async () => {
    const { watched, asked } = await stored();
    for (const from of [0, 37, 99]) {
      asked.length = 0;
      let batch = from;
      for await (const lines of linesFrom(
        { objects: watched, utf8: systemUtf8 },
        { ...of, batches: BATCHES },
        from,
      )) {
        expect(lines._unsafeUnwrap()).toEqual([{ batch }]);
        batch += 1;
        const isGroupsLast = (batch - from) % 40 === 0 || batch === BATCHES;
        expect(asked.length > batch - from).toBe(!isGroupsLast);
      }
      expect(batch).toBe(BATCHES);
      expect(asked).toEqual(Array.from({ length: BATCHES - from }, (_, n) => batchObject(of, from + n, 1)));
    }
  });

  it('end with what is damaged, behind all before it', async () => {
    const { objects } = await stored();
    const key = batchObject(of, 42, 1);
    (await objects.put(key, systemUtf8.encode('not JSON\n'), 'application/x-ndjson'))._unsafeUnwrap();
    const said: unknown[] = [];
    for await (const lines of linesFrom({ objects, utf8: systemUtf8 }, { ...of, batches: BATCHES }, 30))
      said.push(lines.isOk() ? lines.value[0]?.['batch'] : lines.error);
    expect(said).toEqual([...Array.from({ length: 12 }, (_, n) => 30 + n), { kind: 'ObjectDamaged', key }]);
  });
});
