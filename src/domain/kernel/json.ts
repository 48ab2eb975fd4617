/**
 * What can be stored and sent. A bigint prints as plain digits, so a small one read back is a number: only the digits
 * are kept.
 */
export type Json =
  | string
  | number
  | bigint
  | boolean
  | null
  | readonly Json[]
  | Readonly<{ [name: string]: Json | undefined }>;

export type JsonObject = Readonly<{ [name: string]: Json | undefined }>;

/** A whole number in a record: a number while a double holds it exactly, a bigint beyond. */
export type Whole = number | bigint;

export const whole = (value: bigint): Whole =>
  -MOST_EXACT <= value && value <= MOST_EXACT ? Number(value) : value;

const MOST_EXACT = BigInt(Number.MAX_SAFE_INTEGER);

/** JSON text in the order the fields were written; absent (undefined) fields are left out. */
export function jsonText(value: Json): string {
  try {
    return JSON.stringify(value);
  } catch {
    // The engine prints everything but bigint, and several times as fast.
    return print(value, false);
  }
}

/**
 * One text for one value: fields sorted by UTF-16 code unit, no white space (RFC 8785, for whole numbers).
 * Hashes and fingerprints are taken over this text.
 */
export const canonicalJson = (value: Json): string =>
  isInOrder(value) ? jsonText(value) : print(value, true);

/** True where the engine prints the fields in their order, of all that the value holds. */
function isInOrder(value: Json | undefined): boolean {
  if (value === null || typeof value !== 'object') return typeof value !== 'number' || Number.isFinite(value);
  if (isList(value)) return value.every(isInOrder);
  let last = '';
  for (const name in value) {
    if (name < last || !isInOrder(value[name])) return false;
    last = name;
  }
  return true;
}

/** The same record with its fields in the order of canonical JSON, and so those of records in it: it is hashed in half the time. */
export function inOrder(record: JsonObject): JsonObject {
  if (isInOrder(record)) return record;
  const names = Object.keys(record);
  sortFew(names);
  // Set as a field, it would be the prototype.
  if (Object.hasOwn(record, '__proto__'))
    return Object.fromEntries(names.map((name) => [name, ordered(record[name])]));
  const sorted: { [name: string]: Json | undefined } = {};
  for (const name of names) sorted[name] = ordered(record[name]);
  return sorted;
}

const ordered = (value: Json | undefined): Json | undefined =>
  value === null || typeof value !== 'object' || isList(value) ? value : inOrder(value);

function print(value: Json, sorted: boolean): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (value === null || typeof value !== 'object') return String(value);
  if (isList(value)) return `[${value.map((item) => print(item, sorted)).join(',')}]`;
  const names = Object.keys(value);
  if (sorted) sortFew(names);
  let text = '';
  for (const name of names) {
    const field = value[name];
    if (field !== undefined) text += `${text === '' ? '{' : ','}${printedName(name)}${print(field, sorted)}`;
  }
  return text === '' ? '{}' : `${text}}`;
}

/** A record has a dozen fields, which the engine's own sort would copy first. */
const MOST_FEW = 24;

function sortFew(names: string[]): void {
  if (names.length > MOST_FEW) {
    names.sort();
    return;
  }
  for (let index = 1; index < names.length; index += 1) {
    const name = names[index] as string;
    let place = index;
    for (; place > 0 && (names[place - 1] as string) > name; place -= 1)
      names[place] = names[place - 1] as string;
    names[place] = name;
  }
}

/** Records have the same few names over and over; those of metadata may be any. */
const MOST_NAMES = 1_024;
const LONGEST_KEPT = 64;
const printedNames = new Map<string, string>();

/** A field's name with its colon. */
function printedName(name: string): string {
  const known = printedNames.get(name);
  if (known !== undefined) return known;
  const text = `${JSON.stringify(name)}:`;
  if (name.length > LONGEST_KEPT) return text;
  if (printedNames.size === MOST_NAMES) printedNames.clear();
  printedNames.set(name, text);
  return text;
}

const isList = (value: object): value is readonly Json[] => Array.isArray(value);

/** Reads JSON without losing a digit: whole numbers beyond 2^53 become bigint. */
export const parseJson = (text: string): Json =>
  // Looking at every value is several times the work, and a number this long is rare.
  (MAYBE_INEXACT.test(text) ? JSON.parse(text, exactly) : JSON.parse(text)) as Json;

/** A number of 16 digits or more, or a text that looks like one. */
const MAYBE_INEXACT = /(^|[\s:,[])-?\d{16}/;

function exactly(_name: string, value: unknown, context?: { source: string }): unknown {
  return typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(context?.source ?? '')
    ? BigInt(context?.source ?? '')
    : value;
}

/** The fields whose value differs, as they were and as they are. */
export function difference(before: JsonObject, after: JsonObject): { before: JsonObject; after: JsonObject } {
  const names = Object.keys(before).filter((name) => !isSame(before[name] ?? null, after[name] ?? null));
  for (const name in after)
    if (!Object.hasOwn(before, name) && !isSame(after[name] ?? null, null)) names.push(name);
  return { before: fieldsOf(before, names), after: fieldsOf(after, names) };
}

/** Those of the names that the record has. */
function fieldsOf(record: JsonObject, names: readonly string[]): JsonObject {
  const fields: { [name: string]: Json | undefined } = {};
  for (const name of names) if (record[name] !== undefined) fields[name] = record[name];
  return fields;
}

const isSame = (a: Json, b: Json): boolean =>
  a === b || (typeof a === 'object' && typeof b === 'object' && canonicalJson(a) === canonicalJson(b));
