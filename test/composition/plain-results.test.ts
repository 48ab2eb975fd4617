import { createRequire } from 'node:module';
import type { ResultAsync as AnyResultAsync } from 'neverthrow';
import * as patched from 'neverthrow';
import { expect, it } from 'vitest';
import { makeResultsPlain } from '../../src/composition/plain-results.ts';

const defect = (): never => {
  throw new Error('a defect');
};
const rejectedPromise = () => Promise.reject<number>(new Error('no value'));

/** What code asks of results, by Ok and Err, at once and later, and where something throws. */
function askedOf({ err, errAsync, ok, okAsync, ResultAsync, safeTry }: typeof patched) {
  const rejected = () => new ResultAsync<number, string>(Promise.reject(new Error('no result')));
  const asValue = okAsync<number, string>(2);
  const asked: Readonly<Record<string, () => AnyResultAsync<unknown, unknown>>> = {
    'what an Ok holds goes on': () =>
      safeTry(async function* () {
        return ok((yield* okAsync(1)) + (yield* ok(2)));
      }),
    'an Err ends what is tried': () =>
      safeTry<number, string>(async function* () {
        yield* errAsync('refused');
        return defect();
      }),
    'an Err of a Result ends it too': () =>
      safeTry<number, string>(async function* () {
        yield* err('refused at once');
        return defect();
      }),
    'what is rejected is thrown where it is asked for': () =>
      safeTry<unknown, string>(async function* () {
        try {
          return ok(yield* rejected());
        } catch (fault) {
          return ok(`caught: ${String(fault)}`);
        }
      }),
    'nothing catches what is thrown': () =>
      safeTry<number, string>(async function* () {
        yield* okAsync(1);
        return defect();
      }),
    'map of Ok': () => okAsync(1).map((value) => value + 1),
    'map of Ok, later': () => okAsync(1).map((value) => Promise.resolve(value + 1)),
    'map of Ok to what is a result itself': () => okAsync(1).map(() => asValue as unknown as number),
    'map of Err': () => errAsync<number, string>('refused').map(defect),
    'map that throws': () => okAsync(1).map(defect),
    'map that is rejected': () => okAsync(1).map(rejectedPromise),
    'mapErr of Err': () => errAsync('refused').mapErr((error) => `${error} twice`),
    'mapErr of Err, later': () => errAsync('refused').mapErr((error) => Promise.resolve(`${error} later`)),
    'mapErr of Ok': () => okAsync<number, string>(1).mapErr(defect),
    'mapErr that throws': () => errAsync('refused').mapErr(defect),
    'orElse of Err to Ok': () => errAsync('refused').orElse(() => ok(3)),
    'orElse of Err to Ok, later': () => errAsync('refused').orElse(() => okAsync(3)),
    'orElse of Err to Err': () => errAsync('refused').orElse((error) => errAsync(`${error} again`)),
    'orElse of Ok': () => okAsync<number, string>(1).orElse(defect),
    'orElse that throws': () => errAsync('refused').orElse(defect),
  };
  return asked;
}

/** The library as it is installed, whatever a test before has done to the one that code is given. */
function asInstalled(): typeof patched {
  const require = createRequire(import.meta.url);
  const place = require.resolve('neverthrow');
  const known = require.cache[place];
  delete require.cache[place];
  try {
    return require('neverthrow') as typeof patched;
  } finally {
    require.cache[place] = known;
  }
}

const outcomes = (library: typeof patched): Promise<readonly string[]> =>
  Promise.all(
    Object.entries(askedOf(library)).map(async ([name, ask]) => {
      const outcome = await Promise.resolve(ask()).catch((fault: unknown) => `throws ${String(fault)}`);
      if (typeof outcome === 'string') return `${name}: ${outcome}`;
      return `${name}: ${outcome.isOk() ? `Ok ${String(outcome.value)}` : `Err ${String(outcome.error)}`}`;
    }),
  );

const sourceOf = ({ ResultAsync }: typeof patched, method: string): string =>
  String(Object.getOwnPropertyDescriptor(ResultAsync.prototype, method)?.value);

it('Results that are made plain say what the library says', async () => {
  const library = asInstalled();
  makeResultsPlain();
  for (const name of ['map', 'mapErr', 'orElse'])
    expect(sourceOf(patched, name)).not.toBe(sourceOf(library, name));
  expect(await outcomes(patched)).toEqual(await outcomes(library));
});
