import { auroraBill } from './aurora-bill.ts';
import { type Bill, evenUtilisation, infrequentBill, onDemandBill, provisionedBill } from './bill.ts';
import { dividedBy, type Fraction, type NanoDollars, roundedUp, times, whole } from './fraction.ts';
import type { UnitPrices } from './prices.ts';
import type { CostModel } from './request-units.ts';
import { monthlyLoad, type Usage } from './usage.ts';

/** What can be recommended. */
export const RECOMMENDED_ACTIONS = [
  'provision_capacity',
  'use_aurora',
  'use_infrequent_access',
  'ask_less_often',
  'keep_for_less_time',
  'hold_fewer_regions',
] as const;

/** What could be done, what it saves each month, and when it is the wrong thing to do. */
export type Recommendation = Readonly<{
  action: (typeof RECOMMENDED_ACTIONS)[number];
  saving: NanoDollars;
  says: string;
  wrongWhen: string;
}>;

/** The bills of one usage beside each other. */
export type Bills = Readonly<{ onDemand: Bill; provisioned: Bill; aurora: Bill }>;

export type CostTerms = Readonly<{
  model: CostModel;
  prices: UnitPrices;
  /** How much of the capacity that stands ready is used on average, above 0 and at most 1. */
  utilisation: Fraction;
}>;

export function billsOf({ model, prices, utilisation }: CostTerms, usage: Usage): Bills {
  const load = monthlyLoad(model, usage);
  return {
    onDemand: onDemandBill(load, prices),
    provisioned: provisionedBill(load, prices, utilisation),
    aurora: auroraBill(load, prices, { utilisation, regions: usage.regions }),
  };
}

/** Those that save anything over paying by the request, the one that saves the most first. */
export function recommendationsFor(terms: CostTerms, usage: Usage): readonly Recommendation[] {
  const { onDemand, provisioned, aurora } = billsOf(terms, usage);
  const instead = (other: Partial<Usage>) =>
    onDemandBill(monthlyLoad(terms.model, { ...usage, ...other }), terms.prices).total;
  const even = percent(evenUtilisation(terms.prices));
  const from = auroraFrom(terms, usage);
  const all: readonly (Omit<Recommendation, 'saving'> & Readonly<{ costs: NanoDollars }>)[] = [
    {
      action: 'provision_capacity',
      costs: provisioned.total,
      says: `Provision the table's capacity with auto scaling: used for ${percent(terms.utilisation)} % of it on average, it costs less than requests do, as it does from ${even} % on.`,
      wrongWhen: `Traffic comes in peaks that auto scaling, which takes minutes, does not follow: less than ${even} % is used on average then, and what is beyond the capacity is throttled.`,
    },
    {
      action: 'use_aurora',
      costs: aurora.total,
      says: `Keep payments in Aurora Serverless v2${from === undefined ? '' : `, which costs less from ${from} transactions a month on`}.`,
      wrongWhen:
        'Two regions take payments at once, reads are of lists (each is counted as the read of one payment, an eighth of the work of taking it, and a page of 100 was three times that work), a database that pauses or scales at a peak is too slow, or its connections, versions and vacuum are to be of no concern.',
    },
    {
      action: 'use_infrequent_access',
      costs: infrequentBill(monthlyLoad(terms.model, usage), terms.prices).total,
      says: 'Put the table into the class Standard-IA: storage costs less than half, and each request about a quarter more.',
      wrongWhen:
        'Traffic grows faster than what is kept: requests cost more in it. A table can change its class twice in 30 days.',
    },
    {
      action: 'ask_less_often',
      costs: instead({ queriesPerTransaction: dividedBy(usage.queriesPerTransaction, whole(2n)) }),
      says: 'Halve the queries: take webhooks in place of polling, and let clients keep what an ETag names.',
      wrongWhen: 'Clients must see the latest state: what they keep is as old as its last answer.',
    },
    {
      action: 'keep_for_less_time',
      costs: instead({ retentionDays: usage.retentionDays / 2n }),
      says: 'Keep payments in the table for half the time: export them and their audit trail to an object store, then have them expire by TTL.',
      wrongWhen:
        'Laws and card schemes ask for years of records, and refunds, disputes and `paywright verify` need the payment in the table. Paywright removes none by itself.',
    },
    {
      action: 'hold_fewer_regions',
      costs: instead({ regions: 1n }),
      says: 'Hold the table in one region.',
      wrongWhen: 'Payments must go on while a region is away: without a copy, they wait for it.',
    },
  ];
  return all
    .map(({ costs, ...each }) => ({ ...each, saving: onDemand.total - costs }))
    .filter(({ saving }) => saving > 0n)
    .sort((a, b) => (a.saving < b.saving ? 1 : a.saving > b.saving ? -1 : 0));
}

const MOST_TRANSACTIONS = 1_000_000_000_000n;

/** The fewest transactions a month of which Aurora costs less than requests to DynamoDB; undefined where it never does. */
export function auroraFrom(terms: CostTerms, usage: Usage): bigint | undefined {
  const isCheaper = (transactionsPerMonth: bigint): boolean => {
    const { onDemand, aurora } = billsOf(terms, { ...usage, transactionsPerMonth });
    return aurora.total < onDemand.total;
  };
  if (!isCheaper(MOST_TRANSACTIONS)) return undefined;
  let [most, least] = [MOST_TRANSACTIONS, 0n];
  while (most - least > 1n) {
    const middle = (most + least) / 2n;
    if (isCheaper(middle)) most = middle;
    else least = middle;
  }
  return most;
}

/** In whole percent, rounded up. */
const percent = (part: Fraction): string => `${roundedUp(times(whole(100n), part))}`;
