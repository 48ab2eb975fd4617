import { type AggregateOf, isClosed, ownersOf } from '../../domain/aggregates/aggregate.ts';
import type { MatchedRow } from '../../domain/files/match-row.ts';
import type { AggregateKind } from '../../domain/kernel/aggregate-kind.ts';
import type { CurrencyCode } from '../../domain/kernel/currency.ts';
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
 * a balance once for each currency, and a ledger tally once for each that entries of it are tallied in, as all entries of a batch are
 * posted on one day.
 */
export function batchDraft(mostRows: number): BatchDraft {
  const settlements: Settlement[] = [];
  const drafts = new Map<string, Draft>();
  const holders = new Map<string, string>();
  const entries: LedgerEntry[] = [];
  const balances: CurrencyCode[] = [];
  const tallies: CurrencyCode[] = [];
  let used = 0;
  const find = <Kind extends AggregateKind>(key: string | undefined) =>
    key === undefined ? undefined : (drafts.get(key)?.effect.next as AggregateOf<Kind> | undefined);
  return {
    soFar: {
      aggregate: (kind, id) => find(`${kind} ${id}`),
      holding: (kind, key) => find(holders.get(`${kind} ${key}`)),
    },
    add({ settled }, effects) {
      const [knownBalances, knownTallies] = [balances.length, tallies.length];
      const changed = changedBy(effects);
      let needed = settled === undefined ? 0 : ROWS_OF_SETTLEMENT;
      for (const { key, rows } of changed) needed += rows - (drafts.get(key)?.rows ?? 0);
      for (const { entries: posted = NO_ENTRIES } of effects) {
        for (const { type, amount } of posted) {
          if (!balances.includes(amount.currency)) balances.push(amount.currency);
          if (isTallied(type) && !tallies.includes(amount.currency)) tallies.push(amount.currency);
        }
        needed += posted.length;
      }
      needed += balances.length - knownBalances + tallies.length - knownTallies;
      if (used + needed > mostRows) {
        balances.length = knownBalances;
        tallies.length = knownTallies;
        return false;
      }
      used += needed;
      if (settled !== undefined) settlements.push(settled);
      for (const { entries: posted = NO_ENTRIES } of effects) entries.push(...posted);
      for (const draft of changed) {
        const { key, effect } = draft;
        drafts.set(key, draft);
        for (const taken of effect.takes ?? NONE) holders.set(`${effect.next.kind} ${taken}`, key);
      }
      return true;
    },
    effects() {
      const aggregates = [...drafts.values()].map(({ effect }) => effect);
      const events = aggregates.flatMap(({ event }) => (event === undefined ? [] : [event]));
      return { settlements, aggregates, entries, events };
    },
  };

  /** The aggregates that a row changes, each once. */
  function changedBy(effects: readonly RowEffects[]): readonly Draft[] {
    let changed = NO_DRAFTS;
    for (const { aggregates = NO_AGGREGATES } of effects)
      for (const effect of aggregates) {
        const key = `${effect.next.kind} ${effect.next.id}`;
        const inRow = changed.find((each) => each.key === key);
        const after = later((inRow ?? drafts.get(key))?.effect, effect);
        const draft = { key, effect: after, rows: rowsOf(after) };
        changed = inRow ? changed.map((each) => (each === inRow ? draft : each)) : [...changed, draft];
      }
    return changed;
  }
}

/** An aggregate as the rows so far leave it, under its name, and how many rows of the storage that takes. */
type Draft = Readonly<{ key: string; effect: AggregateEffect; rows: number }>;

const NO_DRAFTS: readonly Draft[] = [];
const NO_AGGREGATES: readonly AggregateEffect[] = [];
const NO_ENTRIES: readonly LedgerEntry[] = [];

/** What is stored was there before the first of the two. */
function later(first: AggregateEffect | undefined, second: AggregateEffect): AggregateEffect {
  if (first === undefined) return second;
  const both: { -readonly [Name in keyof AggregateEffect]: AggregateEffect[Name] } = {
    action: second.action,
    next: second.next,
    takes: allOf(first.takes, second.takes),
    releases: allOf(first.releases, second.releases),
  };
  if (first.before !== undefined) both.before = first.before;
  if (second.event !== undefined) both.event = second.event;
  return both;
}

const NONE: readonly string[] = [];

const allOf = (a = NONE, b = NONE): readonly string[] => (b.length === 0 ? a : [...new Set([...a, ...b])]);

/** A row for each owner, the link, the event, one for each key, and the place among those that are open which it leaves when it closes. */
const rowsOf = ({ next, takes = NONE, releases = NONE, event }: AggregateEffect): number =>
  ownersOf(next).length +
  1 +
  takes.length +
  releases.length +
  (event === undefined ? 0 : 1) +
  (isClosed(next) ? 1 : 0);
