import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { isPassing } from './problem.ts';

const newKey = (): string => `console-${crypto.randomUUID()}`;

type Given<Wish, Answer> = Readonly<{
  send: (wish: Wish, key: string) => Promise<Answer>;
  /** Queries by the first part of their keys, which are read anew before it is done. */
  refreshes: readonly string[];
  onDone: (answer: Answer) => void;
}>;

/**
 * Sends one wish under one key for as long as it has no final answer, so that however often it is sent, it happens once. After
 * a refusal, and when the wish is another, the key is another.
 */
export function useSending<Wish, Answer>({ send, refreshes, onDone }: Given<Wish, Answer>) {
  const queries = useQueryClient();
  const [key, setKey] = useState(newKey);
  const mutation = useMutation({
    mutationFn: (wish: Wish) => send(wish, key),
    onSuccess: async (answer) => {
      await Promise.all(refreshes.map((name) => queries.invalidateQueries({ queryKey: [name] })));
      onDone(answer);
    },
    onError: (error) => {
      if (!isPassing(error)) setKey(newKey());
    },
  });
  const renew = () => {
    if (mutation.isPending) return;
    mutation.reset();
    setKey(newKey());
  };
  return { mutation, renew, isUndecided: isPassing(mutation.error) };
}
