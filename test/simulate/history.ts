import { simulatedCustomers } from '../../src/adapters/processor/simulator-customers.ts';
import { approvalsFaults } from './approvals-ending.ts';
import { askedExports, bookkeepersOf, sentFiles } from './bookkeepers.ts';
import { clientsOf } from './clients.ts';
import { platformFaults } from './ending.ts';
import { exportFaults } from './exports-ending.ts';
import { leftOpen } from './left-open.ts';
import { noticesOf } from './notices.ts';
import { officeOf } from './office.ts';
import type { Action, Plan } from './plan.ts';
import type { ProcessIndex } from './sends-plan.ts';
import { type ServerProcess, serverProcess } from './server-process.ts';
import { aWorld, type Breaking } from './world.ts';

/** What came of a plan. `trace` has a line for every step: the same plan has the same. */
export type History = Readonly<{
  faults: readonly string[];
  trace: readonly string[];
  steps: number;
}>;

const MOST_TURNS = 20_000;
const MOST_ROUNDS = 60;
/** Longer than leases of shards' holders last, and than what any two clocks are apart. */
const BETWEEN_ROUNDS_MS = 40_000;
const LEAST_ASKED_AGAIN = 2;
const MOST_ASKED_AGAIN = 5;

/** Plays a plan in a world of its own, lets it come to rest, and says everything that is wrong then. */
export async function playHistory(plan: Plan, breaking?: Breaking): Promise<History> {
  const world = await aWorld(plan.seed, breaking);
  const { loop, fault } = world;
  const clients = clientsOf(world);
  const office = officeOf(world);
  const notices = noticesOf(world);
  const bookkeepers = bookkeepersOf(world);
  let lives = 0;
  const processes = [start(0), start(1)] as [ServerProcess, ServerProcess];

  function start(index: ProcessIndex): ServerProcess {
    const number = ++lives;
    const died = () => {
      world.note(`process ${index} dies`);
      processes[index] = start(index);
    };
    return serverProcess(world, { index, skewMs: plan.skewsMs[index], number, died });
  }

  const customers = simulatedCustomers(world.books, { now: loop.now });
  let at = 0;
  for (const action of plan.actions) {
    at += action.afterMs;
    loop.after(at, () => begin(action));
  }
  await settle();
  world.endTrouble();
  world.note('trouble ends');
  // A processor goes on until it is heard, whether or not clients do.
  notices.askAgain(processes[0]);
  await settle();
  await rest();
  if (plan.clientsReturn) await askAgain();
  else await rest({ forDays: true });
  const clocksAgree = plan.skewsMs[0] === plan.skewsMs[1];
  for (const left of [...(plan.clientsReturn ? unanswered() : []), ...notices.unanswered()])
    fault(`no answer in the end: ${left}`);
  for (const each of [
    ...clients.faults(),
    ...office.faults(),
    ...notices.faults(),
    ...bookkeepers.faults(),
    ...(await platformFaults(world, clocksAgree, sentFiles(bookkeepers))),
    ...(await approvalsFaults(world)),
    ...(await exportFaults(world, askedExports(bookkeepers))),
  ])
    fault(each);
  const { trace } = world;
  return { faults: world.faults, trace, steps: trace.length };

  async function askAgain(): Promise<void> {
    for (let asked = 0; asked < MOST_ASKED_AGAIN; asked += 1) {
      if (asked >= LEAST_ASKED_AGAIN && unanswered().length === 0) return;
      for (const each of [clients, office, notices, bookkeepers])
        each.askAgain(processes[asked % 2 === 0 ? 0 : 1]);
      await settle();
      await rest();
    }
  }

  function unanswered(): readonly string[] {
    return [clients, office, bookkeepers].flatMap((each) => each.unanswered());
  }

  function begin(action: Action): void {
    switch (action.kind) {
      case 'request':
        return clients.ask(action.request, action.sends, (send) => processes[send.process]);
      case 'approval':
        return office.ask(action.request, action.sends, (send) => processes[send.process]);
      case 'round':
        return processes[action.process].round(action.round, action.hurts);
      case 'customer': {
        const payment = clients.payment(action.of);
        if (payment !== undefined) customers.act(payment, action.approves ? 'approve' : 'decline');
        return;
      }
      case 'dispute': {
        const dispute = world.issuer.turn(action.turn);
        if (dispute === undefined) return;
        world.note(`${dispute} is ${action.turn.type === 'opened' ? 'opened' : action.turn.as}`);
        return notices.ask({ dispute }, action.sends, (send) => processes[send.process]);
      }
      case 'bookkeeping':
        return bookkeepers.ask(action.request, action.sends, (send) => processes[send.process]);
      case 'outage':
        world.note(`${action.of} is out for ${action.lengthMs}`);
        world.outages.set(action.of, loop.now() + action.lengthMs);
        return;
      case 'death':
        return processes[action.process].die();
    }
  }

  async function settle(): Promise<void> {
    if (!(await loop.run(MOST_TURNS))) fault('it does not end');
  }

  /** Rounds of the workers that have something to do, now of one process and then of the other, until none has. */
  async function rest({ forDays } = { forDays: false }): Promise<void> {
    for (let round = 0; round < MOST_ROUNDS; round += 1) {
      const due = leftOpen(world, forDays);
      if (due.length === 0) return;
      loop.pass(Math.max(BETWEEN_ROUNDS_MS, Math.min(...due.map(({ at }) => at)) - loop.now()));
      for (const each of new Set(due.map((open) => open.round))) {
        processes[round % 2 === 0 ? 0 : 1].round(each, []);
        await settle();
      }
    }
    fault(
      `it does not come to rest: ${leftOpen(world, forDays)
        .map(({ what }) => what)
        .join()}`,
    );
  }
}
