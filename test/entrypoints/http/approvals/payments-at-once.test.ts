import { randomUUID } from 'node:crypto';
import { ResultAsync } from 'neverthrow';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { rulesFraudScorer } from '../../../../src/application/approvals/score-by-rules.ts';
import { defaultFraudRules } from '../../../../src/domain/approvals/fraud-rules.ts';
import type { FraudScorer } from '../../../../src/ports/approvals/fraud-scorer.ts';
import { aVendorPaymentBody, ofCents, told } from '../../../support/approvals-app.ts';
import { everyApprovalsStorage } from '../../../support/approvals-storages.ts';
import { anOffice, codeOf } from './office.ts';

const { kinds, close } = await everyApprovalsStorage(inject('postgresUrl'));
afterAll(close);

/** So many, and the vendor's payments of a day are more than are usual. */
const MANY = 6;
/** Just under what takes two people. */
const SPLIT = 499_000;

type Payment = Readonly<{ paymentId: string; fraudStatus: string; termsHash: string; version: number }>;
type Log = Readonly<{ entries: readonly Readonly<{ action: string }>[] }>;

describe.each(kinds)('payments of one vendor at once on $name', ({ open }) => {
  let office: Awaited<ReturnType<typeof anOffice>>;
  let scorer: FraudScorer;
  let rules: FraudScorer;

  beforeAll(async () => {
    const storage = await open();
    rules = rulesFraudScorer(storage, defaultFraudRules([500_000n]));
    scorer = rules;
    office = await anOffice(storage, {
      ports: { fraudScorer: { score: (...asked) => scorer.score(...asked) } },
    });
    return () => storage.close();
  });

  /** Asks all at once: each was scored before any of them is on record. */
  async function atOnce<Answer>(asks: readonly (() => Promise<Answer>)[]): Promise<readonly Answer[]> {
    const { promise, resolve } = Promise.withResolvers<void>();
    let scored = 0;
    scorer = {
      score: (...asked) =>
        rules.score(...asked).andThen((assessment) => {
          scored += 1;
          if (scored === asks.length) resolve();
          return ResultAsync.fromSafePromise(promise.then(() => assessment));
        }),
    };
    const answers = await Promise.all(asks.map((ask) => ask()));
    scorer = rules;
    return answers;
  }

  const bodies = (vendorId: string) =>
    Array.from({ length: MANY }, () => aVendorPaymentBody({ vendorId, ...ofCents(SPLIT) }));
  const read = (id: string) => told<Payment>(office.dispatcher.get(`/payments/${id}`), 200);
  const expectIntact = async () =>
    expect((await office.useCases.verifyApprovals(() => {})).isOk()).toBe(true);

  it('are flagged as when they come one after the other, and need an admin as those do', async () => {
    const asked = await atOnce(
      bodies(randomUUID()).map((body) => () => told<Payment>(office.maker.post('/payments', body), 201)),
    );
    expect(asked.map(({ version }) => version)).toEqual(asked.map(() => 1));
    const made = await Promise.all(asked.map(({ paymentId }) => read(paymentId)));
    const statuses = made.map(({ fraudStatus }) => fraudStatus);
    expect(statuses).toContain('flagged');
    expect(statuses.filter((status) => status === 'medium_risk').length).toBeLessThanOrEqual(1);
    const [flagged] = made.filter(({ fraudStatus }) => fraudStatus === 'flagged');
    const path = `/payments/${flagged?.paymentId}`;
    expect(flagged?.version).toBe(2);
    expect(await codeOf(office.dispatcher.post(`${path}/approve`))).toBe('403 role_not_allowed');
    const { entries } = await told<Log>(office.dispatcher.get(`${path}/audit`), 200);
    expect(entries.map(({ action }) => action)).toEqual([
      'payment.created',
      'payment.rescored',
      'payment.approval_refused',
    ]);
    const listed = await told<{ payments: readonly Payment[] }>(
      office.dispatcher.get('/payments/flagged?limit=100'),
      200,
    );
    expect(listed.payments.map(({ paymentId }) => paymentId)).toContain(flagged?.paymentId);
    await told(office.admin.post(`${path}/approve`), 200);
    expect(await told(office.admin.post(`${path}/process`), 200)).toMatchObject({ status: 'completed' });
    await office.relay();
    const published = (await office.bus.newest(1_000))._unsafeUnwrap();
    expect(
      published.filter(({ type, paymentId }) => type === 'FraudDetected' && paymentId === flagged?.paymentId),
    ).toHaveLength(1);
    await expectIntact();
  });

  it('are answered the same again under their keys, whatever has become of them', async () => {
    const asks = bodies(randomUUID()).map((body) => async () => {
      const answer = await office.maker.call('POST', '/payments', body, {
        'idempotency-key': body.incidentId,
      });
      return { text: await answer.text(), replayed: answer.headers.get('idempotency-replayed') };
    });
    const first = await atOnce(asks);
    const made = first.map(({ text }) => JSON.parse(text) as Payment);
    const now = await Promise.all(made.map(({ paymentId }) => read(paymentId)));
    const flagged = now.filter(({ version }) => version > 1);
    for (const { paymentId } of flagged)
      await told(office.maker.patch(`/payments/${paymentId}`, ofCents(SPLIT + 1)), 200);
    const again = await Promise.all(asks.map((ask) => ask()));
    expect(flagged).not.toHaveLength(0);
    expect(again).toEqual(first.map(({ text }) => ({ text, replayed: 'true' })));
  });

  it('are answered alike by a repeat under their key that comes before they are scored once more', async () => {
    const body = aVendorPaymentBody({ vendorId: randomUUID(), ...ofCents(SPLIT) });
    const ask = async () =>
      (await office.maker.call('POST', '/payments', body, { 'idempotency-key': body.incidentId })).text();
    let between: string | undefined;
    const graver = async () => {
      scorer = rules;
      between = await ask();
      return { score: 800, reasons: [] };
    };
    scorer = {
      score: (order, at, known) =>
        known === undefined ? rules.score(order, at) : ResultAsync.fromSafePromise(graver()),
    };
    const answer = await ask();
    expect(between).toBe(answer);
    const { paymentId } = JSON.parse(answer) as Payment;
    expect(await read(paymentId)).toMatchObject({ fraudStatus: 'flagged', version: 2 });
    expect(await ask()).toBe(answer);
  });

  it('are flagged too where their terms are changed at once', async () => {
    const vendorId = randomUUID();
    const made: Payment[] = [];
    for (let n = 0; n < MANY; n += 1)
      made.push((await office.create(aVendorPaymentBody({ vendorId, ...ofCents(10_001 + n) }))) as Payment);
    const changed = await atOnce(
      made.map(
        ({ paymentId }) =>
          () =>
            told<Payment>(office.maker.patch(`/payments/${paymentId}`, ofCents(SPLIT)), 200),
      ),
    );
    expect(changed.filter(({ fraudStatus }) => fraudStatus === 'flagged').length).toBeGreaterThanOrEqual(
      MANY - 1,
    );
    for (const each of changed) expect(await read(each.paymentId)).toMatchObject(each);
    await expectIntact();
  });

  it('alone are scored once, and have no second version', async () => {
    expect(await told<Payment>(office.maker.post('/payments', bodies(randomUUID())[0]), 201)).toMatchObject({
      version: 1,
      fraudStatus: 'medium_risk',
    });
  });
});
