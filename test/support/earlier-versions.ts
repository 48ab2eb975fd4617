import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { bundledProgram, type Program } from './bundled-program.ts';

/** The whole program as it was at a commit; `schema` is what it brings a DynamoDB table to. */
export type EarlierVersion = Readonly<{ commit: string; schema: number; program: Program }>;

const RECORDING = new URL('../fixtures/installed/programs.json.br', import.meta.url);
const TREE = new URL('../../', import.meta.url).href;

/**
 * The recorded ones, the newest first: their own code, with the packages of this tree. What they migrate by are the files of this tree that
 * they know, which they hold against their own hashes.
 */
export function earlierVersions(): readonly [EarlierVersion, ...EarlierVersion[]] {
  const recorded = JSON.parse(brotliDecompressSync(readFileSync(RECORDING)).toString('utf8')) as readonly {
    commit: string;
    schema: number;
    program: string;
  }[];
  const [newest, ...others] = recorded.map(({ commit, schema, program }) => ({
    commit,
    schema,
    program: unpacked(commit, program),
  }));
  if (newest === undefined) throw new Error('no earlier version is recorded');
  return [newest, ...others];
}

/** Beside the program of this version, where packages are found and which the run removes. */
function unpacked(commit: string, text: string): Program {
  const { main: beside, environment } = bundledProgram();
  const main = join(beside, `../version-${commit}.mjs`);
  const own = `${main}.${process.pid}`;
  writeFileSync(own, text);
  renameSync(own, main);
  return { main, environment: { ...environment, TREE_OF_PROGRAM: TREE } };
}
