import { afterEach, describe, expect, it } from 'vitest';
import { aWorkEvent, told } from '../support/approvals-app.ts';
import { dataDirectory, runCli, startServing } from '../support/cli-process.ts';
import { eventually } from '../support/eventually.ts';

/** What a server says of its two storages when it is ready. */
const PLACEMENTS = [
  ['dynamodb', 'postgres'],
  ['postgres', 'dynamodb'],
  ['postgres', 'postgres'],
  ['memory', 'memory'],
] as const;

describe.each(PLACEMENTS)(
  'one process with the platform on %s and approvals on %s',
  (platform, approvals) => {
    const dir = dataDirectory();
    const env = {
      PAYWRIGHT_DATA_DIR: dir.path,
      PLATFORM_STORAGE: platform,
      APPROVALS_STORAGE: approvals,
      LOG_LEVEL: 'info',
    };
    const stops: (() => Promise<unknown>)[] = [];
    afterEach(async () => {
      for (const stop of stops.splice(0)) await stop();
      dir.remove();
    });

    it('takes a payment and pays a vendor, publishes to queue and bus, and drains', async () => {
      const served = await startServing(env);
      stops.push(async () => {
        served.cli.child.kill('SIGTERM');
        await served.cli.ended;
      });
      const tokenOf = async (role: string) => (await runCli(['token', '--role', role], env)).stdout.trim();
      const [source, dispatcher, admin] = await Promise.all(['system', 'dispatcher', 'admin'].map(tokenOf));
      const call = (path: string, token = '', body?: object, headers = {}) =>
        fetch(`${served.url}${path}`, {
          method: body === undefined ? 'GET' : 'POST',
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });

      const order = { amount: 500, currency: 'EUR', payment_method: 'card' };
      const taken = await told(call('/payments', served.token, order, { 'idempotency-key': 'one' }), 201);
      expect(taken).toMatchObject({ status: 'succeeded' });

      type Recorded = Readonly<{ payment: { paymentId: string } }>;
      const { payment } = await told<Recorded>(call('/approvals/events', source, aWorkEvent()), 201);
      const path = `/approvals/payments/${payment.paymentId}`;
      await told(call(`${path}/approve`, dispatcher, {}), 200);
      expect(await told(call(`${path}/process`, admin, {}), 200)).toMatchObject({ status: 'completed' });

      const name = platform === approvals ? platform : `${platform}, approvals on ${approvals}`;
      expect(await told(call('/readyz'), 200)).toEqual({ status: 'ready', storage: name });
      await eventually(async () => {
        const metrics = await (await call('/metrics')).text();
        expect(metrics).toContain('paywright_approvals_outbox_unsent 0\n');
        expect(metrics).toContain('paywright_approval_queue_depth 0\n');
        expect(metrics).toContain('use_case="approve_vendor_payment",outcome="ok"');
        expect(metrics).toContain('call="pay",outcome="ok"');
      });
      for (const stop of stops.splice(0)) await stop();
      expect(await served.cli.ended).toBe(0);
      const lines = served.cli
        .stderr()
        .split('\n')
        .filter((line) => line.includes('"sink"'))
        .map((line) => JSON.parse(line) as Readonly<Record<string, string>>)
        .map(({ sink, event_type, payment_id, msg }) => `${sink} ${event_type ?? msg} ${payment_id}`);
      expect(lines.toSorted()).toEqual([
        `approval_queue queued ${payment.paymentId}`,
        `event_bus PaymentApproved ${payment.paymentId}`,
        `event_bus PaymentCompleted ${payment.paymentId}`,
        `event_bus PaymentCreated ${payment.paymentId}`,
      ]);
    });
  },
);
