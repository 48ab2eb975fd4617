import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Node, type Program, parse } from 'acorn';
import { type Plugin, transformSync } from 'esbuild';
import { ABSENT, absentRoute, isRoute, LISTED, type RouteNode, type ServedMethods } from './served-routes.ts';

const STANDS = join(import.meta.dirname, 'in-their-place');

/** Sources whose schemas carry what their readers are shown: the document over HTTP, `--help` of the command line. */
const DOCUMENTED = /\/entrypoints\/(?:http\/|cli\/[a-z-]*variables\.ts$)/;

/** Schemas as they validate: what only documents them, texts in other languages, and routes that others serve are left out. */
export const withoutDocuments = (serves: ServedMethods | undefined): Plugin => ({
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
        ? { contents: undocumented(path, source, serves), loader: 'js' }
        : { contents: source, loader: 'ts' };
    });
  },
});

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
function undocumented(path: string, source: string, serves: ServedMethods | undefined): string {
  const key = `${serves} ${path}`;
  const known = cut.get(key);
  if (known !== undefined) return known;
  const { code } = transformSync(source.replace(DESCRIBE, UNDESCRIBED), { loader: 'ts', target: 'node24' });
  const program = parse(code, { ecmaVersion: 'latest', sourceType: 'module' });
  const edits = [...editsOf(program, code, serves), ...program.body.flatMap(madeWhereUsed)];
  const result = withEdits(code, edits);
  cut.set(key, result);
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

/** Outermost ones alone. */
function* editsOf(node: Node, code: string, serves: ServedMethods | undefined): Generator<Edit> {
  if (isDescribing(node)) {
    yield { start: node.callee.object.end, end: node.end };
    yield* editsOf(node.callee.object, code, serves);
    return;
  }
  if (isRoute(node)) {
    yield { start: node.start, end: node.end, text: servedAt(node, code, SERVED) };
    return;
  }
  const absent = absentRoute(node, serves);
  if (absent !== undefined) {
    const { handler, route } = absent;
    yield { start: handler.start, end: handler.end, text: ABSENT };
    yield { start: route.start, end: route.end, text: servedAt(route, code, LISTED) };
    return;
  }
  for (const child of Object.values(node).flat())
    if (child instanceof Object && 'type' in child) yield* editsOf(child as Node, code, serves);
}

function servedAt({ properties }: RouteNode, code: string, kept: ReadonlySet<string>): string {
  const served = properties.filter(({ key, type }) => type === 'SpreadElement' || kept.has(key?.name ?? ''));
  return `{ ${served.map(({ start, end }) => code.slice(start, end)).join(', ')} }`;
}

type Describing = Node & Readonly<{ callee: Readonly<{ object: Node }> }>;

const isDescribing = (node: Node): node is Describing => {
  const { callee } = node as Readonly<{ callee?: Readonly<{ property?: Readonly<{ name?: string }> }> }>;
  return node.type === 'CallExpression' && /^(?:openapi|describe)$/.test(callee?.property?.name ?? '');
};

function withEdits(code: string, edits: readonly Edit[]): string {
  let result = code;
  for (const { start, end, text = '' } of edits.toSorted((a, b) => b.start - a.start || b.end - a.end))
    result = result.slice(0, start) + text + result.slice(end);
  return result;
}
