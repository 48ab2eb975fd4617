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
  return error.title ?? TITLES[error.status] ?? 'The server could not answer';
};

/** A request that may succeed when it is sent again as it is, also because what was sent first under its key has no answer yet. */
export const isPassing = (error: unknown): boolean => {
  const status = statusOf(error);
  if (status === undefined) return false;
  return status === 0 || status === 429 || status >= 500 || isUnderWay(error);
};

const isUnderWay = (error: unknown): boolean =>
  error instanceof PaywrightProblem && error.code === 'idempotency_in_flight';
