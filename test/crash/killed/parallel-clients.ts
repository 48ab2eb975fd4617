import type { MerchantId } from '../../../src/domain/kernel/ids.ts';
import { aPayment, type ClientRequest, followUps, meaningOf, type Reply, send } from './client-requests.ts';
import { pause } from './server-processes.ts';

/** `url` is where the answer came from. */
export type Acknowledged = Readonly<{ request: ClientRequest; reply: Reply; url: string }>;

/** Clients that ask in parallel, and come back with the same key until they have a final response. */
export type Clients = Readonly<{
  /** Every final response that a client got. */
  acknowledged: readonly Acknowledged[];
  /** Answers that no client should ever see. */
  strange: readonly string[];
  /** How many requests reached a server and ended without an answer. */
  interrupted(): number;
  /** Nothing new from now on; resolves when everything asked for is answered. */
  finish(): Promise<void>;
}>;

export type ClientTerms = Readonly<{
  clients: number;
  tokens: ReadonlyMap<MerchantId, string>;
  /** The servers to ask; empty while none listens. */
  urls: () => readonly string[];
  /** True while requests should come without a pause. */
  hurry: () => boolean;
  /** The longest pause of a client, where it is another than of a client that hardly waits. */
  pauseMs?: number;
}>;

/** Long enough for recovery to have settled what the processor was silent about. */
const SETTLED_MS = 2_500;

export function parallelClients({ clients, tokens, urls, hurry, pauseMs = 40 }: ClientTerms): Clients {
  const acknowledged: Acknowledged[] = [];
  const strange: string[] = [];
  const waiting: { request: ClientRequest; after: number }[] = [];
  let interrupted = 0;
  let asked = 0;
  let finishing = false;

  const client = async () => {
    while (!finishing || waiting.length > 0) {
      const known = urls();
      const url = known[Math.trunc(Math.random() * known.length)];
      const request = url === undefined ? undefined : nextRequest();
      if (url === undefined || request === undefined) await pause(10);
      else await take(url, request);
      if (!hurry()) await pause(Math.random() * pauseMs);
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

  function nextRequest(): ClientRequest | undefined {
    const position = waiting.findIndex(({ after }) => after <= performance.now());
    if (position >= 0) return waiting.splice(position, 1)[0]?.request;
    return finishing ? undefined : aPayment(asked++);
  }

  async function take(url: string, request: ClientRequest): Promise<void> {
    try {
      const reply = await send(url, tokens.get(request.key.merchantId) ?? '', request);
      const meaning = meaningOf(reply);
      if (meaning === 'final') {
        acknowledged.push({ request, reply, url });
        const after = reply.status === 202 ? performance.now() + SETTLED_MS : 0;
        if (!finishing) waiting.push(...followUps(request, reply).map((next) => ({ request: next, after })));
        return;
      }
      if (meaning === 'strange') strange.push(`${request.path}: ${reply.status} ${reply.body}`);
      waiting.push({ request, after: performance.now() + 200 });
    } catch (fault) {
      if (!neverArrived(fault)) interrupted += 1;
      waiting.push({ request, after: 0 });
    }
  }
}

const neverArrived = (fault: unknown): boolean =>
  fault instanceof TypeError && (fault.cause as NodeJS.ErrnoException | undefined)?.code === 'ECONNREFUSED';
