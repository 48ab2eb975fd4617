import { errAsync } from 'neverthrow';
import { describe, expect, it } from 'vitest';
import { memoryLeases } from '../../../src/adapters/memory/leases.ts';
import { shardAssignment } from '../../../src/application/outbox/shard-assignment.ts';
import type { Leases } from '../../../src/ports/leases.ts';
import { handClock } from '../../support/relay-workers.ts';

const LEASE_MS = 10_000;

function sharing(leases: Leases = memoryLeases()) {
  const clock = handClock();
  let asked = 0;
  let written = 0;
  const counted: Leases = {
    ...leases,
    holders: (prefix, now) => {
      asked += 1;
      return leases.holders(prefix, now);
    },
    hold: (names, ...rest) => {
      written += names.length;
      return leases.hold(names, ...rest);
    },
  };
  const join = (holder: string, work = 'outbox', shards = 16) =>
    shardAssignment({ leases: counted, clock }, { work, shards, holder, leaseMs: LEASE_MS });
  const held = async (share: ReturnType<typeof join>) => (await share.held())._unsafeUnwrap();
  return { clock, join, held, asked: () => asked, written: () => written, leases };
}

describe('a share of shards', () => {
  it('is everything for one alone, who asks the store three times in a lease', async () => {
    const { clock, join, held, asked } = sharing();
    const share = join('one');
    for (let ms = 0; ms < 3 * LEASE_MS; ms += 100) {
      expect(await held(share)).toEqual(Array.from({ length: 16 }, (_, n) => n));
      clock.pass(100);
    }
    expect(asked()).toBeLessThanOrEqual(10);
  });

  it('is kept with one write each time, and one for each shard in a hundred seconds', async () => {
    const { clock, join, held, asked, written } = sharing();
    const share = join('one');
    for (let ms = 0; ms < 1_000_000; ms += 500) {
      expect(await held(share)).toHaveLength(16);
      clock.pass(500);
    }
    expect(written() - asked()).toBeLessThanOrEqual(16 * 11);
  });

  it('is taken from one who died, however long its leases of shards run on', async () => {
    const { clock, join, held } = sharing();
    const [a, b] = [join('a'), join('b')];
    expect(await held(a)).toHaveLength(16);
    clock.pass(LEASE_MS - 1);
    expect(await held(b)).toEqual([]);
    clock.pass(1_000);
    expect(await held(b)).toHaveLength(16);
    const c = join('c');
    expect(await held(c)).toEqual([]);
    clock.pass(LEASE_MS / 2);
    expect(await held(b)).toHaveLength(8);
    expect(await held(c)).toHaveLength(8);
  });

  it.each([2, 3, 5, 7, 16, 20])('is even for %d, and all shares are all shards', async (count) => {
    const { clock, join, held } = sharing();
    const shares = Array.from({ length: count }, (_, n) => join(`w-${n}`));
    let sizes: number[] = [];
    for (let ms = 0; ms < LEASE_MS; ms += 250) {
      const parts = [];
      for (const share of shares) parts.push(await held(share));
      expect(new Set(parts.flat()).size).toBe(parts.flat().length);
      sizes = parts.map(({ length }) => length);
      clock.pass(250);
    }
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(16);
    expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
  });

  it('passes to those who are left as soon as one has gone, and a lease later when one has died', async () => {
    const { clock, join, held } = sharing();
    const [a, b, c] = [join('a'), join('b'), join('c')];
    const settle = async (shares: readonly ReturnType<typeof join>[], ms: number) => {
      for (let passed = 0; passed < ms; passed += 250) {
        for (const share of shares) await held(share);
        clock.pass(250);
      }
      return (await Promise.all(shares.map(held))).map(({ length }) => length);
    };
    expect(await settle([a, b, c], 5_000)).toEqual([6, 5, 5]);
    (await a.release())._unsafeUnwrap();
    expect(await settle([b, c], LEASE_MS / 3 + 500)).toEqual([8, 8]);
    expect(await settle([b], LEASE_MS - 2_000)).toEqual([8]);
    expect(await settle([b], LEASE_MS)).toEqual([16]);
  });

  it('is of one kind of work only', async () => {
    const { join, held } = sharing();
    expect(await held(join('one', 'outbox'))).toHaveLength(16);
    expect(await held(join('two', 'deliveries', 4))).toEqual([0, 1, 2, 3]);
  });

  it('is asked for again at once when the clock stepped back', async () => {
    const { clock, join, held, asked } = sharing();
    const share = join('one');
    await held(share);
    clock.pass(-3_600_000);
    expect(await held(share)).toHaveLength(16);
    expect(asked()).toBe(2);
  });

  it('is one answer for all who ask together', async () => {
    const { join, held, asked } = sharing();
    const share = join('one');
    await Promise.all(Array.from({ length: 10 }, () => held(share)));
    expect(asked()).toBe(1);
  });

  it('is not known while the store is silent, and known again after', async () => {
    const leases = memoryLeases();
    let isSilent = false;
    const { clock, join, held } = sharing({
      ...leases,
      hold: (...args) =>
        isSilent ? errAsync({ kind: 'StorageUnavailable', cause: 'gone' }) : leases.hold(...args),
    });
    const share = join('one');
    await held(share);
    isSilent = true;
    clock.pass(LEASE_MS / 2);
    expect((await share.held()).isErr()).toBe(true);
    isSilent = false;
    expect(await held(share)).toHaveLength(16);
  });

  it('is lost by one who slept past its leases and finds others in its place', async () => {
    const { clock, join, held } = sharing();
    const [a, b] = [join('a'), join('b')];
    expect(await held(a)).toHaveLength(16);
    clock.pass(LEASE_MS);
    expect(await held(b)).toHaveLength(16);
    expect(await held(a)).toEqual([]);
  });
});
