import { parseArgs } from 'node:util';
import { jsonText } from '../../src/domain/kernel/json.ts';
import { playHistory } from './history.ts';
import { type Broken, planOf, type Simulated, simulate, sizeOf } from './simulate.ts';

const USAGE = `usage: npm run simulate -- [--histories N] [--seed S] [--history K] [--verbose]
  --histories N  how many are played, 1000 without it
  --seed S       what all of them follow from, one of chance without it
  --history K    plays this one of the seed alone
  --verbose      prints every step of the history that broke, or of the one that was asked for`;

type Options = Readonly<{ histories: number; seed: number; history?: number; isVerbose: boolean }>;

/** Where lines go. */
export type Lines = Readonly<{ out: (line: string) => void; err: (line: string) => void }>;

/** Plays what a command line asks for; its exit code: 0, or 1 when a history broke, or 2 for what it does not know. */
export async function runCommand(given: readonly string[], lines: Lines): Promise<number> {
  const options = read(given);
  if (typeof options !== 'string') return run(options, lines);
  lines.err(`${options}\n${USAGE}`);
  return 2;
}

/** What is asked for, or what is wrong with how that was said. */
function read(given: readonly string[]): Options | string {
  try {
    const { values } = parseArgs({
      args: [...given],
      options: {
        histories: { type: 'string', default: '1000' },
        seed: { type: 'string', default: String(Math.trunc(Math.random() * 2 ** 31)) },
        history: { type: 'string' },
        verbose: { type: 'boolean', default: false },
      },
    });
    const { histories, seed, history, verbose: isVerbose } = values;
    const wrong = Object.entries({ histories, seed, history }).find(
      ([, text]) => text !== undefined && !/^\d{1,10}$/.test(text),
    );
    if (wrong !== undefined) return `--${wrong[0]} must be a whole number from 0 on, and not ${wrong[1]}`;
    if (Number(histories) === 0)
      return '--histories must be 1 at least: of none it is not known that they are whole';
    const asked = { histories: Number(histories), seed: Number(seed), isVerbose };
    return history === undefined ? asked : { ...asked, history: Number(history) };
  } catch (fault) {
    return (fault as Error).message;
  }
}

async function run({ histories, seed, history, isVerbose }: Options, { out }: Lines): Promise<number> {
  const from = history ?? 0;
  const until = history === undefined ? histories : history + 1;
  out(`simulate: seed ${seed}, ${history === undefined ? `${histories} histories` : `history ${history}`}`);
  const begun = performance.now();
  const used = process.cpuUsage();
  const simulated = await simulate({ seed, from, until });
  const { user, system } = process.cpuUsage(used);
  out(sumOf(simulated, { ms: performance.now() - begun, cpuMs: (user + system) / 1_000 }));
  const { broken } = simulated;
  if (broken !== undefined) out(reportOf(seed, broken));
  const shown = broken?.shrunk ?? (history === undefined ? undefined : planOf(seed, history));
  if (isVerbose && shown !== undefined) out((await playHistory(shown)).trace.join('\n'));
  return broken === undefined ? 0 : 1;
}

type Times = Readonly<{ ms: number; cpuMs: number }>;

/** Shrinking takes its time too, so there is no rate where a history broke. */
function sumOf({ histories, steps, broken }: Simulated, { ms, cpuMs }: Times): string {
  const counts = `${histories} histories, ${steps} steps`;
  if (broken !== undefined) return `${counts}: one broken`;
  const [rate, ofCpu] = [ms, cpuMs].map((time) => ((histories / time) * 1_000).toFixed(0));
  return `${counts}, ${rate} histories a second, ${ofCpu} in a second of CPU: none broken`;
}

function reportOf(seed: number, { history, plan, shrunk, faults }: Broken): string {
  const sizes = [plan, shrunk].map((each) => {
    const { actions, faults: hurts } = sizeOf(each);
    return `${actions} actions and ${hurts} faults`;
  });
  return [
    `history ${history} of seed ${seed} is broken`,
    ...faults.map((fault) => `  ${fault}`),
    `replay: npm run simulate -- --seed ${seed} --history ${history} --verbose`,
    `shrunk from ${sizes.join(' to ')}:`,
    ...shrunk.actions.map((action) => `  ${jsonText(action)}`),
    `  clocks ${shrunk.skewsMs.join(' and ')} ms off, seed of the plan ${shrunk.seed}`,
  ].join('\n');
}
