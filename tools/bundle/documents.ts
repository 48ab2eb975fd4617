import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Node, type Program, parse } from 'acorn';
import { type Plugin, transformSync } from 'esbuild';

const STANDS = join(import.meta.dirname, 'in-their-place');

/** Sources whose schemas carry what their readers are shown: the document over HTTP, `--help` of the command line. */
const DOCUMENTED = /\/entrypoints\/(?:http\/|cli\/[a-z-]*variables\.ts$)/;

/** Schemas as they validate: what only documents them, and texts in other languages, are left out. */
export const withoutDocuments: Plugin = {
  name: 'without-documents',
  setup(build) {
    build.onResolve({ filter: /^@hono\/zod-openapi$/ }, () => ({ path: join(STANDS, 'zod-openapi.ts') }));
    build.onResolve({ filter: /locales\/index\.js$/ }, ({ importer }) =>
      importer.includes('/zod/') ? { path: join(STANDS, 'zod-locales.ts') } : undefined,
    );
    build.onLoad(
      { filter: /\/zod\/v4\/core\/(?:json-schema-processors|to-json-schema)\.js$/ },
      ({ path }) => ({
        contents: uncalled(readFileSync(path, 'utf8')),
      }),
    );
    build.onLoad({ filter: /\/src\/.*\.ts$/ }, ({ path }) => {
      // As an import of all names, of which the bundler takes those that are used; as one name all of it is.
      const source = readFileSync(path, 'utf8').replace(
        /^import \{ z \} from '(?:@hono\/zod-openapi|zod)';$/m,
        "import * as z from '@hono/zod-openapi';",
      );
      return DOCUMENTED.test(path)
        ? { contents: undocumented(path, source), loader: 'js' }
        : { contents: source, loader: 'ts' };
    });
  },
};

/** Every schema carries what turns it into JSON schema, so that a bundler takes it for used. */
const uncalled = (source: string): string =>
  [...source.matchAll(/^export (?:const|function) (\w+)/gm)]
    .map(([, name]) => `export const ${name} = () => {};`)
    .join('\n');

/** Makes the document's part of a route out of all that a route says. */
const DESCRIBE = /export function describe\([^]*?\n\}\n/;
const UNDESCRIBED = 'export const describe = (_, { method, path }) => ({ method, path });\n';

/** What a route is served at, and whether it takes a query; the rest of it is for its readers. */
const SERVED = new Set(['method', 'path', 'query']);

const cut = new Map<string, string>();

/** A source without the calls of `.openapi` and `.describe`, and with routes that say what they are served at and nothing else. */
function undocumented(path: string, source: string): string {
  const known = cut.get(path);
  if (known !== undefined) return known;
  const { code } = transformSync(source.replace(DESCRIBE, UNDESCRIBED), { loader: 'ts', target: 'node24' });
  const program = parse(code, { ecmaVersion: 'latest', sourceType: 'module' });
  const result = withEdits(code, [...editsOf(program, code), ...program.body.flatMap(madeWhereUsed)]);
  cut.set(path, result);
  return result;
}

type Edit = Readonly<{ start: number; end: number; text?: string }>;

/**
 * A constant of a module that is made by a call has no other effect (the house's rule: `"sideEffects": false`), so one that
 * nothing uses any more, as the schema of an answer, is left out.
 */
function madeWhereUsed(statement: Program['body'][number]): readonly Edit[] {
  const declared = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
  if (declared?.type !== 'VariableDeclaration') return [];
  return declared.declarations.flatMap(({ id, init }) =>
    id.type === 'Identifier' && init?.type === 'CallExpression'
      ? [
          { start: init.start, end: init.start, text: '/* @__PURE__ */ (() => ' },
          { start: init.end, end: init.end, text: ')()' },
        ]
      : [],
  );
}

type Property = Node & Readonly<{ key?: Node & Readonly<{ name?: string }> }>;

/** Outermost ones alone. */
function* editsOf(node: Node, code: string): Generator<Edit> {
  if (isDescribing(node)) {
    yield { start: node.callee.object.end, end: node.end };
    yield* editsOf(node.callee.object, code);
    return;
  }
  if (isRoute(node)) {
    const served = node.properties.filter(
      ({ key, type }) => type === 'SpreadElement' || SERVED.has(key?.name ?? ''),
    );
    const text = served.map(({ start, end }) => code.slice(start, end)).join(', ');
    yield { start: node.start, end: node.end, text: `{ ${text} }` };
    return;
  }
  for (const child of Object.values(node).flat())
    if (child instanceof Object && 'type' in child) yield* editsOf(child as Node, code);
}

type Describing = Node & Readonly<{ callee: Readonly<{ object: Node }> }>;

const isDescribing = (node: Node): node is Describing => {
  const { callee } = node as Readonly<{ callee?: Readonly<{ property?: Readonly<{ name?: string }> }> }>;
  return node.type === 'CallExpression' && /^(?:openapi|describe)$/.test(callee?.property?.name ?? '');
};

const isRoute = (node: Node): node is Node & Readonly<{ properties: readonly Property[] }> =>
  node.type === 'ObjectExpression' &&
  (node as Readonly<{ properties: readonly Property[] }> & Node).properties.some(
    ({ key }) => key?.name === 'operationId',
  );

function withEdits(code: string, edits: readonly Edit[]): string {
  let result = code;
  for (const { start, end, text = '' } of edits.toSorted((a, b) => b.start - a.start || b.end - a.end))
    result = result.slice(0, start) + text + result.slice(end);
  return result;
}
