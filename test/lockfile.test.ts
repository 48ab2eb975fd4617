import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

type Locked = Readonly<{
  optionalDependencies?: Readonly<Record<string, string>>;
  integrity?: string;
  link?: boolean;
  /** Comes inside the package above it, whose hash is that of both. */
  inBundle?: boolean;
}>;

/** Of the product, and of what `npm run bench:peers` measures it beside. */
const LOCKS = ['package-lock.json', 'bench/peers/package-lock.json'];

const packagesOf = (lock: string) =>
  (JSON.parse(readFileSync(lock, 'utf8')) as Readonly<{ packages: Readonly<Record<string, Locked>> }>)
    .packages;

it.each(LOCKS)('%s names no host that packages come from, as each installation has its own', (lock) => {
  expect(readFileSync(lock, 'utf8')).not.toMatch(/"resolved": "[a-z+]+:/);
});

/** `npm ci` refuses a lock file that leaves out another platform's packages, which `npm install` may do. */
it.each(LOCKS)(
  '%s has the optional packages of every platform, so that a clean install works on each',
  (lock) => {
    const packages = packagesOf(lock);

    const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter(
        (name) =>
          packages[`${path}/node_modules/${name}`] === undefined &&
          packages[`node_modules/${name}`] === undefined,
      ),
    );

    expect(missing).toEqual([]);
  },
);

it.each(LOCKS)('%s has every package with the hash of its contents', (lock) => {
  const packages = packagesOf(lock);
  const unproved = Object.entries(packages)
    .filter(
      ([path, { integrity, link, inBundle }]) =>
        path.includes('node_modules/') && !link && !inBundle && integrity === undefined,
    )
    .map(([path]) => path);
  expect(unproved).toEqual([]);
});

/** Of the version that the lock names, by platform: SHA-256 of the binary as its package has it. */
const RUNTIMES: Readonly<Record<string, string>> = {
  '24.21.0 linux-x64': '7fde7b8afa198da66257f42ee2001d874c7355631e6d1579a5fb5ef1f246df4c',
};

/** The package `node` fetches it when it is installed, past the lock; on other platforms nothing is on record. */
const platform = `${process.platform}-${process.arch}`;
if (platform !== 'linux-x64')
  process.stdout.write(`The runtime was not held against a hash: none is on record for ${platform}.\n`);
it.runIf(platform === 'linux-x64')(
  'runs on the very runtime that is on record for the locked version',
  () => {
    const { version } = JSON.parse(readFileSync('node_modules/node/package.json', 'utf8')) as {
      version: string;
    };
    const binary = readFileSync('node_modules/node/bin/node');
    const hash = createHash('sha256').update(binary).digest('hex');
    expect(hash).toBe(RUNTIMES[`${version} ${platform}`]);
  },
);
