import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const FIXTURE = join(import.meta.dirname, 'fixtures/recipe');

/** What the recipe changes in files that are there: after the first text, the second. */
const LINES: Readonly<Record<string, readonly (readonly [after: string, line: string])[]>> = {
  'src/application/use-cases.ts': [
    ['', "import { getCurrency } from './ledger/get-currency.ts';\n"],
    ['  return {\n', '    getCurrency: getCurrency(),\n'],
  ],
  'src/entrypoints/http/platform-resources.ts': [
    ['', "import { currencies } from './ledger/currencies.ts';\n"],
    ['export const PLATFORM: readonly Resource<PlatformParts>[] = [\n', '  currencies,\n'],
  ],
};

const NEW = readdirSync(join(FIXTURE, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => join('src', path));

/** The files that ARCHITECTURE.md lists for a route, as patterns, and whether each is new. */
function listed(): readonly Readonly<{ pattern: RegExp; isNew: boolean }>[] {
  const text = readFileSync(join(ROOT, 'ARCHITECTURE.md'), 'utf8');
  const recipe = /### A route\n(.*?)\n##/s.exec(text)?.[1] ?? '';
  return [...recipe.matchAll(/^\d\. (new|line in) `([^`]+)`/gm)].map(([, kind, path = '']) => ({
    pattern: new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/<[\w-]+>/g, '[a-z-]+')}$`),
    isNew: kind === 'new',
  }));
}

let house: string;

beforeAll(() => {
  house = mkdtempSync(join(tmpdir(), 'paywright-recipe-'));
  for (const path of ['src', 'client/src', 'test/support', 'test/fixtures', 'package.json', 'tsconfig.json'])
    cpSync(join(ROOT, path), join(house, path), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(house, 'node_modules'));
  cpSync(FIXTURE, house, { recursive: true });
  rmSync(join(house, 'test/fixtures/recipe'), { recursive: true });
  for (const [path, lines] of Object.entries(LINES)) {
    let text = readFileSync(join(house, path), 'utf8');
    for (const [after, line] of lines) {
      const at = text.indexOf(after);
      if (at < 0) throw new Error(`${path} has no ${after}`);
      text = text.slice(0, at + after.length) + line + text.slice(at + after.length);
    }
    writeFileSync(join(house, path), text);
  }
  writeFileSync(
    join(house, 'tsconfig.recipe.json'),
    JSON.stringify({ extends: './tsconfig.json', include: ['src', 'serve.ts'], exclude: [] }),
  );
});

afterAll(() => rmSync(house, { recursive: true, force: true }));

describe('the recipe for a route', () => {
  it('names every file that a new resource needs and no other, and two at most of those that are there', () => {
    const files = listed();
    const touched = [
      ...NEW.map((path) => ({ path, isNew: true })),
      ...Object.keys(LINES).map((path) => ({ path, isNew: false })),
    ];
    for (const { pattern, isNew } of files)
      expect(touched.filter((file) => file.isNew === isNew && pattern.test(file.path))).toHaveLength(1);
    expect(touched).toHaveLength(files.length);
    expect(files.filter(({ isNew }) => !isNew).length).toBeLessThanOrEqual(2);
  });

  it('compiles, and does not without words for a failure', () => {
    const tsc = join(ROOT, 'node_modules/.bin/tsc');
    expect(execFileSync(tsc, ['-p', join(house, 'tsconfig.recipe.json')], { encoding: 'utf8' })).toBe('');
  });

  it('serves the route, documents it, and words its failures', () => {
    const told = execFileSync(process.execPath, [join(house, 'serve.ts')], { encoding: 'utf8' });
    const { found, unknown, stray, document, page } = JSON.parse(told) as Record<string, Answer>;
    expect(found).toEqual({ status: 200, body: { code: 'EUR' } });
    expect(unknown).toMatchObject({
      status: 404,
      body: { code: 'currency_not_found', detail: 'XXZ is not the code of a currency in use.' },
    });
    expect(stray).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    expect(document?.body).toMatchObject({
      paths: {
        '/currencies/{code}': {
          get: {
            security: [{ bearer: [] }],
            parameters: [
              { name: 'code', in: 'path', required: true },
              { name: 'Paywright-Merchant', in: 'header', required: false },
            ],
            responses: { 404: { description: '`merchant_not_found`, `currency_not_found`' } },
          },
        },
      },
      components: { schemas: { Currency: { type: 'object' } } },
    });
    expect(page).toMatchObject({ status: 200, body: expect.stringContaining('currency_not_found') });
  });
});

type Answer = Readonly<{ status: number; body: unknown }>;
