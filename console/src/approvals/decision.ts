import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { dataOf } from '../../../client/src/client.ts';
import { api } from '../api/api.ts';
import { isPassing, statusOf } from '../api/problem.ts';
import type { VendorPayment } from './approval-queries.ts';

export type Decision = 'approve' | 'reject';

/** Sends one decision, for the terms that were seen. */
export const decide = (
  decision: Decision,
  { paymentId: id, termsHash }: VendorPayment,
  key: string,
  words: string,
) => {
  const params = { path: { id }, header: { 'Idempotency-Key': key } };
  return decision === 'approve'
    ? dataOf(
        api.POST('/approvals/payments/{id}/approve', {
          params,
          body: {
            ...(termsHash === undefined ? {} : { termsHash }),
            ...(words === '' ? {} : { notes: words }),
          },
        }),
      )
    : dataOf(api.POST('/approvals/payments/{id}/reject', { params, body: { reason: words } }));
};

/** Approves or rejects what was on the screen: an approval says which terms those were, and counts for no others. */
export function useDecision(decision: Decision, seen: VendorPayment, onDone: (now: VendorPayment) => void) {
  const queries = useQueryClient();
  const [key, setKey] = useState(() => `console-${crypto.randomUUID()}`);
  const refresh = () => queries.invalidateQueries({ queryKey: ['approvals'] });
  const mutation = useMutation({
    mutationFn: (words: string) => decide(decision, seen, key, words),
    onSuccess: async (now) => {
      await refresh();
      onDone(now);
    },
    onError: (error) => {
      if (isPassing(error) || statusOf(error) === 401) return;
      setKey(`console-${crypto.randomUUID()}`);
      void refresh();
    },
  });
  return mutation;
}
