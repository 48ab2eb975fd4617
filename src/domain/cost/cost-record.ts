import { present } from '../kernel/present.ts';
import type { Bill } from './bill.ts';
import type { Estimate, RequestCost } from './estimate.ts';
import { dollars, NANOS, type NanoDollars, number } from './fraction.ts';
import { MEASURED } from './measured-capacity.ts';

const MONTHS = 12n;
const CENTS = 2;

/** A bill under the names it is published with: totals in cents, items as fine as they are, in dollars. */
const billRecord = ({ items, total }: Bill) => ({
  monthly_total: dollars(total, CENTS),
  yearly_total: dollars(MONTHS * total, CENTS),
  items: Object.fromEntries(
    Object.entries(items).map(([name, cost]) => [
      name,
      { monthly: dollars(cost), yearly: dollars(MONTHS * cost) },
    ]),
  ),
});

const requestRecord = ({ units, cost }: RequestCost) => ({
  write_units: number(units.writes),
  index_write_units: number(units.indexWrites),
  read_units: number(units.reads),
  index_read_units: number(units.indexReads),
  stream_reads: number(units.streamReads),
  stored_bytes: number(units.bytes),
  cost: dollars(cost),
});

/** An estimate under the names it is published with. All numbers are decimals as they were added up, in dollars where they are money. */
export function costRecord({ request, pricesOf, bills, requests, ...rest }: Estimate) {
  const { preset, region, usage, utilisation } = request;
  return {
    preset,
    region,
    prices_as_of: pricesOf.as_of,
    prices_source: pricesOf.source,
    ...present({ capacity_measured_on: preset === 'paywright' ? MEASURED.measured_on : undefined }),
    usage: {
      transactions_per_month: Number(usage.transactionsPerMonth),
      queries_per_transaction: number(usage.queriesPerTransaction),
      refunds_per_transaction: number(usage.refundsPerTransaction),
      retention_days: Number(usage.retentionDays),
      regions: Number(usage.regions),
      utilisation: number(utilisation),
    },
    ...billRecord(bills.onDemand),
    per_transaction: each(bills.onDemand.total, usage.transactionsPerMonth),
    requests: Object.fromEntries(
      Object.entries(requests).map(([kind, request]) => [kind, requestRecord(request)]),
    ),
    provisioned: {
      ...billRecord(bills.provisioned),
      cheaper_from_utilisation: number(rest.evenUtilisation, 4),
    },
    aurora: {
      ...billRecord(bills.aurora),
      capacity_measured_on: MEASURED.measured_on,
      ...present({
        cheaper_from_transactions_per_month:
          rest.auroraFrom === undefined ? undefined : Number(rest.auroraFrom),
      }),
    },
    recommendations: rest.recommendations.map(({ action, saving, says, wrongWhen }) => ({
      action,
      monthly_saving: dollars(saving, CENTS),
      yearly_saving: dollars(MONTHS * saving, CENTS),
      says,
      wrong_when: wrongWhen,
    })),
  };
}

const each = (total: NanoDollars, count: bigint): number =>
  count === 0n ? 0 : number({ of: total, over: count * NANOS });
