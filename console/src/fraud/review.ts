import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { dataOf } from '../../../client/src/client.ts';
import { api } from '../api/api.ts';
import { isPassing, statusOf } from '../api/problem.ts';
import type { VendorPayment } from '../approvals/approval-queries.ts';

export type Outcome = 'legitimate' | 'fraud';

const newKey = (): string => `console-${crypto.randomUUID()}`;

/** Says what a payment is, as it was seen: one that has changed meanwhile is not judged. */
export function useReview(outcome: Outcome, seen: VendorPayment, onDone: (now: VendorPayment) => void) {
  const queries = useQueryClient();
  const [key, setKey] = useState(newKey);
  const refresh = () => queries.invalidateQueries({ queryKey: ['approvals'] });
  return useMutation({
    mutationFn: (notes: string | undefined) =>
      dataOf(
        api.POST('/approvals/payments/{id}/review', {
          params: {
            path: { id: seen.paymentId },
            header: { 'Idempotency-Key': key, 'If-Match': `"${seen.version}"` },
          },
          body: { outcome, ...(notes === undefined ? {} : { notes }) },
        }),
      ),
    onSuccess: async (now) => {
      await refresh();
      onDone(now);
    },
    onError: (error) => {
      if (isPassing(error) || statusOf(error) === 401) return;
      setKey(newKey());
      void refresh();
    },
  });
}
