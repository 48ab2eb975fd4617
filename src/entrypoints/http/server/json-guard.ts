import { createScanner } from 'jsonc-parser';
import type { Fault } from './problem.ts';

/** Deeper than any body of ours, shallow enough for every recursive reader behind. */
const DEEPEST = 32;

/** A batch of 1000 payments with all eight fields and a dozen metadata pairs each fits. */
const MOST_KEYS = 20_000;

/** More say nothing that the first do not. */
const MOST_FAULTS = 100;

type Level = { list: false; names: Set<string>; name: string | undefined } | { list: true; index: number };

/** `isUneven`: some whole number is not written as one, such as `10.0` or `1e3`. */
export type JsonFindings = Readonly<{ faults: readonly Fault[]; isUneven: boolean }>;

/** `namesAreIds`: names may be any that texts may be, for a reader that makes a map of them. */
export type GuardTerms = Readonly<{ mostKeys?: number; namesAreIds?: boolean }>;

/**
 * What a JSON parser takes and a payment must not: names twice in an object or with a meaning to JavaScript, text that
 * cannot be stored, numbers that do not survive as they are written; too deep or too many names. `text` is well-formed
 * JSON. Walks tokens once and with a stack of its own, so no nesting can exhaust the real one, and gives up at the
 * hundredth fault with one more that is of the whole.
 */
export function inspectJson(
  text: string,
  { mostKeys = MOST_KEYS, namesAreIds = false }: GuardTerms = {},
): JsonFindings {
  const scanner = createScanner(text, true);
  const faults: Fault[] = [];
  let isUneven = false;
  const levels: Level[] = [];
  let keys = 0;
  for (scanner.scan(); scanner.getTokenLength() > 0; scanner.scan()) {
    const level = levels.at(-1);
    switch (text.charAt(scanner.getTokenOffset())) {
      case '{':
        levels.push({ list: false, names: new Set(), name: undefined });
        break;
      case '[':
        levels.push({ list: true, index: 0 });
        break;
      case '}':
      case ']':
        levels.pop();
        break;
      case ',':
        if (level?.list) level.index++;
        else if (level !== undefined) level.name = undefined;
        break;
      case ':':
      case 't':
      case 'f':
      case 'n':
        break;
      case '"':
        if (level !== undefined && !level.list && level.name === undefined) {
          const name = scanner.getTokenValue();
          level.name = name;
          const fault = namesAreIds ? textFault(name) : nameFault(name);
          check(fault ?? (level.names.has(name) ? 'is given twice' : undefined));
          level.names.add(name);
          keys++;
        } else check(textFault(scanner.getTokenValue()));
        break;
      default:
        isUneven ||= isUnevenNumber(scanner.getTokenValue());
        check(numberFault(scanner.getTokenValue()));
    }
    if (faults.length >= MOST_FAULTS) return spoiled(`has ${MOST_FAULTS} faults or more`, faults);
    if (levels.length > DEEPEST) return spoiled(`is nested deeper than ${DEEPEST} levels`);
    if (keys > mostKeys) return spoiled(`has more than ${mostKeys} names`);
  }
  return { faults, isUneven };

  function check(message: string | undefined): void {
    if (message !== undefined) faults.push({ path: levels.map(placeOf), message });
  }
}

/** A fault of the whole, after those that were found before. */
const spoiled = (message: string, before: readonly Fault[] = []): JsonFindings => ({
  faults: [...before, { path: [], message }],
  isUneven: false,
});

const placeOf = (level: Level): string | number => (level.list ? level.index : (level.name ?? ''));

const nameFault = (name: string): string | undefined =>
  name === '__proto__' || name === 'constructor' || name === 'prototype'
    ? 'is not a name that is taken here'
    : textFault(name);

function textFault(text: string): string | undefined {
  if (text.includes('\0')) return 'holds a NUL character';
  return text.isWellFormed() ? undefined : 'holds half of a surrogate pair';
}

/** Decimals of up to 15 digits and safe integers are the ones that one double, and only one, stands for. */
function numberFault(literal: string): string | undefined {
  const value = Number(literal);
  if (Object.is(value, -0)) return 'is minus zero';
  const whole = WHOLE.test(literal);
  const [mantissa = ''] = literal.split(/[eE]/);
  const digits = mantissa.replace(/[-.]/g, '').replace(/^0+/, '');
  const exact = whole
    ? Number.isSafeInteger(value)
    : Number.isFinite(value) && digits.length <= 15 && (value !== 0 || digits === '');
  return exact ? undefined : 'is a number that cannot be held exactly';
}

const isUnevenNumber = (literal: string): boolean =>
  !WHOLE.test(literal) && Number.isInteger(Number(literal));

const WHOLE = /^-?\d+$/;

/**
 * The value with a half in the place of each whole number that is not written as one. A schema that asks for a whole number
 * refuses a half, and one that takes any number takes it.
 */
export const withHalves = (text: string): unknown =>
  JSON.parse(text, (_name, value: unknown, context?: { source: string }) =>
    typeof value === 'number' && isUnevenNumber(context?.source ?? '') ? 0.5 : value,
  );
