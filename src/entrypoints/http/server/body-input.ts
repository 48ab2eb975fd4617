import { err, ok, type Result, type ResultAsync } from 'neverthrow';
import type { z } from 'zod';
import { cardFaults, headerFaults, securityCodeFaults } from './card-guard.ts';
import type { KeyedHeader } from './idempotency-key.ts';
import { issueWords } from './issue-words.ts';
import type { Fault } from './problem.ts';
import { type JsonBody, type ReadJsonFailure, readOptionalJson } from './read-json.ts';
import type { MalformedRequest, PanNotAccepted } from './request-problems.ts';
import { nothing } from './schemas.ts';

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

/** A body with nothing in it, or none: a field that nothing reads would be taken for one that has an effect. */
export const readNothing = (request: Request): ResultAsync<object, ReadJsonFailure | PanNotAccepted> =>
  readOptionalJson(request).andThen((body) => parseBody(nothing, body));

/** Numbers that a schema wants whole have to be written so. */
function safeParseWhole<Schema extends z.ZodType>(schema: Schema, value: unknown, halves: unknown) {
  const parsed = parsedBy(schema, value);
  if (halves === undefined || !parsed.success) return parsed;
  const strict = parsedBy(schema, halves);
  return strict.success ? parsed : strict;
}

/** What a schema makes of a value that others wrote. An issue without words of its schema's own has those of `issueWords`. */
export const parsedBy = <Schema extends z.ZodType>(schema: Schema, value: unknown) =>
  schema.safeParse(value, { error: issueWords });

/** What a schema found, in its order: a line for each unknown field, and one for each other place, of which later checks say no more. */
export function faultsOf({ issues }: z.ZodError): readonly Fault[] {
  const faults = issues.flatMap((issue): readonly Fault[] =>
    issue.code === 'unrecognized_keys'
      ? unknownIn(issue).map((path) => ({ path, message: issue.message }))
      : [{ path: placeOf(issue.path), message: issue.message }],
  );
  const seen = new Set<string>();
  return faults.filter(({ path }) => {
    const place = JSON.stringify(path);
    return !seen.has(place) && seen.add(place);
  });
}

const unknownFields = ({ issues }: z.ZodError): readonly Fault['path'][] =>
  issues.flatMap((issue) => (issue.code === 'unrecognized_keys' ? unknownIn(issue) : []));

const unknownIn = ({ path, keys }: z.core.$ZodIssueUnrecognizedKeys): readonly Fault['path'][] =>
  keys.map((name) => [...placeOf(path), name]);

const placeOf = (path: readonly PropertyKey[]): readonly (string | number)[] =>
  path.map((step) => (typeof step === 'symbol' ? '' : step));
