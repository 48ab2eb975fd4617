import { z } from '@hono/zod-openapi';
import type { ResultAsync } from 'neverthrow';
import { type JsonObject, jsonText } from '../../../domain/kernel/json.ts';
import { findsPan } from '../../../domain/kernel/pan.ts';

/** What is wrong at one place of a request; the path is dotted, empty for the whole. */
export type Fault = Readonly<{ path: readonly (string | number)[]; message: string }>;

/** How a kind of failure is worded; texts may use its facts, and only what a client may know of them. */
export type ProblemRow<F> = Readonly<{
  status: number;
  code: string;
  title: string;
  detail: string | ((failure: F) => string);
  retryAfterS?: number | ((failure: F) => number | undefined);
}>;

/** A row as the documentation shows it. */
export type DocumentedProblem = ProblemRow<never>;

export type Kinded = Readonly<{ kind: string }>;

/** Everything that can go wrong in the use cases of these names. */
export type FailureOf<Cases, Name extends keyof Cases> = Cases[Name] extends (
  ...args: never
) => ResultAsync<unknown, infer F>
  ? F
  : never;

/** What a path names may be no id at all, so a failure is worded without the id of what was not found. */
export type Worded<F> = F extends Readonly<{ id: unknown }> ? Omit<F, 'id'> : F;

/** A row for each kind of failure, and for no other. */
export type ProblemRows<F extends Kinded> = {
  readonly [Kind in F['kind']]: ProblemRow<Worded<Extract<F, { kind: Kind }>>>;
};

/** RFC 9457, with `code`, `request_id` and what the case adds. */
export type Problem = Readonly<{
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  request_id: string;
  errors?: readonly Readonly<{ path: string; message: string }>[];
  payment_id?: string;
  transaction_id?: string;
  /** Seconds; in an item of a batch, which has no headers of its own. */
  retry_after?: number;
}>;

/** A problem as it is documented. */
export const problem = z
  .strictObject({
    type: z.string().openapi({ format: 'uri-reference' }),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string().regex(/^[a-z_]+$/),
    request_id: z.string(),
    errors: z.array(z.strictObject({ path: z.string(), message: z.string() })).optional(),
    payment_id: z
      .string()
      .regex(/^pay_[0-9a-f]{32}$/)
      .optional(),
    transaction_id: z.string().optional(),
    retry_after: z.int().optional().openapi({
      description: 'Seconds to wait; in items of a batch, in place of the header `Retry-After`.',
    }),
  })
  .openapi('Problem');

export const PROBLEM_TYPE = 'application/problem+json';

export const problemText = (problem: Problem): string => jsonText({ ...problem } as JsonObject);

/** Relative, so that it leads to this installation's own page about the code. */
export const typeOf = (code: string): string => `/docs/problems/${code}`;

const MOST_ERRORS = 20;
const LONGEST_ECHO = 200;

/** The first faults of a request as a problem lists them. */
export const errorsOf = (faults: readonly Fault[]): NonNullable<Problem['errors']> =>
  faults.slice(0, MOST_ERRORS).map(({ path, message }) => ({
    path: echo(path.map((step) => echo(String(step))).join('.')),
    message: echo(message),
  }));

/** The client's own field names come back only in part, and never when they could hold a card number. */
function echo(text: string): string {
  const part = text.slice(0, LONGEST_ECHO);
  // A card number may begin in the part and go on after it.
  return findsPan(text.slice(0, 2 * LONGEST_ECHO))
    ? '…'
    : `${part.toWellFormed()}${part === text ? '' : '…'}`;
}
