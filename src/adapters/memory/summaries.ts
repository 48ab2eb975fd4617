import { okAsync } from 'neverthrow';
import { addTallies, isEmpty, type Tally } from '../../domain/payments/tally.ts';
import type { Summaries } from '../../ports/summaries.ts';
import type { MemoryStore } from './store.ts';

export const memorySummaries = (store: MemoryStore): Summaries => ({
  tallies: (merchantId, { from = '', to = '9999-12-31' }) =>
    okAsync(
      [...(store.talliesOf.get(merchantId)?.values() ?? [])].filter(
        (tally) => from <= tally.day && tally.day <= to && !isEmpty(tally),
      ),
    ),
});

/** Adds to what is there for the tally's merchant, day, currency and status. */
export function addTally(store: MemoryStore, tally: Tally): void {
  const { merchantId } = tally;
  const sums = store.talliesOf.get(merchantId) ?? new Map<string, Tally>();
  store.talliesOf.set(merchantId, sums);
  const key = tallyKeyText(tally);
  const sum = sums.get(key);
  sums.set(key, sum === undefined ? tally : addTallies(sum, tally));
}

/** What a merchant's sums are kept under. */
export const tallyKeyText = ({ day, currency, status }: Tally): string => `${day} ${currency} ${status}`;
