import { aggregateKeyText } from '../../src/adapters/memory/store.ts';
import { objectOf } from '../../src/application/files/export-object.ts';
import { type FileExport, MOST_UNDER_WAY, slotKey } from '../../src/domain/files/file-export.ts';
import { firstIdAt } from '../../src/domain/kernel/ids.ts';
import type { JsonObject } from '../../src/domain/kernel/json.ts';
import { commonPorts } from './outside.ts';
import { storedOf } from './stored-of.ts';
import { MERCHANTS, type World } from './world.ts';

/** All that is wrong with the files of exports, of which so many were asked for. */
export async function exportFaults(world: World, asked: number): Promise<readonly string[]> {
  const exports = storedOf(world, 'export').filter((each) => 'source' in each);
  const { uniqueKeys } = world.store;
  const faults =
    exports.length > asked ? [`${asked} exports were asked for, and ${exports.length} are there`] : [];
  for (const merchantId of MERCHANTS)
    for (let slot = 1; slot <= MOST_UNDER_WAY; slot += 1)
      if (uniqueKeys.has(aggregateKeyText(merchantId, 'export', slotKey(slot))))
        faults.push(`${merchantId} has an export under way in the end, by its key`);
  for (const each of exports) {
    if (each.status === 'completed') faults.push(...(await fileFaultsOf(world, each)));
    else if (each.status !== 'canceled') faults.push(`${each.id} is ${each.status} in the end`);
  }
  return faults;
}

/** It has each row once that was there when it was ordered, newest first, none of later, and as many as it says. */
async function fileFaultsOf(
  { objects, store, hadWhenOrdered }: World,
  each: FileExport & Readonly<{ status: 'completed' }>,
): Promise<readonly string[]> {
  const { id, merchantId, source, createdAt } = each;
  const read = await objects.get(objectOf(commonPorts.exportEncoder, each));
  if (read.isErr()) return [`${id} is completed, and its file is not there`];
  const pieces: Uint8Array[] = [];
  for await (const piece of read.value.bytes) pieces.push(piece._unsafeUnwrap());
  const lines = commonPorts.utf8.decode(pieces).split('\n').slice(0, -1);
  const ids = lines.map((line) => String((JSON.parse(line) as JsonObject)['id']));
  const own: readonly string[] =
    source === 'payments'
      ? [...store.payments.values()].flatMap((payment) =>
          payment.merchantId === merchantId ? [payment.id] : [],
        )
      : (store.entriesOf.get(merchantId) ?? []).map((entry) => entry.id);
  const before = firstIdAt(source === 'payments' ? 'pay' : 'led', createdAt + 1);
  const mayHave = new Set(own.filter((row) => row < before));
  const missing = [...mayHave].filter(
    (row) => hadWhenOrdered.get(id)?.has(row) === true && !ids.includes(row),
  );
  return [
    ...(lines.length === each.rows ? [] : [`${id} says ${each.rows} rows, and has ${lines.length}`]),
    ...(read.value.object.size === each.bytes ? [] : [`${id} says ${each.bytes} bytes`]),
    ...(ids.every((row, index) => index === 0 || row < (ids[index - 1] ?? ''))
      ? []
      : [`rows of ${id} are out of order`]),
    ...ids.filter((row) => !mayHave.has(row)).map((row) => `${id} has ${row}, which is none of its rows`),
    ...missing.map((row) => `${id} lacks ${row}, which was there when it was ordered`),
  ];
}
