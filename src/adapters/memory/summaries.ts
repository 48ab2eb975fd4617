import { okAsync } from 'neverthrow';
import { addTallies, isEmpty, type Tally } from '../../domain/payments/tally.ts';
import type { Summaries } from '../../ports/summaries.ts';
import type { MemoryStore } from './store.ts';

export const memorySummaries = (store: MemoryStore): Summaries => ({
  tallies: (merchantId, { from = '', to = '9999-12-31' }) =>
    okAsync(
      [...(store.talliesOf.get(merchantId)?.values() ?? [])].filter(
        (tally) => from <= tally.day && tally.day <= to,
      ),
    ),
});

/** Adds to what is there for the tally's merchant, day, currency and status; a sum of nothing is not kept. */
export function addTally(store: MemoryStore, tally: Tally): void {
  const { merchantId } = tally;
  const sums = store.talliesOf.get(merchantId) ?? new Map<string, Tally>();
  store.talliesOf.set(merchantId, sums);
  const key = tallyKeyText(tally);
  const before = sums.get(key);
  const sum = before === undefined ? tally : addTallies(before, tally);
  if (isEmpty(sum)) sums.delete(key);
  else sums.set(key, sum);
}

/** What a merchant's sums are kept under. */
export const tallyKeyText = ({ day, currency, status }: Tally): string => `${day} ${currency} ${status}`;
