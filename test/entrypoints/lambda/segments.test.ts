import { errAsync, okAsync } from 'neverthrow';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { segmentSender } from '../../../src/entrypoints/lambda/function/segment-sender.ts';
import { segments } from '../../../src/entrypoints/lambda/function/segments.ts';
import { httpEvent } from '../../support/gateway.ts';
import { aPaymentBody } from '../../support/http-app.ts';
import { aCall } from '../../support/lambda/functions.ts';
import { functionsOnPostgres } from '../../support/lambda/functions-on-postgres.ts';
import { type Segment, xrayDaemon } from '../../support/lambda/xray-daemon.ts';

const PARENT = '53995c3f42cd8ad8';
const headerOf = (root: string, sampled: 0 | 1) => `Root=${root};Parent=${PARENT};Sampled=${sampled}`;
const ROOT = '1-5759e988-bd862e3fe1be46a994272793';
const SAMPLED = headerOf(ROOT, 1);

let traces = 0;
let daemon: Awaited<ReturnType<typeof xrayDaemon>>;
beforeAll(async () => {
  daemon = await xrayDaemon();
});
afterAll(() => daemon.close());

/** What an instance sent for one invocation of `work`. */
async function traceOf(
  traced: ReturnType<typeof segments>,
  work: () => unknown,
  header: string | undefined = SAMPLED,
): Promise<readonly Segment[]> {
  const before = daemon.segments().length;
  traced.begin(header);
  await work();
  await traced.flush();
  // A datagram on this machine arrives in order: once this one has, all of the invocation have.
  traced.begin(headerOf('1-00000000-000000000000000000000000', 1));
  const last = `last-${(traces += 1)}`;
  await traced.around('bus', last, { sent: () => Promise.resolve() }).sent();
  await traced.flush();
  await daemon.until(({ annotations }) => annotations['call'] === `${last}.sent`);
  return daemon
    .segments()
    .slice(before)
    .filter(({ trace_id }) => trace_id === ROOT);
}

const namesOf = (sent: readonly Segment[]) => sent.map(({ name, annotations }) => [name, annotations]);

describe('the segments of an invocation', () => {
  it.each(['127.0.0.1:99999', '255.255.255.255:2000'])(
    'that cannot be sent, to %s, are lost, and the function goes on',
    async (address) => {
      const sender = segmentSender(address);
      expect(sender).toBeDefined();
      await sender?.send(['{}', '{}']);
      await sender?.send(['{}']);
    },
  );

  const store = {
    find: (id: string) => (id === 'known' ? okAsync(id) : errAsync({ kind: 'PaymentNotFound', id })),
    commit: () => errAsync({ kind: 'StorageUnavailable' as const }),
    accepts: () => true,
  };

  it('are one for each call that is waited for, with its outcome, and nothing that was asked or answered', async () => {
    const traced = segments(daemon.address);
    const payments = traced.around('store', 'payments', store);
    const sent = await traceOf(traced, async () => {
      expect(payments.accepts()).toBe(true);
      expect((await payments.find('known'))._unsafeUnwrap()).toBe('known');
      expect((await payments.find('secret')).isErr()).toBe(true);
      await payments.commit();
    });
    expect(namesOf(sent)).toEqual([
      ['store', { call: 'payments.find', outcome: 'ok' }],
      ['store', { call: 'payments.find', outcome: 'PaymentNotFound' }],
      ['store', { call: 'payments.commit', outcome: 'StorageUnavailable' }],
    ]);
    expect(sent.map(({ fault }) => fault)).toEqual([undefined, undefined, true]);
    for (const { start_time, end_time, type, id } of sent) {
      expect(end_time).toBeGreaterThanOrEqual(start_time);
      expect([type, id]).toEqual(['subsegment', expect.stringMatching(/^[\da-f]{16}$/)]);
    }
    expect(daemon.texts().join()).not.toContain('secret');
  });

  it('stand below the use case that asks, also when several are under way', async () => {
    const traced = segments(daemon.address);
    const { find } = traced.around('store', 'payments', store);
    const { first, second } = traced.aroundUseCases({
      first: async () => find(await Promise.resolve('known')),
      second: async () => (await find('known')).isOk() && find('other'),
    });
    const sent = await traceOf(traced, () => Promise.all([first(), second(), find('known')]));
    const idOf = (useCase: string) => sent.find(({ name }) => name === useCase)?.id;
    const parents = sent.filter(({ name }) => name === 'store').map(({ parent_id }) => parent_id);
    expect(parents.toSorted()).toEqual(
      [idOf('first'), idOf('second'), idOf('second'), PARENT].map(String).toSorted(),
    );
    const cases = sent.filter(({ name }) => name !== 'store');
    expect(cases.map(({ parent_id }) => parent_id)).toEqual([PARENT, PARENT]);
    expect(cases.map(({ annotations }) => annotations)).toContainEqual({
      use_case: 'second',
      outcome: 'PaymentNotFound',
    });
  });

  it('name a defect as a fault, and pass it on', async () => {
    const traced = segments(daemon.address);
    const port = traced.around('bus', 'eventBus', { send: () => Promise.reject(new Error('defect')) });
    const sent = await traceOf(traced, () => expect(port.send()).rejects.toThrow('defect'));
    expect(sent).toMatchObject([{ fault: true, annotations: { outcome: 'defect' } }]);
  });

  it('are none of a trace that is not sampled, of an invocation without one, or without a daemon', async () => {
    const call = (traced: ReturnType<typeof segments>) => () =>
      traced.around('store', 'payments', store).find('known');
    const traced = segments(daemon.address);
    for (const header of [headerOf(ROOT, 0), `Root=${ROOT};Sampled=1`, `Root=${ROOT}`, '', 'nonsense'])
      expect(await traceOf(traced, call(traced), header)).toEqual([]);
    const alone = segments(undefined);
    alone.begin(SAMPLED);
    expect((await call(alone)()).isOk()).toBe(true);
    await alone.flush();
    const nowhere = segments('daemon.invalid');
    nowhere.begin(SAMPLED);
    await nowhere.flush();
  });

  it('are 100 at most, and those of the invocation in which the call began', async () => {
    const traced = segments(daemon.address);
    const late = Promise.withResolvers<string>();
    const port = traced.around('store', 'payments', { late: () => late.promise, find: store.find });
    const sent = await traceOf(traced, async () => {
      void port.late();
      for (let each = 0; each < 200; each += 1) await port.find('known');
    });
    expect(sent).toHaveLength(99);
    expect(await traceOf(traced, () => late.resolve('late'))).toEqual([]);
  });
});

describe('a function that is traced', () => {
  const { onPostgres } = functionsOnPostgres();

  it('sends the store and the processor of a payment below its use case, before it answers, and nothing of what was paid', async () => {
    const process_ = await onPostgres('process', { AWS_XRAY_DAEMON_ADDRESS: daemon.address });
    const pay = async (key: string, root: string, sampled: 0 | 1) => {
      const body = { ...aPaymentBody(), description: 'a canary of this test' };
      const event = await httpEvent(await aCall('/payments', { body, key }));
      const invoked = await process_.invoke(event, 30_000, headerOf(root, sampled));
      return JSON.stringify(invoked);
    };
    const UNSAMPLED = '1-67891233-abcdef012345678912345678';
    const TRACE = '1-58406520-a006649127e371903a2de979';
    expect(await pay('not-sampled', UNSAMPLED, 0)).toContain('201');
    expect(await pay('sampled', TRACE, 1)).toContain('201');
    await daemon.until(({ name, trace_id }) => name === 'processPayment' && trace_id === TRACE);

    expect(daemon.segments().some(({ trace_id }) => trace_id === UNSAMPLED)).toBe(false);
    const sent = daemon.segments().filter(({ trace_id }) => trace_id === TRACE);
    const of = (name: string) => sent.filter((each) => each.name === name);
    const [useCase] = of('processPayment');
    expect(useCase).toMatchObject({ parent_id: PARENT, annotations: { outcome: 'ok' } });
    expect(of('processor')).toMatchObject([
      {
        parent_id: useCase?.id,
        namespace: 'remote',
        annotations: { call: 'processor.charge', outcome: 'ok' },
      },
    ]);
    const commits = of('store').filter(({ annotations }) => annotations['call'] === 'commits.commit');
    expect(commits.map(({ parent_id }) => parent_id)).toEqual([useCase?.id, useCase?.id]);

    const said = daemon
      .texts()
      .filter((text) => text.includes(TRACE))
      .join();
    for (const kept of ['merchant-1', 'canary', 'sampled', 'USD', 'pm_', 'tok_', '"amount"'])
      expect(said).not.toContain(kept);
  });
});
