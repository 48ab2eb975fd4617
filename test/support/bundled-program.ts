import { mkdirSync, mkdtempSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';

const SOURCE = fileURLToPath(new URL('../../src/', import.meta.url));
/** Below `node_modules`, so that what the program looks up at run time is found as it is from the source. */
const CACHE = fileURLToPath(new URL('../../node_modules/.cache/paywright-test/', import.meta.url));
const MAIN = 'main.mjs';

/** Files beside a source file (migrations) stay where they are. */
const inPlace: Plugin = {
  name: 'in place',
  setup: (bundling) =>
    bundling.onLoad({ filter: /\/src\/.*\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const url = JSON.stringify(pathToFileURL(path).href);
      return { contents: text.replaceAll('import.meta.url', url), loader: 'ts' };
    }),
};

/**
 * Makes one bundle of the program and its packages for the many processes that tests start and kill: the same code, of which each
 * would read hundreds of files again, which is more than half of what its start costs. That the source starts as it is, is what
 * `test/readme.test.ts` and the test of `npm start` are for.
 */
export async function bundleProgram(): Promise<Readonly<{ folder: string; remove(): Promise<void> }>> {
  mkdirSync(CACHE, { recursive: true });
  const folder = mkdtempSync(join(CACHE, 'program-'));
  await build({
    entryPoints: [join(SOURCE, 'entrypoints/cli/main.ts')],
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    mainFields: ['module', 'main'],
    external: ['pg-native'],
    // For packages that are CommonJS.
    banner: {
      js: "import { createRequire as requireIn } from 'node:module'; const require = requireIn(import.meta.url);",
    },
    plugins: [inPlace],
    logLevel: 'error',
  });
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** What starts a bundled program in Node, and what its environment holds so that each start finds what the first has compiled. */
export type Program = Readonly<{ main: string; environment: Readonly<Record<string, string>> }>;

/** That of this version. */
export function bundledProgram(): Program {
  const folder = process.env['TEST_PROGRAM_FOLDER'] ?? '';
  return { main: join(folder, MAIN), environment: { NODE_COMPILE_CACHE: join(folder, 'compiled') } };
}
