import { ok } from 'neverthrow';
import { beforeEach, expect } from 'vitest';
import { memoryStorage } from '../../../src/adapters/memory/storage.ts';
import { verifyWithFiles } from '../../../src/application/integrity/verify-files.ts';
import { aggregateChange } from '../../../src/application/kernel/aggregate-change.ts';
import type { ObjectKey } from '../../../src/domain/files/object-key.ts';
import type { Reconciliation } from '../../../src/domain/files/reconciliation.ts';
import { batchPrefix } from '../../../src/domain/files/reconciliation-files.ts';
import type { Settlement } from '../../../src/domain/files/settlement.ts';
import { origin } from '../../fixtures/changes.ts';
import { type FileDesk, fileDesk, nativeFile, rowAbout } from '../../fixtures/files.ts';
import { settlementBook } from '../../fixtures/settlements.ts';
import { temporaryFiles } from '../../support/objects.ts';

export let desk: FileDesk;
export let book: ReturnType<typeof settlementBook>;

/** The one file, whose three rows are two that match and one that does not. */
export let file: Reconciliation;

/** The one settlement of the file. */
export let settlement: Settlement;

/** Every test begins with a file that was reconciled and in which nothing is wrong. */
export function eachWithAFile(): void {
  beforeEach(async () => {
    const storage = { ...memoryStorage(), mostChangeRows: 24 };
    desk = fileDesk(storage, temporaryFiles({ now: () => 0 }));
    book = settlementBook(storage, desk);
    await desk.open();
    const [first, second, altered] = [await desk.paid(), await desk.paid(), await desk.paid()];
    file = await desk.reconcile(
      nativeFile([
        rowAbout(first, { fee: '30' }),
        rowAbout(second, { fee: '20' }),
        rowAbout(altered, { amount: '1' }),
      ]),
    );
    const [found] = await book.all();
    if (found === undefined) throw new Error('the file has a settlement');
    settlement = found;
    expect(await book.verified()).toEqual([]);
  });
}

/** The file as it is stored now. */
export const reread = async () => {
  file = await desk.find(file.id);
};

/** What a holder of the store's keys could commit: its chain is whole. */
export const forged = async (
  action: string,
  next: Settlement,
  before?: Settlement,
  takes: readonly string[] = [],
) => {
  const move = {
    at: desk.clock.now(),
    origin,
    action,
    next,
    takes,
    ...(before === undefined ? {} : { before }),
  };
  (await desk.ports.commits.commit(aggregateChange(desk.ports, move)))._unsafeUnwrap();
};

/** The settlement with other figures, by a change of its own. */
export const edited = (edit: Partial<Settlement>, before = settlement) =>
  forged('settlement.edited', { ...settlement, ...edit, version: before.version + 1 } as Settlement, before);

/** The file with other figures, by a change of its own. */
export const recounted = async (edit: Partial<Reconciliation>) => {
  const next = { ...file, ...edit, version: file.version + 1 } as Reconciliation;
  const move = { at: desk.clock.now(), origin, action: 'reconciliation.edited', before: file, next };
  (await desk.ports.commits.commit(aggregateChange(desk.ports, move)))._unsafeUnwrap();
};

/** The keys of the batches of its lines, in order. */
export const batches = async (): Promise<readonly ObjectKey[]> =>
  (await desk.ports.objects.list(batchPrefix(file), { limit: 9 }))._unsafeUnwrap();

/** All that is stored under the key. */
export const textOf = async (key: ObjectKey): Promise<string> => {
  const { bytes } = (await desk.ports.objects.get(key))._unsafeUnwrap();
  const pieces: Uint8Array[] = [];
  for await (const piece of bytes) pieces.push(piece._unsafeUnwrap());
  return Buffer.concat(pieces).toString();
};

/** Other lines in the place of a batch. */
export const rewrite = async (key: ObjectKey, text: string) =>
  (await desk.ports.objects.put(key, Buffer.from(text), 'application/x-ndjson'))._unsafeUnwrap();

/** Everything that is wrong, in order. */
export const found = async (): Promise<readonly string[]> => {
  const findings: string[] = [];
  const clock = { now: () => desk.clock.now() + 3_600_000 };
  const all = await verifyWithFiles({ ...desk.ports, clock })(
    () => {},
    () => {},
    ({ row, id, fault }) => {
      findings.push(`${row} ${id} ${fault}`);
      return ok(undefined);
    },
  );
  all._unsafeUnwrap();
  return findings;
};
