import { closeSync, createReadStream, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import type { Counts, KnownHeads } from '../../application/integrity/checkpoint.ts';
import { AGGREGATE_KINDS } from '../../domain/kernel/aggregate-kind.ts';
import type { MerchantId } from '../../domain/kernel/ids.ts';

/** A checkpoint's file cannot be read or written, or is none; its message is one line for people. */
const checkpointFault = (message: string): Error =>
  Object.assign(new Error(message), { name: 'CheckpointFault' });

export const isCheckpointFault = (fault: unknown): fault is Error =>
  fault instanceof Error && fault.name === 'CheckpointFault';

const END = { id: z.string().min(1), version: z.int().min(1), hash: z.string().regex(/^[0-9a-f]{64}$/) };
const FIRST = z.strictObject({ paywright_checkpoint: z.literal(1), at: z.string() });
const HEADS = z.strictObject({
  merchant_id: z.string().min(1),
  entity: z.enum(['payment', ...AGGREGATE_KINDS]),
  ...END,
  transactions: z.array(z.strictObject(END)).optional(),
});
const COUNT = z.int().min(0);
const LAST = z.strictObject({
  merchants: COUNT,
  aggregates: COUNT,
  payments: COUNT,
  transactions: COUNT,
  links: COUNT,
  ledger_entries: COUNT,
});

export type CheckpointWriter = Readonly<{
  add(heads: readonly KnownHeads[]): void;
  /** Ends the file and puts it in its place, durably. */
  end(counts: Counts): void;
  /** Leaves what was there before as it was. */
  discard(): void;
}>;

/**
 * Writes line after line into a file beside `path`, which takes its place only when it is whole. Throws a
 * CheckpointFault.
 */
export function writeCheckpoint(path: string, at: Date): CheckpointWriter {
  const beside = `${path}.partial`;
  const file = attempt(path, () => openSync(beside, 'w', 0o600));
  const write = (lines: readonly object[]) =>
    attempt(path, () => writeSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join('')));
  write([{ paywright_checkpoint: 1, at: at.toISOString() }]);
  return {
    add: (heads) =>
      void write(
        heads.map(({ merchantId, entity, id, version, hash, transactions }) => ({
          merchant_id: merchantId,
          entity,
          id,
          version,
          hash,
          ...(transactions.length === 0 ? {} : { transactions }),
        })),
      ),
    end({ merchants, aggregates, payments, transactions, links, ledgerEntries }) {
      write([{ merchants, aggregates, payments, transactions, links, ledger_entries: ledgerEntries }]);
      attempt(path, () => {
        fsyncSync(file);
        closeSync(file);
        renameSync(beside, path);
      });
    },
    discard() {
      closeSync(file);
      rmSync(beside, { force: true });
    },
  };
}

/** Looks at the first line alone, before the long work that ends with the rest of them. Throws a CheckpointFault. */
export async function checkReadable(path: string): Promise<void> {
  for await (const _ of linesOf(path)) return;
  throw checkpointFault(`${path} is no checkpoint of paywright`);
}

const BATCH = 500;

/** Gives the heads in batches, then the counts, in constant memory. Throws a CheckpointFault that names the line. */
export async function* readCheckpoint(
  path: string,
): AsyncGenerator<Readonly<{ heads: readonly KnownHeads[] } | { counts: Counts }>> {
  let last: Counts | undefined;
  let batch: KnownHeads[] = [];
  for await (const { number, value } of linesOf(path)) {
    if (last !== undefined) throw checkpointFault(`${path}: line ${number} stands behind its end`);
    if (number === 1) continue;
    const heads = HEADS.safeParse(value);
    const counts = heads.success ? undefined : LAST.safeParse(value);
    if (heads.success) batch.push(headsOf(heads.data));
    else if (counts?.success) last = countsOf(counts.data);
    else throw checkpointFault(`${path}: line ${number} is no line of a checkpoint`);
    if (batch.length < BATCH) continue;
    yield { heads: batch };
    batch = [];
  }
  if (last === undefined) throw checkpointFault(`${path} ends before its last line`);
  yield { heads: batch };
  yield { counts: last };
}

/** Each line's value, from the first on, which says what the file is. */
async function* linesOf(path: string): AsyncGenerator<Readonly<{ number: number; value: unknown }>> {
  const stream = createReadStream(path, 'utf8');
  let number = 0;
  try {
    for await (const line of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })) {
      number += 1;
      const value = parsed(line);
      if (number === 1 && !FIRST.safeParse(value).success)
        throw checkpointFault(`${path} is no checkpoint of paywright`);
      yield { number, value };
    }
  } catch (fault) {
    if (isCheckpointFault(fault) || !isSystemFault(fault)) throw fault;
    throw checkpointFault(`${path} cannot be read: ${fault.code}`);
  } finally {
    stream.destroy();
  }
}

const headsOf = ({ merchant_id, transactions = [], ...head }: z.infer<typeof HEADS>): KnownHeads => ({
  ...head,
  merchantId: merchant_id as MerchantId,
  transactions,
});

const countsOf = ({ ledger_entries: ledgerEntries, ...counts }: z.infer<typeof LAST>): Counts => ({
  ...counts,
  ledgerEntries,
});

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function attempt<Value>(path: string, act: () => Value): Value {
  try {
    return act();
  } catch (fault) {
    if (!isSystemFault(fault)) throw fault;
    throw checkpointFault(`${path} cannot be written: ${fault.code}`);
  }
}

const isSystemFault = (fault: unknown): fault is NodeJS.ErrnoException & { code: string } =>
  fault instanceof Error && 'code' in fault && typeof fault.code === 'string';
