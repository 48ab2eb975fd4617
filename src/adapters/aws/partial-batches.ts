import { setTimeout as pause } from 'node:timers/promises';
import type { EventRefused } from '../../ports/outbox.ts';
import { nameOf } from './faults.ts';

/** One event as a service takes it: by its id, and with as many bytes as the service counts. */
export type BatchEntry<Entry> = Readonly<{ eventId: string; bytes: number; entry: Entry }>;

/** Why a service did not take one entry of a request. */
export type EntryFault = Readonly<{ code: string; message?: string | undefined }>;

export type BatchTerms<Entry> = Readonly<{
  /** What one request holds. */
  most: number;
  mostBytes: number;
  /** One request; for each entry, in its place, why it was not taken, and undefined when it was. */
  send: (entries: readonly Entry[]) => Promise<readonly (EntryFault | undefined)[]>;
  /** Faults of the entry itself, by the service's name: it will never be taken. */
  refusals: ReadonlySet<string>;
}>;

const MOST_TRIES = 5;
const FIRST_PAUSE_MS = 50;
const MOST_REMEMBERED = 10_000;

/**
 * Sends events in as few requests as they fit into. What a request did not take is sent again alone, after pauses that double;
 * a request that is refused whole is cut into its entries, so that the one to blame is known. Throws the last fault when the
 * service does not take what it should: what was taken by then is remembered, and not sent again when the caller comes again.
 */
export function partialBatches<Entry>(
  terms: BatchTerms<Entry>,
): (entries: readonly BatchEntry<Entry>[]) => Promise<readonly EventRefused[]> {
  const taken = new Set<string>();
  return async (entries) => {
    const refused: EventRefused[] = [];
    for (const batch of batchesOf(
      entries.filter(({ eventId }) => !taken.has(eventId)),
      terms,
    ))
      await sendBatch(batch, refused);
    for (const { eventId } of entries) taken.delete(eventId);
    return refused;
  };

  async function sendBatch(batch: readonly BatchEntry<Entry>[], refused: EventRefused[]): Promise<void> {
    let left = batch;
    for (let tries = 1; ; tries += 1) {
      const faults = await asked(left, refused);
      if (faults === undefined) return;
      for (const [index, { eventId }] of left.entries()) {
        const fault = faults[index];
        if (fault === undefined) remember(eventId);
        else if (terms.refusals.has(fault.code)) refused.push({ eventId, error: textOf(fault) });
      }
      const untaken = left.flatMap((each, index) => {
        const fault = faults[index];
        return fault === undefined || terms.refusals.has(fault.code) ? [] : [{ each, fault }];
      });
      const [first] = untaken;
      if (first === undefined) return;
      if (tries === MOST_TRIES)
        throw Object.assign(new Error(first.fault.message), { name: first.fault.code, $fault: 'server' });
      await pause(FIRST_PAUSE_MS * 2 ** (tries - 1) * (0.5 + Math.random() / 2));
      left = untaken.map(({ each }) => each);
    }
  }

  /** Undefined when the request was refused whole, and each of its entries has been seen to alone. */
  async function asked(
    batch: readonly BatchEntry<Entry>[],
    refused: EventRefused[],
  ): Promise<readonly (EntryFault | undefined)[] | undefined> {
    try {
      return await terms.send(batch.map(({ entry }) => entry));
    } catch (fault) {
      const code = nameOf(fault);
      if (!terms.refusals.has(code)) throw fault;
      if (batch.length === 1) return [{ code, message: (fault as Error).message }];
      for (const each of batch) await sendBatch([each], refused);
      return undefined;
    }
  }

  function remember(eventId: string): void {
    const [oldest] = taken;
    if (taken.size >= MOST_REMEMBERED && oldest !== undefined) taken.delete(oldest);
    taken.add(eventId);
  }
}

const textOf = ({ code, message }: EntryFault): string =>
  message === undefined || message === '' ? code : `${code}: ${message}`;

/** In their order, each as full as it may be. One that is too large by itself is alone, for the service to judge. */
function batchesOf<Entry>(
  entries: readonly BatchEntry<Entry>[],
  { most, mostBytes }: BatchTerms<Entry>,
): readonly (readonly BatchEntry<Entry>[])[] {
  const batches: BatchEntry<Entry>[][] = [];
  let bytes = 0;
  for (const entry of entries) {
    const last = batches.at(-1);
    if (last === undefined || last.length === most || bytes + entry.bytes > mostBytes) {
      batches.push([entry]);
      bytes = entry.bytes;
    } else {
      last.push(entry);
      bytes += entry.bytes;
    }
  }
  return batches;
}
