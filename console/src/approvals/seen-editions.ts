import { useEffect, useState } from 'react';
import { useKept } from '../parts/kept.ts';
import type { VendorPayment } from './approval-queries.ts';

/** More than wait for one person at a time; those looked at longest ago are forgotten. */
const MOST = 500;

const editionsIn = (value: unknown): readonly (readonly [string, number])[] =>
  Array.isArray(value)
    ? value.filter(
        (pair): pair is readonly [string, number] =>
          typeof pair?.[0] === 'string' && typeof pair[1] === 'number',
      )
    : [];

/** The edition of the terms that this person was shown the last time they looked at the payment, in this browser; keeps the one that is shown now. */
export function useSeenEdition(
  subject: string,
  { paymentId, edition = 1 }: VendorPayment,
): number | undefined {
  const [kept, keep] = useKept(`paywright.seen-terms.${subject}`, editionsIn);
  const [before] = useState(() => new Map(kept).get(paymentId));
  useEffect(() => {
    const others = kept.filter(([id]) => id !== paymentId);
    if (new Map(kept).get(paymentId) !== edition)
      keep([...others, [paymentId, edition] as const].slice(-MOST));
  }, [kept, keep, paymentId, edition]);
  return before;
}
