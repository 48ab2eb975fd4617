import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { startDynamoDbEngine } from '../../../src/adapters/embedded/dynamodb-engine.ts';
import { aBusyApprovalsStore } from '../../support/busy-approvals.ts';
import { aBusyStore } from '../../support/busy-store.ts';
import { dataDirectory } from '../../support/cli-process.ts';
import { freshTable } from '../../support/dynamodb-tables.ts';
import { postgresServer } from '../../support/postgres-database.ts';
import { runInProcess } from '../../support/run-program.ts';
import { tamperedApprovalsDynamoDb } from '../../support/tampering/approvals-dynamodb.ts';
import { tamperedApprovalsPostgres } from '../../support/tampering/approvals-postgres.ts';
import { tamperedDynamoDb } from '../../support/tampering/dynamodb.ts';
import { tamperedPostgres } from '../../support/tampering/postgres.ts';
import { change } from '../../support/tampering/tampering.ts';

const [server, engine] = await Promise.all([postgresServer(inject('postgresUrl')), startDynamoDbEngine({})]);
const dir = dataDirectory();
afterAll(async () => {
  await Promise.all([server.close(), engine.stop()]);
  dir.remove();
});

/** The settings of an empty installation, and hands in both of its services. */
const PLACES = {
  async postgres() {
    const url = await server.newDatabase();
    return {
      env: { STORAGE: 'postgres', DATABASE_URL: url },
      platform: await tamperedPostgres(url),
      approvals: await tamperedApprovalsPostgres(url),
    };
  },
  async dynamodb() {
    const at = await freshTable(engine.url);
    return {
      env: { STORAGE: 'dynamodb', DYNAMODB_ENDPOINT: engine.url, DYNAMODB_TABLE: at.table },
      platform: tamperedDynamoDb(at),
      approvals: tamperedApprovalsDynamoDb(at),
    };
  },
} as const;

const eventsIn = (out: string) =>
  out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>)
    .filter(({ event }) => event !== 'progress');

describe.each(['postgres', 'dynamodb'] as const)('verify of two services with bad rows: %s', (storage) => {
  let place: Awaited<ReturnType<(typeof PLACES)[typeof storage]>>;
  let payment: string;
  let summary: string;
  let approval: string;
  beforeAll(async () => {
    place = await PLACES[storage]();
    const { platform, approvals } = place;
    const { declined } = await aBusyStore(platform.storage);
    const { completed } = await aBusyApprovalsStore(approvals.storage);
    const hand = await platform.hand();
    await change(hand, 'link', (link) =>
      link.entityId === declined && link.sequence === 2 ? { ...link, action: 'payment.canceled' } : link,
    );
    await change(hand, 'tally', (part) =>
      part.merchantId === 'merchant-a' && part.status === 'failed' ? { ...part, amount: 1n } : part,
    );
    const links = (await approvals.storage.auditLog.of(completed))._unsafeUnwrap();
    await approvals.hand.writeLinks(
      completed,
      links.map((link) => (link.sequence === 2 ? { ...link, requestId: 'x' } : link)),
    );
    payment = `paywright: bad row: payment ${declined} of merchant-a: link 2 was edited\n`;
    summary =
      'paywright: bad row: summary 2026-03-01 USD failed of merchant-a is not what the rows behind it add up to\n';
    approval = `paywright: bad row: vendor payment ${completed} of approvals: link 2 was edited\n`;
  });
  afterAll(() => Promise.all([place.platform.close(), place.approvals.close()]));

  const verifying = (...options: readonly string[]) =>
    runInProcess(['verify', ...options], { PAYWRIGHT_DATA_DIR: dir.path, ...place.env });

  it('names the first bad row of each', async () => {
    const { code, out, err } = await verifying();
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err.replace(/^approvals: .*\n/gm, '')).toBe(payment + approval);
  });

  it('goes on behind it as far as --most says, and counts what it named', async () => {
    const { code, err } = await verifying('--most', '2');
    expect(code).toBe(1);
    expect(err.replace(/^approvals: .*\n/gm, '')).toBe(
      `${payment}${summary}paywright: at least 2 bad rows\n${approval}paywright: 1 bad row\n`,
    );
  });

  it('says the same as JSON lines, and whether everything was looked at', async () => {
    const { code, out } = await verifying('--most', '100', '--json');
    expect(code).toBe(1);
    expect(eventsIn(out)).toMatchObject([
      { event: 'bad_row', row: 'payment', merchant_id: 'merchant-a', sequence: 2 },
      { event: 'bad_row', row: 'summary', merchant_id: 'merchant-a' },
      { event: 'bad_rows', count: 2, complete: true },
      { event: 'bad_row', service: 'approvals', row: 'vendor_payment', sequence: 2 },
      { event: 'bad_rows', service: 'approvals', count: 1, complete: true },
    ]);
  });

  it.each(['0', '10001', 'all', '1.5'])('takes --most %s for a wrong command line', async (most) => {
    expect((await verifying('--most', most)).code).toBe(2);
  });
});
