import {
  changedBalances,
  differenceOf,
  type Heads,
  type HeadsFault,
  NO_HEADS,
} from '../../application/kernel/heads.ts';
import { rfc3339 } from '../../domain/kernel/instant.ts';
import type { SystemHeads } from './heads-file.ts';
import { lineOf } from './verify-service.ts';

/** `older` is sound as of an earlier moment; `not_sound` disagrees with itself. */
export type Verdict = 'whole' | 'older' | 'altered' | 'not_sound';

/** Whose heads differ: a merchant's, or with no merchant those of approvals. */
export type Difference = Readonly<{ merchantId?: string; fault: HeadsFault; were: Heads; are: Heads }>;

/** Merchants by id, then approvals; one that is on one side only counts as one without entries. */
export function differencesOf(then: SystemHeads, now: SystemHeads): readonly Difference[] {
  const ids = [...new Set([...then.merchants.keys(), ...now.merchants.keys()])].sort();
  const sides = [
    ...ids.map((merchantId) => ({
      merchantId,
      were: then.merchants.get(merchantId) ?? NO_HEADS,
      are: now.merchants.get(merchantId) ?? NO_HEADS,
    })),
    { were: then.approvals, are: now.approvals },
  ];
  return sides.flatMap((side) => {
    const fault = differenceOf(side.were, side.are);
    return fault === undefined ? [] : [{ ...side, fault }];
  });
}

/** One line for people. */
export function differenceText({ merchantId = 'approvals', fault, were, are }: Difference): string {
  const newest = are.newest === undefined ? '' : `; the newest is of ${rfc3339(are.newest)}`;
  switch (fault) {
    case 'shorter':
      return `${merchantId}: ${are.links} of ${were.links} audit entries are there, ${were.links - are.links} are missing${newest}`;
    case 'longer':
      return `${merchantId}: ${are.links} audit entries are there where there were ${were.links}`;
    case 'altered':
      return `${merchantId}: its ${were.links} audit entries are not those that there were`;
    case 'balances':
      return `${merchantId}: ${are.entries} ledger entries, there were ${were.entries}${balancesText(were, are)}`;
  }
}

const balancesText = (then: Heads, now: Heads): string =>
  changedBalances(then, now)
    .map((name) => `; ${name} is ${now.balances[name] ?? 0n}, was ${then.balances[name] ?? 0n}`)
    .join('');

/** The same for programs. */
export const differenceLine = ({ merchantId, fault, were, are }: Difference): string =>
  lineOf({
    event: 'difference',
    ...(merchantId === undefined ? { service: 'approvals' } : { merchant_id: merchantId }),
    fault,
    audit_entries: are.links,
    were: were.links,
    ...(are.newest === undefined ? {} : { newest: rfc3339(are.newest) }),
  });
