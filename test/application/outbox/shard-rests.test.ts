import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memoryLeases } from '../../../src/adapters/memory/leases.ts';
import { type ShardAssignment, shardAssignment } from '../../../src/application/outbox/shard-assignment.ts';
import type { Leases } from '../../../src/ports/leases.ts';
import { handClock } from '../../support/relay-workers.ts';

const LEASE_MS = 10_000;
const SHARDS = 16;
const ROUND_MS = 500;

function resting() {
  const clock = handClock();
  const leases = memoryLeases();
  let written = 0;
  const counted: Leases = {
    ...leases,
    hold: (names, ...rest) => {
      written += names.length;
      return leases.hold(names, ...rest);
    },
    release: (names, holder) => {
      written += names.length;
      return leases.release(names, holder);
    },
  };
  const join = (holder: string) =>
    shardAssignment(
      { leases: counted, clock },
      { work: 'outbox', shards: SHARDS, holder, leaseMs: LEASE_MS },
    );
  const heldBy = async (share: ShardAssignment) => (await share.held())._unsafeUnwrap();
  /** Rounds of all that work; what each has after the last. */
  const work = async (shares: readonly ShardAssignment[], ms: number) => {
    for (let passed = 0; passed < ms; passed += ROUND_MS) {
      for (const share of shares) await heldBy(share);
      clock.pass(ROUND_MS);
    }
    const parts: (readonly number[])[] = [];
    for (const share of shares) parts.push(await heldBy(share));
    return parts;
  };
  const rest = async (...shares: readonly ShardAssignment[]) => {
    for (const share of shares) (await share.rest())._unsafeUnwrap();
  };
  const writtenBy = async (doing: () => Promise<unknown>) => {
    const before = written;
    await doing();
    return written - before;
  };
  return { clock, join, work, rest, writtenBy };
}

const sizes = (parts: readonly (readonly number[])[]) => parts.map(({ length }) => length);

describe('a share of shards at rest', () => {
  it('is written nothing for, and is the same shards when its worker is woken, for one write', async () => {
    const { clock, join, work, rest, writtenBy } = resting();
    const [a, b] = [join('a'), join('b')];
    const before = await work([a, b], LEASE_MS);
    expect(sizes(before)).toEqual([8, 8]);
    await rest(a, b);
    for (let lull = 0; lull < 5; lull += 1) {
      clock.pass(300_000);
      // The other hears of what woke the first some seconds later.
      expect(await writtenBy(() => work([a], 0))).toBe(1);
      expect(await writtenBy(() => work([a], 2_000))).toBe(0);
      expect(await writtenBy(() => work([b], 0))).toBe(1);
      expect(await work([a, b], 1_000)).toEqual(before);
      expect(await writtenBy(() => rest(a, b))).toBe(0);
    }
  });

  it('goes to one who worked on for a lease, and is even again once the other is back', async () => {
    const { clock, join, work, rest } = resting();
    const [a, b] = [join('a'), join('b')];
    await work([a, b], LEASE_MS);
    await rest(b);
    expect(sizes(await work([a], 2 * LEASE_MS))).toEqual([16]);
    clock.pass(ROUND_MS);
    expect(sizes(await work([a, b], LEASE_MS / 2))).toEqual([8, 8]);
  });

  it('goes to others within a lease of their waking where its worker died in its rest', async () => {
    const { clock, join, work, rest } = resting();
    const [a, b, c] = [join('a'), join('b'), join('c')];
    await work([a, b, c], LEASE_MS);
    await rest(a, b, c);
    clock.pass(300_000);
    expect(sizes(await work([a, b], LEASE_MS - ROUND_MS))).toEqual([6, 5]);
    const [ofA = [], ofB = []] = await work([a, b], LEASE_MS / 3 + 2 * ROUND_MS);
    expect([...ofA, ...ofB].toSorted((x, y) => x - y)).toEqual(Array.from({ length: SHARDS }, (_, n) => n));
  });

  it('goes at once to one that is gone again in moments, alive or dead, and is its worker’s again when that is woken', async () => {
    const { clock, join, work, rest } = resting();
    const [a, b] = [join('a'), join('b')];
    await work([a, b], LEASE_MS);
    await rest(a, b);
    for (const invocation of ['f-1', 'f-2', 'f-3']) {
      clock.pass(60_000);
      const share = join(invocation);
      expect((await share.held({ atOnce: true }))._unsafeUnwrap()).toHaveLength(SHARDS);
      (await share.release())._unsafeUnwrap();
    }
    expect(sizes(await work([a, b], LEASE_MS / 2))).toEqual([8, 8]);
    const share = join('f-4');
    expect((await share.held({ atOnce: true }))._unsafeUnwrap()).toHaveLength(0);
  });

  it('is waited for once only, however long its worker stays away', async () => {
    const { clock, join, work, rest, writtenBy } = resting();
    const [a, b] = [join('a'), join('b')];
    await work([a, b], LEASE_MS);
    await rest(a, b);
    clock.pass(60_000);
    await work([a], 2 * LEASE_MS);
    await rest(a);
    clock.pass(60_000);
    expect(await writtenBy(async () => expect(sizes(await work([a], 0))).toEqual([16]))).toBe(1);
  });

  it('goes to a new worker a lease after it came, which asks few times until then', async () => {
    const { clock, join, work, rest, writtenBy } = resting();
    const [a, b] = [join('a'), join('b')];
    await work([a, b], LEASE_MS);
    await rest(a, b);
    clock.pass(60_000);
    const c = join('c');
    expect(await writtenBy(() => work([c], LEASE_MS - ROUND_MS))).toBeLessThan(5);
    expect(sizes(await work([c], 2 * ROUND_MS))).toEqual([16]);
  });

  it('is given back by one who stops, and nothing is left of it', async () => {
    const { clock, join, work, rest } = resting();
    const [a, b] = [join('a'), join('b')];
    await work([a, b], LEASE_MS);
    await rest(a, b);
    (await b.release())._unsafeUnwrap();
    clock.pass(60_000);
    expect(sizes(await work([a], 0))).toEqual([16]);
  });
});

const steps = fc.array(
  fc.record({
    who: fc.nat(4),
    does: fc.constantFrom('works', 'rests', 'dies', 'stops', 'works', 'rests'),
    afterMs: fc.constantFrom(0, 2_000, 9_000, 15_000, 400_000, 4_000_000),
  }),
  { maxLength: 25 },
);

describe('Where workers work, rest, die and stop in any order', () => {
  it('those that work have all shards two leases later, each one of them, in even parts', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (chosen) => {
        const { clock, join, work, rest } = resting();
        const workers = new Map<number, ShardAssignment>();
        const working = new Set<number>();
        let lives = 0;
        const all = () => [...working].map((who) => workers.get(who) as ShardAssignment);
        for (const { who, does, afterMs } of chosen) {
          const worker = workers.get(who) ?? join(`w-${(lives += 1)}`);
          workers.set(who, worker);
          if (does === 'works') working.add(who);
          else working.delete(who);
          if (does === 'rests') await rest(worker);
          if (does === 'stops') (await worker.release())._unsafeUnwrap();
          if (does === 'dies' || does === 'stops') workers.delete(who);
          if (working.size === 0) clock.pass(afterMs);
          else await work(all(), Math.min(afterMs, 20_000));
        }
        if (working.size === 0) return;
        const parts = await work(all(), 2 * LEASE_MS);
        expect(parts.flat().toSorted((a, b) => a - b)).toEqual(Array.from({ length: SHARDS }, (_, n) => n));
        expect(Math.max(...sizes(parts)) - Math.min(...sizes(parts))).toBeLessThanOrEqual(1);
      }),
      { numRuns: 300 },
    );
  });
});
