import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

type Locked = Readonly<{ optionalDependencies?: Readonly<Record<string, string>> }>;

/** `npm ci` refuses a lock file that leaves out another platform's packages, which `npm install` may do. */
it('locks the optional packages of every platform, so that a clean install works on each', () => {
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as Readonly<{
    packages: Readonly<Record<string, Locked>>;
  }>;

  const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      (name) =>
        packages[`${path}/node_modules/${name}`] === undefined &&
        packages[`node_modules/${name}`] === undefined,
    ),
  );

  expect(missing).toEqual([]);
});
