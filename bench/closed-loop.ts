import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createHistogram } from 'node:perf_hooks';
import type { Measured } from './measure.ts';

/** Where requests go, and the whole text of the `n`th, its answer a 201 with a length. */
export type Target = Readonly<{ host: string; port: number; requestOf: (n: number) => string }>;

/** How many are answered, whatever else is measured over the same time. */
export type Answered = Measured & Readonly<{ answers: number }>;

/**
 * So many connections, shared out among the targets, each of which asks again as soon as it is answered, for so long. Requests are written and answers read as
 * text, because a client that shares the machine with the server takes from it what it uses. The first answer but 201 ends it.
 */
export async function closedLoop(
  targets: readonly Target[],
  { connections, seconds }: Readonly<{ connections: number; seconds: number }>,
): Promise<Answered> {
  const histogram = createHistogram();
  const started = performance.now();
  const deadline = started + seconds * 1_000;
  let asked = 0;
  let answers = 0;
  const connection = async (turn: number) => {
    const target = targets[turn % targets.length] as Target;
    const socket = connect(target.port, target.host).setNoDelay(true).setEncoding('latin1');
    await once(socket, 'connect');
    while (performance.now() < deadline) {
      const left = performance.now();
      socket.write(target.requestOf(asked++));
      await answerOn(socket);
      answers += 1;
      histogram.record(Math.max(1, Math.round((performance.now() - left) * 1_000)));
    }
    socket.destroy();
  };
  await Promise.all(Array.from({ length: connections }, (_, turn) => connection(turn)));
  const tookMs = performance.now() - started;
  return {
    perSecond: answers / (tookMs / 1_000),
    p50Ms: histogram.percentile(50) / 1_000,
    p99Ms: histogram.percentile(99) / 1_000,
    tookMs,
    answers,
  };
}

/** Resolves when one whole answer has come. */
const answerOn = (socket: Socket): Promise<void> =>
  new Promise((resolve, reject) => {
    let text = '';
    const end = (settle: () => void) => {
      socket.off('data', hear).off('close', hangUp);
      settle();
    };
    const hangUp = () => end(() => reject(new Error(`the server hung up after ${text.slice(0, 400)}`)));
    const hear = (chunk: string) => {
      text += chunk;
      const body = text.indexOf('\r\n\r\n') + 4;
      const length = /\r\ncontent-length: (\d+)/i.exec(text)?.[1];
      if (body < 4 || length === undefined || text.length < body + Number(length)) return;
      end(() =>
        text.startsWith('HTTP/1.1 201') ? resolve() : reject(new Error(`answered ${text.slice(0, 400)}`)),
      );
    };
    socket.on('data', hear).on('close', hangUp);
  });
