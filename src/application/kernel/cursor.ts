import { err, ok, type Result, type ResultAsync, safeTry } from 'neverthrow';
import { canonicalJson, type JsonObject } from '../../domain/kernel/json.ts';
import { jsonWeight } from '../../domain/kernel/json-weight.ts';
import { present } from '../../domain/kernel/present.ts';
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

type CursorPorts = Readonly<{ signedTokens: SignedTokens; clock: Clock }>;

/** Reads one part of a list, newest first by id, `before` exclusive; fewer than `limit` only at the end. */
type ReadPart<Id, Item, Failure> = (
  part: Readonly<{ limit: number; before?: Id }>,
) => ResultAsync<readonly Item[], Failure>;

/**
 * Pages of lists that go newest first by id. A page ends early, with a cursor, before the item that would make it too heavy;
 * one item always fits. A cursor is good for a day and in its own context only; the page size may change on the way. One
 * read, of one item more than the page.
 */
export const paging =
  <Id extends string>(ports: CursorPorts, parse: (text: string) => Id | undefined) =>
  <Item extends Readonly<{ id: Id }>, Failure>(
    { context, limit, cursor }: PageRequest,
    list: ReadPart<Id, Item, Failure>,
  ): ResultAsync<Page<Item>, CursorInvalid | Failure> =>
    pagingOfFound<Id>(ports, parse)<Item, Failure>({ context, limit, ...present({ cursor }) }, (part) =>
      list(part).map((items) => ({ items })),
    );

/** Reads one part of a list likewise; where it holds fewer than `limit`, others may follow behind `next`. */
type FindPart<Id, Item, Failure> = (
  part: Readonly<{ limit: number; before?: Id }>,
) => ResultAsync<Readonly<{ items: readonly Item[]; next?: Id }>, Failure>;

/** The same of a list that may end a part early, with where it goes on: a page may hold fewer than `limit`, and none, and yet have a next. */
export const pagingOfFound =
  <Id extends string>(ports: CursorPorts, parse: (text: string) => Id | undefined) =>
  <Item extends Readonly<{ id: Id }>, Failure>(
    { context, limit, cursor }: PageRequest,
    find: FindPart<Id, Item, Failure>,
  ): ResultAsync<Page<Item>, CursorInvalid | Failure> => {
    const { open, seal } = cursors(ports, parse, context);
    return open(cursor)
      .asyncAndThen((position) => find({ ...position, limit: limit + 1 }))
      .map(({ items: found, next }) => {
        const items = lightEnough(found.slice(0, limit));
        const after = found.length > items.length ? items.at(-1)?.id : next;
        return after === undefined ? { items } : { items, nextCursor: seal(after) };
      });
  };

/** After so many reads a page ends, whatever it has found. */
const MOST_PARTS = 10;
const PART = 100;

/**
 * The same of the items that are wanted, where the storage cannot choose them: it looks through the list, in ten reads of a
 * hundred items at the most, so that a page may hold fewer than `limit`, and none, and yet have a next.
 */
export const pagingOfWanted =
  <Id extends string>(ports: CursorPorts, parse: (text: string) => Id | undefined) =>
  <Item extends Readonly<{ id: Id }>, Failure>(
    { context, limit, cursor }: PageRequest,
    list: ReadPart<Id, Item, Failure>,
    isWanted: (item: Item) => boolean,
  ): ResultAsync<Page<Item>, CursorInvalid | Failure> => {
    const { open, seal } = cursors(ports, parse, context);
    return safeTry(async function* () {
      let position = yield* open(cursor);
      const wanted: Item[] = [];
      for (let parts = 0; parts < MOST_PARTS; parts += 1) {
        const size = parts === 0 ? limit + 1 : PART;
        const found = yield* list({ ...position, limit: size });
        wanted.push(...found.filter(isWanted));
        const items = lightEnough(wanted.slice(0, limit));
        const lastShown = items.at(-1);
        if (wanted.length > items.length && lastShown !== undefined)
          return ok({ items, nextCursor: seal(lastShown.id) });
        const last = found.at(-1);
        if (found.length < size || last === undefined) return ok({ items });
        position = { before: last.id };
      }
      return ok({ items: wanted, ...('before' in position ? { nextCursor: seal(position.before) } : {}) });
    });
  };

function cursors<Id extends string>(
  { signedTokens, clock }: CursorPorts,
  parse: (text: string) => Id | undefined,
  context: JsonObject,
) {
  const bound = canonicalJson(context);
  return {
    seal: (last: Id): string => signedTokens.seal(`${clock.now()}:${last}`, bound),
    open: (text: string | undefined): Result<Readonly<{ before?: Id }>, CursorInvalid> => {
      if (text === undefined) return ok({});
      const [sealedAt = '', id = ''] = signedTokens.open(text, bound)?.split(':') ?? [];
      const before = parse(id);
      return before !== undefined && clock.now() - Number(sealedAt) < CURSOR_LIFETIME_MS
        ? ok({ before })
        : err({ kind: 'CursorInvalid' });
    },
  };
}

function lightEnough<Item>(items: readonly Item[]): readonly Item[] {
  let weight = 0;
  const over = items.findIndex((item) => {
    weight += jsonWeight(item);
    return weight > HEAVIEST_PAGE;
  });
  return over === -1 ? items : items.slice(0, Math.max(1, over));
}
