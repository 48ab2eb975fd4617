import type { Instant } from '../../domain/kernel/instant.ts';
import { present } from '../../domain/kernel/present.ts';

/**
 * What there was until some moment, in constant size: how many audit entries, what their hashes add up to in any order, how many
 * ledger entries and the balances they make. Nothing of it is ever deleted or changed, so a store that went on gives the same
 * again for the same moment.
 */
export type Heads = Readonly<{
  links: number;
  /** The sum of the hashes, 64 hexadecimal digits. */
  mark: string;
  newest?: Instant;
  entries: number;
  /** Minor units by currency and account, such as `USD available`. */
  balances: Readonly<Record<string, bigint>>;
}>;

export const NO_HEADS: Heads = { links: 0, mark: '0'.repeat(64), entries: 0, balances: {} };

/** Adds the links that are of `until` or before. */
export function addLinks(
  heads: Heads,
  links: readonly Readonly<{ hash: string; timestamp: Instant }>[],
  until: Instant,
): Heads {
  const old = links.filter(({ timestamp }) => timestamp <= until);
  if (old.length === 0) return heads;
  const sum = old.reduce((total, { hash }) => total + BigInt(`0x${hash}`), BigInt(`0x${heads.mark}`));
  return {
    ...heads,
    links: heads.links + old.length,
    mark: BigInt.asUintN(256, sum).toString(16).padStart(64, '0'),
    ...present({ newest: old.reduce((last, { timestamp }) => Math.max(last, timestamp), heads.newest ?? 0) }),
  };
}

/** `shorter` is what an older store is; the others are no earlier state of this one. */
export type HeadsFault = 'shorter' | 'longer' | 'altered' | 'balances';

/** How what there is now differs from what there was; undefined where it does not. */
export function differenceOf(then: Heads, now: Heads): HeadsFault | undefined {
  if (now.links !== then.links) return now.links < then.links ? 'shorter' : 'longer';
  if (now.mark !== then.mark) return 'altered';
  return now.entries !== then.entries || changedBalances(then, now).length > 0 ? 'balances' : undefined;
}

/** Names of the balances that differ, of both sides. */
export const changedBalances = (then: Heads, now: Heads): readonly string[] =>
  [...new Set([...Object.keys(then.balances), ...Object.keys(now.balances)])]
    .filter((name) => (then.balances[name] ?? 0n) !== (now.balances[name] ?? 0n))
    .sort();
