import { aggregateKeyText } from '../../src/adapters/memory/store.ts';
import { objectOf } from '../../src/application/files/export-object.ts';
import { type FileExport, MOST_UNDER_WAY, slotKey } from '../../src/domain/files/file-export.ts';
import { firstIdAt } from '../../src/domain/kernel/ids.ts';
import { canonicalJson, type JsonObject, jsonText, parseJson } from '../../src/domain/kernel/json.ts';
import { ledgerEntryRecord } from '../../src/domain/ledger/ledger-record.ts';
import { paymentRecord } from '../../src/domain/payments/payment-record.ts';
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

type Completed = FileExport & Readonly<{ status: 'completed' }>;

/** It has each row once that was there when it was ordered, newest first, none of later, and as many as it says. */
async function fileFaultsOf(world: World, each: Completed): Promise<readonly string[]> {
  const { id, source, createdAt } = each;
  const read = await world.objects.get(objectOf(commonPorts.exportEncoder, each));
  if (read.isErr()) return [`${id} is completed, and its file is not there`];
  const pieces: Uint8Array[] = [];
  for await (const piece of read.value.bytes) pieces.push(piece._unsafeUnwrap());
  const lines = commonPorts.utf8.decode(pieces).split('\n').slice(0, -1);
  const rows = lines.map((line) => parseJson(line) as JsonObject);
  const ids = rows.map(idOf);
  const before = firstIdAt(source === 'payments' ? 'pay' : 'led', createdAt + 1);
  const own = [...rowsOf(world, each)].filter(([row]) => row < before);
  const mayHave = new Map(own);
  const had = world.hadWhenOrdered.get(id);
  return [
    ...(lines.length === each.rows ? [] : [`${id} says ${each.rows} rows, and has ${lines.length}`]),
    ...(read.value.object.size === each.bytes ? [] : [`${id} says ${each.bytes} bytes`]),
    ...(ids.every((row, index) => index === 0 || row < (ids[index - 1] ?? ''))
      ? []
      : [`rows of ${id} are out of order`]),
    ...rows
      .filter((row) => !isOf(row, mayHave))
      .map((row) => `${id} has ${jsonText(row)}, which is none of its rows`),
    ...own
      .filter(([row]) => had?.has(row) === true && !ids.includes(row))
      .map(([row]) => `${id} lacks ${row}, which was there when it was ordered`),
  ];
}

const idOf = (row: JsonObject): string => (typeof row['id'] === 'string' ? row['id'] : 'none');

/** All that its merchant has in the end, by their ids. */
function rowsOf({ store }: World, { merchantId, source }: Completed): ReadonlyMap<string, JsonObject> {
  const payments = [...store.payments.values()].filter((each) => each.merchantId === merchantId);
  return source === 'payments'
    ? new Map(payments.map((each) => [each.id, paymentRecord(each)]))
    : new Map((store.entriesOf.get(merchantId) ?? []).map((each) => [each.id, ledgerEntryRecord(each)]));
}

/** As it is on record, or was in a version before. */
function isOf(row: JsonObject, mayHave: ReadonlyMap<string, JsonObject>): boolean {
  const last = mayHave.get(idOf(row));
  if (last === undefined) return false;
  const isEarlier = Number(row['version'] ?? 0) < Number(last['version'] ?? 0);
  return isEarlier || canonicalJson(row) === canonicalJson(last);
}
