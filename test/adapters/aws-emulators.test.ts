import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  type AwsEmulator,
  emulatorUrl,
  hasEmulator,
  startEmulatorStarter,
} from '../support/aws-emulators.ts';
import { awsProxy } from '../support/aws-proxy.ts';

const outerAddresses = () =>
  Object.values(networkInterfaces())
    .flatMap((each) => each ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal);

const ALL: readonly AwsEmulator[] = ['ministack', 'moto', 'versitygw'];

describe('An AWS emulator of the tests', () => {
  it.for(ALL.filter(hasEmulator))(
    'is one for all files of a run, and listens on loopback alone: %s',
    async (name) => {
      const url = await emulatorUrl(name);
      expect(await emulatorUrl(name)).toBe(url);
      expect(new URL(url).hostname).toBe('127.0.0.1');
      expect((await fetch(url)).status).toBeLessThan(500);
      const { port } = new URL(url);
      for (const { address } of outerAddresses())
        await expect(fetch(`http://${address}:${port}`)).rejects.toThrow();
    },
  );

  it.runIf(hasEmulator('versitygw'))('ends with the run that started it', async () => {
    const starter = await startEmulatorStarter();
    const url = await (await fetch(`${starter.url}/versitygw`)).text();
    expect((await fetch(url)).status).toBe(403);
    await starter.close();
    await expect(fetch(url)).rejects.toThrow();
  });

  it('is not there under another name', async () => {
    const starter = await startEmulatorStarter();
    onTestFinished(() => starter.close());
    expect((await fetch(`${starter.url}/aws`)).status).toBe(500);
  });
});

describe('A wire to AWS', () => {
  /** Answers each request with its number, its action and its body. */
  async function wired() {
    const got: string[] = [];
    const server = createServer((request, response) => {
      let body = '';
      request.on('data', (piece) => {
        body += String(piece);
      });
      request.on('end', () => {
        got.push(body);
        response.end(`${got.length} ${request.headers.host} ${body}`);
      });
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const proxy = await awsProxy(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    onTestFinished(async () => {
      await proxy.close();
      server.close();
    });
    const ask = async (body: string, action = 'Service.Do') =>
      (await fetch(proxy.url, { method: 'POST', body, headers: { 'x-amz-target': action } })).text();
    return { got, proxy, ask, host: new URL(proxy.url).host };
  }

  it('passes on what is not troubled, under the host that was signed', async () => {
    const { ask, host, proxy } = await wired();
    proxy.trouble(/Service\.Other/, 'throttled');
    expect(await ask('a')).toBe(`1 ${host} a`);
    expect([proxy.seen(), proxy.met()]).toEqual([['POST / Service.Do'], 0]);
  });

  it('troubles one request each, as it is told', async () => {
    const { ask, got, proxy, host } = await wired();
    proxy.trouble(/Do/, 'throttled', 'reply lost', 'request lost', 'duplicated', 'damaged');
    expect(await ask('a')).toContain('ThrottlingException');
    await expect(ask('b')).rejects.toThrow();
    await expect(ask('c')).rejects.toThrow();
    expect(await ask('d')).toBe(`3 ${host} d`);
    expect(await ask('e')).not.toBe(`4 ${host} e`);
    expect(await ask('f')).toBe(`5 ${host} f`);
    expect(got).toEqual(['b', 'd', 'd', 'e', 'f']);
    expect(proxy.met()).toBe(5);
  });

  it('lets a later request of a kind overtake an earlier one', async () => {
    const { ask, got, proxy } = await wired();
    proxy.trouble(/Do/, 'overtaken');
    await Promise.all([ask('first'), ask('other', 'Service.Else').then(() => ask('second'))]);
    expect(got).toEqual(['other', 'second', 'first']);
  });
});
