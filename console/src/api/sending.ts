import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { leavesOpen } from './problem.ts';

const newKey = (): string => `console-${crypto.randomUUID()}`;

type Given<Wish, Answer> = Readonly<{
  send: (wish: Wish, key: string) => Promise<Answer>;
  /** Queries by the first part of their keys, which are read anew before it is done. */
  refreshes: readonly string[];
  onDone: (answer: Answer) => void;
  /** Called after an answer that is final and no success. */
  onRefused?: () => void;
  /** Whether it may have happened all the same after this error. */
  isOpen?: (error: unknown) => boolean;
}>;

/**
 * Sends one wish under one key for as long as it has no final answer, so that however often it is sent, it happens once: until then
 * the very same goes out again, whatever wish is given. After a final answer, and when it was renewed, wish and key are others.
 */
export function useSending<Wish, Answer>({
  send,
  refreshes,
  onDone,
  onRefused,
  isOpen = leavesOpen,
}: Given<Wish, Answer>) {
  const queries = useQueryClient();
  const [key, setKey] = useState(newKey);
  const underWay = useRef<() => Promise<Answer>>(undefined);
  const close = () => {
    underWay.current = undefined;
    setKey(newKey());
  };
  const mutation = useMutation({
    mutationFn: (wish: Wish) => {
      underWay.current ??= () => send(wish, key);
      return underWay.current();
    },
    onSuccess: async (answer) => {
      await Promise.all(refreshes.map((name) => queries.invalidateQueries({ queryKey: [name] })));
      close();
      onDone(answer);
    },
    onError: (error) => {
      if (isOpen(error)) return;
      close();
      onRefused?.();
    },
  });
  const renew = () => {
    if (mutation.isPending) return;
    mutation.reset();
    close();
  };
  const isUndecided = mutation.error !== null && isOpen(mutation.error);
  const again = () => mutation.mutate(mutation.variables as Wish);
  return { mutation, key, renew, again, isUndecided };
}
