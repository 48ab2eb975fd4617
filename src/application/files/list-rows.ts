import { err, ok, type Result, type ResultAsync, safeTry } from 'neverthrow';
import type { Outcome } from '../../domain/files/match-row.ts';
import type { ObjectKey } from '../../domain/files/object-key.ts';
import type { Reconciliation } from '../../domain/files/reconciliation.ts';
import { batchOf, batchPrefix, beforeBatch } from '../../domain/files/reconciliation-files.ts';
import type { MerchantId, ReconciliationId } from '../../domain/kernel/ids.ts';
import { canonicalJson, type JsonObject, parseJson } from '../../domain/kernel/json.ts';
import { present } from '../../domain/kernel/present.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ObjectDamaged, ObjectStore, ObjectStoreUnavailable } from '../../ports/object-store.ts';
import type { SignedTokens } from '../../ports/signed-tokens.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import type { Utf8 } from '../../ports/utf8.ts';
import type { CursorInvalid, Page } from '../kernel/cursor.ts';
import type { GetReconciliation, ReconciliationNotFound } from './read-reconciliations.ts';

export type ListRowsRequest = Readonly<{
  merchantId: MerchantId;
  id: ReconciliationId;
  outcome?: Outcome;
  limit: number;
  cursor?: string;
}>;

/**
 * A page of the rows that have their outcome, in the file's order. A page may hold fewer than `limit`, and none, and yet have
 * a next: it reads no more than a few batches. A cursor is good for a day, and for this file and outcome only.
 */
export type ListRows = (
  request: ListRowsRequest,
) => ResultAsync<
  Page<JsonObject>,
  ReconciliationNotFound | CursorInvalid | StorageUnavailable | ObjectDamaged | ObjectStoreUnavailable
>;

export type RowPorts = Readonly<{
  objects: ObjectStore;
  utf8: Utf8;
  signedTokens: SignedTokens;
  clock: Clock;
  getReconciliation: GetReconciliation;
}>;

const MOST_BATCHES = 40;
const CURSOR_LIFETIME_MS = 24 * 3_600_000;

type Place = Readonly<{ batch: number; row: number }>;

export const listRows =
  ({ objects, utf8, signedTokens, clock, getReconciliation }: RowPorts): ListRows =>
  ({ merchantId, id, outcome, limit, cursor }) => {
    const bound = canonicalJson({ list: 'rows', merchantId, id, ...present({ outcome }) });
    return safeTry(async function* () {
      const place = yield* placeIn(cursor);
      const reconciliation = yield* getReconciliation(merchantId, id);
      const items: JsonObject[] = [];
      let { batch, row } = place;
      for (const key of yield* batchKeys(objects, reconciliation, batch)) {
        const rows = yield* batchRows({ objects, utf8 }, key);
        for (batch = batchOf(key); row < rows.length && items.length < limit; row += 1) {
          const each = rows[row];
          if (each !== undefined && (outcome === undefined || each['outcome'] === outcome)) items.push(each);
        }
        if (row < rows.length) break;
        batch += 1;
        row = 0;
      }
      return ok(
        batch < reconciliation.batches
          ? { items, nextCursor: signedTokens.seal(`${clock.now()}:${batch}:${row}`, bound) }
          : { items },
      );
    });

    function placeIn(text: string | undefined): Result<Place, CursorInvalid> {
      if (text === undefined) return ok({ batch: 0, row: 0 });
      const [sealedAt, batch, row] = signedTokens.open(text, bound)?.split(':').map(Number) ?? [];
      return batch !== undefined && row !== undefined && clock.now() - Number(sealedAt) < CURSOR_LIFETIME_MS
        ? ok({ batch, row })
        : err({ kind: 'CursorInvalid' });
    }
  };

/** The objects of a few committed batches from one on. Of a batch that was written more than once the last attempt counts. */
const batchKeys = (
  objects: ObjectStore,
  reconciliation: Reconciliation,
  from: number,
): ResultAsync<readonly ObjectKey[], ObjectStoreUnavailable> =>
  objects
    .list(batchPrefix(reconciliation), { limit: 2 * MOST_BATCHES, after: beforeBatch(reconciliation, from) })
    .map((keys) => {
      const latest = new Map(keys.map((key) => [batchOf(key), key]));
      // Of the last one that was listed there may be another attempt behind it.
      if (keys.length === 2 * MOST_BATCHES) latest.delete(batchOf(keys.at(-1) as ObjectKey));
      return [...latest]
        .filter(([batch]) => batch < reconciliation.batches)
        .slice(0, MOST_BATCHES)
        .map(([, key]) => key);
    });

/** The rows of one batch, as they were written. */
const batchRows = (
  { objects, utf8 }: Pick<RowPorts, 'objects' | 'utf8'>,
  key: ObjectKey,
): ResultAsync<readonly JsonObject[], ObjectDamaged | ObjectStoreUnavailable> =>
  objects
    .get(key)
    .mapErr((failure) => (failure.kind === 'ObjectStoreUnavailable' ? failure : damaged(key)))
    .andThen(({ bytes }) =>
      safeTry(async function* () {
        const pieces: Uint8Array[] = [];
        for await (const piece of bytes) pieces.push(yield* piece);
        return ok(
          utf8
            .decode(pieces)
            .split('\n')
            .filter((line) => line !== '')
            .map((line) => parseJson(line) as JsonObject),
        );
      }),
    );

/** An object that the reconciliation counts is not there, or not as it was written. */
const damaged = (key: ObjectKey): ObjectDamaged => ({ kind: 'ObjectDamaged', key });
