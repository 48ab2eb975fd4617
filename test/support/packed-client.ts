import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const CLIENT = join(ROOT, 'client');

/** Runs a program to its end; throws with what it said where it ends otherwise than well. */
export const run = (command: string, args: readonly string[], cwd: string): string =>
  execFileSync(command, args, {
    cwd,
    encoding: 'utf8',
    stdio: 'pipe',
    env: { ...process.env, NO_COLOR: '1' },
  });

/** A program that the project's packages bring. */
export const tool = (name: string): string => join(ROOT, 'node_modules/.bin', name);

/**
 * The client as `npm pack` makes it, and an otherwise empty folder in which that is installed, beside packages of the project that are
 * named. No registry is asked.
 */
export function packedClient(beside: readonly string[] = []) {
  const folder = mkdtempSync(join(tmpdir(), 'paywright-package-'));
  run(process.execPath, [join(ROOT, 'tools/client/main.ts')], ROOT);
  for (const file of ['package.json', 'README.md']) cpSync(join(CLIENT, file), join(folder, file));
  run(tool('tsc'), ['-p', CLIENT, '--outDir', join(folder, 'dist')], ROOT);
  const [made] = JSON.parse(run('npm', ['pack', '--ignore-scripts', '--json'], folder)) as [
    { filename: string },
  ];
  const tarball = join(folder, made.filename);
  const shop = join(folder, 'shop');
  const installed = join(shop, 'node_modules/paywright-client');
  mkdirSync(installed, { recursive: true });
  run('tar', ['-xzf', tarball, '--strip-components=1', '-C', installed], shop);
  for (const name of ['openapi-fetch', 'openapi-typescript-helpers', ...beside])
    symlinkSync(join(ROOT, 'node_modules', name), join(shop, 'node_modules', name));
  writeFileSync(join(shop, 'package.json'), '{"type": "module"}');
  return {
    tarball,
    shop,
    installed,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
