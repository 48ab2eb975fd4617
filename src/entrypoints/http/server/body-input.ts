import { err, ok, type Result } from 'neverthrow';
import type { z } from 'zod';
import { cardFaults, headerFaults, securityCodeFaults } from './card-guard.ts';
import type { KeyedHeader } from './idempotency-key.ts';
import type { Fault } from './problem.ts';
import type { JsonBody } from './read-json.ts';
import type { MalformedRequest, PanNotAccepted } from './request-problems.ts';

/**
 * What a schema makes of a body. No card number may hide in that, nor in the header beside it; what the schema leaves out is
 * neither stored nor sent and is not looked at. The schema comes first, so that its lengths bound what is searched.
 */
export function parseBody<Schema extends z.ZodType>(
  schema: Schema,
  { value, faults, halves }: JsonBody,
  headerKey?: KeyedHeader,
): Result<z.output<Schema>, MalformedRequest | PanNotAccepted> {
  if (faults.length > 0) return err({ kind: 'MalformedRequest', faults });
  const parsed = safeParseWhole(schema, value, halves);
  const cards = parsed.success
    ? [...headerFaults('Idempotency-Key', headerKey), ...cardFaults(parsed.data)]
    : securityCodeFaults(unknownFields(parsed.error));
  if (cards.length > 0) return err({ kind: 'PanNotAccepted', faults: cards });
  return parsed.success ? ok(parsed.data) : err({ kind: 'MalformedRequest', faults: faultsOf(parsed.error) });
}

/** Numbers that a schema wants whole have to be written so. */
function safeParseWhole<Schema extends z.ZodType>(schema: Schema, value: unknown, halves: unknown) {
  const parsed = schema.safeParse(value);
  if (halves === undefined || !parsed.success) return parsed;
  const strict = schema.safeParse(halves);
  return strict.success ? parsed : strict;
}

/** What a schema found, in its order, with a line for each unknown field. */
export const faultsOf = ({ issues }: z.ZodError): readonly Fault[] =>
  issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? unknownIn(issue).map((path) => ({ path, message: 'is not known here' }))
      : [{ path: placeOf(issue.path), message: isHalf(issue) ? NOT_WHOLE : issue.message }],
  );

const NOT_WHOLE = 'must be a whole number, written without a point or an exponent';

/** Zod says of 19.99, as of 10.0, that an integer was expected and a number came. */
const isHalf = (issue: z.core.$ZodIssue): boolean =>
  issue.code === 'invalid_type' && issue.expected === 'int';

const unknownFields = ({ issues }: z.ZodError): readonly Fault['path'][] =>
  issues.flatMap((issue) => (issue.code === 'unrecognized_keys' ? unknownIn(issue) : []));

const unknownIn = ({ path, keys }: z.core.$ZodIssueUnrecognizedKeys): readonly Fault['path'][] =>
  keys.map((name) => [...placeOf(path), name]);

const placeOf = (path: readonly PropertyKey[]): readonly (string | number)[] =>
  path.map((step) => (typeof step === 'symbol' ? '' : step));
