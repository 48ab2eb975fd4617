import type { ServiceIdentifier } from 'inversify';
import { errAsync, okAsync, ResultAsync } from 'neverthrow';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { DEFAULT_EVENT_SOURCES } from '../../src/application/approvals/approval-rules.ts';
import type { ApprovalsSettings } from '../../src/composition/approvals-settings.ts';
import { bothHealthy } from '../../src/composition/both-healthy.ts';
import { composeApprovals } from '../../src/composition/compose-service.ts';
import type { PlacedStorage } from '../../src/composition/storage-settings.ts';
import { APPROVALS_TOKENS } from '../../src/composition/tokens.ts';
import { DEFAULT_THRESHOLDS } from '../../src/domain/approvals/fraud.ts';
import { defaultFraudRules } from '../../src/domain/approvals/fraud-rules.ts';
import { aPricedOrder } from '../fixtures/approvals.ts';
import { NOON } from '../fixtures/changes.ts';

/** Nothing listens at any of these: what is put together here must not need to be answered. */
const STORAGES: readonly PlacedStorage[] = [
  { kind: 'memory' },
  { kind: 'postgres', at: { kind: 'url', url: 'postgres://nobody@127.0.0.1:1/none' } },
  {
    kind: 'dynamodb',
    table: 'paywright',
    region: 'eu-central-1',
    at: { kind: 'endpoint', url: 'http://127.0.0.1:1' },
  },
  { kind: 'dynamodb', table: 'paywright', region: 'eu-central-1', at: { kind: 'aws' } },
];

const approvalsOn = (storage: PlacedStorage, parts: Partial<ApprovalsSettings<PlacedStorage>> = {}) =>
  composeApprovals({
    storage,
    secret: 's'.repeat(32),
    rules: {
      policy: {
        tiers: [
          { upToCents: 100_000n, approvals: 1, roles: ['dispatcher', 'admin'], including: [] },
          { approvals: 1, roles: ['admin'], including: [] },
        ],
        flagged: ['admin'],
      },
      thresholds: DEFAULT_THRESHOLDS,
      claims: { keepResponsesMs: 86_400_000 },
      payouts: { leaseMs: 30_000 },
      eventSources: DEFAULT_EVENT_SOURCES,
    },
    fraudRules: defaultFraudRules([100_000n]),
    processorTimeoutMs: 10_000,
    payoutsFile: ':memory:',
    queue: { kind: 'storage' },
    bus: { kind: 'storage' },
    ...parts,
  });

describe.each(STORAGES)('approvals on $kind', (storage) => {
  it.each(Object.entries(APPROVALS_TOKENS))('make one %s', async (_name, token: ServiceIdentifier) => {
    const approvals = approvalsOn(storage);
    const made = approvals.get(token);
    expect(made).toBeDefined();
    expect(approvals.get(token)).toBe(made);
    await approvals.release();
  });

  it('bind every port to the same room', async () => {
    const approvals = approvalsOn(storage);
    const room = approvals.get(APPROVALS_TOKENS.openStorage);
    expect(approvals.get(APPROVALS_TOKENS.ports).vendorPayments).toBe(room.storage.vendorPayments);
    expect(room.storage.health.name).toBe(storage.kind);
    await approvals.release();
    await approvalsOn(storage).release();
  });
});

describe('approvals as they are composed', () => {
  it('score amounts that keep just under the tiers of the installation’s own policy', async () => {
    const approvals = approvalsOn({ kind: 'memory' });
    const order = aPricedOrder();
    const codes = async (cents: bigint) => {
      const { fraudScorer } = approvals.get(APPROVALS_TOKENS.ports);
      const priced = order;
      const asked = { ...priced, amount: { ...priced.amount, minorUnits: cents } };
      return (await fraudScorer.score(asked, NOON))._unsafeUnwrap().reasons.map(({ code }) => code);
    };
    expect(await codes(99_999n)).toContain('just_under_bound');
    expect(await codes(499_999n)).not.toContain('just_under_bound');
    await approvals.release();
  });

  it('wait no longer than 5 s for a score', async () => {
    const never = new ResultAsync<never, never>(new Promise(() => {}));
    const approvals = approvalsOn({ kind: 'memory' }, { aroundScorer: () => ({ score: () => never }) });
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const heard = vi.fn();
    const asked = approvals.get(APPROVALS_TOKENS.ports).fraudScorer.score(aPricedOrder(), NOON).then(heard);
    await vi.advanceTimersByTimeAsync(4_999);
    expect(heard).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    await asked;
    expect(heard.mock.lastCall?.[0]._unsafeUnwrapErr().kind).toBe('ScorerUnavailable');
    await approvals.release();
  });
});

describe('the health of both services', () => {
  const well = (name: string) => ({ name, check: () => okAsync(undefined) });
  const ill = { kind: 'StorageUnavailable', cause: 'gone' } as const;
  const unwell = (name: string) => ({ name, check: () => errAsync(ill) });

  it('is good when both are well', async () => {
    const both = bothHealthy(well('postgres'), well('postgres'));
    expect(both.name).toBe('postgres');
    expect((await both.check()).isOk()).toBe(true);
  });

  it('is what is wrong with either', async () => {
    for (const both of [
      bothHealthy(unwell('dynamodb'), well('memory')),
      bothHealthy(well('dynamodb'), unwell('memory')),
    ]) {
      expect(both.name).toBe('dynamodb, approvals on memory');
      expect((await both.check())._unsafeUnwrapErr()).toEqual(ill);
    }
  });
});
