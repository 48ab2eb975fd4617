import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { folderObjects } from '../../../src/adapters/objects/folder.ts';
import { systemClock } from '../../../src/adapters/system/clock.ts';
import { parseObjectKey } from '../../../src/domain/files/object-key.ts';
import { aCall, SCHEDULED } from '../../support/lambda/functions.ts';
import { answered, functionsOnPostgres, resultOf } from '../../support/lambda/functions-on-postgres.ts';
import type { Instance } from '../../support/lambda/runtime-api.ts';
import { FILE_TOKENS } from '../../support/objects.ts';

const { onPostgres, folder: dataFolder } = functionsOnPostgres();

describe('the function that takes up files', () => {
  const CSV = 'payment_id,transaction_id,status,fee,processed_date,settlement_date\n';
  const place = async (key: string, text: string) => {
    const folder = join(dataFolder, 'data', 'objects');
    const { objects } = folderObjects({ folder, tokens: FILE_TOKENS, clock: systemClock });
    const parsed = parseObjectKey(key);
    if (parsed === undefined) throw new Error(`${key} is no key`);
    (await objects.put(parsed, new TextEncoder().encode(text), 'text/csv'))._unsafeUnwrap();
  };
  const stored = (key: string) => ({ bucket: { name: 'files' }, object: { key } });
  const fromS3 = (key: string) => ({
    Records: [{ eventSource: 'aws:s3', eventName: 'ObjectCreated:Put', s3: stored(encodeURIComponent(key)) }],
  });
  const fromBus = (key: string) => ({
    version: '0',
    id: '1',
    source: 'aws.s3',
    'detail-type': 'Object Created',
    detail: stored(key),
  });
  const message = (messageId: string, body: unknown) => ({
    messageId,
    eventSource: 'aws:sqs',
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const reconciled = async (query: Instance) => {
    const { body } = await answered(query, await aCall('/reconciliations'));
    return (body['items'] as readonly { file: string; status: string }[]).map(
      ({ file, status }) => `${file} ${status}`,
    );
  };

  it('reconciles what S3, EventBridge and a queue say was stored, each file once, and a bad message fails alone', async () => {
    const reconcile = await onPostgres('reconcile');
    const query = await onPostgres('query');
    const keys = ['s3 file+1.csv', 'bus.csv', 'queue.csv', 'last.csv'].map(
      (name) => `reconciliation/merchant-1/${name.replace(' ', '_')}`,
    );
    const [s3 = '', bus = '', queued = '', last = ''] = keys;
    for (const [index, key] of keys.entries())
      await place(key, `${CSV}pay_x,txn_${index},settled,0,2026-03-01,2026-03-02\n`);

    expect(resultOf(await reconcile.invoke(fromS3(s3)))).toEqual({ batchItemFailures: [] });
    expect(resultOf(await reconcile.invoke(fromBus(bus)))).toEqual({ batchItemFailures: [] });
    // One that cannot be read stands before the others, and one that cannot be taken up between them.
    const several = {
      Records: [
        { eventSource: 'aws:s3', eventName: 'ObjectCreated:Put', s3: stored('%') },
        ...fromS3('reconciliation/merchant-9/x.csv').Records,
        ...fromS3(last).Records,
      ],
    };
    const batch = {
      Records: [
        message('not json', '{'),
        message('another event', SCHEDULED),
        message('of S3', fromS3(queued)),
        message('a test', { Service: 'Amazon S3', Event: 's3:TestEvent' }),
        message('of nobody', fromBus('reconciliation/merchant-9/x.csv')),
        message('the same again', fromBus(bus)),
        message('not ours', fromBus('exports/a/b')),
        message('some of several', several),
      ],
    };
    await place('reconciliation/merchant-9/x.csv', CSV);
    expect(resultOf(await reconcile.invoke(batch))).toEqual({
      batchItemFailures: ['not json', 'another event', 'of nobody', 'some of several'].map(
        (itemIdentifier) => ({
          itemIdentifier,
        }),
      ),
    });
    expect((await reconciled(query)).toSorted()).toEqual([
      'bus.csv completed',
      'last.csv completed',
      'queue.csv completed',
      's3_file+1.csv completed',
    ]);
  });

  it('fails when an event by itself is none of S3', async () => {
    const reconcile = await onPostgres('reconcile');
    expect(await reconcile.invoke(SCHEDULED)).toMatchObject({
      kind: 'error',
      message: 'the event is none of S3',
    });
  });
});

describe('the function that records completed work', () => {
  const workCompleted = (incident: string) => ({
    version: '0',
    id: `event-${incident}`,
    'detail-type': 'WorkCompleted',
    source: 'roadcall.incident-service',
    account: '123456789012',
    time: '2026-03-01T12:00:00Z',
    region: 'eu-central-1',
    resources: [],
    detail: {
      incidentId: `9f430c1d-5c0b-4f0e-8e64-00000000000${incident}`,
      vendorId: '2b1f7c9a-8e64-4d0b-a1f2-3c4d5e6f7a8b',
      completedAt: '2026-03-01T11:55:00Z',
      workDetails: { photos: [], serviceType: 'Towing', duration: 45 },
      pricing: { basePrice: 10_000, mileageCharge: 2_050 },
    },
  });
  const priced = (incident: string, basePrice: string) =>
    JSON.stringify(workCompleted(incident)).replace('10000', basePrice);
  const dispatcher = { role: 'dispatcher', merchant_id: undefined };

  it('makes one payment of each event, by itself or in a batch, and names the messages that it could not take', async () => {
    const recorder = await onPostgres('work-completed');
    expect(resultOf(await recorder.invoke(workCompleted('1')))).toEqual({ batchItemFailures: [] });
    const { pricing: _, ...withoutPrices } = workCompleted('3').detail;
    const bodies: readonly (readonly [string, unknown])[] = [
      ['known', workCompleted('1')],
      ['malformed', { ...workCompleted('3'), detail: withoutPrices }],
      ['new', workCompleted('2')],
      ['stranger', { ...workCompleted('4'), source: 'somebody' }],
      ['text', 'not json'],
      ['dollars', priced('6', '90.00')],
      ['exponent', priced('7', '9e3')],
      ['twice', priced('8', '9000,"basePrice":90')],
    ];
    const Records = bodies.map(([messageId, body]) => ({
      messageId,
      eventSource: 'aws:sqs',
      body: typeof body === 'string' ? body : JSON.stringify(body),
    }));
    expect(resultOf(await recorder.invoke({ Records }))).toEqual({
      batchItemFailures: ['malformed', 'stranger', 'text', 'dollars', 'exponent', 'twice'].map(
        (itemIdentifier) => ({
          itemIdentifier,
        }),
      ),
    });

    const pending = await onPostgres('approvals-pending');
    const { body } = await answered(pending, await aCall('/payments/pending', { claims: dispatcher }));
    const incidents = (body['payments'] as readonly { incidentId: string }[]).map((each) =>
      each.incidentId.slice(-1),
    );
    expect(incidents.toSorted()).toEqual(['1', '2']);
  });

  it('fails when an event by itself is malformed, so that the bus sends it again and then to its dead-letter queue', async () => {
    const recorder = await onPostgres('work-completed');
    expect(await recorder.invoke({ ...workCompleted('5'), version: '9' })).toMatchObject({ kind: 'error' });
  });
});
