import { pause } from './server-process.ts';

export type Ask = Readonly<{ key: string; body: string; paymentMethod: string }>;
export type Acknowledged = Readonly<{ ask: Ask; status: number; body: string }>;

/** Clients that ask for payments in parallel, and come back with the same key until they are answered. */
export type Clients = Readonly<{
  /** By key: everything that a client was told for good. */
  acknowledged: ReadonlyMap<string, Acknowledged>;
  /** Answers that no client should ever see. */
  strange: readonly string[];
  /** How many requests reached a server and ended without an answer. */
  interrupted(): number;
  /** No new keys from now on; resolves when every key used is answered. */
  finish(): Promise<void>;
}>;

export type ClientTerms = Readonly<{
  clients: number;
  token: string;
  /** Where to ask; empty while nobody listens. */
  urls: () => readonly string[];
  /** True while requests should come without a pause. */
  hurry: () => boolean;
}>;

const PAYMENT_METHODS = [
  'card',
  'card',
  'card',
  'bank_account',
  'test_declined',
  'test_insufficient_funds',
  'test_timeout_approved',
  'test_timeout_declined',
];

export function parallelClients({ clients, token, urls, hurry }: ClientTerms): Clients {
  const acknowledged = new Map<string, Acknowledged>();
  const strange: string[] = [];
  const unanswered: { ask: Ask; after: number }[] = [];
  let interrupted = 0;
  let asked = 0;
  let finishing = false;

  const client = async () => {
    while (!finishing || unanswered.length > 0) {
      const known = urls();
      const url = known[Math.trunc(Math.random() * known.length)];
      const ask = url === undefined ? undefined : nextAsk();
      if (url === undefined || ask === undefined) await pause(10);
      else await take(url, ask);
      if (!hurry()) await pause(Math.random() * 40);
    }
  };
  const finished = Promise.all(Array.from({ length: clients }, client));
  return {
    acknowledged,
    strange,
    interrupted: () => interrupted,
    async finish() {
      finishing = true;
      await finished;
    },
  };

  function nextAsk(): Ask | undefined {
    const position = unanswered.findIndex(({ after }) => after <= performance.now());
    if (position >= 0) return unanswered.splice(position, 1)[0]?.ask;
    return finishing ? undefined : anAsk(asked++);
  }

  async function take(url: string, ask: Ask): Promise<void> {
    try {
      const { status, body } = await postPayment(url, token, ask);
      if (status === 201 || status === 202 || status === 402) {
        acknowledged.set(ask.key, { ask, status, body });
        return;
      }
      if (status !== 409 && status !== 503) strange.push(`${status} ${body}`);
      unanswered.push({ ask, after: performance.now() + 200 });
    } catch (fault) {
      if (!neverArrived(fault)) interrupted += 1;
      unanswered.push({ ask, after: 0 });
    }
  }
}

const neverArrived = (fault: unknown): boolean =>
  fault instanceof TypeError && (fault.cause as NodeJS.ErrnoException | undefined)?.code === 'ECONNREFUSED';

function anAsk(n: number): Ask {
  const key = `key-${n}`;
  const paymentMethod = PAYMENT_METHODS[n % PAYMENT_METHODS.length] ?? 'card';
  const capture_method = n % 5 === 0 ? 'manual' : 'automatic';
  const order = { amount: 100 + n, currency: 'USD', payment_method: paymentMethod, capture_method };
  return { key, paymentMethod, body: JSON.stringify(order) };
}

/** Rejects when no whole answer comes. */
export async function postPayment(url: string, token: string, { key, body }: Ask) {
  const reply = await fetch(`${url}/payments`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'idempotency-key': key,
    },
    body,
    signal: AbortSignal.timeout(20_000),
  });
  const replayed = reply.headers.get('idempotency-replayed') === 'true';
  return { status: reply.status, body: await reply.text(), replayed };
}
