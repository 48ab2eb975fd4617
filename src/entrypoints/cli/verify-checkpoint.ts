import { closeSync, createReadStream, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import type { ApprovalsCounts } from '../../application/approvals/compare-heads.ts';
import type { ApprovalsHead } from '../../application/approvals/verify-approvals.ts';
import type { Counts, KnownHeads } from '../../application/integrity/checkpoint.ts';
import type { VendorPaymentId } from '../../domain/approvals/ids.ts';
import { AGGREGATE_KINDS } from '../../domain/kernel/aggregate-kind.ts';
import type { MerchantId } from '../../domain/kernel/ids.ts';
import { present } from '../../domain/kernel/present.ts';
import { jsonIn } from './json-in.ts';
import { notWritten, outputPlace } from './output-place.ts';

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

const APPROVALS_HEAD = z.strictObject({
  vendor_payment: END.id,
  version: END.version,
  hash: END.hash,
  refusals: z.strictObject({ version: END.version, hash: END.hash, attempts: COUNT }).optional(),
});
const APPROVALS_LAST = z.strictObject({ vendor_payments: COUNT, links: COUNT });

/** How a service's heads and counts stand in a file: one line for each head, and the counts on the last. */
export type CheckpointFormat<Head, Sums> = Readonly<{
  headLine(head: Head): object;
  countsLine(counts: Sums): object;
  headIn(value: unknown): Head | undefined;
  countsIn(value: unknown): Sums | undefined;
}>;

export const PLATFORM_CHECKPOINT: CheckpointFormat<KnownHeads, Counts> = {
  headLine: ({ merchantId, entity, id, version, hash, transactions }) => ({
    merchant_id: merchantId,
    entity,
    id,
    version,
    hash,
    ...(transactions.length === 0 ? {} : { transactions }),
  }),
  countsLine: ({ merchants, aggregates, payments, transactions, links, ledgerEntries }) => ({
    merchants,
    aggregates,
    payments,
    transactions,
    links,
    ledger_entries: ledgerEntries,
  }),
  headIn(value) {
    const { data } = HEADS.safeParse(value);
    return data && headsOf(data);
  },
  countsIn(value) {
    const { data } = LAST.safeParse(value);
    return data && countsOf(data);
  },
};

/** Of the file that stands beside the platform's. */
export const APPROVALS_CHECKPOINT: CheckpointFormat<ApprovalsHead, ApprovalsCounts> = {
  headLine: ({ id, version, hash, refusals }) => ({
    vendor_payment: id,
    version,
    hash,
    ...(refusals && {
      refusals: { version: refusals.version, hash: refusals.auditHash, attempts: refusals.attempts },
    }),
  }),
  countsLine: ({ payments, links }) => ({ vendor_payments: payments, links }),
  headIn(value) {
    const { data } = APPROVALS_HEAD.safeParse(value);
    if (data === undefined) return undefined;
    const { vendor_payment: id, refusals, ...head } = data;
    return {
      ...head,
      id: id as VendorPaymentId,
      ...present({
        refusals: refusals && {
          version: refusals.version,
          auditHash: refusals.hash,
          attempts: refusals.attempts,
        },
      }),
    };
  },
  countsIn(value) {
    const { data } = APPROVALS_LAST.safeParse(value);
    return data && { payments: data.vendor_payments, links: data.links };
  },
};

export type CheckpointWriter<Head, Sums> = Readonly<{
  add(heads: readonly Head[]): void;
  /** Ends the file and puts it in its place, durably. */
  end(counts: Sums): void;
  /** Leaves what was there before as it was. */
  discard(): void;
}>;

/**
 * Writes line after line into a file beside `path`, which takes its place only when it is whole. Throws a
 * CheckpointFault.
 */
export function writeCheckpoint<Head, Sums>(
  path: string,
  at: Date,
  { headLine, countsLine }: CheckpointFormat<Head, Sums>,
): CheckpointWriter<Head, Sums> {
  const place = outputPlace(path);
  if ('says' in place) throw checkpointFault(place.says);
  const beside = `${place.file}.partial`;
  const file = attempt(path, () => {
    rmSync(beside, { force: true });
    // Nothing that another put there meanwhile is written to.
    return openSync(beside, 'wx', 0o600);
  });
  const write = (lines: readonly object[]) =>
    attempt(path, () => writeSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join('')));
  let isOpen = true;
  const close = () => {
    if (isOpen) closeSync(file);
    isOpen = false;
  };
  write([{ paywright_checkpoint: 1, at: at.toISOString() }]);
  return {
    add: (heads) => void write(heads.map(headLine)),
    end(counts) {
      write([countsLine(counts)]);
      attempt(path, () => {
        fsyncSync(file);
        close();
        renameSync(beside, place.file);
      });
    },
    discard() {
      close();
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
export async function* readCheckpoint<Head, Sums>(
  path: string,
  { headIn, countsIn }: CheckpointFormat<Head, Sums>,
): AsyncGenerator<Readonly<{ heads: readonly Head[] } | { counts: Sums }>> {
  let last: Sums | undefined;
  let batch: Head[] = [];
  for await (const { number, value } of linesOf(path)) {
    if (last !== undefined) throw checkpointFault(`${path}: line ${number} stands behind its end`);
    if (number === 1) continue;
    const head = headIn(value);
    if (head !== undefined) batch.push(head);
    else last = countsIn(value);
    if (head === undefined && last === undefined)
      throw checkpointFault(`${path}: line ${number} is no line of a checkpoint`);
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
      const value = jsonIn(line).unwrapOr(undefined);
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

function attempt<Value>(path: string, act: () => Value): Value {
  try {
    return act();
  } catch (fault) {
    throw checkpointFault(notWritten(path, fault));
  }
}

const isSystemFault = (fault: unknown): fault is NodeJS.ErrnoException & { code: string } =>
  fault instanceof Error && 'code' in fault && typeof fault.code === 'string';
