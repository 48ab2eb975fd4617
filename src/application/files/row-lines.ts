import { err, ok, Result, type ResultAsync, safeTry } from 'neverthrow';
import type { ObjectKey } from '../../domain/files/object-key.ts';
import { batchObject, batchOf, batchPrefix, beforeBatch } from '../../domain/files/reconciliation-files.ts';
import type { MerchantId, ReconciliationId } from '../../domain/kernel/ids.ts';
import { canonicalJson, type JsonObject, parseJson } from '../../domain/kernel/json.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ObjectDamaged, ObjectStore, ObjectStoreUnavailable } from '../../ports/object-store.ts';
import type { SignedTokens } from '../../ports/signed-tokens.ts';
import type { Utf8 } from '../../ports/utf8.ts';
import type { CursorInvalid, Page } from '../kernel/cursor.ts';
import { defended } from '../kernel/defended.ts';

export type LinePorts = Readonly<{
  objects: ObjectStore;
  utf8: Utf8;
  signedTokens: SignedTokens;
  clock: Clock;
}>;

/** Which lines of a file are looked through: of its batches from `firstBatch` on those before `endBatch`. */
export type LineRange = Readonly<{
  of: Readonly<{ merchantId: MerchantId; id: ReconciliationId }>;
  firstBatch: number;
  endBatch: number;
  isWanted: (line: JsonObject) => boolean;
}>;

/** `context` is all that a cursor is bound to. */
export type LineRequest = Readonly<{ context: JsonObject; limit: number; cursor?: string }>;

const MOST_BATCHES = 40;
const CURSOR_LIFETIME_MS = 24 * 3_600_000;

type Place = Readonly<{ batch: number; row: number }>;

/**
 * A page of the lines that say what became of a file's rows, in the file's order. A page may hold fewer than `limit`, and none,
 * and yet have a next: it reads no more than a few batches. A cursor is good for a day, and in its own context only.
 */
export function pageOfLines<Failure>(
  { objects, utf8, signedTokens, clock }: LinePorts,
  { context, limit, cursor }: LineRequest,
  range: () => ResultAsync<LineRange, Failure>,
): ResultAsync<Page<JsonObject>, Failure | CursorInvalid | ObjectDamaged | ObjectStoreUnavailable> {
  const bound = canonicalJson(context);
  return safeTry(async function* () {
    const place = yield* placeIn(cursor);
    const { of, firstBatch, endBatch, isWanted } = yield* range();
    const items: JsonObject[] = [];
    let { batch, row } = place ?? { batch: firstBatch, row: 0 };
    for (const key of yield* batchKeys(objects, of, batch, endBatch)) {
      const lines = yield* batchLines({ objects, utf8 }, key);
      for (batch = batchOf(key); row < lines.length && items.length < limit; row += 1) {
        const line = lines[row];
        if (line !== undefined && isWanted(line)) items.push(line);
      }
      if (row < lines.length) break;
      batch += 1;
      row = 0;
    }
    return ok(
      batch < endBatch
        ? { items, nextCursor: signedTokens.seal(`${clock.now()}:${batch}:${row}`, bound) }
        : { items },
    );
  });

  function placeIn(text: string | undefined): Result<Place | undefined, CursorInvalid> {
    if (text === undefined) return ok(undefined);
    const [sealedAt, batch, row] = signedTokens.open(text, bound)?.split(':').map(Number) ?? [];
    return batch !== undefined && row !== undefined && clock.now() - Number(sealedAt) < CURSOR_LIFETIME_MS
      ? ok({ batch, row })
      : err({ kind: 'CursorInvalid' });
  }
}

const READ_AT_ONCE = 4;

/** The lines of one batch after the other, from one on; some are read ahead. An Err is the last thing given. */
export async function* linesFrom(
  ports: Pick<LinePorts, 'objects' | 'utf8'>,
  { batches, ...of }: LineRange['of'] & Readonly<{ batches: number }>,
  from: number,
): AsyncGenerator<Result<readonly JsonObject[], ObjectDamaged | ObjectStoreUnavailable>, void, void> {
  for (let batch = from; batch < batches; ) {
    const keys = await batchKeys(ports.objects, of, batch, batches);
    if (keys.isErr()) return yield err(keys.error);
    const unread = [...keys.value];
    const reading = unread.splice(0, READ_AT_ONCE).map(read);
    for (let next = reading.shift(); next !== undefined; next = reading.shift()) {
      const lines = await next;
      reading.push(...unread.splice(0, 1).map(read));
      yield lines;
      if (lines.isErr()) return;
      batch += 1;
    }
  }

  function read(key: ObjectKey) {
    return defended(Promise.resolve(batchLines(ports, key)));
  }
}

/**
 * The objects of a few committed batches from one on, one of each. A batch that is counted and not there is not passed over: those before it are
 * given, and where it is the first, nothing is. Of a batch that was written more than once the last attempt counts.
 */
const batchKeys = (
  objects: ObjectStore,
  of: LineRange['of'],
  from: number,
  end: number,
): ResultAsync<readonly ObjectKey[], ObjectDamaged | ObjectStoreUnavailable> =>
  objects.list(batchPrefix(of), { limit: 2 * MOST_BATCHES, after: beforeBatch(of, from) }).andThen((keys) => {
    const latest = new Map(keys.map((key) => [batchOf(key), key]));
    // Of the last one that was listed there may be another attempt behind it.
    if (keys.length === 2 * MOST_BATCHES) latest.delete(batchOf(keys.at(-1) as ObjectKey));
    const next = [...latest]
      .filter(([batch], index) => batch < end && batch === from + index)
      .slice(0, MOST_BATCHES)
      .map(([, key]) => key);
    return next.length === 0 && from < end ? err(damaged(batchObject(of, from, 0))) : ok(next);
  });

/** The lines of one batch, as they were written. */
const batchLines = (
  { objects, utf8 }: Pick<LinePorts, 'objects' | 'utf8'>,
  key: ObjectKey,
): ResultAsync<readonly JsonObject[], ObjectDamaged | ObjectStoreUnavailable> =>
  objects
    .get(key)
    .mapErr((failure) => (failure.kind === 'ObjectStoreUnavailable' ? failure : damaged(key)))
    .andThen(({ bytes }) =>
      safeTry(async function* () {
        const pieces: Uint8Array[] = [];
        for await (const piece of bytes) pieces.push(yield* piece);
        return linesIn(utf8.decode(pieces)).mapErr(() => damaged(key));
      }),
    );

/** What was written is lines of JSON; what is none was written by another hand. */
const linesIn = Result.fromThrowable((text: string): readonly JsonObject[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => parseJson(line) as JsonObject),
);

/** An object that the reconciliation counts is not there, or not as it was written. */
const damaged = (key: ObjectKey): ObjectDamaged => ({ kind: 'ObjectDamaged', key });
