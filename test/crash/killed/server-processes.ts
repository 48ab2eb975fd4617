import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { bundledProgram, type Program } from '../../support/bundled-program.ts';

/** `paywright serve` as a process of its own. */
export type ServerProcess = Readonly<{
  url: string;
  /** Resolves when the process is gone. */
  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void>;
}>;

/** Resolves when the server is ready; rejects with what it said when it ends instead. */
export async function startServer(
  env: Readonly<Record<string, string>>,
  { main, environment }: Program = bundledProgram(),
): Promise<ServerProcess> {
  const child = spawn(process.execPath, [main, 'serve'], {
    env: { PATH: process.env['PATH'], ...environment, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const gone = once(child, 'exit');
  // A test that fails midway leaves no server behind.
  const killAtExit = () => child.kill('SIGKILL');
  process.once('exit', killAtExit);
  child.once('exit', () => process.off('exit', killAtExit));
  let said = '';
  const url = await new Promise<string>((resolve, reject) => {
    const hear = (text: Buffer) => {
      said = `${said}${text.toString()}`.slice(-4_000);
      const found = /url\s+(http:\S+)/.exec(said)?.[1];
      if (found !== undefined) resolve(found);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.on('error', reject);
    child.on('exit', (code, signal) => reject(new Error(`the server ended (${code ?? signal}): ${said}`)));
  });
  return {
    url,
    async end(signal) {
      child.kill(signal);
      await gone;
    },
  };
}

/** Only a process that ends by itself leaves what it compiled to those that are killed; so they are ready sooner. */
export const endedOnce = async (env: Readonly<Record<string, string>>): Promise<void> =>
  (await startServer(env)).end('SIGTERM');

/** Servers on one store that are killed without warning, each a moment after it is ready and has done something, and followed by others. */
export type Fleet = Readonly<{
  /** Where some server is listening, or was until just now. */
  urls: ReadonlySet<string>;
  /** True when a server is about to die: the time to have requests under way. */
  isDoomed(): boolean;
  /** Resolves when enough servers were killed, with their number. */
  over: Promise<number>;
}>;

export type FleetTerms = Readonly<{
  servers: number;
  /** The fewest servers that are killed. */
  kills: number;
  /** How much the servers have done together so far; each lives until some of it is new, however slow the machine. */
  done(): number;
  /** Servers are killed until this is true too, yet never more than four times `kills`. */
  enough(): boolean;
}>;

const SHORTEST_LIFE_MS = 150;
const LONGEST_LIFE_MS = 600;
/** A server that does nothing is killed then. */
const IDLE_LIFE_MS = 10_000;
const FEWEST_DONE = 5;
/** How long before its death a server is known to be doomed. */
const DOOM_MS = 40;

export function aDyingFleet(
  env: Readonly<Record<string, string>>,
  { servers, kills, done, enough }: FleetTerms,
): Fleet {
  const urls = new Set<string>();
  let begun = 0;
  let doomed = 0;
  const place = async () => {
    while (begun < kills || (begun < 4 * kills && !enough())) {
      begun += 1;
      const server = await startServer(env);
      urls.add(server.url);
      const [doneBefore, readyAt] = [done(), performance.now()];
      await pause(SHORTEST_LIFE_MS + Math.random() * (LONGEST_LIFE_MS - SHORTEST_LIFE_MS));
      while (done() < doneBefore + FEWEST_DONE && performance.now() < readyAt + IDLE_LIFE_MS) await pause(10);
      doomed += 1;
      await pause(Math.random() * DOOM_MS);
      await server.end('SIGKILL');
      doomed -= 1;
      urls.delete(server.url);
    }
  };
  const over = Promise.all(Array.from({ length: servers }, place)).then(() => begun);
  return { urls, isDoomed: () => doomed > 0, over };
}

export const pause = (lengthMs: number): Promise<void> =>
  new Promise((resume) => setTimeout(resume, lengthMs));
