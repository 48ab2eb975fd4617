import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, bodyOf, type Schemas } from '../api/api.ts';
import { isPassing } from '../api/problem.ts';
import type { Exception } from './exception-queries.ts';
import type { Decision } from './resolution.ts';

export type BatchResults = Schemas['ResolutionResults'];

/** One decision about several exceptions, each judged alone and under a key of its own, so that sent again it happens once. */
export function useBatch(exceptions: readonly Exception[]) {
  const queries = useQueryClient();
  const [key, setKey] = useState(newKey);
  const mutation = useMutation({
    mutationFn: (decision: Decision) =>
      bodyOf(
        api.POST('/exceptions/resolve', {
          body: {
            items: exceptions.map(({ id }) => ({
              id,
              ...decision,
              idempotency_key: `${key}-${id.slice(-12)}`,
            })),
          },
        }),
      ),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['exceptions'] }),
    onError: (error) => {
      if (!isPassing(error)) setKey(newKey());
    },
  });
  return { mutation, isUndecided: isPassing(mutation.error) };
}

const newKey = (): string => `console-${crypto.randomUUID()}`;
