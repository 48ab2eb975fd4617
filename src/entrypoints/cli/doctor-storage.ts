import type { OpenStorage } from '../../composition/open-storage.ts';
import type { StorageHealth } from '../../ports/storage-health.ts';
import type { Config } from './config.ts';
import { type Finding, riskFinding } from './doctor-finding.ts';

type Room = Pick<OpenStorage, 'risks' | 'time'> & Readonly<{ storage: Readonly<{ health: StorageHealth }> }>;

/** Whether the storage of a service answers and has the schema of this version and, in production, may be used for serving alone. */
export async function storageFindings(
  service: string,
  room: Room,
  stage: Config['stage'],
): Promise<readonly Finding[]> {
  const { health } = room.storage;
  const check = `${service} storage`;
  const healthy = await health.check();
  if (healthy.isErr()) return [{ check, status: 'fail', ...unhealthy(health.name, healthy.error) }];
  const well: Finding = { check, status: 'ok', says: `${health.name} answers, its schema is current` };
  if (stage === 'development') return [well];
  const risks = await room.risks();
  return [
    well,
    ...risks.match(
      (found) => found.map((risk) => riskFinding(`${service} risks`, risk)),
      (): readonly Finding[] => [silence(`${service} risks`, health.name)],
    ),
  ];
}

const silence = (check: string, name: string): Finding => ({
  check,
  status: 'fail',
  says: `${name} does not answer`,
  remedy: 'see that it runs, that its address is set right and that this machine may reach it',
});

type Unhealthy =
  Awaited<ReturnType<StorageHealth['check']>> extends infer Checked
    ? Checked extends { error: infer Failure }
      ? Failure
      : never
    : never;

function unhealthy(name: string, failure: Unhealthy): Pick<Finding, 'says' | 'remedy'> {
  switch (failure.kind) {
    case 'SchemaOutdated':
      return {
        says: `the schema is ${failure.found} and must be ${failure.needed} or newer`,
        remedy: 'run `paywright migrate`, as the owner of the tables',
      };
    case 'SchemaDiverged':
      return {
        says: `migration ${failure.migration} was applied with other contents than this version's`,
        remedy: 'run the version that applied it, or restore what it changed by hand',
      };
    case 'StorageUnavailable': {
      const { says, remedy } = silence('', name);
      return remedy === undefined ? { says } : { says, remedy };
    }
  }
}

/** Leases, tokens and signatures are judged by the clock of this machine. */
const WORRYING_MS = 2_000;
const WRONG_MS = 10_000;

/** How far this machine's clock is from the storage's, which may be known to a second only. */
export async function clockFinding(service: string, { time, storage: { health } }: Room): Promise<Finding> {
  const check = `${service} clock`;
  const began = Date.now();
  const theirs = await time();
  if (theirs.isErr()) return silence(check, health.name);
  if (theirs.value === undefined)
    return { check, status: 'ok', says: `${health.name} does not say what time it is` };
  const ours = (began + Date.now()) / 2;
  const apart = Math.abs(ours - theirs.value);
  const says = `${(apart / 1_000).toFixed(1)} s from that of ${health.name}`;
  if (apart < WORRYING_MS) return { check, status: 'ok', says };
  return {
    check,
    status: apart < WRONG_MS ? 'warn' : 'fail',
    says,
    remedy: 'set it by NTP (`timedatectl set-ntp true`)',
  };
}
