/** One message of `text/event-stream`; comments, which only keep a connection alive, are `undefined`. */
export type Message = Readonly<{ id?: string; event: string; data: string; retryMs?: number }>;

/** Reads messages by the HTML standard: any line end, fields in any order, a message ends at an empty line. One that the end cuts off is none. */
export async function* messagesIn(
  body: ReadableStream<Uint8Array>,
): AsyncGenerator<Message | undefined, void, undefined> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  let lines: string[] = [];
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      rest += decoder.decode(value, { stream: true });
      // A return at the very end may be half of a line end.
      const complete = /^[^]*(?:\n|\r(?!$))/.exec(rest)?.[0] ?? '';
      rest = rest.slice(complete.length);
      for (const line of complete.split(/\r\n|\n|\r/).slice(0, -1)) {
        if (line !== '') lines.push(line);
        else {
          yield messageOf(lines);
          lines = [];
        }
      }
      if (complete === '' && rest.length > MOST_TEXT) throw new Error('a message of the stream has no end');
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

const MOST_TEXT = 1024 * 1024;

function messageOf(lines: readonly string[]): Message | undefined {
  const fields = lines.filter((line) => !line.startsWith(':')).map(fieldOf);
  const all = (wanted: string) => fields.filter(({ name }) => name === wanted).map(({ value }) => value);
  const id = all('id').findLast((text) => !text.includes('\0'));
  const retry = all('retry').findLast((text) => /^\d{1,8}$/.test(text));
  const data = all('data');
  if (data.length === 0 && retry === undefined) return undefined;
  return {
    ...(id === undefined ? {} : { id }),
    ...(retry === undefined ? {} : { retryMs: Number(retry) }),
    event: all('event').at(-1) ?? 'message',
    data: data.join('\n'),
  };
}

function fieldOf(line: string): Readonly<{ name: string; value: string }> {
  const colon = line.indexOf(':');
  if (colon < 0) return { name: line, value: '' };
  return { name: line.slice(0, colon), value: line.slice(colon + 1).replace(/^ /, '') };
}
