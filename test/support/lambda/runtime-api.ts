import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What came of an invocation, as Lambda tells its caller. */
export type Invoked =
  | Readonly<{ kind: 'result'; payload: unknown }>
  | Readonly<{ kind: 'error'; type: string; message: string }>
  | Readonly<{ kind: 'timed out' }>;

/** One instance of a function: the bundle in a process of its own, loaded by Lambda's runtime client. */
export type Instance = Readonly<{
  /** One at a time. One that lasts longer than the function's time-out ends the instance. */
  invoke(event: unknown, timeoutMs?: number, traceHeader?: string): Promise<Invoked>;
  /** Stops the process between two invocations as Lambda does, and lets it go on. */
  freeze(): void;
  thaw(): void;
  /** Why the instance never came up; undefined when it did. */
  initError(): Promise<string | undefined>;
  /** What it has written so far. */
  log(): string;
  stop(): Promise<void>;
}>;

const CLIENT = fileURLToPath(import.meta.resolve('aws-lambda-ric/index.mjs'));
const SHIM = join(import.meta.dirname, 'native-client.cjs');
const TRACE_HEADER = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1';
const NEXT = '/2018-06-01/runtime/invocation/next';
const ANSWERED = /^\/2018-06-01\/runtime\/invocation\/([\w-]+)\/(response|error)$/;
/** Of an instance that has been asked to end. */
const LONGEST_END_MS = 2_000;

/** Starts an instance of the function that is loaded from `file`. It sees these variables, those of Lambda, and no other. */
export async function startInstance(
  file: string,
  variables: Readonly<Record<string, string>>,
): Promise<Instance> {
  let waiting: ServerResponse | undefined;
  let ready = Promise.withResolvers<void>();
  let current: Readonly<{ id: string; end: (invoked: Invoked) => void }> | undefined;
  const failedInit = Promise.withResolvers<string | undefined>();
  const api = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => {
    api.listen(0, '127.0.0.1', resolve);
  });
  const process_ = start(file, {
    ...variables,
    AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${(api.address() as AddressInfo).port}`,
  });
  let written = '';
  for (const stream of [process_.stdout, process_.stderr])
    stream?.on('data', (text) => (written += String(text)));
  const exited = new Promise<void>((resolve) => {
    process_.once('exit', () => resolve());
  });
  void exited.then(() => {
    failedInit.resolve(undefined);
    current?.end({ kind: 'error', type: 'Runtime.ExitError', message: 'the process ended' });
  });

  return {
    async invoke(event, timeoutMs = 30_000, traceHeader = TRACE_HEADER) {
      await Promise.race([ready.promise, exited]);
      const id = randomUUID();
      const answered = Promise.withResolvers<Invoked>();
      current = { id, end: answered.resolve };
      ready = Promise.withResolvers();
      const timer = setTimeout(() => {
        answered.resolve({ kind: 'timed out' });
        process_.kill('SIGKILL');
      }, timeoutMs);
      waiting?.writeHead(200, {
        'content-type': 'application/json',
        'lambda-runtime-aws-request-id': id,
        'lambda-runtime-deadline-ms': String(Date.now() + timeoutMs),
        'lambda-runtime-invoked-function-arn': 'arn:aws:lambda:eu-central-1:123456789012:function:under-test',
        'lambda-runtime-trace-id': traceHeader,
      });
      waiting?.end(JSON.stringify(event));
      waiting = undefined;
      const invoked = await answered.promise.finally(() => clearTimeout(timer));
      current = undefined;
      // The instance is done once it asks for the next: what follows its answer is not cut off by a freeze.
      if (invoked.kind !== 'timed out') await Promise.race([ready.promise, exited]);
      return invoked;
    },
    freeze: () => void process_.kill('SIGSTOP'),
    thaw: () => void process_.kill('SIGCONT'),
    initError: () => Promise.race([failedInit.promise, ready.promise.then(() => undefined)]),
    log: () => written,
    async stop() {
      process_.kill('SIGCONT');
      process_.kill('SIGTERM');
      const timer = setTimeout(() => process_.kill('SIGKILL'), LONGEST_END_MS);
      await exited;
      clearTimeout(timer);
      api.closeAllConnections();
      await new Promise((resolve) => {
        api.close(resolve);
      });
    },
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.url === NEXT) {
      waiting = response;
      ready.resolve();
      return;
    }
    const body = await textOf(request);
    const [, id, end] = ANSWERED.exec(request.url ?? '') ?? [];
    response.writeHead(202).end('{"status":"OK"}');
    if (id === undefined) failedInit.resolve((JSON.parse(body) as { errorMessage: string }).errorMessage);
    else if (id === current?.id)
      current.end(end === 'response' ? { kind: 'result', payload: JSON.parse(body) } : failed(body));
  }
}

function failed(body: string): Invoked {
  const { errorType, errorMessage } = JSON.parse(body) as Readonly<{
    errorType: string;
    errorMessage: string;
  }>;
  return { kind: 'error', type: errorType, message: errorMessage };
}

const start = (file: string, variables: Readonly<Record<string, string>>): ChildProcess =>
  spawn(process.execPath, ['--require', SHIM, CLIENT], {
    env: {
      AWS_LAMBDA_FUNCTION_NAME: 'under-test',
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '512',
      AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/under-test',
      AWS_LAMBDA_LOG_STREAM_NAME: 'stream',
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
      LAMBDA_TASK_ROOT: dirname(file),
      _HANDLER: 'index.handler',
      ...variables,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });

async function textOf(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString();
}
