import { type JsonObject, type Whole, whole } from '../kernel/json.ts';
import type { FileRow } from './file-row.ts';
import { type MatchedRow, OUTCOMES, type Outcome } from './match-row.ts';

/** What rows of one currency say: how many, and their amounts and fees added up in minor units. */
export type Sum = Readonly<{ rows: number; amount: bigint; fee: bigint }>;
/** By currency; of rows that name theirs. */
export type Sums = Readonly<Record<string, Sum>>;

/** What a file holds, before anything is held against it. */
export type FileTotals = Readonly<{
  rows: number;
  rejected: number;
  sums: Sums;
  /** The day of each payout by name and currency, of a source whose other rows do not say it. */
  payouts?: Readonly<Record<string, string>>;
}>;
export const NO_TOTALS: FileTotals = { rows: 0, rejected: 0, sums: {} };

/** What has become of its rows so far. */
export type OutcomeTotals = Readonly<{
  counts: Readonly<Record<Outcome, number>>;
  sums: Readonly<Record<string, Readonly<Partial<Record<Outcome, Sum>>>>>;
}>;
export const NO_OUTCOMES: OutcomeTotals = {
  counts: Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])) as Record<Outcome, number>,
  sums: {},
};

const NOTHING: Sum = { rows: 0, amount: 0n, fee: 0n };

const withRow = ({ rows, amount, fee }: Sum, row: FileRow): Sum => ({
  rows: rows + 1,
  amount: amount + (row.amount ?? 0n),
  fee: fee + (row.fee ?? 0n),
});

/** `row` is undefined for one that was rejected. */
export function countRow(totals: FileTotals, row: FileRow | undefined): FileTotals {
  const { rows, rejected, sums } = totals;
  if (row === undefined) return { ...totals, rows: rows + 1, rejected: rejected + 1 };
  const { currency } = row;
  if (currency === undefined) return { ...totals, rows: rows + 1 };
  return {
    ...totals,
    rows: rows + 1,
    sums: { ...sums, [currency]: withRow(sums[currency] ?? NOTHING, row) },
  };
}

/** With the rows of a batch. */
export function countOutcomes(before: OutcomeTotals, rows: readonly MatchedRow[]): OutcomeTotals {
  const counts = { ...before.counts };
  const sums: Record<string, Partial<Record<Outcome, Sum>>> = {};
  for (const { outcome, row } of rows) {
    counts[outcome] += 1;
    const currency = row.isOk() ? row.value.currency : undefined;
    if (currency === undefined || row.isErr()) continue;
    const ofCurrency = (sums[currency] ??= { ...before.sums[currency] });
    ofCurrency[outcome] = withRow(ofCurrency[outcome] ?? NOTHING, row.value);
  }
  return { counts, sums: { ...before.sums, ...sums } };
}

/** The sums with the row that a line of outcomes is of, which says what the row said. */
export function sumLine(sums: OutcomeTotals['sums'], line: JsonObject): OutcomeTotals['sums'] {
  const { currency, outcome, amount, fee } = line as Readonly<{
    currency?: string;
    outcome: Outcome;
    amount?: Whole;
    fee?: Whole;
  }>;
  if (currency === undefined) return sums;
  const ofCurrency = sums[currency] ?? {};
  const before = ofCurrency[outcome] ?? NOTHING;
  const sum = {
    rows: before.rows + 1,
    amount: before.amount + BigInt(amount ?? 0),
    fee: before.fee + BigInt(fee ?? 0),
  };
  return { ...sums, [currency]: { ...ofCurrency, [outcome]: sum } };
}

export const rowsOf = ({ counts }: OutcomeTotals): number =>
  OUTCOMES.reduce((sum, outcome) => sum + counts[outcome], 0);

/** Every row has its outcome: the counts add up to the file's rows, and the sums of each currency to the file's. */
export function addsUp(file: FileTotals, outcomes: OutcomeTotals): boolean {
  const currencies = new Set([...Object.keys(file.sums), ...Object.keys(outcomes.sums)]);
  return (
    rowsOf(outcomes) === file.rows &&
    outcomes.counts.rejected === file.rejected &&
    [...currencies].every((currency) => {
      const all = Object.values(outcomes.sums[currency] ?? {}).reduce(plus, NOTHING);
      const { rows, amount, fee } = file.sums[currency] ?? NOTHING;
      return all.rows === rows && all.amount === amount && all.fee === fee;
    })
  );
}

const plus = (a: Sum, b: Sum): Sum => ({
  rows: a.rows + b.rows,
  amount: a.amount + b.amount,
  fee: a.fee + b.fee,
});

export type SumRecord = Readonly<{ rows: number; amount: Whole; fee: Whole }>;

export const sumRecord = ({ rows, amount, fee }: Sum): SumRecord => ({
  rows,
  amount: whole(amount),
  fee: whole(fee),
});
export const restoreSum = ({ rows, amount, fee }: SumRecord): Sum => ({
  rows,
  amount: BigInt(amount),
  fee: BigInt(fee),
});

/** A record made of another by its values. */
export const mapValues = <From, To>(
  from: Readonly<Record<string, From>>,
  to: (value: From) => To,
): Readonly<Record<string, To>> =>
  Object.fromEntries(Object.entries(from).map(([name, value]) => [name, to(value)]));
