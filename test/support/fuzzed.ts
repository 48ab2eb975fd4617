import fc from 'fast-check';
import { expect } from 'vitest';
import { problem } from '../../src/entrypoints/http/server/problem.ts';

const MORE = 1_000;
const MOST_TIMES_MORE = 20;

/**
 * Tries so many drawn values, and then some more under the seeds that follow while something is not reached yet that takes luck. What is
 * never reached is left to the caller to find.
 */
export async function fuzzed<Value>(
  values: fc.Arbitrary<Value>,
  attempt: (value: Value) => Promise<void>,
  { numRuns, seed, isReached }: Readonly<{ numRuns: number; seed: number; isReached: () => boolean }>,
): Promise<void> {
  const property = fc.asyncProperty(values, attempt);
  await fc.assert(property, { numRuns, seed, endOnFailure: true });
  for (let times = 1; times <= MOST_TIMES_MORE && !isReached(); times += 1)
    await fc.assert(property, { numRuns: MORE, seed: seed + times, endOnFailure: true });
}

const PATIENCE_MS = 5_000;

/** The status of an answer that comes in time, is no 500, is a problem where it refuses, and is `known` to the document, if its operation is. */
export async function statusOf(
  answer: Response | Promise<Response>,
  { method }: RequestInit,
  known: readonly number[] | undefined,
): Promise<number> {
  const late = new Promise<never>((_, reject) => {
    setTimeout(reject, PATIENCE_MS, new Error(`no answer within ${PATIENCE_MS} ms`)).unref();
  });
  const response = await Promise.race([answer, late]);
  const text = await response.text();
  const { status } = response;
  expect(status).not.toBe(500);
  if (status >= 300 && method !== 'HEAD') {
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(problem.parse(JSON.parse(text)).status).toBe(status);
  }
  expect(known ?? [204, 404, 405]).toContain(status);
  return status;
}
