import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { machine } from '../report.ts';
import { type Server, startServer } from '../server.ts';
import { readers } from './readers.ts';
import { stoppedStore } from './stopped-store.ts';
import { texts } from './texts.ts';

/** A table with its head. */
export type Table = Readonly<{
  title: string;
  head: readonly string[];
  rows: readonly (readonly string[])[];
}>;

const program = new Command('bench:hostile')
  .description('Measures what hostile texts, hostile readers and a store that stops cost the whole server.')
  .option('--parts <names...>', 'which of texts, readers and stores', ['texts', 'readers', 'stores'])
  .option('--storage <names...>', 'whose store is stopped', ['postgres', 'dynamodb'])
  .option('--quick', 'a short look, to see that it runs', false)
  .parse();
const { parts, storage, quick } = program.opts<{ parts: string[]; storage: string[]; quick: boolean }>();

console.log(`Machine: ${machine()}, node ${process.version}.`);
if (parts.includes('texts')) print(await withServer('memory', (server) => texts(server, quick)));
if (parts.includes('readers')) print(await withServer('memory', (server) => readers(server, quick)));
if (parts.includes('stores'))
  for (const name of storage) print(await withServer(name, (server) => stoppedStore(name, server, quick)));

function print({ title, head, rows }: Table): void {
  const lines = [head, head.map((_, column) => (column === 0 ? '---' : '--:')), ...rows];
  console.log(`\n${title}\n\n${lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}`);
}

async function withServer(name: string, measure: (server: Server) => Promise<Table>): Promise<Table> {
  const dataDir = mkdtempSync(join(tmpdir(), 'paywright-hostile-'));
  const server = await startServer(name, dataDir);
  try {
    return await measure(server);
  } finally {
    await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}
