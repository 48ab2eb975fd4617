import type { CurrencyCode } from '../kernel/currency.ts';
import { type Day, dayOf } from '../kernel/day.ts';
import type { MerchantId } from '../kernel/ids.ts';
import type { LedgerEntry, LedgerEntryType } from './ledger.ts';

/** Entries that are tallied: what comes days after a payment, and that no tally of payments tells. */
export const TALLIED_TYPES = [
  'fee',
  'fee_refund',
  'chargeback',
  'chargeback_reversal',
] as const satisfies readonly LedgerEntryType[];
export type TalliedType = (typeof TALLIED_TYPES)[number];

/** What a merchant's entries of one day, currency and type come to. `amount` is minor units. */
export type LedgerTally = Readonly<{
  merchantId: MerchantId;
  /** On which they were posted. */
  day: Day;
  currency: CurrencyCode;
  type: TalliedType;
  count: number;
  amount: bigint;
}>;

/** Whether entries of the type are in any tally. */
export const isTallied = (type: LedgerEntryType): type is TalliedType =>
  (TALLIED_TYPES as readonly LedgerEntryType[]).includes(type);

/** What tallies of one merchant are told apart by, in the order of their days. */
export const ledgerTallyKey = ({ day, currency, type }: LedgerTally): string => `${day} ${currency} ${type}`;

/** Adds each tally to that of its key, all being of one merchant. */
export function addLedgerTallies(into: Map<string, LedgerTally>, tallies: Iterable<LedgerTally>): void {
  for (const tally of tallies) {
    const key = ledgerTallyKey(tally);
    const { count = 0, amount = 0n } = into.get(key) ?? {};
    into.set(key, { ...tally, count: count + tally.count, amount: amount + tally.amount });
  }
}

/** What the entries add to tallies; those of other types add nothing. */
export const ledgerTalliesOf = (entries: readonly LedgerEntry[]): readonly LedgerTally[] =>
  entries.flatMap(({ merchantId, type, amount, createdAt }) =>
    isTallied(type)
      ? [
          {
            merchantId,
            day: dayOf(createdAt),
            currency: amount.currency,
            type,
            count: 1,
            amount: amount.minorUnits,
          },
        ]
      : [],
  );
