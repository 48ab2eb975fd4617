import { present } from '../../src/domain/kernel/present.ts';
import type { BothServices } from './both-services.ts';
import { authorizationOf } from './callers.ts';
import { type CorpusGroup, type CorpusRequest, requestIdOf } from './corpus-request.ts';
import { placeholders } from './placeholders.ts';

/** The status, all headers and every character of the body, random values aside. */
export type RecordedResponse = Readonly<{
  name: string;
  request: string;
  status: number;
  headers: Readonly<Record<string, string>>;
  body: string;
  /** The file that the body is recorded in, when it is one of its own. */
  document?: string;
}>;

/** Sends all requests of the group, one after the other. */
export async function responsesOf(
  services: BothServices,
  { as, requests }: CorpusGroup,
): Promise<readonly RecordedResponse[]> {
  const kept = new Map<string, string>();
  const replaced = placeholders();
  const responses: RecordedResponse[] = [];
  for (const sent of requests) {
    const request = await requestOf({ as, ...sent }, (text) => filledIn(text, kept));
    for (const step of sent.before ?? []) await services.happen(step);
    for (let time = 1; time < (sent.times ?? 1); time += 1) await services.send(request.clone());
    const response = sent.besideItself
      ? await services.sendBesideItself(request)
      : await services.send(request);
    // Unlike `text()`, which drops a byte order mark.
    const text = Buffer.from(await bytesIn(response)).toString();
    for (const [name, path] of Object.entries(sent.keep ?? {})) kept.set(name, valueAt(text, path));
    // Documents hold examples that look like ids.
    const shown = (all: string) =>
      sent.document === undefined ? replaced(all, requestIdOf(sent.name)) : all;
    responses.push({
      name: sent.name,
      request: `${sent.method} ${sent.path.length > 200 ? `${sent.path.slice(0, 200)}…` : sent.path}`,
      status: response.status,
      headers: Object.fromEntries(
        [...response.headers]
          .filter(([name]) => !(sent.path.startsWith('/openapi.json') && OF_ITS_BODY.includes(name)))
          .map(([name, value]) => [name, shown(value)]),
      ),
      body: shown(comparable(sent.path, text)),
      ...present({ document: sent.document }),
    });
  }
  return responses;
}

/** Of a stream, which has no end, all up to where it waits for what comes. */
async function bytesIn(response: Response): Promise<Uint8Array> {
  if (response.headers.get('content-type') !== 'text/event-stream' || response.body === null)
    return new Uint8Array(await response.arrayBuffer());
  const chunks: Uint8Array[] = [];
  for await (const chunk of response.body) {
    chunks.push(chunk);
    if (Buffer.from(chunk).toString() === ': live\n\n') break;
  }
  return Buffer.concat(chunks);
}

/** Headers of the document that follow from its body: recorded, they would make any two changes of it conflict. */
const OF_ITS_BODY = ['content-length', 'etag'];

async function requestOf(
  { as = 'anonymous', name, method, path, key, headers, body }: CorpusRequest,
  fill: (text: string) => string,
): Promise<Request> {
  const authorization = await authorizationOf(as);
  const bytes = bytesOf(body, fill);
  const given = {
    'x-request-id': requestIdOf(name),
    ...(authorization === undefined ? {} : { authorization }),
    // As a client over HTTP/1 announces it.
    ...(bytes === undefined
      ? {}
      : { 'content-type': 'application/json', 'content-length': String(bytes.length) }),
    ...(key === undefined ? {} : { 'idempotency-key': key }),
    ...headers,
  };
  return new Request(`http://paywright.localhost${fill(path)}`, {
    method,
    // An empty value takes a header away.
    headers: Object.entries(given).flatMap(([header, value]) =>
      value === '' ? [] : [[header, fill(value)] as [string, string]],
    ),
    ...(bytes === undefined ? {} : { body: bytes }),
  });
}

function bytesOf(body: unknown, fill: (text: string) => string): Uint8Array<ArrayBuffer> | undefined {
  if (body === undefined) return undefined;
  if (body instanceof Uint8Array) return Uint8Array.from(body);
  return Uint8Array.from(Buffer.from(fill(typeof body === 'string' ? body : JSON.stringify(body))));
}

const filledIn = (text: string, kept: ReadonlyMap<string, string>): string =>
  text.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const value = kept.get(name);
    if (value === undefined) throw new Error(`no response before this request has ${name}`);
    return value;
  });

function valueAt(text: string, path: string): string {
  const value = path
    .split('.')
    .reduce<unknown>(
      (inner, step) => (inner as Readonly<Record<string, unknown>> | undefined)?.[step],
      JSON.parse(text),
    );
  if (typeof value !== 'string') throw new Error(`${path} is no text in ${text}`);
  return value;
}

/** The two responses that differ between storages or runs, cut to what does not. */
function comparable(path: string, text: string): string {
  // It names the storage.
  if (path === '/readyz') return text.replace(/"storage":"\w+"/, '"storage":"<storage>"');
  // Values are times and memory; the names stay the same, but for Node's own, which change with its versions.
  if (path === '/metrics') return (text.match(/^# \w+ paywright_.*\n/gm) ?? []).join('');
  return text;
}
