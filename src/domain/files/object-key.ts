declare const gate: unique symbol;

/** The name of a stored file. Only `parseObjectKey` makes one. */
export type ObjectKey = string & { readonly [gate]: 'object key' };

/**
 * Up to 512 characters in segments of up to 80, with `/` between: what S3 (1 024 bytes) and a folder (255 bytes a name, when
 * every character is escaped to three) can both hold. Visible ASCII alone; `.` and `..` are no segments, and none is empty.
 */
export const parseObjectKey = (text: string): ObjectKey | undefined =>
  text.length <= 512 && text.split('/').every(isSegment) ? (text as ObjectKey) : undefined;

const isSegment = (text: string): boolean => SEGMENT.test(text) && text !== '.' && text !== '..';

const SEGMENT = /^[\x21-\x2e\x30-\x7e]{1,80}$/;
