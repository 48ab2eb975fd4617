import type { components } from '../../../client/src/api.ts';

export type Problem = Partial<components['schemas']['Problem']>;

const TITLES: Readonly<Record<number, string>> = {
  0: 'The server cannot be reached',
  403: 'Your token does not allow this',
  404: 'There is no such thing here',
};

/** An answer that is no success, or none at all (status 0). */
export class ApiError extends Error {
  readonly status: number;
  readonly problem: Problem;

  constructor(status: number, problem: Problem) {
    super(problem.detail ?? problem.title ?? TITLES[status] ?? `The server answered ${status}`);
    this.status = status;
    this.problem = problem;
  }

  get title(): string {
    return this.problem.title ?? TITLES[this.status] ?? 'The server could not answer';
  }
}

export const statusOf = (error: unknown): number | undefined =>
  error instanceof ApiError ? error.status : undefined;

/** A request that may succeed when it is sent again as it is. */
export const isPassing = (error: unknown): boolean => {
  const status = statusOf(error);
  return status === 0 || status === 429 || (status !== undefined && status >= 500);
};
