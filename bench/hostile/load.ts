import { Agent, request } from 'node:http';
import type { Server } from '../server.ts';

export type Answered = Readonly<{
  /** In milliseconds since the load began. */
  at: number;
  tookMs: number;
  /** 0 for a connection that broke. */
  status: number;
  saysWhen: boolean;
}>;

/** Takes payments on the clock, whether or not the ones before were answered, and notes what became of each. */
export function payments({ url, token }: Server, perSecond: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: 600 });
  const answered: Answered[] = [];
  const began = performance.now();
  let sent = 0;
  const timer = setInterval(() => {
    for (const due = ((performance.now() - began) * perSecond) / 1_000; sent < due; ) pay();
  }, 10);

  function pay(): void {
    sent += 1;
    const left = performance.now();
    const end = (status: number, saysWhen = false) =>
      answered.push({ at: left - began, tookMs: performance.now() - left, status, saysWhen });
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'idempotency-key': `hostile-${process.pid}-${began.toFixed(0)}-${sent}`,
    };
    const call = request(new URL('/payments', url), { agent, method: 'POST', headers }, (response) => {
      response.resume().once('end', () => end(response.statusCode ?? 0, 'retry-after' in response.headers));
    });
    call.once('error', () => end(0));
    call.end('{"amount":1000,"currency":"EUR","payment_method":"card"}');
  }

  return {
    since: () => performance.now() - began,
    answered,
    /** Sends no more, and waits for the answers. */
    async end(): Promise<void> {
      clearInterval(timer);
      while (answered.length < sent) await after(50);
      agent.destroy();
    },
  };
}

export const after = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export function percentile(values: readonly number[], of: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * of) / 100))] ?? Number.NaN;
}
