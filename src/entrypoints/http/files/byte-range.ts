import type { ByteRange } from '../../../ports/object-store.ts';

/**
 * The one range that a `Range` header asks for (RFC 9110, section 14.2). Undefined where all is to be given: other units, what
 * is no range, and several ranges, which a server may answer with the whole.
 */
export function byteRange(header: string | undefined): ByteRange | undefined {
  const [, first = '', last = ''] = /^bytes=[ \t]*(\d{0,15})-(\d{0,15})[ \t]*$/i.exec(header ?? '') ?? [];
  if (first === '') return last === '' ? undefined : { suffix: Number(last) };
  if (last === '') return { first: Number(first) };
  return Number(last) < Number(first) ? undefined : { first: Number(first), last: Number(last) };
}
