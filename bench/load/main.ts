import { writeFileSync } from 'node:fs';
import { Command, InvalidArgumentError, Option } from 'commander';
import { STORAGES, type StorageName } from './installation.ts';
import { reportPage, reportText } from './report.ts';
import { PARTS, type PartName, partsOn, runLoad } from './run-load.ts';

function positive(text: string): number {
  const number = Number(text);
  if (!(number > 0)) throw new InvalidArgumentError('It takes a number above 0.');
  return number;
}

const { storage, parts, minutes, rate, report } = new Command('load')
  .description(
    'Puts realistic loads, bursts and the loss of a region on real servers, and looks for what was lost or doubled.',
  )
  .addOption(new Option('--storage <name>', 'below the servers').choices(STORAGES).default('postgres'))
  .addOption(new Option('--parts <names...>', 'which loads (all that the storage has)').choices(PARTS))
  .addOption(new Option('--minutes <n>', 'how long each load lasts').argParser(positive).default(5))
  .addOption(new Option('--rate <n>', 'requests a second').argParser(positive).default(100))
  .option('--report <file>', 'write a page with pictures of latency over time')
  .parse()
  .opts<{ storage: StorageName; parts?: PartName[]; minutes: number; rate: number; report?: string }>();

const names = partsOn(storage, parts);
if (names === undefined) {
  process.stderr.write('load: memory has no regions: each server has a memory of its own\n');
  process.exitCode = 1;
} else {
  const found = await runLoad(storage, names, { seconds: minutes * 60, perSecond: rate });
  process.stdout.write(reportText(found));
  if (report !== undefined) writeFileSync(report, reportPage(found));
  if (found.faults.length > 0) process.exitCode = 1;
}
