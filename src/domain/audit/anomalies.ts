import type { AuditEntry } from '../kernel/audit-entry.ts';
import { type AmountsByCurrency, LIMIT_CURRENCY } from '../kernel/currency.ts';
import type { Instant } from '../kernel/instant.ts';
import type { Whole } from '../kernel/json.ts';

export type AnomalyType =
  | 'excessive_failed_auth'
  | 'high_value_transaction'
  | 'data_export'
  | 'high_velocity'
  | 'repeated_failures';

/** Something a person should look at. `entityId` is the payment, export, customer or actor that it is about. */
export type Anomaly = Readonly<{
  type: AnomalyType;
  description: string;
  severity: 'low' | 'medium' | 'high';
  timestamp: Instant;
  entityId?: string;
}>;

/** So many events, at least two, that the first and the last are at most `withinMs` apart. */
type Rate = Readonly<{ count: number; withinMs: number }>;

/** The thresholds. A value that only reaches `most…` is still in order. */
export type AnomalyRules = Readonly<{
  mostFailedAuthentications: number;
  /** Minor units of `LIMIT_CURRENCY`. */
  mostAmount: bigint;
  /**
   * Of other currencies. One that is not named is held against the number in `mostAmount`: no currency has a minor unit of
   * much more worth than a cent, so that reports too much rather than too little.
   */
  mostAmounts: AmountsByCurrency;
  velocity: Rate;
  failures: Rate;
}>;

export const ANOMALY_RULES: AnomalyRules = {
  mostFailedAuthentications: 5,
  mostAmount: 100_000n,
  mostAmounts: {},
  velocity: { count: 5, withinMs: 60_000 },
  failures: { count: 3, withinMs: 30 * 60_000 },
};

/** A link of the trail. `customerId` is whose payment it is about, where a customer is known. */
export type AuditFact = Readonly<{ entry: AuditEntry; customerId?: string }>;

/** How often tokens were refused in the minute that begins at `minute`. */
export type FailedAuthentications = Readonly<{ minute: Instant; count: number }>;

/**
 * Watches one merchant's trail, newest first: give it every fact in that order, and it gives the anomalies that each
 * completes. A payment's velocity is its customer's; its failure counts for its customer or, where there is none, for
 * its actor. A run of events that keeps up a rate is one anomaly, at its newest event. Holds at most `count` times
 * for each customer or actor that was busy within the last window, however long the trail is.
 */
export function watchTrail(rules: AnomalyRules): (fact: AuditFact) => readonly Anomaly[] {
  const created = rateWatch(rules.velocity);
  const failed = rateWatch(rules.failures);
  return ({ entry, customerId }) => {
    if (entry.sequence === 1 && entry.action.startsWith('export.')) return [dataExport(entry)];
    if (entry.action === 'payment.created') {
      const newest = customerId === undefined ? undefined : created(customerId, entry.timestamp);
      return [
        ...highValue(entry, rules),
        ...(customerId === undefined || newest === undefined
          ? []
          : [highVelocity(customerId, newest, rules)]),
      ];
    }
    if (entry.action === 'payment.failed') {
      const who = customerId ?? entry.actor.id;
      const newest = failed(who, entry.timestamp);
      return newest === undefined ? [] : [repeatedFailures(who, customerId !== undefined, newest, rules)];
    }
    return [];
  };
}

/** The minutes with more failed authentications than the rules allow. Low: anybody can send tokens that claim a merchant. */
export const excessiveFailedAuth = (
  minutes: readonly FailedAuthentications[],
  { mostFailedAuthentications }: AnomalyRules,
): readonly Anomaly[] =>
  minutes
    .filter(({ count }) => count > mostFailedAuthentications)
    .map(({ minute, count }) => ({
      type: 'excessive_failed_auth',
      description: `${count} refused tokens within a minute, more than ${mostFailedAuthentications}, claimed this merchant; who sent them is not proved`,
      severity: 'low',
      timestamp: minute,
    }));

const dataExport = ({ action, actor, entityId, timestamp }: AuditEntry): Anomaly => ({
  type: 'data_export',
  description: `${action} by ${actor.id}`,
  severity: 'low',
  timestamp,
  entityId,
});

function highValue(
  { after, entityId, timestamp }: AuditEntry,
  { mostAmount, mostAmounts }: AnomalyRules,
): readonly Anomaly[] {
  const { amount, currency = '' } = (after ?? {}) as Readonly<{ amount?: Whole; currency?: string }>;
  const own =
    currency === LIMIT_CURRENCY
      ? mostAmount
      : (mostAmounts as Readonly<Record<string, bigint | undefined>>)[currency];
  const most = own ?? mostAmount;
  if (amount === undefined || BigInt(amount) <= most) return [];
  const stated =
    own === undefined ? `, the threshold in ${LIMIT_CURRENCY}: there is none in ${currency}` : '';
  return [
    {
      type: 'high_value_transaction',
      description: `A payment of ${amount} minor units of ${currency}, more than ${most}${stated}`,
      severity: 'medium',
      timestamp,
      entityId,
    },
  ];
}

const highVelocity = (customerId: string, timestamp: Instant, { velocity }: AnomalyRules): Anomaly => ({
  type: 'high_velocity',
  description: `${velocity.count} or more payments by one customer, each ${velocity.count} within ${velocity.withinMs / 1_000} s`,
  severity: 'medium',
  timestamp,
  entityId: customerId,
});

const repeatedFailures = (
  who: string,
  isCustomer: boolean,
  timestamp: Instant,
  { failures }: AnomalyRules,
): Anomaly => ({
  type: 'repeated_failures',
  description: `${failures.count} or more failed payments by one ${isCustomer ? 'customer' : 'actor'}, each ${failures.count} within ${failures.withinMs / 60_000} min`,
  severity: 'medium',
  timestamp,
  entityId: who,
});

type Run = Readonly<{ newestFirst: readonly Instant[]; isTold: boolean }>;

/**
 * Takes events newest first and gives the newest of those that reach the rate with this one, once for each run of
 * events that all do. A customer or actor without an event in the window is forgotten: nothing older can be near enough.
 */
function rateWatch({ count, withinMs }: Rate): (who: string, at: Instant) => Instant | undefined {
  // The oldest event is the last of its run, and the run it was added to stands last.
  const runs = new Map<string, Run>();
  return (who, at) => {
    for (const [each, { newestFirst }] of runs) {
      if ((newestFirst.at(-1) ?? 0) - at <= withinMs) break;
      runs.delete(each);
    }
    const run = runs.get(who);
    const newestFirst = [...(run?.newestFirst ?? []), at].slice(-count);
    const [newest] = newestFirst;
    const isReached = newestFirst.length >= count && newest !== undefined && newest - at <= withinMs;
    runs.delete(who);
    runs.set(who, { newestFirst, isTold: isReached });
    return isReached && run?.isTold !== true ? newest : undefined;
  };
}
