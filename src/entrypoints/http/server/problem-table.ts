import {
  type DocumentedProblem,
  errorsOf,
  type Kinded,
  PROBLEM_TYPE,
  type Problem,
  type ProblemRow,
  type ProblemRows,
  problemText,
  typeOf,
  type Worded,
} from './problem.ts';
import type { HttpContext } from './request-context.ts';
import { REQUEST_PROBLEMS, type RequestFailure } from './request-problems.ts';

/** The failures of one resource, those of any request included, as HTTP answers them. */
export type ProblemTable<F extends Kinded> = Readonly<{
  /** By kind, those of any request first. */
  rows: Readonly<Record<string, DocumentedProblem>>;
  /** Only words from the table, never those of a library or a store. */
  problemOf(failure: Worded<F | RequestFailure>, requestId: string): Problem;
  /** Seconds to wait before a repeat makes sense; absent where waiting does not help. */
  retryAfterOf(failure: Worded<F | RequestFailure>): number | undefined;
  /** The problem, ready to go out, its code left for the log. */
  refuse(
    c: HttpContext,
    failure: Worded<F | RequestFailure>,
    headers?: Readonly<Record<string, string>>,
  ): Response;
}>;

/**
 * Words for the failures of a resource; without a row for every kind that is not of any request it does not compile.
 *
 * ```ts
 * const problems = problemTable<FailureOf<UseCases, 'getTransfer' | 'transferMoney'>>({
 *   TransferNotFound: { status: 404, code: 'transfer_not_found', title: 'There is no such transfer', detail: '…' },
 *   InsufficientFunds: {
 *     status: 422,
 *     code: 'insufficient_funds',
 *     title: 'The funds do not suffice',
 *     detail: ({ available }) => `${available.minorUnits} minor units are available.`,
 *   },
 * });
 * ```
 */
export function problemTable<F extends Kinded = never>(
  rows: ProblemRows<Exclude<F, RequestFailure>>,
): ProblemTable<F> {
  type Any = Worded<F | RequestFailure> & Kinded;
  const table = { ...REQUEST_PROBLEMS, ...rows };
  /** Each kind has the row for itself; the compiler sees only the union of all. */
  const rowOf = ({ kind }: Any) => (table as unknown as Readonly<Record<string, ProblemRow<Any>>>)[kind];
  const known = (failure: Any): ProblemRow<Any> => {
    const row = rowOf(failure);
    if (row === undefined) throw new Error(`no problem is documented for ${failure.kind}`);
    return row;
  };

  const problemOf = (failure: Any, requestId: string): Problem => {
    const { status, code, title, detail } = known(failure);
    return {
      type: typeOf(code),
      title,
      status,
      detail: typeof detail === 'string' ? detail : detail(failure),
      code,
      request_id: requestId,
      ...('faults' in failure ? { errors: errorsOf(failure.faults) } : {}),
    };
  };

  const retryAfterOf = (failure: Any): number | undefined => {
    const { retryAfterS } = known(failure);
    return typeof retryAfterS === 'function' ? retryAfterS(failure) : retryAfterS;
  };

  const refuse = (c: HttpContext, failure: Any, headers: Readonly<Record<string, string>> = {}): Response => {
    const problem = problemOf(failure, c.var.requestId);
    const retryAfter = retryAfterOf(failure);
    c.set('code', problem.code);
    if (CAUSED.has(failure.kind) && 'cause' in failure) c.set('cause', failure.cause);
    return new Response(problemText(problem), {
      status: problem.status,
      headers: {
        'Content-Type': PROBLEM_TYPE,
        ...(retryAfter === undefined ? {} : { 'Retry-After': String(retryAfter) }),
        ...(problem.code === UNAUTHENTICATED ? { 'WWW-Authenticate': 'Bearer error="invalid_token"' } : {}),
        ...headers,
      },
    });
  };

  return { rows: table as ProblemTable<F>['rows'], problemOf, retryAfterOf, refuse } as ProblemTable<F>;
}

const UNAUTHENTICATED: string = REQUEST_PROBLEMS.Unauthenticated.code;

/** Of the world's faults: what the log says beside their code. */
const CAUSED: ReadonlySet<string> = new Set([
  'StorageUnavailable',
  'KeysUnavailable',
  'ProviderUnavailable',
  'LoginRefused',
]);
