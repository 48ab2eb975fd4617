import { err, ok, type Result } from 'neverthrow';
import { evenUtilisation } from './bill.ts';
import { costOf, type Fraction, fraction, type NanoDollars } from './fraction.ts';
import { PRICES, PRICES_OF_2024, type PriceTable, type UnitPrices, unitPrices } from './prices.ts';
import {
  auroraFrom,
  type Bills,
  billsOf,
  type Recommendation,
  recommendationsFor,
} from './recommendations.ts';
import { MODELS, type Preset, type RequestUnits } from './request-units.ts';
import type { Usage } from './usage.ts';

/** What is estimated, and by which prices: those of the preset where `prices` names no others. */
export type EstimateRequest = Readonly<{
  preset: Preset;
  region: string;
  usage: Usage;
  /** Of capacity that stands ready, how much is used on average: above 0 and at most 1. */
  utilisation: Fraction;
  prices?: PriceTable;
}>;

/** One request of a kind, paid for by the request: nothing of what it stores is in `cost`. */
export type RequestCost = Readonly<{ units: RequestUnits; cost: NanoDollars }>;

export type Estimate = Readonly<{
  request: EstimateRequest;
  pricesOf: Pick<PriceTable, 'as_of' | 'source'>;
  bills: Bills;
  requests: Readonly<Record<string, RequestCost>>;
  evenUtilisation: Fraction;
  /** Transactions a month. */
  auroraFrom: bigint | undefined;
  recommendations: readonly Recommendation[];
}>;

export type RegionNotPriced = Readonly<{
  kind: 'RegionNotPriced';
  region: string;
  priced: readonly string[];
}>;

/** What is taken where a request says nothing. Half of the capacity used is what auto scaling comes to on uneven days. */
export const DEFAULTS = {
  preset: 'paywright',
  region: 'us-east-1',
  utilisation: fraction('0.5'),
  usage: {
    transactionsPerMonth: 1_000_000n,
    queriesPerTransaction: fraction('5.2'),
    refundsPerTransaction: fraction('0.02'),
    retentionDays: 90n,
    regions: 1n,
  },
} as const satisfies EstimateRequest;

/** Beyond these no sum is of any use. */
export const MOST = {
  transactionsPerMonth: 1_000_000_000n,
  perTransaction: 10_000n,
  retentionDays: 36_500n,
  regions: 10n,
};

const PRICES_OF: Readonly<Record<Preset, PriceTable>> = { paywright: PRICES, 'classic-2024': PRICES_OF_2024 };

/** Pure arithmetic, exact until each item is rounded to a nano-dollar. */
export function estimate(request: EstimateRequest): Result<Estimate, RegionNotPriced> {
  const { preset, region, usage, utilisation } = request;
  const table = request.prices ?? PRICES_OF[preset];
  const prices = unitPrices(table, region);
  if (prices === undefined)
    return err({ kind: 'RegionNotPriced', region, priced: Object.keys(table.regions) });
  const model = MODELS[preset];
  const terms = { model, prices, utilisation };
  return ok({
    request,
    pricesOf: table,
    bills: billsOf(terms, usage),
    requests: Object.fromEntries(
      Object.entries<RequestUnits>(model.requests).map(([kind, units]) => [
        kind,
        { units, cost: requestCost(units, prices) },
      ]),
    ),
    evenUtilisation: evenUtilisation(prices),
    auroraFrom: auroraFrom(terms, usage),
    recommendations: recommendationsFor(terms, usage),
  });
}

const requestCost = (units: RequestUnits, prices: UnitPrices): NanoDollars =>
  costOf(prices.write_requests, units.writes) +
  costOf(prices.write_requests, units.indexWrites) +
  costOf(prices.read_requests, units.reads) +
  costOf(prices.read_requests, units.indexReads) +
  costOf(prices.stream_reads, units.streamReads);
