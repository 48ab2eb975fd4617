import { api, bodyOf } from '../api/api.ts';
import { useSending } from '../api/sending.ts';

export const SOURCES = ['native', 'stripe', 'adyen', 'mapped'] as const;
export type Source = (typeof SOURCES)[number];

export type Asked = Readonly<{ file: File; source: Source; mapping: string | undefined }>;

/** What the API takes as the body of one request. */
export const MOST_BYTES = 10 * 1_024 ** 2;

const typeOf = ({ name }: File): string => (name.endsWith('.gz') ? 'application/gzip' : 'text/csv');

const send = ({ file, source, mapping }: Asked, key: string) =>
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
  );

/** Sends one file, which is read once however often it is sent. */
export const useUpload = (onDone: (id: string) => void) =>
  useSending({ send, refreshes: ['reconciliations'], onDone: ({ id }) => onDone(id) });
