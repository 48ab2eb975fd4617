import type { Utf8 } from '../../ports/utf8.ts';

const encoder = new TextEncoder();

export const systemUtf8: Utf8 = {
  encode: (text) => encoder.encode(text),
  decode: (pieces) => Buffer.concat(pieces).toString('utf8'),
};
