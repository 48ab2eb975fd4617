import fc from 'fast-check';

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
