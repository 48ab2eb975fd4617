import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, bodyOf } from '../api/api.ts';
import { isPassing } from '../api/problem.ts';

export const SOURCES = ['native', 'stripe', 'adyen', 'mapped'] as const;
export type Source = (typeof SOURCES)[number];

export type Asked = Readonly<{ file: File; source: Source; mapping: string | undefined }>;

/** What the API takes as the body of one request. */
export const MOST_BYTES = 10 * 1_024 ** 2;

const typeOf = ({ name }: File): string => (name.endsWith('.gz') ? 'application/gzip' : 'text/csv');

/** Sends one file, under one key until it has a final answer or another is chosen: however often it is sent, it is read once. */
export function useUpload(onDone: (id: string) => void) {
  const queries = useQueryClient();
  const [key, setKey] = useState(() => `console-${crypto.randomUUID()}`);
  const mutation = useMutation({
    mutationFn: ({ file, source, mapping }: Asked) =>
      bodyOf(
        api.POST('/reconciliations', {
          params: {
            query: { source, ...(mapping === undefined ? {} : { mapping }) },
            header: { 'Idempotency-Key': key },
          },
          // Its type speaks of the text that the file is.
          body: file as unknown as string,
          bodySerializer: (body) => body,
          headers: { 'content-type': typeOf(file) },
        }),
      ),
    onSuccess: ({ id }) => {
      void queries.invalidateQueries({ queryKey: ['reconciliations', 'list'] });
      onDone(id);
    },
    onError: (error) => {
      if (!isPassing(error)) setKey(`console-${crypto.randomUUID()}`);
    },
  });
  const renew = () => {
    if (mutation.isPending) return;
    mutation.reset();
    setKey(`console-${crypto.randomUUID()}`);
  };
  return { mutation, renew, isUndecided: isPassing(mutation.error) };
}
