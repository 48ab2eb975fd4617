import { dataOf } from '../../../client/src/client.ts';
import { present } from '../../domain/kernel/present.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { type Currency, type Payment, paymentLine, paymentText, transactionLine } from './payment-text.ts';
import { askServer, type ServerOptions } from './server-access.ts';
import type { Terminal } from './terminal.ts';

export type ListPaymentsOptions = ServerOptions &
  Readonly<{
    status?: Payment['status'];
    currency?: string;
    customer?: string;
    customerEmail?: string;
    metadata?: Readonly<Record<string, string>>;
    key?: string;
    since?: string;
    until?: string;
    attention?: boolean;
    limit: number;
  }>;

const MOST_OF_A_PAGE = 100;

/** Prints payments, the newest first, and whether there are more. */
export const listPaymentsCommand = (options: ListPaymentsOptions, terminal: Terminal): Promise<ExitCode> =>
  askServer(options, terminal, async ({ client }) => {
    const query = {
      limit: Math.min(options.limit + 1, MOST_OF_A_PAGE),
      ...present({
        status: options.status,
        currency: options.currency as Currency | undefined,
        customer_id: options.customer,
        customer_email: options.customerEmail,
        metadata: options.metadata,
        idempotency_key: options.key,
        start_date: options.since,
        end_date: options.until,
        attention: options.attention ? ('true' as const) : undefined,
      }),
    };
    const found: Payment[] = [];
    let more = false;
    for await (const payment of client.items('/payments', { params: { query } })) {
      more = found.length === options.limit;
      if (more) break;
      found.push(payment);
    }
    if (options.json) terminal.out(`${JSON.stringify({ items: found, more })}\n`);
    else if (found.length === 0) terminal.err('no payments\n');
    else terminal.out(`${found.map(paymentLine).join('')}${more ? 'and more\n' : ''}`);
    return EXIT.ok;
  });

/** Prints one payment with its transactions. */
export const getPaymentCommand = (
  id: string,
  options: ServerOptions,
  terminal: Terminal,
): Promise<ExitCode> =>
  askServer(options, terminal, async ({ client }) => {
    const payment = await dataOf(client.GET('/payments/{id}', { params: { path: { id } } }));
    if (options.json) terminal.out(`${JSON.stringify(payment)}\n`);
    else
      terminal.out(
        `${paymentText(payment)}${payment.transactions.map((each) => `  ${transactionLine(each)}`).join('')}`,
      );
    return EXIT.ok;
  });
