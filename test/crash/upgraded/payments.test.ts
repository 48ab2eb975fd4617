import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { SECRET } from '../../fixtures/changes.ts';
import { runCli, startCli } from '../../support/cli-process.ts';
import { earlierVersions } from '../../support/earlier-versions.ts';
import { inLanes } from '../in-lanes.ts';
import { aPayment, GETTER, meaningOf, type Reply, send, TAKER } from '../killed/client-requests.ts';
import {
  askedAgain,
  auditBooks,
  countText,
  EVERYTHING,
  isDone,
  recovered,
  tokenOf,
} from '../killed/compared-books.ts';
import { type Acknowledged, parallelClients } from '../killed/parallel-clients.ts';
import { isSpent, replayFault } from '../killed/replays.ts';
import { pause, type ServerProcess, startServer } from '../killed/server-processes.ts';
import { allDelivered, receiveWebhooks } from '../killed/webhook-receiver.ts';
import { UPGRADED_STORES } from './stores.ts';

const isDeep = process.env['PAYWRIGHT_DEEP_CRASHES'] !== undefined;
const CLIENTS = isDeep ? 48 : 24;
/** How many answers each of the versions gives in each of its times, at the least. */
const ANSWERS = isDeep ? 300 : 60;
/** While an index is made behind the migration, a list reads through all that the version before may have taken: one in so many is asked for. */
const ONE_FOUND_IN = isDeep ? 1 : 10;
/** How many runs of the migration are killed before one is left alone. */
const KILLED_RUNS = isDeep ? 12 : 2;
/** Longer than such a run takes on a quiet machine. */
const LONGEST_RUN_MS = 1_500;

const versions = isDeep ? earlierVersions() : earlierVersions().slice(0, 1);
const upgrades = UPGRADED_STORES.flatMap((store) => versions.map((before) => ({ ...before, ...store })));

describe.each(upgrades)('an upgrade from schema $schema on $name under load', ({ name, program, open }) => {
  it('loses and doubles nothing while both versions serve, and every key replays the same answer on either', async () => {
    const store = await open();
    const dataDir = mkdtempSync(join(tmpdir(), 'paywright-upgrade-'));
    onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
    onTestFinished(store.close);
    const env = {
      ...store.settings,
      PAYWRIGHT_DATA_DIR: dataDir,
      PAYWRIGHT_LEASE_MS: '1500',
      PAYWRIGHT_PROCESSOR_TIMEOUT_MS: '500',
      JWT_SECRET: SECRET,
      LOG_LEVEL: 'error',
      PORT: '0',
    };
    const tokens = new Map(
      await Promise.all([TAKER, GETTER].map(async (each) => [each, await tokenOf(each)] as const)),
    );
    const serving = new Set<ServerProcess>();
    onTestFinished(async () => {
      await Promise.all([...serving].map((server) => server.end('SIGKILL')));
    });
    const started = async (as?: typeof program) => {
      const server = await startServer(env, as);
      serving.add(server);
      return server;
    };
    const ended = async (server: ServerProcess, signal: 'SIGKILL' | 'SIGTERM') => {
      serving.delete(server);
      await server.end(signal);
    };

    const before = [await started(program), await started(program)] as const;
    const [first, second] = before;
    const schemaBefore = await store.schema();
    expect(schemaBefore).not.toBe(store.newest);
    const receiver = await receiveWebhooks([TAKER, GETTER], async (merchantId, url) => {
      const made = await fetch(`${first.url}/webhook_endpoints`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${tokens.get(merchantId)}`,
          'content-type': 'application/json',
          'idempotency-key': `endpoint-of-${merchantId}`,
        },
        body: JSON.stringify({ url }),
      });
      expect(made.status).toBe(201);
    });
    onTestFinished(receiver.close);
    let isDoomed = false;
    const clients = parallelClients({
      clients: CLIENTS,
      tokens,
      urls: () => [...serving].map(({ url }) => url),
      hurry: () => isDoomed,
      pauseMs: 300,
    });
    const { acknowledged } = clients;
    /** Resolves when those servers have given enough more answers, and done everything that clients do at some time since the first of them. */
    const served = async (by: readonly ServerProcess[]) => {
      const known = acknowledged.length;
      const theirs = (answers: readonly Acknowledged[]) =>
        answers.filter(({ url }) => by.some((server) => server.url === url));
      const isEnough = () => theirs(acknowledged.slice(known)).length >= ANSWERS;
      const isEverything = () =>
        EVERYTHING.every((each) => isDone(each, { acknowledged: theirs(acknowledged) }));
      while (!isEnough() || !isEverything()) await pause(20);
    };

    await served(before);
    await migratedInSpiteOfKills(env);
    expect(await store.schema()).toBe(store.newest);
    for (const { url } of before) expect((await fetch(`${url}/readyz`)).status).toBe(200);
    await served(before);

    const after = await started();
    await Promise.all([served(before), served([after])]);
    const atBoth = await askedOfBoth(second, after, tokens.get(TAKER) ?? '');

    const unanswered = clients.interrupted();
    const killed = [first];
    // A kill meets no request where servers have answered all that this process has not read yet, as on a busy machine.
    while (clients.interrupted() === unanswered) {
      const victim = serving.has(first) ? first : await started(program);
      if (victim !== first) killed.push(victim);
      isDoomed = true;
      await served([victim, second]);
      await ended(victim, 'SIGKILL');
      isDoomed = false;
      await served([second]);
    }
    await ended(second, 'SIGTERM');
    await served([after]);

    const back = await started(program);
    await Promise.all([served([back]), served([after])]);
    await clients.finish();
    await recovered(store.storage);
    expect(clients.strange).toEqual([]);

    const replays = await askedAgain(after.url, tokens, [...acknowledged, ...atBoth]);
    await recovered(store.storage);
    const asBefore = replays.map(({ request, again }) => ({ request, reply: again, url: after.url }));
    const replaysBefore = await askedAgain(back.url, tokens, asBefore);
    await recovered(store.storage);
    expect([...replays, ...replaysBefore].flatMap((replay) => replayFault(replay) ?? [])).toEqual([]);
    await ended(back, 'SIGTERM');

    await allDelivered(store.storage);
    const spent = replaysBefore.filter(isSpent).map(({ request }) => request.key);
    const { faults } = await auditBooks(store.storage, join(dataDir, 'simulator.sqlite'), spent, receiver);
    expect(faults).toEqual([]);
    const taken = [...acknowledged, ...atBoth].filter(({ request, reply }) =>
      isTaken(request.key.operation, reply),
    );
    const notFound = (some: readonly Acknowledged[]) =>
      notFoundByAmount(after, tokens.get(TAKER) ?? '', some);
    expect(await notFound(taken.filter((_, n) => n % ONE_FOUND_IN === 0))).toEqual([]);
    expect(await verified(env)).toMatchObject({ code: 0, stderr: '' });
    expect(await store.migrateADayLater()).toEqual(store.late(schemaBefore));
    expect(await notFound(taken)).toEqual([]);
    expect(await verified(env)).toMatchObject({ code: 0, stderr: '' });
    const [byBefore, byAfter] = [[...killed, second, back], [after]].map((servers) =>
      acknowledged.filter(({ url }) => servers.some((server) => server.url === url)),
    );
    console.log(
      `${name}, ${schemaBefore} to ${store.newest}: ${CLIENTS} clients, ${clients.interrupted()} requests cut off; the version before ` +
        `answered ${countText((byBefore ?? []).map(({ request }) => request.key))}, this one ` +
        `${countText((byAfter ?? []).map(({ request }) => request.key))}`,
    );
  }, 900_000);
});

type Settings = Readonly<Record<string, string>>;

/** Migrates to this version by a run that ends well, after others that were killed somewhere. */
async function migratedInSpiteOfKills(env: Settings): Promise<void> {
  for (let run = 0; run < KILLED_RUNS; run += 1) {
    const { child, ended } = startCli(['migrate'], env);
    await pause(Math.random() * LONGEST_RUN_MS);
    child.kill('SIGKILL');
    await ended;
  }
  expect(await runCli(['migrate'], env)).toMatchObject({ code: 0, stderr: '' });
}

const verified = (env: Settings) => runCli(['verify'], env);

/** The `n`s of payments that no client has asked for, of methods whose first answer is the final one. */
const AT_BOTH = Array.from({ length: 60 }, (_, n) => 1_000_000 + n).filter(
  (n) => !aPayment(n).body.includes('test_timeout'),
);

/** Sends each payment to both servers at once, under one key, and holds the answers against each other. */
async function askedOfBoth(
  one: ServerProcess,
  other: ServerProcess,
  token: string,
): Promise<readonly Acknowledged[]> {
  return inLanes(AT_BOTH, async (n) => {
    const request = aPayment(n);
    const answered = async ({ url }: ServerProcess): Promise<Reply> => {
      for (;;) {
        const { status, body } = await send(url, token, request);
        if (meaningOf({ status, body }) === 'final') return { status, body };
        await pause(50);
      }
    };
    const [reply, twin] = await Promise.all([answered(one), answered(other)]);
    expect(twin).toEqual(reply);
    return { request, reply, url: one.url };
  });
}

const isTaken = (operation: string, { status }: Reply): boolean => operation === 'process' && status <= 202;

/** Payments that a list of all of their amount does not have once, and nothing else. */
async function notFoundByAmount(
  { url }: ServerProcess,
  token: string,
  taken: readonly Acknowledged[],
): Promise<readonly string[]> {
  const faults = await inLanes(taken, async ({ reply }) => {
    const { id, amount } = JSON.parse(reply.body) as Readonly<{ id: string; amount: number }>;
    const listed = await fetch(`${url}/payments?currency=USD&min_amount=${amount}&max_amount=${amount}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const text = await listed.text();
    const { items } = JSON.parse(text) as Readonly<{ items?: readonly Readonly<{ id: string }>[] }>;
    const found = items?.map((item) => item.id).join();
    return found === id ? [] : [`of ${amount} there is ${id}, and found is ${found ?? text}`];
  });
  return faults.flat();
}
