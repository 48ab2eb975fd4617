import { present } from '../../../domain/kernel/present.ts';
import { PROBLEM_TYPE, problemText, typeOf } from '../../http/server/problem.ts';
import type { ApiEvent } from './api-event.ts';

/** An answer as API Gateway takes it. */
export type ApiResult = Readonly<{
  statusCode: number;
  headers?: Readonly<Record<string, string>>;
  multiValueHeaders?: Readonly<Record<string, readonly string[]>>;
  cookies?: readonly string[];
  body: string;
  isBase64Encoded: boolean;
}>;

/** An answer that Lambda would not send. */
export type TooLarge = Readonly<{
  tooLargeFor: ApiEvent['form'];
  requestId: string;
  /** How many there are of a page of a list. */
  items?: number;
}>;

/** Of a function's result as JSON; a larger one fails the invocation, and the gateway answers 502. */
const MOST_RESULT_BYTES = 6_291_556;
/** What is read of an answer before it is given up. */
const MOST_READ_BYTES = 4 * MOST_RESULT_BYTES;
/** No text of fewer bytes is too large in JSON, where a character may take six. */
const ALWAYS_FITS_BYTES = 1_000_000;

/** Text as text, so that a gateway that does not decode still passes it on; everything else in base64. */
export async function apiResult(response: Response, form: ApiEvent['form']): Promise<ApiResult | TooLarge> {
  const bytes = await bytesOf(response);
  const requestId = response.headers.get('x-request-id') ?? '';
  if (bytes === undefined) return { tooLargeFor: form, requestId };
  const result = resultOf(response, bytes, form);
  const fits =
    bytes.length < ALWAYS_FITS_BYTES || Buffer.byteLength(JSON.stringify(result)) <= MOST_RESULT_BYTES;
  return fits
    ? result
    : { tooLargeFor: form, requestId, ...present({ items: itemsOf(response, result.body) }) };
}

/** The same for every request, whatever it was: what is too large is known once it is made. */
export function tooLargeAnswer({ tooLargeFor, requestId }: TooLarge): ApiResult {
  const text = problemText({
    type: typeOf('answer_too_large'),
    title: 'The answer is larger than this way here takes',
    status: 500,
    detail:
      'What was asked for was done, and its answer has more than the 6 MB that a function of Lambda gives. Ask for less of it: ' +
      'a smaller `limit`, or a filter; payments are exported as a file by POST /payments/export.',
    code: 'answer_too_large',
    request_id: requestId,
  });
  const headers = { 'Content-Type': PROBLEM_TYPE, 'X-Request-Id': requestId, 'Cache-Control': 'no-store' };
  return resultOf(new Response(null, { status: 500, headers }), Buffer.from(text), tooLargeFor);
}

/** Undefined where there are too many, and then nothing more is read. */
async function bytesOf({ body }: Response): Promise<Uint8Array | undefined> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of body ?? []) {
    length += piece.length;
    if (length > MOST_READ_BYTES) return undefined;
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

function itemsOf({ headers }: Response, text: string): number | undefined {
  if (headers.get('content-type') !== 'application/json') return undefined;
  const { items, next_cursor: next } = JSON.parse(text) as Readonly<{
    items?: unknown;
    next_cursor?: unknown;
  }>;
  return Array.isArray(items) && next !== undefined ? items.length : undefined;
}

function resultOf(response: Response, bytes: Uint8Array, form: ApiEvent['form']): ApiResult {
  const { status: statusCode, headers } = response;
  const text = isText(headers) ? textOf(bytes) : undefined;
  const body =
    text === undefined
      ? { body: Buffer.from(bytes).toString('base64'), isBase64Encoded: true }
      : { body: text, isBase64Encoded: false };
  const cookies = headers.getSetCookie();
  const others = [...headers].filter(([name]) => name !== 'set-cookie');
  if (form === 'http-v2')
    return {
      statusCode,
      headers: Object.fromEntries(others),
      ...(cookies.length === 0 ? {} : { cookies }),
      ...body,
    };
  return {
    statusCode,
    multiValueHeaders: Object.fromEntries([
      ...others.map(([name, value]) => [name, [value]] as const),
      ...(cookies.length === 0 ? [] : [['set-cookie', cookies] as const]),
    ]),
    ...body,
  };
}

const TEXT = /^(?:text\/|application\/(?:problem\+)?json\b|application\/(?:jsonl|x-ndjson)\b)/;

const isText = (headers: Headers): boolean =>
  !headers.has('content-encoding') && TEXT.test(headers.get('content-type') ?? 'text/');

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}
