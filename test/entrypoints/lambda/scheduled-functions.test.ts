import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { aCall, SCHEDULED } from '../../support/lambda/functions.ts';
import {
  answered,
  DONE,
  functionsOnPostgres,
  linesOf,
  measuredBy,
  pay,
  resultOf,
} from '../../support/lambda/functions-on-postgres.ts';

const { onPostgres } = functionsOnPostgres();

describe('the functions that a schedule runs', () => {
  it('relay events and deliver them to the webhooks that listen', async () => {
    const received: string[] = [];
    const receiver = createServer((request, response) => {
      request.on('data', (text) => received.push(String(text)));
      request.on('end', () => response.end());
    });
    await new Promise<void>((resolve) => {
      receiver.listen(0, '127.0.0.1', resolve);
    });
    const address = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
    const process_ = await onPostgres('process');
    const endpoint = { url: address, events: ['payment.succeeded'] };
    expect((await answered(process_, await aCall('/webhook_endpoints', { body: endpoint }))).status).toBe(
      201,
    );
    const { body } = await answered(process_, await pay('heard'));

    const relay = await onPostgres('relay');
    expect(resultOf(await relay.invoke(SCHEDULED))).toMatchObject(DONE);
    const waiting = { outbox_unsent: 0, outbox_parked: 0, outbox_oldest_seconds: 0 };
    expect(measuredBy(relay)).toContainEqual(expect.objectContaining(waiting));
    const webhooks = await onPostgres('webhooks');
    expect(resultOf(await webhooks.invoke(SCHEDULED))).toMatchObject(DONE);
    expect(received.join()).toContain(String(body['id']));
    // A stream that woke it sees no record that failed.
    expect(
      resultOf(await relay.invoke({ Records: [{ eventSource: 'aws:dynamodb', eventID: '1' }] })),
    ).toMatchObject(DONE);
    expect(measuredBy(relay).filter((line) => 'outbox_unsent' in line)).toHaveLength(1);
    receiver.close();
  });

  it.each(['recovery', 'retention', 'jobs', 'approvals-relay', 'approvals-recovery', 'approvals-retention'])(
    '%s ends when there is no more to do, and runs again',
    async (name) => {
      const worker = await onPostgres(name);
      for (const _ of [1, 2]) expect(resultOf(await worker.invoke(SCHEDULED))).toMatchObject(DONE);
    },
  );

  it.each([
    ['recovery', 'payments_stuck'],
    ['recovery', 'authorizations_stuck'],
    ['recovery', 'payments_attention_oldest_seconds'],
    ['approvals-recovery', 'payouts_stuck'],
  ])('%s measures what people have to look at, also when there is none', async (name, metric) => {
    const worker = await onPostgres(name);
    expect(resultOf(await worker.invoke(SCHEDULED))).toMatchObject(DONE);
    expect(measuredBy(worker)).toContainEqual(expect.objectContaining({ [metric]: 0 }));
  });

  it('begin nothing when little time is left, and say that there may be more', async () => {
    const relay = await onPostgres('relay');
    // A cold start alone may take as long on a busy machine.
    resultOf(await relay.invoke(SCHEDULED));
    expect(resultOf(await relay.invoke(SCHEDULED, 4_000))).toMatchObject({ rounds: 0, left: true });
    expect(linesOf(relay).findLast((line) => '_aws' in line)).toMatchObject({ rounds_left: 1 });
  });

  it('fail when the store does not answer, so that the alarm of failures is raised', async () => {
    const recovery = await onPostgres('recovery', { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' });
    expect(await recovery.invoke(SCHEDULED)).toMatchObject({
      kind: 'error',
      message: expect.stringContaining('does not answer'),
    });
  });
});
