import { type IncomingMessage, request } from 'node:http';
import { present } from '../../src/domain/kernel/present.ts';

export type StreamMessage = Readonly<{ id: string; event: string; data: Readonly<Record<string, unknown>> }>;

/** A connection to the stream of events, read as clients read it. */
export type StreamReader = Readonly<{
  status: number;
  headers: IncomingMessage['headers'];
  messages: readonly StreamMessage[];
  /** All that came, as it came. */
  text(): string;
  /** How it ended, once it has: as HTTP has it, or by a connection that was cut. */
  hasEnded(): 'whole' | 'cut' | undefined;
  leave(): void;
}>;

/** Resolves with the head; messages come in later. */
export function readStream(
  url: string,
  /** What it sends to be known, and where: a bearer token, or the cookie of a page of the console. */
  as: string | Readonly<{ cookie: string }>,
  {
    lastEventId,
    merchant,
    method = 'GET',
    paused = false,
  }: Readonly<{
    lastEventId?: string;
    /** Which an administrator chooses. */
    merchant?: string;
    method?: string;
    /** Takes nothing. */
    paused?: boolean;
  }> = {},
): Promise<StreamReader> {
  return new Promise((resolve, reject) => {
    const [path, known] =
      typeof as === 'string'
        ? ['/events/stream', { authorization: `Bearer ${as}` }]
        : ['/console/events', { ...as, 'sec-fetch-site': 'same-origin' }];
    const headers = {
      ...known,
      ...present({ 'last-event-id': lastEventId, 'paywright-merchant': merchant }),
    };
    const call = request(url + path, { method, headers, agent: false }, (response) => {
      const messages: StreamMessage[] = [];
      let text = '';
      let read = 0;
      let end: 'whole' | 'cut' | undefined;
      const take = (chunk: string) => {
        text += chunk;
        for (let end = text.indexOf('\n\n', read); end >= 0; end = text.indexOf('\n\n', read)) {
          const message = messageIn(text.slice(read, end));
          read = end + 2;
          if (message !== undefined) messages.push(message);
        }
      };
      if (paused) response.pause();
      else response.setEncoding('utf8').on('data', take);
      response.on('error', () => {});
      response.on('close', () => {
        end = response.complete ? 'whole' : 'cut';
      });
      resolve({
        status: response.statusCode ?? 0,
        headers: response.headers,
        messages,
        text: () => text,
        hasEnded: () => end,
        leave: () => call.destroy(),
      });
    });
    call.on('error', reject);
    call.end();
  });
}

function messageIn(block: string): StreamMessage | undefined {
  const fields = new Map(
    block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
  );
  const data = fields.get('data');
  if (data === undefined) return undefined;
  return {
    id: fields.get('id') ?? '',
    event: fields.get('event') ?? '',
    data: JSON.parse(data) as StreamMessage['data'],
  };
}
