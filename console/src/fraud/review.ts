import { useQueryClient } from '@tanstack/react-query';
import { dataOf } from '../../../client/src/client.ts';
import { api } from '../api/api.ts';
import { useSending } from '../api/sending.ts';
import type { VendorPayment } from '../approvals/approval-queries.ts';

export type Outcome = 'legitimate' | 'fraud';

/** Says what a payment is, as it was seen: one that has changed meanwhile is not judged. */
export function useReview(outcome: Outcome, seen: VendorPayment, onDone: (now: VendorPayment) => void) {
  const queries = useQueryClient();
  return useSending({
    send: (notes: string | undefined, key) =>
      dataOf(
        api.POST('/approvals/payments/{id}/review', {
          params: {
            path: { id: seen.paymentId },
            header: { 'Idempotency-Key': key, 'If-Match': `"${seen.version}"` },
          },
          body: { outcome, ...(notes === undefined ? {} : { notes }) },
        }),
      ),
    refreshes: ['approvals'],
    onDone,
    onRefused: () => void queries.invalidateQueries({ queryKey: ['approvals'] }),
  });
}
