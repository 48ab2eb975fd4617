import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasStripeDescription } from './support/aws-emulators.ts';
import { type CliProcess, developmentToken, startCli } from './support/cli-process.ts';
import { ROOT, SHELL_BLOCKS } from './support/guide.ts';
import { pathWithNpx } from './support/npx-of-project.ts';
import { bookOf, charged } from './support/stripe-double/bookkeeping.ts';
import { act } from './support/stripe-double/charging.ts';
import { transferred } from './support/stripe-double/payouts.ts';
import { DOUBLE_KEY, type StripeDouble, startStripeDouble } from './support/stripe-double/server.ts';

/** The only command of the README and the guide that has all of these texts. */
function commandWith(...texts: readonly string[]): string {
  const [command, ...others] = SHELL_BLOCKS.filter((block) => texts.every((text) => block.includes(text)));
  if (command === undefined || others.length > 0) throw new Error(`not one command has ${texts.join(', ')}`);
  return command;
}

/** Their commands are run as they stand but for what docs/stripe.md says of tokens and stored methods. */
describe.runIf(hasStripeDescription())('The README and the guide, with PAYWRIGHT_PROCESSOR=stripe', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'paywright-readme-stripe-'));
  const accounts = join(dataDir, 'vendors.json');
  let double: StripeDouble;
  let server: CliProcess;
  let url: string;
  let env: NodeJS.ProcessEnv;
  beforeAll(async () => {
    double = await startStripeDouble();
    const vendorId = /"vendorId": "([\w-]+)"/.exec(commandWith('"lineItems"'))?.[1] ?? '';
    writeFileSync(accounts, JSON.stringify({ [vendorId]: 'acct_double_vendor' }));
    server = startCli(['serve'], {
      STORAGE: 'memory',
      PORT: '0',
      PAYWRIGHT_DATA_DIR: dataDir,
      PAYWRIGHT_PROCESSOR: 'stripe',
      STRIPE_SECRET_KEY: DOUBLE_KEY,
      STRIPE_API_BASE: double.url,
      STRIPE_VENDOR_ACCOUNTS: accounts,
    });
    url = (await server.said(/url +(\S+)/))[1] ?? '';
    const others = Object.entries(process.env).filter(([name]) => !name.startsWith('PAYWRIGHT_'));
    env = {
      ...Object.fromEntries(others),
      PATH: pathWithNpx(dataDir),
      TOKEN: await developmentToken({ PAYWRIGHT_DATA_DIR: dataDir }, { merchant: 'merchant-123' }),
      DISPATCHER: await developmentToken({ PAYWRIGHT_DATA_DIR: dataDir }, { role: 'dispatcher' }),
      PAYWRIGHT_DATA_DIR: dataDir,
    };
  });
  afterAll(async () => {
    server.child.kill('SIGTERM');
    await server.ended;
    await double.close();
    rmSync(dataDir, { recursive: true, force: true });
    expect(double.undescribed()).toEqual([]);
  });

  /** The answer, in JSON. The double answers from this process, which must not wait for the command. */
  async function run(command: string): Promise<Readonly<Record<string, unknown>>> {
    const { stdout } = await promisify(execFile)(
      'bash',
      ['-c', command.replaceAll('http://localhost:8080', url)],
      {
        cwd: ROOT,
        env,
      },
    );
    return JSON.parse(stdout) as Readonly<Record<string, unknown>>;
  }
  const idOf = ({ id }: Readonly<Record<string, unknown>>) => String(id);

  it('stores a method of Stripe’s, takes a payment, and holds, captures and gives back another', async () => {
    env['CUSTOMER'] = idOf(await run(commandWith('/customers \\', 'ada@example.com')));
    const stored = await run(commandWith('/payment_methods').replace('tok_visa', 'pm_card_visa'));
    const withStored = (command: string) =>
      command.replace(
        '"payment_method": "card"',
        `"customer_id": "${env['CUSTOMER']}", "payment_method": "${idOf(stored)}"`,
      );
    const paid = await run(withStored(commandWith('idempotency-key: order-1')));
    expect(paid).toMatchObject({ status: 'succeeded', processor: 'stripe' });

    const held = await run(withStored(commandWith('idempotency-key: order-4')));
    expect(held).toMatchObject({ status: 'authorized', processor: 'stripe' });
    env['PAYMENT'] = idOf(held);
    await run(commandWith('idempotency-key: capture-4'));
    await run(commandWith('idempotency-key: refund-4'));

    const books = double.books();
    expect([...charged(books)].sort()).toEqual([idOf(paid), idOf(held)].sort());
    expect(bookOf(books, idOf(paid))).toMatchObject({ captured: 1_999n, refunded: 0n });
    expect(bookOf(books, idOf(held))).toEqual({
      authorized: 5_000n,
      captured: 3_000n,
      refunded: 1_000n,
      ended: true,
    });
  });

  it('takes a payment whose customer must act, and ends it when the customer has approved', async () => {
    const method = commandWith('/payment_methods').replace('tok_visa', 'pm_card_authenticationRequired');
    const stored = idOf(await run(method));
    const waiting = await run(
      commandWith('idempotency-key: order-6').replace(
        '"payment_method": "test_requires_action"',
        `"customer_id": "${env['CUSTOMER']}", "payment_method": "${stored}"`,
      ),
    );
    const intent = String(waiting['processor_id']);
    expect(waiting).toMatchObject({
      status: 'requires_action',
      next_action: {
        kind: 'client_secret',
        value: double.books().intents.get(intent)?.client_secret,
      },
    });
    env['PAYMENT'] = idOf(waiting);
    const confirmed = commandWith('$PAYMENT/confirm', 'curl -sS -X POST');
    expect(await run(confirmed)).toMatchObject({ status: 'requires_action' });
    // What Stripe's script in the merchant's page has the customer do.
    act(double.books(), intent, 'approve');
    expect(await run(confirmed)).toMatchObject({ status: 'succeeded', processor: 'stripe' });
    expect(charged(double.books())).toContain(idOf(waiting));
  });

  it('pays a vendor once people have said yes', async () => {
    double.books().available.set('usd', 20_000);
    const { paymentId } = await run(commandWith('/approvals/payments \\', '"lineItems"'));
    env['VENDOR_PAYMENT'] = String(paymentId);
    expect(await run(commandWith('$VENDOR_PAYMENT/approve'))).toMatchObject({ status: 'approved' });
    const paid = await run(commandWith('$VENDOR_PAYMENT/process'));
    expect(paid).toMatchObject({ status: 'completed', amountCents: 12_050 });
    expect(transferred(double)).toEqual([paymentId]);
    expect(double.books().transfers.get(String(paid['processorReference']))).toMatchObject({
      amount: 12_050,
      currency: 'usd',
      destination: 'acct_double_vendor',
    });
  });
});
