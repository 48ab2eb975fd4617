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

/** Text as text, so that a gateway that does not decode still passes it on; everything else in base64. */
export async function apiResult(response: Response, form: ApiEvent['form']): Promise<ApiResult> {
  const { status: statusCode, headers } = response;
  const bytes = new Uint8Array(await response.arrayBuffer());
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
