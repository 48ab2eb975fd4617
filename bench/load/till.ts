import { Agent, request } from 'node:http';
import type { Server } from '../server.ts';
import type { Merchant } from './installation.ts';

/** A payment that was asked for, under a key of its own; `paymentId` once it was answered as taken. */
export type Asked = {
  readonly merchantId: string;
  readonly key: string;
  readonly amount: number;
  paymentId?: string;
};

/** What came back; status 0 is a connection that broke or took too long. */
export type Reply = Readonly<{ status: number; body: Readonly<Record<string, unknown>> }>;

/** Asks servers for payments and reads them, for many merchants in turn, and keeps what was asked and answered. */
export type Till = Readonly<{
  asked: readonly Asked[];
  /** The next payment to ask for. */
  next(): Asked;
  /** Asks for it, again under the same key where it was asked for before, and waits so long for an answer. */
  pay(server: Server, payment: Asked, patienceMs?: number): Promise<Reply>;
  /** A page, a balance or a payment that was answered. */
  read(server: Server, n: number, patienceMs?: number): Promise<Reply>;
  close(): void;
}>;

const PATIENCE_MS = 30_000;

export function aTill(merchants: readonly Merchant[]): Till {
  const agent = new Agent({ keepAlive: true, maxSockets: 1_000 });
  const asked: Asked[] = [];
  const taken: Asked[] = [];
  const tokens = new Map(merchants.map(({ id, token }) => [id, token]));
  const ofTurn = (n: number) => merchants[n % merchants.length] as Merchant;

  const call = (
    { url }: Server,
    token: string,
    {
      path,
      payment,
      patienceMs = PATIENCE_MS,
    }: Readonly<{ path: string; payment?: Asked; patienceMs?: number }>,
  ): Promise<Reply> =>
    new Promise((resolve) => {
      const end = (status: number, text = '{}') => resolve({ status, body: objectIn(text) });
      const headers = {
        authorization: `Bearer ${token}`,
        ...(payment && { 'content-type': 'application/json', 'idempotency-key': payment.key }),
      };
      const method = payment === undefined ? 'GET' : 'POST';
      const signal = AbortSignal.timeout(patienceMs);
      const sent = request(new URL(path, url), { agent, method, headers, signal }, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (text += chunk));
        response.once('end', () => end(response.statusCode ?? 0, text));
        response.once('error', () => end(0));
      });
      sent.once('error', () => end(0));
      sent.end(
        payment && JSON.stringify({ amount: payment.amount, currency: 'EUR', payment_method: 'card' }),
      );
    });

  return {
    asked,
    next() {
      const n = asked.length;
      const payment = { merchantId: ofTurn(n).id, key: `load-${n}`, amount: 1_000 + n };
      asked.push(payment);
      return payment;
    },
    async pay(server, payment, patienceMs = PATIENCE_MS) {
      const reply = await call(server, tokens.get(payment.merchantId) ?? '', {
        path: '/payments',
        payment,
        patienceMs,
      });
      if (reply.status === 201 && payment.paymentId === undefined) {
        payment.paymentId = String(reply.body['id']);
        taken.push(payment);
      }
      return reply;
    },
    read(server, n, patienceMs = PATIENCE_MS) {
      const known = taken[(n * 7) % Math.max(1, taken.length)];
      if (known !== undefined && n % 2 === 0)
        return call(server, tokens.get(known.merchantId) ?? '', {
          path: `/payments/${known.paymentId}`,
          patienceMs,
        });
      return call(server, ofTurn(n).token, {
        path: n % 3 === 0 ? '/balance' : '/payments?limit=20',
        patienceMs,
      });
    },
    close: () => agent.destroy(),
  };
}

function objectIn(text: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch {
    return {};
  }
}
