import type { Failure } from './failures.ts';

/** How a kind of failure is told; texts may use its facts, and only what a client may know of them. */
export type ProblemRow<F> = Readonly<{
  status: number;
  code: string;
  title: string;
  detail: string | ((failure: F) => string);
  retryAfterS?: number | ((failure: F) => number);
}>;

/** A part of the table: rows for some kinds of failure. */
export type ProblemRows = { [Kind in Failure['kind']]?: ProblemRow<Extract<Failure, { kind: Kind }>> };
