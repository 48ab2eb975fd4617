import { dataOf, newIdempotencyKey } from '../../../client/src/client.ts';
import { present } from '../../domain/kernel/present.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import {
  type Currency,
  type Payment,
  paymentText,
  type Transaction,
  transactionLine,
} from './payment-text.ts';
import { type Access, askServer, type ServerOptions } from './server-access.ts';
import type { Terminal } from './terminal.ts';

type ChangeOptions = ServerOptions & Readonly<{ key?: string }>;

export type CreatePaymentOptions = ChangeOptions &
  Readonly<{
    amount: number;
    currency: string;
    method: string;
    customer?: string;
    description?: string;
    metadata: Readonly<Record<string, string>>;
    hold?: boolean;
    wait?: boolean;
  }>;
export type MoveOptions = ChangeOptions & Readonly<{ amount?: number; final?: boolean; reason?: string }>;
export type ResolvePaymentOptions = ChangeOptions &
  Readonly<{
    outcome?: 'succeeded' | 'failed' | 'canceled';
    amount?: number;
    reason?: string;
    evidence?: string;
    replaces?: boolean;
    confirm?: string;
  }>;

/** The key is on the terminal before anything is sent, so that a command that was cut off can be given again. */
const underKey = (
  options: ChangeOptions,
  terminal: Terminal,
  change: (access: Access, header: Readonly<{ 'Idempotency-Key': string }>) => Promise<string>,
): Promise<ExitCode> =>
  askServer(options, terminal, async (access) => {
    const key = options.key ?? newIdempotencyKey();
    terminal.err(`idempotency key: ${key}\n`);
    terminal.out(await change(access, { 'Idempotency-Key': key }));
    return EXIT.ok;
  });

/** Takes a payment. */
export const createPaymentCommand = (options: CreatePaymentOptions, terminal: Terminal): Promise<ExitCode> =>
  underKey(options, terminal, async ({ client }, header) => {
    const { amount, method, customer, description, metadata, hold, wait, json } = options;
    const body = {
      amount,
      currency: options.currency as Currency,
      payment_method: method,
      ...present({ customer_id: customer, description }),
      ...(Object.keys(metadata).length === 0 ? {} : { metadata }),
      ...(hold ? { capture_method: 'manual' as const } : {}),
    };
    const taken = await dataOf(client.POST('/payments', { body, params: { header } }));
    const payment = wait ? await client.untilFinal(taken.id) : taken;
    return json ? `${JSON.stringify(payment)}\n` : paymentText(payment);
  });

/** Takes of what is held. */
export const capturePaymentCommand = (
  id: string,
  options: MoveOptions,
  terminal: Terminal,
): Promise<ExitCode> =>
  underKey(options, terminal, async ({ client }, header) => {
    const body = present({ amount: options.amount, final: options.final });
    const params = { path: { id }, header };
    return moved(options, await dataOf(client.POST('/payments/{id}/capture', { body, params })));
  });

/** Gives back of what was captured. */
export const refundPaymentCommand = (
  id: string,
  options: MoveOptions,
  terminal: Terminal,
): Promise<ExitCode> =>
  underKey(options, terminal, async ({ client }, header) => {
    const body = present({ amount: options.amount, reason: options.reason });
    const params = { path: { id }, header };
    return moved(options, await dataOf(client.POST('/payments/{id}/refunds', { body, params })));
  });

/** Releases what is held. */
export const voidPaymentCommand = (
  id: string,
  options: ChangeOptions,
  terminal: Terminal,
): Promise<ExitCode> =>
  underKey(options, terminal, async ({ client }, header) => {
    const params = { path: { id }, header };
    return moved(options, await dataOf(client.POST('/payments/{id}/void', { body: {}, params })));
  });

const moved = ({ json }: ServerOptions, transaction: Transaction): string =>
  json ? `${JSON.stringify(transaction)}\n` : transactionLine(transaction);

/** Proposes how a payment in attention ended, or confirms what another person proposed. */
export function resolvePaymentCommand(
  id: string,
  options: ResolvePaymentOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const { outcome, reason, confirm } = options;
  if (confirm !== undefined && !/^[1-9]\d{0,14}$/.test(confirm))
    return usage(terminal, '--confirm takes the version that was looked at');
  if (confirm === undefined && (outcome === undefined || reason === undefined))
    return usage(terminal, 'give --outcome and --reason, or --confirm');
  return underKey(options, terminal, async ({ client }, header) => {
    const path = { id };
    const payment: Payment =
      confirm !== undefined
        ? await dataOf(
            client.POST('/payments/{id}/resolve/confirm', {
              body: {},
              params: { path, header: { ...header, 'If-Match': `"${confirm}"` } },
            }),
          )
        : await dataOf(
            client.POST('/payments/{id}/resolve', {
              body: {
                outcome: outcome ?? 'failed',
                reason: reason ?? '',
                ...present({
                  amount: options.amount,
                  evidence: options.evidence,
                  replaces: options.replaces,
                }),
              },
              params: { path, header },
            }),
          );
    if (options.json) return `${JSON.stringify(payment)}\n`;
    const { proposal } = payment.attention ?? {};
    const next =
      proposal === undefined
        ? ''
        : `Another person confirms it: paywright payments resolve ${id} --confirm ${payment.version}\n`;
    return `${paymentText(payment)}${next}`;
  });
}

function usage(terminal: Terminal, says: string): Promise<ExitCode> {
  terminal.err(`paywright: ${says}\n`);
  return Promise.resolve(EXIT.usage);
}
