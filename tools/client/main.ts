import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { APPROVALS } from '../../src/entrypoints/http/approvals/approvals-app.ts';
import { documentOf } from '../../src/entrypoints/http/operation/openapi-document.ts';
import { PLATFORM } from '../../src/entrypoints/http/platform-resources.ts';

/**
 * Makes the client's types of the document: `client/src/api.ts`, by openapi-typescript, and `problem-codes.ts`. They are no part of
 * the repository; running the client needs none of them, checking and building it does. Without the tools of development
 * there is nothing to check, and nothing is made.
 */
const ROOT = join(import.meta.dirname, '../..');
const FOLDER = join(ROOT, 'client/src');
const DOCUMENT = documentOf([...PLATFORM, ...APPROVALS]);

/** Codes as the document has them: in the description of each refusal. */
function problemCodes(document: string): readonly string[] {
  const { paths } = JSON.parse(document) as {
    paths: Record<string, Record<string, { responses: Record<string, { description: string }> }>>;
  };
  const refusals = Object.values(paths)
    .flatMap((methods) => Object.values(methods))
    .flatMap(({ responses }) => Object.entries(responses).filter(([status]) => status >= '400'));
  const codes = refusals.flatMap(([, { description }]) => description.match(/`[a-z_]+`/g) ?? []);
  return [...new Set(codes.map((code) => code.slice(1, -1)))].toSorted();
}

const tool = createRequire(join(ROOT, 'tools/openapi-types/package.json'));
const script = ((): string | undefined => {
  try {
    return join(dirname(tool.resolve('openapi-typescript')), '../bin/cli.js');
  } catch {
    return undefined;
  }
})();

const api = join(FOLDER, 'api.ts');
const mark = `// Of the document ${createHash('sha256').update(DOCUMENT).digest('hex')}.\n`;
const isFresh = existsSync(api) && readFileSync(api, 'utf8').startsWith(mark);

if (script === undefined)
  process.stderr.write('The tools of development are not installed: no types are made.\n');
else if (!isFresh) {
  const folder = mkdtempSync(join(tmpdir(), 'paywright-client-'));
  try {
    const file = join(folder, 'openapi.json');
    writeFileSync(file, DOCUMENT);
    // A field with a default is one that may be left out.
    const made = ['--output', join(folder, 'api.ts'), '--default-non-nullable', 'false'];
    execFileSync(process.execPath, [script, file, ...made], { cwd: folder, stdio: 'pipe' });
    const codes = problemCodes(DOCUMENT).map((code) => `  | '${code}'\n`);
    writeFileSync(
      join(FOLDER, 'problem-codes.ts'),
      `/** Every \`code\` that the document names. */\nexport type ProblemCode =\n${codes.join('').trimEnd()};\n`,
    );
    // Last: where it stands, the other one does too.
    writeFileSync(api, mark + readFileSync(join(folder, 'api.ts'), 'utf8'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
