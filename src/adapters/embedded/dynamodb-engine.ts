import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { BARE_ENVIRONMENT } from './bare-environment.ts';
import { type DynamoDbEngine, findDynamoDbEngine, refuseForeignData } from './dynamodb-engines.ts';
import { freePort } from './free-port.ts';
import { endProcess, isAlive, readServerState, removeServerState, writeServerState } from './owner.ts';
import { makePrivateFolder } from './private-folder.ts';
import type { EmbeddedServer } from './server.ts';
import { withStartLock } from './start-lock.ts';

/**
 * Runs a DynamoDB engine on loopback with its data in `dataDir`, or in memory without one. A process that finds a
 * living owner shares its engine; an engine that outlived its owner's crash is taken over as it runs, so that its
 * other users are not disturbed. Never two engines on one file. Acknowledged writes survive the death of either,
 * but for DynamoDB Local's (`dynamodb-engines.ts`).
 */
export async function startDynamoDbEngine({
  dataDir,
  engine = findDynamoDbEngine(),
}: Readonly<{ dataDir?: string; engine?: DynamoDbEngine }>): Promise<EmbeddedServer> {
  return dataDir === undefined ? owned(await launch(engine)) : startOn(engine, resolve(dataDir));
}

function startOn(engine: DynamoDbEngine, dataDir: string): Promise<EmbeddedServer> {
  const stateFile = join(dataDir, 'dynamodb.json');
  const lock = join(dataDir, 'dynamodb-start.lock');
  makePrivateFolder(dataDir);
  return withStartLock(lock, async () => {
    const state = readServerState(stateFile);
    if (state !== undefined && isAlive(state.serverPid) && isEngine(engine, state.serverPid)) {
      if (await answers(state.port)) {
        if (isAlive(state.ownerPid)) return { url: urlOf(state.port), stop: () => Promise.resolve() };
        return owned({ pid: state.serverPid, port: state.port }, { stateFile, lock });
      }
      await endProcess(state.serverPid, 'SIGTERM');
    }
    refuseForeignData(engine, dataDir);
    const data = join(dataDir, engine.keeps);
    return owned(await launch(engine, data, join(dataDir, 'dynamodb.log')), { stateFile, lock });
  });
}

/** From here on the engine is this process's to end, at the latest when it exits. */
function owned({ pid, port }: Running, files?: Files): EmbeddedServer {
  if (files !== undefined) writeServerState(files.stateFile, { ownerPid: process.pid, serverPid: pid, port });
  const endWithUs = () => isAlive(pid) && process.kill(pid, 'SIGTERM');
  process.once('exit', endWithUs);
  return {
    url: urlOf(port),
    async stop() {
      process.off('exit', endWithUs);
      if (files === undefined) return endProcess(pid, 'SIGTERM');
      // Under the lock, so that the next engine's state is not removed instead of this one's.
      await withStartLock(files.lock, async () => {
        await endProcess(pid, 'SIGTERM');
        removeServerState(files.stateFile);
      });
    },
  };
}

/** What lies beside the data of an engine that keeps any. */
type Files = Readonly<{ stateFile: string; lock: string }>;

type Running = Readonly<{ pid: number; port: number }>;

const urlOf = (port: number): string => `http://127.0.0.1:${port}`;

/** A port that was free may be taken by the time the engine asks for it, hence more than one try. */
async function launch(engine: DynamoDbEngine, data?: string, logFile?: string): Promise<Running> {
  for (let triesLeft = 3; ; triesLeft -= 1) {
    const port = await freePort();
    const log = logFile === undefined ? 'ignore' : openSync(logFile, 'w', 0o600);
    const [program, ...args] = engine.command(port, data);
    const child = spawn(program, args, {
      // A session of its own, so that Ctrl-C in the terminal lets us drain before the database goes.
      detached: true,
      stdio: ['ignore', log, log],
      ...BARE_ENVIRONMENT,
    });
    if (typeof log === 'number') closeSync(log);
    child.unref();
    if (child.pid !== undefined && (await isReady(child, port))) return { pid: child.pid, port };
    if (triesLeft <= 1) {
      const said = logFile === undefined ? '' : `: ${readFileSync(logFile, 'utf8').slice(-2_000)}`;
      throw new Error(`${engine.name} does not start${said}`);
    }
  }
}

/** False when the engine ended instead, or was ended because it did not answer within a minute. */
async function isReady(child: ChildProcess, port: number): Promise<boolean> {
  let over = false;
  const end = () => {
    over = true;
  };
  child.once('exit', end).once('error', end);
  for (const deadline = performance.now() + 60_000; performance.now() < deadline && !over; ) {
    if (await answers(port)) return !over;
    await new Promise((wait) => setTimeout(wait, 10));
  }
  if (!over && child.pid !== undefined) await endProcess(child.pid, 'SIGKILL');
  return false;
}

async function answers(port: number): Promise<boolean> {
  try {
    const reply = await fetch(urlOf(port), {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': 'DynamoDB_20120810.ListTables',
        authorization:
          'AWS4-HMAC-SHA256 Credential=local/20260101/local/dynamodb/aws4_request, SignedHeaders=host, Signature=0',
        'x-amz-date': '20260101T000000Z',
      },
      body: '{}',
      signal: AbortSignal.timeout(2_000),
    });
    return (await reply.text()).includes('TableNames');
  } catch {
    return false;
  }
}

/** A process id may have been given to a stranger since; where the system does not say, the port's answer must do. */
function isEngine({ marker }: DynamoDbEngine, pid: number): boolean {
  if (process.platform !== 'linux') return true;
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(marker);
  } catch {
    return false;
  }
}
