import { afterAll, describe, expect, inject, it, onTestFinished, vi } from 'vitest';
import { approvalsPostgresStorage } from '../../../src/adapters/postgres/approvals/storage.ts';
import { postgresPool } from '../../../src/adapters/postgres/pool.ts';
import { approvalMessage } from '../../../src/domain/approvals/approval-message.ts';
import { DEFAULT_POLICY } from '../../../src/domain/approvals/policy.ts';
import { HIDDEN_MS } from '../../../src/ports/approvals/approval-queue.ts';
import { someEvents } from '../../contract/approvals/event-bus.contract.ts';
import { aCreation } from '../../fixtures/approvals.ts';
import { NOON } from '../../fixtures/changes.ts';
import { askingAt } from '../../support/aws-messaging.ts';
import { dataDirectory } from '../../support/cli-process.ts';
import { PATIENT, postgresServer } from '../../support/postgres-database.ts';
import { runInProcess } from '../../support/run-program.ts';

const server = await postgresServer(inject('postgresUrl'));
const dir = dataDirectory();
const url = await server.newDatabase();
const storage = approvalsPostgresStorage(postgresPool({ ...PATIENT, connectionString: url }));
afterAll(async () => {
  await storage.close();
  await server.close();
  dir.remove();
});

const run = (args: readonly string[], env: Readonly<Record<string, string>> = { DATABASE_URL: url }) =>
  runInProcess(args, { PAYWRIGHT_DATA_DIR: dir.path, ...env });

const aMessage = () => {
  const { payment, change } = aCreation();
  return {
    eventId: change.events[0]?.id ?? '',
    message: approvalMessage(payment, DEFAULT_POLICY, { serviceType: 'Towing' }),
  };
};

describe('paywright approval-queue', () => {
  it('counts what is in the queue, prints its dead letters, and lets them wait again', async () => {
    const [dead, waiting] = [aMessage(), aMessage()];
    (await storage.approvalQueue.send([dead], NOON))._unsafeUnwrap();
    for (const round of [0, 1, 2])
      expect(await storage.approvalQueue.receive(1, NOON + round * HIDDEN_MS)).toMatchObject({
        value: [{ receives: round + 1 }],
      });
    (await storage.approvalQueue.send([waiting], NOON))._unsafeUnwrap();

    const text = await run(['approval-queue', 'list']);
    expect({ code: text.code, err: text.err }).toEqual({ code: 0, err: '' });
    expect(text.out).toMatch(/^1 waiting; 0 hidden; 1 dead\n {2}/);
    expect(text.out).toContain(`  ${dead.message.body.paymentId}  incident`);
    const json = await run(['approval-queue', 'list', '--json']);
    expect(JSON.parse(json.out)).toEqual({
      waiting: 1,
      hidden: 0,
      dead: 1,
      dead_letters: [dead.message],
    });

    expect(await run(['approval-queue', 'redrive'])).toEqual({ code: 0, out: '1 wait again\n', err: '' });
    expect((await run(['approval-queue', 'redrive', '--json'])).out).toBe('{"moved":0}\n');
  });

  it('receives as a consumer does, and removes only when it is told to', async () => {
    const both = await run(['approval-queue', 'receive', '--limit', '10', '--json']);
    const lines = both.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { receives: number });
    expect(lines.map((line) => Object.keys(line))).toEqual([
      ['receives', 'body', 'attributes'],
      ['receives', 'body', 'attributes'],
    ]);
    expect(await run(['approval-queue', 'receive'])).toEqual({ code: 0, out: 'nothing waits\n', err: '' });
    expect((await run(['approval-queue', 'list'])).out).toBe('0 waiting; 2 hidden; 0 dead\n');

    const kept = aMessage();
    (await storage.approvalQueue.send([kept], NOON))._unsafeUnwrap();
    const removed = await run(['approval-queue', 'receive', '--remove']);
    expect(removed.out).toContain(kept.message.body.paymentId);
    expect((await run(['approval-queue', 'list'])).out).toBe('0 waiting; 2 hidden; 0 dead\n');
  });

  it('takes no limit that is none', async () => {
    for (const limit of ['0', '11', 'all'])
      expect((await run(['approval-queue', 'receive', '--limit', limit])).code).toBe(2);
  });

  it('says when the queue does not answer', async () => {
    const elsewhere = {
      STORAGE: 'memory',
      APPROVAL_QUEUE_URL: 'http://127.0.0.1:1/000000000000/approvals',
    };
    askingAt('http://127.0.0.1:1');
    onTestFinished(() => void vi.unstubAllEnvs());
    expect(await run(['approval-queue', 'list'], elsewhere)).toEqual({
      code: 1,
      out: '',
      err: 'paywright: the queue does not answer\n',
    });
  });
});

describe('paywright event-bus', () => {
  it('prints the newest events first', async () => {
    const events = someEvents(3);
    (await storage.eventBus.publish(events))._unsafeUnwrap();
    const { out } = await run(['event-bus', 'list', '--limit', '2', '--json']);
    expect(
      out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as object),
    ).toEqual(
      events
        .toReversed()
        .slice(0, 2)
        .map(({ id, type, data }) => ({ id, type, created: '2026-03-01T12:00:00.000Z', detail: data })),
    );
    expect((await run(['event-bus', 'list'])).out).toMatch(/^evt_[0-9a-f]{32} {2}2026-03-01T12:00:00/);
  });

  it('reads no bus of EventBridge', async () => {
    const { code, err } = await run(['event-bus', 'list'], {
      STORAGE: 'memory',
      EVENT_BUS_NAME: 'approvals',
    });
    expect({ code, err }).toEqual({
      code: 1,
      err: 'paywright: events go to approvals, which keeps none to be read: see its rules and their targets\n',
    });
  });
});
