import { useEffect, useRef, useState } from 'react';
import { dataOf } from '../../../client/src/client.ts';
import { api, apiOnce, type Schemas } from '../api/api.ts';
import { putFile } from '../api/put-file.ts';
import { useSending } from '../api/sending.ts';

export const SOURCES = ['native', 'stripe', 'adyen', 'mapped'] as const;
export type Source = (typeof SOURCES)[number];

export type Asked = Readonly<{ file: File; source: Source; mapping: string | undefined }>;

const MIB = 1_024 ** 2;
/** What the API takes as the body of one request; larger files go to a link. */
const MOST_AT_ONCE = 10 * MIB;
/** What a link takes. */
export const MOST_BYTES = 1_024 * MIB;

const isGzip = ({ name }: File): boolean => /\.gz$/i.test(name);

/** Whether it may be a file of a processor's, by its name or by what the browser takes it for. */
export const mayBeRead = (file: File): boolean =>
  isGzip(file) || /\.(?:csv|tsv|txt)$/i.test(file.name) || file.type.startsWith('text/');

const chosen = ({ source, mapping }: Asked) => ({ source, ...(mapping === undefined ? {} : { mapping }) });

const sendAtOnce = (asked: Asked, key: string) =>
  dataOf(
    apiOnce.POST('/reconciliations', {
      params: {
        query: { filename: nameOf(asked.file), ...chosen(asked) },
        header: { 'Idempotency-Key': key },
      },
      // Its type speaks of the text that the file is.
      body: asked.file as unknown as string,
      bodySerializer: (body) => body,
      headers: { 'content-type': isGzip(asked.file) ? 'application/gzip' : 'text/csv' },
    }),
  );

type OnOrdered = (id: string) => void;
type Way = Readonly<{ onOrdered: OnOrdered; onSent: (bytes: number) => void; signal: AbortSignal }>;

/** Orders a link, the same one under the same key, and sends the file there: its reconciliation has the id of the order. */
async function sendToLink(asked: Asked, key: string, { onOrdered, onSent, signal }: Way): Promise<string> {
  const { file } = asked;
  const ordered = await dataOf(
    api.POST('/reconciliations', {
      params: { header: { 'Idempotency-Key': key } },
      body: { filename: nameOf(file), bytes: file.size, ...chosen(asked) },
    }),
  );
  const { id, upload_url, content_type } = ordered as Schemas['ReconciliationUpload'];
  onOrdered(id);
  await putFile(upload_url, file, { type: content_type, onSent, signal });
  return id;
}

/** In the letters that the API takes for a name; its end says what the file is. */
const nameOf = ({ name }: File): string => name.replace(/[^\w .()-]/g, '_').slice(-128);

/**
 * Sends one file, which is read once however often it is sent. Of one that goes to a link, `sent` says how much of it has gone, and
 * `stop` ends that; so does leaving the page. `onOrdered` is called before the list is read anew.
 */
export function useUpload(onOrdered: OnOrdered, onDone: (id: string) => void) {
  const [sent, setSent] = useState<number>();
  const underWay = useRef<AbortController>(undefined);
  const sending = useSending({
    send: async (asked: Asked, key) => {
      if (asked.file.size <= MOST_AT_ONCE) {
        const { id } = await sendAtOnce(asked, key);
        onOrdered(id);
        return id;
      }
      const controller = new AbortController();
      underWay.current = controller;
      setSent(0);
      try {
        return await sendToLink(asked, key, { onOrdered, onSent: setSent, signal: controller.signal });
      } finally {
        setSent(undefined);
      }
    },
    refreshes: ['reconciliations'],
    onDone,
  });
  useEffect(() => () => underWay.current?.abort(), []);
  return { sending, sent, stop: () => underWay.current?.abort() };
}
