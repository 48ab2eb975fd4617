import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

const HANDLERS = join(ROOT, 'src/entrypoints/lambda');

export type Service = 'platform' | 'approvals';

/** A Lambda function: the file of its handler, without the ending, is its name. */
export type BundledFunction = Readonly<{ name: string; entry: string; service: Service }>;

/** Every function there is: a file of `src/entrypoints/lambda`, the folders below aside. */
export const FUNCTIONS: readonly BundledFunction[] = readdirSync(HANDLERS, { withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
  .map((entry) => entry.name.slice(0, -3))
  .toSorted()
  .map((name) => ({ name, entry: join(HANDLERS, `${name}.ts`), service: serviceOf(name) }));

/** Whose function has this name. */
export function serviceOf(name: string): Service {
  return name.startsWith('approvals-') || name === 'work-completed' ? 'approvals' : 'platform';
}
