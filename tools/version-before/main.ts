import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';
import { build, type Plugin } from 'esbuild';

/** Programs of earlier versions, of the commits that are given, the newest first: what `test/crash/upgraded` has serve beside this version. */
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const RECORDING = join(ROOT, 'test/fixtures/installed/programs.json.br');

const git = (...args: readonly string[]) =>
  execFileSync('git', args, { cwd: ROOT, maxBuffer: 10 ** 9, encoding: 'buffer' });

/** Where a file stands is asked for at run time: its migrations are those of the tree that it runs in, as landed ones never change. */
const standingIn = (folder: string): Plugin => ({
  name: 'standing in the tree',
  setup: (bundling) =>
    bundling.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const url = `new URL(${JSON.stringify(relative(folder, path))}, process.env.TREE_OF_PROGRAM).href`;
      return { contents: text.replaceAll('import.meta.url', url), loader: 'ts' };
    }),
});

async function programOf(commit: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'paywright-version-'));
  try {
    execFileSync('tar', ['-x', '-C', folder], {
      input: git('archive', commit, 'src', 'client', 'package.json', 'tsconfig.json'),
    });
    const { outputFiles } = await build({
      entryPoints: [join(folder, 'src/entrypoints/cli/main.ts')],
      bundle: true,
      write: false,
      format: 'esm',
      platform: 'node',
      packages: 'external',
      plugins: [standingIn(folder)],
    });
    return outputFiles[0]?.text ?? '';
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What that version brings a DynamoDB table to. */
const schemaOf = (commit: string): number =>
  Number(/SCHEMA_VERSION = (\d+)/.exec(git('grep', '-h', 'SCHEMA_VERSION = ', commit).toString())?.[1]);

const programs = [];
for (const given of process.argv.slice(2)) {
  const commit = git('rev-parse', '--verify', `${given}^{commit}`).toString().trim();
  programs.push({ commit, schema: schemaOf(commit), program: await programOf(commit) });
}
if (programs.length === 0) throw new Error('name the commits of the versions, the newest first');
const text = Buffer.from(JSON.stringify(programs));
// A window that the next program lies in with the one before, which it is much like.
const params = { [constants.BROTLI_PARAM_LGWIN]: 24, [constants.BROTLI_PARAM_SIZE_HINT]: text.length };
writeFileSync(RECORDING, brotliCompressSync(text, { params }));
