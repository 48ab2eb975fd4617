import type { z } from 'zod';

type Issue = z.core.$ZodRawIssue;

/**
 * What is said of an issue whose schema has no words of its own, as `parse` of a request is given it: zod's are no sentences of
 * ours, and speak of what was received. Nothing of the value is in any of them.
 */
export function issueWords(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'is required' : typeWords(issue);
    case 'invalid_value':
      return choiceWords(issue.values);
    case 'too_small':
      return leastWords(issue);
    case 'too_big':
      return mostWords(issue);
    case 'invalid_format':
      return FORMATS[issue.format] ?? 'is not written as it must be';
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}`;
    case 'unrecognized_keys':
      return 'is not known here';
    case 'invalid_key':
      return `has a name that ${issue.issues[0]?.message ?? 'is not taken here'}`;
    case 'invalid_element':
    case 'invalid_union':
    case 'custom':
      return 'is not of a kind that is taken here';
  }
}

/** A number that has to be whole and is not written so. */
const NOT_WHOLE = 'must be a whole number, written without a point or an exponent';

const TYPES: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  boolean: 'true or false',
  array: 'an array',
  object: 'an object',
  record: 'an object',
  null: 'null',
};

/** Zod says of 19.99, as of 10.0, that an integer was expected and a number came. */
function typeWords({ expected, inst }: Issue & Readonly<{ code: 'invalid_type' }>): string {
  if (expected === 'int') return NOT_WHOLE;
  if (expected === 'number' && isInteger(inst)) return 'must be a whole number';
  const type = TYPES[expected];
  return type === undefined ? 'is not of the type that is taken here' : `must be ${type}`;
}

const isInteger = (inst: Issue['inst']): boolean => {
  const { def } = inst?._zod ?? {};
  return def !== undefined && 'format' in def && def.format === 'safeint';
};

function choiceWords(values: readonly unknown[]): string {
  const named = values.map((value) => (typeof value === 'string' ? `\`${value}\`` : String(value)));
  return named.length === 1 ? `must be ${named.join('')}` : `must be one of ${named.join(', ')}`;
}

type Bound = Readonly<{ origin: string; inclusive?: boolean; exact?: boolean }>;
type Least = Bound & Readonly<{ minimum: number | bigint }>;
type Most = Bound & Readonly<{ maximum: number | bigint }>;

function leastWords({ minimum: least, origin, inclusive, exact }: Least): string {
  if (origin in COUNTED && least === 1 && exact !== true) return 'must not be empty';
  return bounded(origin, exact === true ? '' : inclusive === false ? 'more than ' : 'at least ', least);
}

const mostWords = ({ maximum: most, origin, inclusive, exact }: Most): string =>
  bounded(origin, exact === true ? '' : inclusive === false ? 'less than ' : 'at most ', most);

/** What is counted of a text and of an array; numbers are what they are. */
const COUNTED: Readonly<Record<string, readonly [verb: string, unit: string]>> = {
  string: ['be', 'character'],
  array: ['have', 'item'],
};

function bounded(origin: string, how: string, bound: number | bigint): string {
  const [verb, unit] = COUNTED[origin] ?? ['be'];
  return `must ${verb} ${how}${bound}${unit === undefined ? '' : ` ${unit}${bound === 1 ? '' : 's'}`}`;
}

const FORMATS: Readonly<Record<string, string>> = {
  email: 'must be an email address',
  url: 'must be a URL',
  uuid: 'must be a UUID',
};
