import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { theDocument } from '../../../support/described-app.ts';
import { schemasOf } from '../../../support/description.ts';
import { type Document, operationsOf } from '../../../support/operations.ts';

const ROOT = join(import.meta.dirname, '../../../..');

/** Every object of the document, with the way to it. */
function* objectsIn(value: unknown, place = ''): Generator<readonly [string, Record<string, unknown>]> {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) yield [place, value as Record<string, unknown>];
  for (const [name, inner] of Object.entries(value)) yield* objectsIn(inner, `${place}/${name}`);
}

const OBJECTS = [...objectsIn(theDocument)];

describe('the document of both services', () => {
  it('gives only examples that its own schemas let through', () => {
    const validate = schemasOf(theDocument);
    const examples = OBJECTS.flatMap(([place, { example, schema, ...rest }]) =>
      example === undefined ? [] : [{ place, example, schema: (schema ?? rest) as object }],
    );
    expect(examples.length).toBeGreaterThan(60);
    const refused = examples.filter(({ schema, example }) => !validate(schema)(example));
    expect(refused.map(({ place }) => place)).toEqual([]);
  });

  it('has no schema that closes itself before what is added to it', () => {
    const added = OBJECTS.filter(([, { allOf }]) => Array.isArray(allOf)).filter(([, { allOf }]) =>
      (allOf as readonly object[]).some((part) => 'properties' in part),
    );
    expect(added.map(([place]) => place)).toEqual([]);
  });

  it('asks a POST for a body only where some field of it is needed', () => {
    const { schemas } = (theDocument as unknown as Document).components;
    const needless = operationsOf(theDocument as unknown as Document).flatMap(
      ({ name, method, operation }) => {
        const { required = false, content } = operation.requestBody ?? { content: {} };
        const schema = content['application/json']?.schema ?? {};
        const { properties, required: needed = [] } = schemas[schema.$ref?.split('/').at(-1) ?? ''] ?? schema;
        return method === 'post' && required && properties && needed.length === 0 ? [name] : [];
      },
    );
    expect(needless).toEqual([]);
  });

  it('has only patterns that any reader of JSON Schema can read', () => {
    const patterns = OBJECTS.flatMap(([, { pattern }]) => (typeof pattern === 'string' ? [pattern] : []));
    expect(patterns.length).toBeGreaterThan(50);
    expect(patterns.filter((pattern) => pattern.startsWith('/') || /\/[a-z]*$/.test(pattern))).toEqual([]);
  });

  it('says of every route whether it takes a token', () => {
    const operations = Object.entries(theDocument.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { security }]) => ({ route: `${method} ${path}`, security })),
    );
    const known = new Map(operations.map(({ route, security }) => [route, security]));
    expect(known.get('get /healthz')).toEqual([]);
    expect(known.get('get /readyz')).toEqual([]);
    expect(known.get('get /metrics')).toEqual([{}, { bearer: [] }]);
    for (const verb of ['get', 'put']) expect(known.get(`${verb} /objects/{link}`)).toEqual([]);
    for (const route of ['get /healthz', 'get /readyz', 'get /metrics']) known.delete(route);
    expect(known.get('post /processors/stripe/webhook')).toEqual([]);
    known.delete('post /processors/stripe/webhook');
    for (const verb of ['get', 'put']) known.delete(`${verb} /objects/{link}`);
    expect(new Set([...known.values()].map((security) => JSON.stringify(security)))).toEqual(
      new Set(['[{"bearer":[]}]']),
    );
  });
});

describe('tools of others', () => {
  let folder: string;
  let file: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'paywright-openapi-'));
    file = join(folder, 'openapi.json');
    writeFileSync(file, JSON.stringify(theDocument, undefined, 1));
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const run = (script: string, ...args: readonly string[]): string =>
    execFileSync(process.execPath, [script, ...args], {
      cwd: folder,
      stdio: 'pipe',
      encoding: 'utf8',
      env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' },
    });

  it('find nothing to say against it', () => {
    const redocly = join(ROOT, 'node_modules/@redocly/cli/bin/cli.js');
    const report = JSON.parse(
      run(redocly, 'lint', '--config', join(ROOT, 'redocly.yaml'), '--format', 'json', file),
    ) as {
      totals: object;
      problems: readonly unknown[];
    };
    expect(report.problems).toEqual([]);
    expect(report.totals).toEqual({ errors: 0, warnings: 0, ignored: 0 });
  });

  it('make types of it that compile for right calls, and not for wrong ones', () => {
    const tool = createRequire(join(ROOT, 'tools/openapi-types/package.json'));
    const script = join(dirname(tool.resolve('openapi-typescript')), '../bin/cli.js');
    // A field with a default is one that may be left out.
    run(script, file, '--output', join(folder, 'paths.ts'), '--default-non-nullable', 'false');
    writeFileSync(
      join(folder, 'use.ts'),
      `import type { components, paths } from './paths.ts';
type Taken = paths['/payments']['post']['responses']['201']['content']['application/json'];
export const amount = (payment: Taken): number => payment.amount;
export const secret = (endpoint: components['schemas']['WebhookEndpointWithSecret']): string =>
  endpoint.id + endpoint.secret;
export const order: components['schemas']['NewPayment'] = { amount: 1, currency: 'USD', payment_method: 'card' };
// @ts-expect-error: no such currency.
export const wrong: components['schemas']['NewPayment'] = { amount: 1, currency: 'XXX', payment_method: 'card' };
`,
    );
    const strict = ['--noEmit', '--strict', '--exactOptionalPropertyTypes', '--allowImportingTsExtensions'];
    const modern = ['--module', 'nodenext', '--types', ''];
    run(join(ROOT, 'node_modules/typescript/bin/tsc'), ...strict, ...modern, join(folder, 'use.ts'));
  });
});
