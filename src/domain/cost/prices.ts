import { err, ok, type Result } from 'neverthrow';
import { dividedBy, type Fraction, fraction, parseFraction } from './fraction.ts';

/** What is priced, and for how many of it. A price is a decimal text in US dollars, before taxes, free tiers and discounts. */
export const PRICED = {
  write_requests: '1000000',
  read_requests: '1000000',
  write_capacity_hours: '1',
  read_capacity_hours: '1',
  storage_gb_months: '1',
  infrequent_write_requests: '1000000',
  infrequent_read_requests: '1000000',
  infrequent_storage_gb_months: '1',
  stream_reads: '100000',
  backup_gb_months: '1',
  aurora_capacity_hours: '1',
  aurora_storage_gb_months: '1',
  aurora_requests: '1000000',
} as const;

export type Priced = keyof typeof PRICED;

export type RegionPrices = Readonly<Record<Priced, string>>;

/** Prices of one day by AWS region. `--prices` reads a file of this shape in place of the tables here. */
export type PriceTable = Readonly<{
  /** A day, `YYYY-MM-DD`. */
  as_of: string;
  source: string;
  regions: Readonly<Record<string, RegionPrices>>;
}>;

/**
 * DynamoDB's Standard and Standard-IA tables, its streams and continuous backups, and Aurora Serverless v2 of PostgreSQL
 * (Standard storage). Requests are units of `ConsumedCapacity`.
 */
export const PRICES = {
  as_of: '2026-08-15',
  source:
    'public copies of the AWS Price List of 2026-08-15 for DynamoDB, where capacity hours of eu-west-1 and stream reads of both European regions are missing and in proportion to the region; public pages for Aurora',
  regions: {
    'us-east-1': {
      write_requests: '0.625',
      read_requests: '0.125',
      write_capacity_hours: '0.00065',
      read_capacity_hours: '0.00013',
      storage_gb_months: '0.25',
      infrequent_write_requests: '0.78',
      infrequent_read_requests: '0.155',
      infrequent_storage_gb_months: '0.10',
      stream_reads: '0.02',
      backup_gb_months: '0.20',
      aurora_capacity_hours: '0.12',
      aurora_storage_gb_months: '0.10',
      aurora_requests: '0.20',
    },
    'eu-west-1': {
      write_requests: '0.705',
      read_requests: '0.1415',
      write_capacity_hours: '0.000735',
      read_capacity_hours: '0.000147',
      storage_gb_months: '0.283',
      infrequent_write_requests: '0.885',
      infrequent_read_requests: '0.177',
      infrequent_storage_gb_months: '0.1132',
      stream_reads: '0.0226',
      backup_gb_months: '0.22',
      aurora_capacity_hours: '0.14',
      aurora_storage_gb_months: '0.11',
      aurora_requests: '0.22',
    },
    'eu-central-1': {
      write_requests: '0.7625',
      read_requests: '0.1525',
      write_capacity_hours: '0.000793',
      read_capacity_hours: '0.0001586',
      storage_gb_months: '0.306',
      infrequent_write_requests: '0.955',
      infrequent_read_requests: '0.1905',
      infrequent_storage_gb_months: '0.1224',
      stream_reads: '0.0245',
      backup_gb_months: '0.2448',
      aurora_capacity_hours: '0.14',
      aurora_storage_gb_months: '0.119',
      aurora_requests: '0.22',
    },
  },
} as const satisfies PriceTable;

/** What was published for us-east-1 until requests became cheaper by half in November 2024; backups are those on demand. */
export const PRICES_OF_2024: PriceTable = {
  as_of: '2024-10-31',
  source: 'DynamoDB pricing page before 2024-11-01',
  regions: {
    'us-east-1': {
      ...PRICES.regions['us-east-1'],
      write_requests: '1.25',
      read_requests: '0.25',
      infrequent_write_requests: '1.56',
      infrequent_read_requests: '0.31',
      backup_gb_months: '0.10',
    },
  },
};

/** Exact dollars for one of what is priced. */
export type UnitPrices = Readonly<Record<Priced, Fraction>>;

const NAMES = Object.keys(PRICED) as Priced[];

/** Capacity is compared with it, so that of 0 there is no such comparison. */
const ABOVE_NOTHING: Priced = 'write_requests';

/** Why a text is no price of this. */
export type PriceFault = 'no decimal' | 'nothing';

/** The price that a text says, of as many as prices of it are of. */
export function parsePrice(name: Priced, text: string): Result<Fraction, PriceFault> {
  const price = parseFraction(text);
  if (price === undefined) return err('no decimal');
  return price.of === 0n && name === ABOVE_NOTHING ? err('nothing') : ok(price);
}

/** The prices of a region; undefined where the table has none of it, or one that is no price. */
export function unitPrices(table: PriceTable, region: string): UnitPrices | undefined {
  const prices = Object.hasOwn(table.regions, region) ? table.regions[region] : undefined;
  if (prices === undefined) return undefined;
  const found: [Priced, Fraction][] = [];
  for (const name of NAMES) {
    const price = parsePrice(name, prices[name]);
    if (price.isErr()) return undefined;
    found.push([name, dividedBy(price.value, fraction(PRICED[name]))]);
  }
  return Object.fromEntries(found) as Record<Priced, Fraction>;
}
