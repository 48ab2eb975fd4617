import { SignJWT } from 'jose';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { consoleSessions, SESSION_MS } from '../../../../src/entrypoints/http/console/console-sessions.ts';
import type { Leases } from '../../../../src/ports/leases.ts';
import { NOON } from '../../../fixtures/changes.ts';
import { aClock } from '../../../fixtures/jobs.ts';
import { everyStorage } from '../../../support/every-storage.ts';

const { kinds, close } = await everyStorage(inject('postgresUrl'));
afterAll(close);

const aTokenUntil = (until: number): Promise<string> =>
  new SignJWT({ sub: 'user-1', exp: until / 1_000 })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(Buffer.alloc(32, 1));

describe.each(kinds)('sessions of the console: $name', ({ open: openStorage }) => {
  async function open() {
    const storage = await openStorage();
    const clock = aClock(NOON);
    const sessions = consoleSessions({ leases: storage.leases, clock });
    const token = await aTokenUntil(NOON + 12 * 3_600_000);
    return { storage, clock, sessions, token };
  }

  it('gives the token to who has the cookie, in every process over the store and after a restart', async () => {
    const { storage, clock, sessions, token } = await open();
    const { cookie } = (await sessions.open(token))._unsafeUnwrap();
    const elsewhere = consoleSessions({ leases: storage.leases, clock });
    expect((await elsewhere.find(cookie))._unsafeUnwrap()).toEqual({ token, until: NOON + SESSION_MS });
    await storage.close();
  });

  it('keeps nothing from which a token or a cookie could be made, nor a cookie the token', async () => {
    const { storage, sessions, token } = await open();
    const { cookie } = (await sessions.open(token))._unsafeUnwrap();
    const kept = JSON.stringify((await storage.leases.holders('', NOON))._unsafeUnwrap());
    const [id = ''] = cookie.split('.');
    for (const part of [token, cookie, id]) expect(kept).not.toContain(part);
    expect(cookie).not.toContain(token);
    await storage.close();
  });

  it('lasts half an hour, for as long again whenever it is used, and no longer than its token', async () => {
    const { storage, clock, sessions } = await open();
    const end = NOON + 100 * 60_000;
    const { cookie } = (await sessions.open(await aTokenUntil(end)))._unsafeUnwrap();
    for (let at = NOON; at < end; at += 25 * 60_000) {
      clock.move(at - clock.now());
      expect((await sessions.find(cookie))._unsafeUnwrap()?.until).toBe(Math.min(at + SESSION_MS, end));
    }
    clock.move(end - clock.now());
    expect((await sessions.find(cookie))._unsafeUnwrap()).toBeUndefined();
    const { cookie: unused } = (await sessions.open(await aTokenUntil(end + 7_200_000)))._unsafeUnwrap();
    clock.move(end + SESSION_MS - clock.now());
    expect((await sessions.find(unused))._unsafeUnwrap()).toBeUndefined();
    await storage.close();
  });

  it('is over once it was ended, whoever has the cookie, also when a request prolongs it at that moment', async () => {
    const { storage, clock, sessions, token } = await open();
    const { cookie } = (await sessions.open(token))._unsafeUnwrap();
    const { cookie: other } = (await sessions.open(token))._unsafeUnwrap();
    clock.move(NOON + 20 * 60_000 - clock.now());
    // Ended between the read and the write that prolongs.
    const late: Leases = {
      ...storage.leases,
      hold: (...of) => sessions.end(cookie).andThen(() => storage.leases.hold(...of)),
    };
    await consoleSessions({ leases: late, clock }).find(cookie);
    for (const later of [0, SESSION_MS - 1, SESSION_MS, 2 * SESSION_MS, 3 * SESSION_MS]) {
      clock.move(NOON + 20 * 60_000 + later - clock.now());
      expect((await sessions.find(cookie))._unsafeUnwrap()).toBeUndefined();
    }
    clock.move(NOON + 21 * 60_000 - clock.now());
    expect((await sessions.find(other))._unsafeUnwrap()?.token).toBe(token);
    expect((await sessions.end(cookie))._unsafeUnwrap()).toBeUndefined();
    await storage.close();
  });

  it('is not found with a cookie that was changed in any character, and not ended either', async () => {
    const { storage, sessions, token } = await open();
    const { cookie } = (await sessions.open(token))._unsafeUnwrap();
    const step = Math.max(1, Math.floor(cookie.length / 40));
    const changed = Array.from({ length: Math.floor(cookie.length / step) }, (_, n) => {
      const at = n * step;
      return cookie.slice(0, at) + (cookie[at] === 'A' ? 'B' : 'A') + cookie.slice(at + 1);
    });
    const { cookie: other } = (await sessions.open(token))._unsafeUnwrap();
    const mixed = `${cookie.split('.')[0]}.${other.split('.')[1]}`;
    for (const bad of [...changed, mixed, '', '.', `${cookie.split('.')[0]}.`, `${cookie}.x`, 'é']) {
      expect((await sessions.find(bad))._unsafeUnwrap()).toBeUndefined();
      (await sessions.end(bad))._unsafeUnwrap();
    }
    expect((await sessions.find(cookie))._unsafeUnwrap()?.token).toBe(token);
    await storage.close();
  });
});
