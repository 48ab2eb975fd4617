import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { payoutLedger } from '../../../src/adapters/processor/payout-ledger.ts';
import { aVendorPaymentBody, ofCents } from '../../support/approvals-app.ts';
import { dataDirectory, type Offered, runCli, startServing } from '../../support/cli-process.ts';
import { eventually } from '../../support/eventually.ts';

type Payment = Readonly<{ paymentId: string; status: string }>;

const STATUSES = ['pending_approval', 'approved', 'processing', 'completed'];
const CLIENTS = 4;

describe.each(['postgres', 'dynamodb'])('kill -9 in the middle of approvals on %s', (storage) => {
  const dir = dataDirectory();
  // Short leases, so that a payout left in the middle is finished while the test waits.
  const env = {
    PAYWRIGHT_DATA_DIR: dir.path,
    PLATFORM_STORAGE: 'memory',
    APPROVALS_STORAGE: storage,
    PAYWRIGHT_PROCESSOR_TIMEOUT_MS: '500',
    PAYWRIGHT_LEASE_MS: '1000',
  };
  const lives: Offered[] = [];
  afterEach(async () => {
    for (const { cli } of lives.splice(0)) {
      cli.child.kill('SIGTERM');
      await cli.ended;
    }
    dir.remove();
  });

  it('loses nothing that was acknowledged, pays each vendor once, and publishes every completion', async () => {
    const first = await startServing(env);
    lives.push(first);
    const tokenOf = async (role: string) => (await runCli(['token', '--role', role], env)).stdout.trim();
    const [maker = '', dispatcher = '', admin = ''] = await Promise.all(
      ['system', 'dispatcher', 'admin'].map(tokenOf),
    );
    const call = async (url: string, path: string, token: string, body?: object): Promise<Payment> => {
      const response = await fetch(`${url}/approvals/payments${path}`, {
        method: body === undefined ? 'GET' : 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return (await response.json()) as Payment;
    };

    /** The newest status of each payment that a client got. */
    const acknowledged = new Map<string, string>();
    const hear = ({ paymentId, status }: Payment) => acknowledged.set(paymentId, status);
    const work = async () => {
      for (;;) {
        const created = await call(first.url, '', maker, aVendorPaymentBody(ofCents(12_345)));
        hear(created);
        hear(await call(first.url, `/${created.paymentId}/approve`, dispatcher, {}));
        hear(await call(first.url, `/${created.paymentId}/process`, admin, {}));
      }
    };
    const clients = Array.from({ length: CLIENTS }, () => work().catch(() => 'cut off'));
    await eventually(() => expect(acknowledged.size).toBeGreaterThan(20));
    first.cli.child.kill('SIGKILL');
    expect(await Promise.all(clients)).toEqual(Array(CLIENTS).fill('cut off'));
    await first.cli.ended;

    const second = await startServing(env);
    lives.push(second);
    const now = (id: string) => call(second.url, `/${id}`, admin);
    const completed = new Set<string>();
    for (const [paymentId, status] of acknowledged) {
      const found = await eventually(async () => {
        const payment = await now(paymentId);
        expect(payment.status).not.toBe('processing');
        return payment;
      });
      expect(STATUSES.indexOf(found.status)).toBeGreaterThanOrEqual(STATUSES.indexOf(status));
      if (found.status === 'completed') completed.add(paymentId);
    }
    expect(completed.size).toBeGreaterThan(0);

    // The books of the bank, on its own side of the wire.
    const ledger = payoutLedger(join(dir.path, 'payouts.sqlite'));
    const paid = ledger.paid().map(({ reference }) => reference);
    ledger.close();
    expect(new Set(paid).size).toBe(paid.length);
    for (const paymentId of completed) expect(paid).toContain(paymentId);

    await eventually(() => {
      const log = first.cli.stderr() + second.cli.stderr();
      const published = log.split('\n').filter((line) => line.includes('"PaymentCompleted"'));
      for (const paymentId of completed) expect(published.join('\n')).toContain(paymentId);
    });
  });
});
