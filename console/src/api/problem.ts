import { PaywrightNoAnswer, PaywrightProblem } from '../../../client/src/client.ts';

const TITLES: Readonly<Record<number, string>> = {
  403: 'Your token does not allow this',
  404: 'There is no such thing here',
};

/** Of an answer; 0 where none came. */
export const statusOf = (error: unknown): number | undefined => {
  if (error instanceof PaywrightNoAnswer) return 0;
  return error instanceof PaywrightProblem ? error.status : undefined;
};

/** What a failure is, in a few words. */
export const titleOf = (error: unknown): string => {
  if (error instanceof PaywrightNoAnswer) return 'The server cannot be reached';
  if (!(error instanceof PaywrightProblem)) return 'Something went wrong in this page';
  if (error.status === 412) return 'It was changed while you looked';
  return error.title ?? TITLES[error.status] ?? 'The server could not answer';
};

/** A request that may succeed when it is sent again as it is, also because what was sent first under its key has no answer yet. */
export const isPassing = (error: unknown): boolean => {
  const status = statusOf(error);
  if (status === undefined) return false;
  return status === 0 || status === 429 || status >= 500 || isUnderWay(error);
};

/** Whether what was sent may have happened all the same: this says nothing of it, or not yet, so that only the very same may be sent again. */
export const leavesOpen = (error: unknown): boolean => isPassing(error) || saysNothing(error);

/** Of the session, of a request that did not come whole, or of what is between here and paywright. */
const saysNothing = (error: unknown): boolean =>
  error instanceof PaywrightProblem &&
  (error.status === 401 || error.status === 408 || error.code === 'unexpected_answer');

const isUnderWay = (error: unknown): boolean =>
  error instanceof PaywrightProblem && error.code === 'idempotency_in_flight';
