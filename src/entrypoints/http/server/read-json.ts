import { err, ok, okAsync, Result, ResultAsync } from 'neverthrow';
import { inspectJson, withHalves } from './json-guard.ts';
import type { Fault } from './problem.ts';
import type { BodyTooLarge, MalformedRequest, UnsupportedMediaType } from './request-problems.ts';

/**
 * `faults` are places that parse and still must not be used; the caller decides how much of the body they spoil. `halves`
 * is the value as `withHalves` gives it, absent when every whole number is written as one.
 */
export type JsonBody = Readonly<{ value: unknown; faults: readonly Fault[]; halves?: unknown }>;

export type ReadJsonFailure = MalformedRequest | BodyTooLarge | UnsupportedMediaType;

const MOST_BYTES = 256 * 1024;

/**
 * Reads a body of up to 256 KiB of JSON in UTF-8. The limit counts bytes as they arrive, and again as they leave a gzip
 * decoder, so neither a false header nor a bomb fills memory.
 */
export const readJson = (request: Request): ResultAsync<JsonBody, ReadJsonFailure> =>
  encodingOf(request).asyncAndThen((encoding) =>
    arrived(request)
      .andThen((bytes) => unpacked(bytes, encoding))
      .andThen(parse),
  );

/** The same for a route that can do without a body: nothing at all, whatever its type, reads as an empty object. */
export function readOptionalJson(request: Request): ResultAsync<JsonBody, ReadJsonFailure> {
  const { headers, body } = request;
  if (body === null || headers.get('content-length') === '0') return okAsync(nothing);
  if (headers.has('content-length') || headers.has('transfer-encoding')) return readJson(request);
  // Outside HTTP/1 a body comes unannounced, and one that was missed would be read as "all of it".
  return arrived(request).andThen((bytes) =>
    bytes.byteLength === 0
      ? okAsync(nothing)
      : encodingOf(request)
          .asyncAndThen((encoding) => unpacked(bytes, encoding))
          .andThen(parse),
  );
}

const nothing: JsonBody = { value: {}, faults: [] };

const JSON_TYPE = /^application\/json\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?$/i;

const unsupported: UnsupportedMediaType = { kind: 'UnsupportedMediaType' };
const tooLarge: BodyTooLarge = { kind: 'BodyTooLarge' };
const malformed = (message: string): MalformedRequest => ({
  kind: 'MalformedRequest',
  faults: [{ path: [], message }],
});

/** The body as it arrived, byte for byte, up to 256 KiB: for what is signed. */
export const readBytes = (request: Request): ResultAsync<Uint8Array, MalformedRequest | BodyTooLarge> =>
  arrived(request);

type Encoding = 'identity' | 'gzip';

/** How the body is packed, when it is JSON. */
function encodingOf({ headers }: Request): Result<Encoding, UnsupportedMediaType> {
  if (!JSON_TYPE.test(headers.get('content-type') ?? '')) return err(unsupported);
  const encoding = (headers.get('content-encoding') ?? 'identity').trim().toLowerCase();
  return encoding === 'identity' || encoding === 'gzip' ? ok(encoding) : err(unsupported);
}

function arrived(request: Request): ResultAsync<Bytes, MalformedRequest | BodyTooLarge> {
  const declared = request.headers.get('content-length');
  // An honest length lets the server hand the body over in one piece; a false one is found out below.
  const whole = declared !== null && Number(declared) <= MOST_BYTES;
  return ResultAsync.fromThrowable(
    async () => (whole ? new Uint8Array(await request.arrayBuffer()) : collect(request.body)),
    () => malformed('did not arrive whole'),
  )().andThen(bounded);
}

function unpacked(bytes: Bytes, encoding: Encoding): ResultAsync<Bytes, MalformedRequest | BodyTooLarge> {
  if (encoding === 'identity') return okAsync(bytes);
  return ResultAsync.fromThrowable(
    () => collect(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))),
    () => malformed('is not valid gzip'),
  )().andThen(bounded);
}

const bounded = (bytes: Bytes | undefined): Result<Bytes, BodyTooLarge> =>
  bytes === undefined || bytes.byteLength > MOST_BYTES ? err(tooLarge) : ok(bytes);

type Bytes = Uint8Array<ArrayBuffer>;

/** All bytes of the stream, or undefined as soon as there are too many; the rest is then not read. */
async function collect(stream: ReadableStream<Uint8Array> | null): Promise<Bytes | undefined> {
  const bytes = new Uint8Array(MOST_BYTES);
  let length = 0;
  for await (const chunk of stream ?? []) {
    if (length + chunk.byteLength > MOST_BYTES) return undefined;
    bytes.set(chunk, length);
    length += chunk.byteLength;
  }
  return bytes.subarray(0, length);
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function parse(bytes: Bytes): Result<JsonBody, MalformedRequest> {
  return textOf(bytes).andThen((text) =>
    valueOf(text).map((value) => {
      const { faults, isUneven } = inspectJson(text);
      return isUneven ? { value, faults, halves: withHalves(text) } : { value, faults };
    }),
  );
}

const textOf = Result.fromThrowable(
  (bytes: Bytes) => utf8.decode(bytes),
  () => malformed('is not UTF-8'),
);

const valueOf = Result.fromThrowable(
  (text: string): unknown => JSON.parse(text),
  () => malformed('is not JSON'),
);
