import { beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from './command.ts';
import { playHistory } from './history.ts';
import { MUTATIONS } from './mutations.ts';
import { OUTAGES } from './outside.ts';
import { type Action, ROUNDS } from './plan.ts';
import { planOf, simulate, sizeOf } from './simulate.ts';
import { FAULTS } from './steps.ts';

const seed = Number(process.env['PAYWRIGHT_TEST_SEED'] ?? Math.trunc(Math.random() * 2 ** 31));
const histories = Number(process.env['PAYWRIGHT_HISTORIES'] ?? 1_000);

const [brokenMutation] = MUTATIONS.filter(({ name }) => name === 'the payload of a key is not looked at');

/** What few histories have. */
const isRare = (action: Action): boolean =>
  action.kind === 'dispute' ||
  action.kind === 'bookkeeping' ||
  (action.kind === 'approval' && action.request.type === 'review');

describe('Simulated histories of the whole system', () => {
  beforeAll(() => console.log(`simulated histories: PAYWRIGHT_TEST_SEED=${seed}`));

  it(`keep every invariant, ${histories} of seed ${seed}`, async () => {
    const { broken } = await simulate({ seed, from: 0, until: histories });
    expect(broken && { history: broken.history, faults: broken.faults, actions: broken.shrunk.actions }).toBe(
      undefined,
    );
  });

  it('are the same, step by step, whenever a seed is played', async () => {
    for (let history = 0; history < 5; history += 1) {
      const first = await playHistory(planOf(seed, history));
      const second = await playHistory(planOf(seed, history));
      expect(second.trace).toEqual(first.trace);
    }
  });

  it('meet every fault, every worker and what may become of requests', async () => {
    const lines: string[] = [];
    for (let history = 0; history < 300; history += 1) {
      const plan = planOf(1, history);
      if (history < 60 || plan.actions.some(isRare)) lines.push(...(await playHistory(plan)).trace);
    }
    const all = lines.join('\n');
    const words =
      '201 cus_|201 succeeded|201 authorized|202 processing|202 requires_action|402 failed|PaymentStateConflict|' +
      'AmountExceeds|InsufficientFunds|CustomerExists|IdempotencyKeyReused|IdempotencyInFlight|StorageUnavailable|' +
      'ProcessorUnavailable|pending_approval|approved|completed|failed|cancelled|SelfApproval|DuplicateIncident|' +
      'process 0 dies|process 1 dies|is lost|is opened|is under_review|is won|close dispute|answered accepted dsp_|DisputeNotAcceptable|JudgedFraud|RoleNotAllowed|objects.get|objects.completeUpload|answered exp_|answered canceled exp_|answered rec_|answered expect_later';
    const met = [
      ...FAULTS.map((fault) => `(${fault})`),
      ...ROUNDS.map((round) => ` ${round}: `),
      ...OUTAGES.map((part) => `${part} is out`),
      ...words.split('|'),
    ];
    expect(met.filter((each) => !all.includes(each))).toEqual([]);
  });

  it('differ from one number to the next', async () => {
    const traces = new Set<string>();
    for (let history = 0; history < 5; history += 1)
      traces.add((await playHistory(planOf(seed, history))).trace.join('\n'));
    expect(traces.size).toBe(5);
  });

  it('are shrunk to the few actions that break them', async () => {
    const breaking = brokenMutation?.breaking ?? {};
    const { broken } = await simulate({ seed: 1, from: 0, until: 20, breaking });
    expect(broken?.plan.actions.length).toBeGreaterThan(4);
    expect(broken?.shrunk.actions.length).toBeLessThan(5);
    expect(sizeOf(broken?.shrunk ?? planOf(1, 0)).faults).toBeLessThan(2);
  });
});

describe('npm run simulate', () => {
  async function simulated(...given: readonly string[]) {
    const stdout: string[] = [];
    const stderr: string[] = [];
    const lines = {
      out: (line: string) => void stdout.push(line),
      err: (line: string) => void stderr.push(line),
    };
    const code = await runCommand(given, lines);
    return { code, stdout: stdout.join('\n'), stderr: stderr.join('\n') };
  }

  it('plays what it is asked for, and says so', async () => {
    const { code, stdout } = await simulated('--seed', '5', '--histories', '3');
    expect(stdout).toMatch(/^simulate: seed 5, 3 histories\n3 histories, \d+ steps, .*: none broken$/m);
    expect(code).toBe(0);
  });

  it('prints every step of the one history that is asked for', async () => {
    const { stdout } = await simulated('--seed', '5', '--history', '2', '--verbose');
    expect(stdout).toContain((await playHistory(planOf(5, 2))).trace.join('\n'));
  });

  it.each([
    ['--histories', 'many'],
    ['--histories', '0'],
    ['--seed', '-1'],
    ['--storage', 'memory'],
  ])('refuses %s %s', async (...given) => {
    const { code, stderr } = await simulated(...given);
    expect(stderr).toContain('usage: npm run simulate');
    expect(code).toBe(2);
  });
});
