import { type Aggregate, type AggregateOf, isClosed, ownersOf } from '../../domain/aggregates/aggregate.ts';
import type { MatchedRow } from '../../domain/files/match-row.ts';
import type { AggregateKind } from '../../domain/kernel/aggregate-kind.ts';
import type { DomainEvent } from '../../domain/kernel/events.ts';
import type { LedgerEntry } from '../../domain/ledger/ledger.ts';
import { isTallied } from '../../domain/ledger/ledger-tally.ts';
import type { Settlement } from '../payments/settle-transactions.ts';
import type { AggregateEffect, BatchSoFar, RowEffects } from './row-effects.ts';

/** Everything that the rows of a batch change, to be committed together; each aggregate once. */
export type BatchEffects = Readonly<{
  settlements: readonly Settlement[];
  aggregates: readonly AggregateEffect[];
  entries: readonly LedgerEntry[];
  events: readonly DomainEvent[];
}>;

export type BatchDraft = Readonly<{
  soFar: BatchSoFar;
  /** Takes what a row changes if there is room for it; false leaves the draft as it was. */
  add(row: MatchedRow, effects: readonly RowEffects[]): boolean;
  effects(): BatchEffects;
}>;

/** A transaction and its link. */
const ROWS_OF_SETTLEMENT = 2;

/**
 * Collects what rows change, and counts the rows of the storage that it takes: an aggregate once, however many rows change it,
 * a balance once for each currency, and a ledger tally once for each that entries of it are tallied in.
 */
export function batchDraft(mostRows: number): BatchDraft {
  const settlements: Settlement[] = [];
  const drafts = new Map<string, AggregateEffect>();
  const holders = new Map<string, string>();
  const entries: LedgerEntry[] = [];
  const sums = new Set<string>();
  /** Of the row that is being added; made once, as rows are many. */
  const changed = new Map<string, AggregateEffect>();
  const added = new Set<string>();
  let used = 0;
  const find = <Kind extends AggregateKind>(key: string | undefined) =>
    key === undefined ? undefined : (drafts.get(key)?.next as AggregateOf<Kind> | undefined);
  return {
    soFar: {
      aggregate: (kind, id) => find(`${kind} ${id}`),
      holding: (kind, key) => find(holders.get(`${kind} ${key}`)),
    },
    add({ settled }, effects) {
      changed.clear();
      added.clear();
      let needed = settled === undefined ? 0 : ROWS_OF_SETTLEMENT;
      for (const { aggregates = [], entries: posted = [] } of effects) {
        for (const effect of aggregates) {
          const key = nameOf(effect.next);
          changed.set(key, later(changed.get(key) ?? drafts.get(key), effect));
        }
        for (const entry of posted) for (const sum of sumsOf(entry)) if (!sums.has(sum)) added.add(sum);
        needed += posted.length;
      }
      for (const [key, effect] of changed) needed += rowsOf(effect) - rowsOf(drafts.get(key));
      needed += added.size;
      if (used + needed > mostRows) return false;
      used += needed;
      if (settled !== undefined) settlements.push(settled);
      for (const { entries: posted = [] } of effects) entries.push(...posted);
      for (const sum of added) sums.add(sum);
      for (const [key, effect] of changed) {
        drafts.set(key, effect);
        for (const taken of effect.takes ?? []) holders.set(`${effect.next.kind} ${taken}`, key);
      }
      return true;
    },
    effects() {
      const aggregates = [...drafts.values()];
      const events = aggregates.flatMap(({ event }) => (event === undefined ? [] : [event]));
      return { settlements, aggregates, entries, events };
    },
  };
}

/** All entries of a batch are posted on one day. */
const sumsOf = ({ type, amount }: LedgerEntry): readonly string[] =>
  isTallied(type) ? [amount.currency, `${amount.currency} tallied`] : [amount.currency];

const nameOf = ({ kind, id }: Aggregate): string => `${kind} ${id}`;

/** What is stored was there before the first of the two. */
function later(first: AggregateEffect | undefined, second: AggregateEffect): AggregateEffect {
  if (first === undefined) return second;
  return {
    action: second.action,
    next: second.next,
    ...(first.before === undefined ? {} : { before: first.before }),
    ...(second.event === undefined ? {} : { event: second.event }),
    takes: both(first.takes, second.takes),
    releases: both(first.releases, second.releases),
  };
}

const NONE: readonly string[] = [];

const both = (a = NONE, b = NONE): readonly string[] =>
  b.every((key) => a.includes(key)) ? a : [...new Set([...a, ...b])];

/** A row for each owner, the link, the event, one for each key, and the place among those that are open which it leaves when it closes. */
const rowsOf = (effect: AggregateEffect | undefined): number =>
  effect === undefined
    ? 0
    : ownersOf(effect.next).length +
      1 +
      (effect.takes?.length ?? 0) +
      (effect.releases?.length ?? 0) +
      (effect.event === undefined ? 0 : 1) +
      (isClosed(effect.next) ? 1 : 0);
