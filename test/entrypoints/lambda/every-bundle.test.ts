import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { folderObjects } from '../../../src/adapters/objects/folder.ts';
import { systemClock } from '../../../src/adapters/system/clock.ts';
import { parseObjectKey } from '../../../src/domain/files/object-key.ts';
import { FUNCTIONS } from '../../../tools/bundle/functions.ts';
import { aWorkEvent } from '../../support/approvals-app.ts';
import { httpEvent } from '../../support/gateway.ts';
import { aCall, SCHEDULED, type Sent } from '../../support/lambda/functions.ts';
import { functionsOnPostgres, pay } from '../../support/lambda/functions-on-postgres.ts';
import { FILE_TOKENS } from '../../support/objects.ts';
import { asOwner } from '../../support/postgres-roles.ts';

const { onPostgres, folder, url } = functionsOnPostgres();

const DISPATCHER: Sent = { claims: { role: 'dispatcher', merchant_id: undefined, permissions: [] } };
const asked = async (path: string, sent: Sent = DISPATCHER) => httpEvent(await aCall(path, sent));
const order = () => ({
  incidentId: randomUUID(),
  vendorId: randomUUID(),
  payerType: 'back_office',
  amountCents: 100,
  lineItems: [{ description: 'Towing', quantity: 1, unitPriceCents: 100 }],
});
/** A file of its own in the folder of objects, as S3 says that it is there. */
async function aFile() {
  const key = `reconciliation/merchant-1/${randomUUID()}.csv`;
  const { objects } = folderObjects({
    folder: join(folder, 'data', 'objects'),
    tokens: FILE_TOKENS,
    clock: systemClock,
  });
  const csv = `payment_id,transaction_id,status,fee,processed_date,settlement_date\npay_x,${key},settled,0,2026-03-01,2026-03-02\n`;
  const parsed = parseObjectKey(key) ?? expect.fail(key);
  (await objects.put(parsed, new TextEncoder().encode(csv), 'text/csv'))._unsafeUnwrap();
  return {
    Records: [
      {
        eventSource: 'aws:s3',
        eventName: 'ObjectCreated:Put',
        s3: { bucket: { name: 'files' }, object: { key } },
      },
    ],
  };
}

type Case = Readonly<{ event: () => Promise<unknown>; answer: unknown }>;
const ran = { event: () => Promise.resolve(SCHEDULED), answer: { left: false } };
const taken = { batchItemFailures: [] };
const migrated = { event: () => Promise.resolve({}), answer: { applied: [] } };

/** Work of which each function does some anew with each event, and what it answers. */
const CASES: Readonly<Record<string, Case>> = {
  'approvals-approve': {
    event: () => asked(`/payments/${randomUUID()}/approve`, { ...DISPATCHER, body: {} }),
    answer: { statusCode: 404 },
  },
  'approvals-create': {
    event: () => asked('/payments', { ...DISPATCHER, body: order() }),
    answer: { statusCode: 201 },
  },
  'approvals-get': { event: () => asked('/payments'), answer: { statusCode: 200 } },
  'approvals-migrate': migrated,
  'approvals-pending': { event: () => asked('/payments/pending'), answer: { statusCode: 200 } },
  'approvals-recovery': ran,
  'approvals-relay': ran,
  'approvals-retention': ran,
  jobs: ran,
  migrate: migrated,
  process: { event: async () => httpEvent(await pay(randomUUID())), answer: { statusCode: 201 } },
  query: { event: () => asked('/payments', {}), answer: { statusCode: 200 } },
  reconcile: { event: aFile, answer: taken },
  recovery: ran,
  relay: ran,
  retention: ran,
  'token-claims': {
    event: () => Promise.resolve({ request: { userAttributes: {} }, response: {} }),
    answer: { response: expect.anything() },
  },
  webhooks: ran,
  'work-completed': { event: () => Promise.resolve(aWorkEvent()), answer: taken },
};

/** Every other connection to this database, as a server does that is restarted while an instance is frozen. */
const closeConnections = () =>
  asOwner(
    url(),
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
  );

describe('Every bundle under the Runtime API', () => {
  it('is of a function that there is', () => {
    expect(Object.keys(CASES).toSorted()).toEqual(FUNCTIONS.map(({ name }) => name).toSorted());
  });

  it.each(Object.entries(CASES))(
    'answers twice while it is warm, after a freeze that closed its connections, and after a time-out: %s',
    async (name, { event, answer }) => {
      const succeeded = { kind: 'result', payload: answer };
      const instance = await onPostgres(name);
      for (const _ of [1, 2]) expect(await instance.invoke(await event())).toMatchObject(succeeded);
      instance.freeze();
      await closeConnections();
      instance.thaw();
      expect(await instance.invoke(await event())).toMatchObject(succeeded);
      instance.freeze();
      expect(await instance.invoke(await event(), 1)).toEqual({ kind: 'timed out' });
      await instance.stop();
      const another = await onPostgres(name);
      expect(await another.invoke(await event())).toMatchObject(succeeded);
      await another.stop();
    },
  );
});
