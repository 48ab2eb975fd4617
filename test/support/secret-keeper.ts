import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Versions = Readonly<{ current?: string | Uint8Array; previous?: string }>;

/** Answers `GetSecretValue` as Secrets Manager does, also as no emulator does: denied, throttled, damaged. */
export type SecretKeeper = Readonly<{
  url: string;
  put(secretArn: string, versions: Versions): void;
  /** Every request meets this fault from now on; none without a name. */
  refuse(fault?: string): void;
  /** Answers from now on are as they are now, and leave when the hold is let go. */
  hold(): () => void;
  /** What was asked, as `<arn> <stage>`. */
  asked(): readonly string[];
  close(): Promise<void>;
}>;

export async function secretKeeper(): Promise<SecretKeeper> {
  const secrets = new Map<string, Versions>();
  const asked: string[] = [];
  let fault: string | undefined;
  let held: Promise<void> | undefined;
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { SecretId, VersionStage = 'AWSCURRENT' } = JSON.parse(await textOf(request)) as Asked;
    asked.push(`${SecretId} ${VersionStage}`);
    const { current, previous } = secrets.get(SecretId) ?? {};
    const value = VersionStage === 'AWSPREVIOUS' ? previous : current;
    const refusal = fault ?? (value === undefined ? 'ResourceNotFoundException' : undefined);
    await held;
    response.setHeader('content-type', 'application/x-amz-json-1.1');
    response.statusCode = refusal === undefined ? 200 : 400;
    response.end(JSON.stringify(refusal === undefined ? valueOf(value) : { __type: refusal, message: 'no' }));
  }

  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    put: (secretArn, versions) => void secrets.set(secretArn, versions),
    refuse: (name) => {
      fault = name;
    },
    hold() {
      const { promise, resolve } = Promise.withResolvers<void>();
      held = promise;
      return () => {
        held = undefined;
        resolve();
      };
    },
    asked: () => asked,
    close() {
      server.closeAllConnections();
      return new Promise((closed) => server.close(() => closed()));
    },
  };
}

type Asked = Readonly<{ SecretId: string; VersionStage?: string }>;

const valueOf = (value: string | Uint8Array | undefined) =>
  typeof value === 'object'
    ? { SecretBinary: Buffer.from(value).toString('base64') }
    : { SecretString: value };

async function textOf(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString();
}
