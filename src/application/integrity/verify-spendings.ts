import type { AuditEntry } from '../../domain/kernel/audit-entry.ts';
import type { MerchantId } from '../../domain/kernel/ids.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import type { LedgerEntry } from '../../domain/ledger/ledger.ts';
import type { IntegrityFinding } from './integrity-finding.ts';
import { STABLE_MS } from './verify-marks.ts';

/** How often it must have been by the entries of a currency, at least and at most. */
export type SpendingBounds = ReadonlyMap<string, Readonly<{ least: number; most: number }>>;

/** From when on refunds of a merchant needed the balance, or did not any more, oldest first; before the first they did not. */
export type RefundRules = readonly Readonly<{ at: Instant; needsBalance: boolean }>[];

/** As the merchant's chain says. */
export const refundRulesOf = (links: readonly AuditEntry[]): RefundRules =>
  links.flatMap(({ timestamp: at, before, after }) => {
    if (after?.[RULE] !== undefined) return [{ at, needsBalance: after[RULE] === true }];
    return before?.[RULE] === undefined ? [] : [{ at, needsBalance: false }];
  });

const RULE = 'refunds_need_balance';

/**
 * The entries' part of the bounds. Each transfer spends, and a refund's hold does under the rule that it needs the balance; of a
 * hold near a change of that rule it is not known which was read for it. What came after `cut` the row may not have said yet when
 * it was read.
 */
export function boundsOf(entries: readonly LedgerEntry[], cut: Instant, rules: RefundRules): SpendingBounds {
  const bounds = new Map<string, Readonly<{ least: number; most: number }>>();
  for (const { type, createdAt, amount } of entries) {
    if (type !== 'transfer_out' && type !== 'refund_hold') continue;
    const values = type === 'transfer_out' ? SPENDS : rulesNear(rules, createdAt);
    const { least, most } = bounds.get(amount.currency) ?? NONE;
    const isOwed = !values.includes(false) && createdAt <= cut;
    bounds.set(amount.currency, {
      least: least + (isOwed ? 1 : 0),
      most: most + (values.includes(true) ? 1 : 0),
    });
  }
  return bounds;
}

const SPENDS = [true];

/** The rules that may have been read for what was written then: by clocks that differ, a while before. */
const rulesNear = (rules: RefundRules, at: Instant): readonly boolean[] => [
  rules.findLast((rule) => rule.at < at - STABLE_MS)?.needsBalance ?? false,
  ...rules.filter((rule) => Math.abs(rule.at - at) <= STABLE_MS).map(({ needsBalance }) => needsBalance),
];

const NONE = { least: 0, most: 0 };

export function addBounds(a: SpendingBounds, b: SpendingBounds): SpendingBounds {
  const sums = new Map(a);
  for (const [currency, { least, most }] of b) {
    const sum = sums.get(currency) ?? NONE;
    sums.set(currency, { least: sum.least + least, most: sum.most + most });
  }
  return sums;
}

/** The currencies whose balance was spent from less or more often than its entries allow. */
export function faultsOfSpendings(
  merchantId: MerchantId,
  stored: ReadonlyMap<string, number>,
  bounds: SpendingBounds,
): readonly IntegrityFinding[] {
  const currencies = [...new Set([...stored.keys(), ...bounds.keys()])].sort();
  return currencies.flatMap((id): IntegrityFinding[] => {
    const spendings = stored.get(id) ?? 0;
    const { least, most } = bounds.get(id) ?? NONE;
    if (spendings >= least && spendings <= most) return [];
    const detail = `it was spent from ${spendings} times, its entries say ${least} to ${most}`;
    return [{ kind: 'BadRow', merchantId, row: 'balance', id, fault: 'sum', detail }];
  });
}
