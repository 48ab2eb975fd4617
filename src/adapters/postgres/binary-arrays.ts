/*
 * Arrays of one dimension as PostgreSQL takes them in binary (`array_recv`): a header, then the length and the bytes of each element.
 * In text the server looks at each character of each element, which for a batch of a file is a tenth of its time. pg sends a
 * Buffer as binary.
 */

/** The types' ids, which are the same in every PostgreSQL (`pg_type.dat`). */
const TYPES = { bigint: 20, integer: 23, text: 25, json: 114, uuid: 2950 } as const;

const HEADER_BYTES = 20;
const LENGTH_BYTES = 4;
const UUID_BYTES = 16;
const NONE = -1;

/** Of ids of 32 hex digits; throws on any other, which would be stored as another id. */
export function uuidArray(ids: readonly (string | undefined)[]): Buffer {
  const array = arrayOf('uuid', ids, HEADER_BYTES + ids.length * (LENGTH_BYTES + UUID_BYTES));
  let at = HEADER_BYTES;
  for (const id of ids) {
    at = array.writeInt32BE(id === undefined ? NONE : UUID_BYTES, at);
    if (id === undefined) continue;
    if (id.length !== 2 * UUID_BYTES || array.write(id, at, 'hex') !== UUID_BYTES)
      throw new Error(`${id} is no id of 32 hex digits`);
    at += UUID_BYTES;
  }
  return array.subarray(0, at);
}

/** Of text, or of JSON texts. */
export function textArray(texts: readonly (string | undefined)[], type: 'text' | 'json' = 'text'): Buffer {
  let most = HEADER_BYTES;
  for (const text of texts) most += LENGTH_BYTES + MOST_BYTES_A_UNIT * (text?.length ?? 0);
  const array = arrayOf(type, texts, most);
  let at = HEADER_BYTES;
  for (const text of texts) {
    const size = text === undefined ? 0 : array.write(text, at + LENGTH_BYTES);
    array.writeInt32BE(text === undefined ? NONE : size, at);
    at += LENGTH_BYTES + size;
  }
  return array.subarray(0, at);
}

/** Of UTF-8, for each unit of UTF-16. */
const MOST_BYTES_A_UNIT = 3;

/** Of whole numbers of 32 bits. */
export function integerArray(numbers: readonly number[]): Buffer {
  const array = arrayOf('integer', numbers, HEADER_BYTES + numbers.length * (LENGTH_BYTES + 4));
  let at = HEADER_BYTES;
  for (const number of numbers) at = array.writeInt32BE(number, array.writeInt32BE(4, at));
  return array;
}

/** Of whole numbers of 64 bits. */
export function bigintArray(numbers: readonly (bigint | number | undefined)[]): Buffer {
  const array = arrayOf('bigint', numbers, HEADER_BYTES + numbers.length * (LENGTH_BYTES + 8));
  let at = HEADER_BYTES;
  for (const number of numbers) {
    at = array.writeInt32BE(number === undefined ? NONE : 8, at);
    if (number !== undefined) at = array.writeBigInt64BE(BigInt(number), at);
  }
  return array.subarray(0, at);
}

/** With its header: dimensions, whether elements are absent, type, length and the index of the first. */
function arrayOf(type: keyof typeof TYPES, elements: readonly unknown[], bytes: number): Buffer {
  const array = Buffer.allocUnsafe(bytes);
  array.writeInt32BE(1, 0);
  array.writeInt32BE(elements.includes(undefined) ? 1 : 0, 4);
  array.writeInt32BE(TYPES[type], 8);
  array.writeInt32BE(elements.length, 12);
  array.writeInt32BE(1, 16);
  return array;
}
