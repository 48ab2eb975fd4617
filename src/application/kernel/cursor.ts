import { err, ok, type Result, type ResultAsync } from 'neverthrow';
import { canonicalJson, type JsonObject } from '../../domain/kernel/json.ts';
import { jsonWeight } from '../../domain/kernel/json-weight.ts';
import type { Clock } from '../../ports/clock.ts';
import type { SignedTokens } from '../../ports/signed-tokens.ts';

/** Forged, changed, too old, or made for another tenant or another filter. */
export type CursorInvalid = Readonly<{ kind: 'CursorInvalid' }>;

/** `nextCursor` is there exactly when more follow. */
export type Page<Item> = Readonly<{ items: readonly Item[]; nextCursor?: string }>;

/** `context` is all that a cursor is bound to: which list, whose, and with which filter. */
export type PageRequest = Readonly<{ context: JsonObject; limit: number; cursor?: string }>;

const CURSOR_LIFETIME_MS = 24 * 3_600_000;

/** Of all items of a page together, as `jsonWeight` counts: what is answered is bounded, whatever the items hold. */
const HEAVIEST_PAGE = 512 * 1_024;

/**
 * Pages of lists that go newest first by id. A page ends early, with a cursor, before the item that would make it too heavy;
 * one item always fits. A cursor is good for a day and in its own context only; the page size may change on the way. One
 * read, of one item more than the page.
 */
export const paging =
  <Id extends string>(
    { signedTokens, clock }: Readonly<{ signedTokens: SignedTokens; clock: Clock }>,
    parse: (text: string) => Id | undefined,
  ) =>
  <Item extends Readonly<{ id: Id }>, Failure>(
    { context, limit, cursor }: PageRequest,
    list: (page: Readonly<{ limit: number; before?: Id }>) => ResultAsync<readonly Item[], Failure>,
  ): ResultAsync<Page<Item>, CursorInvalid | Failure> => {
    const bound = canonicalJson(context);
    return positionOf(cursor)
      .asyncAndThen((position) => list({ ...position, limit: limit + 1 }))
      .map((found) => {
        const items = lightEnough(found.slice(0, limit));
        const last = items.at(-1);
        return found.length > items.length && last !== undefined
          ? { items, nextCursor: signedTokens.seal(`${clock.now()}:${last.id}`, bound) }
          : { items };
      });

    function positionOf(text: string | undefined): Result<Readonly<{ before?: Id }>, CursorInvalid> {
      if (text === undefined) return ok({});
      const [sealedAt = '', id = ''] = signedTokens.open(text, bound)?.split(':') ?? [];
      const before = parse(id);
      return before !== undefined && clock.now() - Number(sealedAt) < CURSOR_LIFETIME_MS
        ? ok({ before })
        : err({ kind: 'CursorInvalid' });
    }
  };

function lightEnough<Item>(items: readonly Item[]): readonly Item[] {
  let weight = 0;
  const over = items.findIndex((item) => {
    weight += jsonWeight(item);
    return weight > HEAVIEST_PAGE;
  });
  return over === -1 ? items : items.slice(0, Math.max(1, over));
}
