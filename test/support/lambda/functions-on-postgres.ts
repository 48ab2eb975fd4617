import { afterAll, beforeAll, inject } from 'vitest';
import { postgresPool } from '../../../src/adapters/postgres/pool.ts';
import { postgresStorage } from '../../../src/adapters/postgres/storage.ts';
import { addMerchants, aMerchant } from '../../fixtures/merchants.ts';
import { httpEvent } from '../gateway.ts';
import { aPaymentBody } from '../http-app.ts';
import { postgresServer } from '../postgres-database.ts';
import { aCall, someFunctions } from './functions.ts';
import type { Instance, Invoked } from './runtime-api.ts';

/** The URL of a database of the file's own, in which there is merchant-1, from before its first test until after its last. */
export function aMerchantsDatabase(): () => string {
  let server: Awaited<ReturnType<typeof postgresServer>>;
  let url: string;
  beforeAll(async () => {
    server = await postgresServer(inject('postgresUrl'));
    url = await server.newDatabase();
    const storage = postgresStorage(postgresPool({ connectionString: url }));
    await addMerchants(storage, [aMerchant('merchant-1')]);
    await storage.close();
  });
  afterAll(() => server.close());
  return () => url;
}

/** Functions on such a database. */
export function functionsOnPostgres() {
  const url = aMerchantsDatabase();
  const functions = someFunctions();
  afterAll(() => functions.close());

  const onPostgres = (name: string, variables: Readonly<Record<string, string>> = {}) =>
    functions.start(name, 'postgres', { DATABASE_URL: url(), ...variables });

  return {
    folder: functions.folder,
    url,
    start: (...given: Parameters<typeof functions.start>) => functions.start(...given),
    onPostgres,
  };
}

/** What a function of the API answers the gateway. */
export type Answer = Readonly<{
  statusCode: number;
  headers?: Readonly<Record<string, string>>;
  body: string;
}>;

/** What the invocation came to; throws where it failed. */
export function resultOf(invoked: Invoked): unknown {
  if (invoked.kind !== 'result') throw new Error(JSON.stringify(invoked));
  return invoked.payload;
}

/** The answer to a request, its body read as JSON. */
export async function answered(instance: Instance, request: Request) {
  const { statusCode, body } = resultOf(await instance.invoke(await httpEvent(request))) as Answer;
  return { status: statusCode, body: JSON.parse(body) as Readonly<Record<string, unknown>> };
}

/** Every line of the log of an instance. */
export const linesOf = (instance: Instance) =>
  instance
    .log()
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);

/** What an instance measured, as CloudWatch reads it. */
export const measuredBy = (instance: Instance) => linesOf(instance).filter((line) => '_aws' in line);

/** A request to take a payment under the key. */
export const pay = (key: string) => aCall('/payments', { body: aPaymentBody(), key });

/** What a worker says that left nothing to do. */
export const DONE = { left: false, batchItemFailures: [] };
