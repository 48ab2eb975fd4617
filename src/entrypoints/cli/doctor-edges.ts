import type { Messaging } from '../../composition/messaging.ts';
import { parseMerchantId } from '../../domain/kernel/ids.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { Outbox, Outgoing } from '../../ports/outbox.ts';
import type { SecretKeys } from '../../ports/secret-keys.ts';
import type { JwtSettings } from '../http/server/authenticate.ts';
import type { Config } from './config.ts';
import { type Finding, riskFinding } from './doctor-finding.ts';
import { keyRemedy } from './key-remedies.ts';
import { secretSaid } from './secret-remedies.ts';
import type { NamedSecret } from './secret-variables.ts';

const FETCH_TIMEOUT_MS = 3_000;

/** Whether the keys that verify bearer tokens can be had. */
export async function tokenFinding(jwt: JwtSettings): Promise<Finding> {
  const check = 'tokens';
  if (jwt.kind === 'hs256') {
    const says = 'one shared secret (HS256)';
    return { check, status: 'ok', says: jwt.kept === undefined ? says : `${says}, kept in Secrets Manager` };
  }
  const remedy = 'see JWT_JWKS_URL, and that this machine may reach it';
  try {
    const response = await fetch(jwt.url, { signal: AbortSignal.timeout(FETCH_TIMEOUT_MS) });
    if (!response.ok) return { check, status: 'fail', says: `the JWKS answers ${response.status}`, remedy };
    const { keys } = (await response.json()) as Readonly<{ keys?: unknown }>;
    const count = Array.isArray(keys) ? keys.length : 0;
    return count === 0
      ? { check, status: 'fail', says: 'the JWKS has no keys', remedy }
      : { check, status: 'ok', says: `${count} keys in the JWKS` };
  } catch {
    return { check, status: 'fail', says: 'the JWKS cannot be fetched', remedy };
  }
}

/** Whether a secret that a setting names can be read, and in production, whether AWS is who would be asked for it. */
export async function secretFinding(
  { name, ...place }: NamedSecret,
  stage: Config['stage'],
): Promise<Finding> {
  const { isReadable, secretPlaceRisks } = await import('../../composition/kept-secrets.ts');
  const check = 'secrets';
  const [risk] = stage === 'production' ? await secretPlaceRisks(place) : [];
  if (risk !== undefined) return riskFinding(check, risk);
  return isReadable(place).match(
    (): Finding => ({ check, status: 'ok', says: `${name} names one that can be read` }),
    ({ reason }): Finding => {
      const { says, remedy } = secretSaid(reason);
      return { check, status: 'fail', says: `${name} ${says}`, remedy };
    },
  );
}

/** Old enough that a relay that runs would have sent it. */
const OVERDUE_MS = 120_000;

/** Whether events leave: one that waits for long has no relay, one that is parked needs people. */
export async function outboxFinding<Event extends Outgoing>(
  service: string,
  outbox: Pick<Outbox<Event>, 'backlog'>,
  now: Instant,
): Promise<Finding> {
  const check = `${service} outbox`;
  const backlog = await outbox.backlog();
  if (backlog.isErr())
    return { check, status: 'fail', says: 'it cannot be read', remedy: 'see the storage above' };
  const { unsent, parked, oldestAt = now } = backlog.value;
  if (parked > 0)
    return {
      check,
      status: 'fail',
      says: `${parked} events are parked`,
      remedy: 'see why by `paywright outbox list`, then `paywright outbox unpark --all`',
    };
  const waits = `${unsent} unsent`;
  return now - oldestAt > OVERDUE_MS
    ? {
        check,
        status: 'fail',
        says: `${waits}, the oldest for ${Math.floor((now - oldestAt) / 60_000)} min`,
        remedy: 'run `paywright worker`, or see why the relay does not send',
      }
    : { check, status: 'ok', says: waits };
}

/** Whether the current key wraps, and unwraps what it wrapped. */
export async function keyFinding(keys: Pick<SecretKeys, 'newDataKey' | 'unwrap'>): Promise<Finding> {
  const merchantId = parseMerchantId('doctor');
  if (merchantId === undefined) throw new Error('doctor is a merchant id');
  const owner = { merchantId, entityId: 'doctor' };
  const same = await keys
    .newDataKey(owner)
    .andThen(({ bytes, wrapped }) =>
      keys.unwrap(owner, wrapped).map((unwrapped) => Buffer.from(unwrapped).equals(bytes)),
    );
  return same.isOk() && same.value
    ? { check: 'keys', status: 'ok', says: 'the current key wraps and unwraps' }
    : {
        check: 'keys',
        status: 'fail',
        says: 'customers’ details cannot be sealed',
        remedy:
          keyRemedy(same.isErr() ? same.error.cause : undefined) ??
          'see PAYWRIGHT_CUSTOMER_KEYS or the file of keys, and that this process may use them',
      };
}

export async function objectsFinding(objects: Pick<ObjectStore, 'list'>): Promise<Finding> {
  const listed = await objects.list('doctor/', { limit: 1 });
  return listed.isOk()
    ? { check: 'files', status: 'ok', says: 'the object store answers' }
    : {
        check: 'files',
        status: 'fail',
        says: 'the object store does not answer',
        remedy: 'see that its folder or bucket is there, and that this process may list and write it',
      };
}

const MANY_WAIT = 100;

/** Whether the queue and the bus of approvals are as they must be, and whether people take what is in the queue. */
export async function queueFindings(
  { queue, risks }: Pick<Messaging, 'queue' | 'risks'>,
  now: Instant,
): Promise<readonly Finding[]> {
  const found = (await risks()).unwrapOr([]).map((risk) => riskFinding('messaging', risk));
  const depth = await queue.depth(now);
  if (depth.isErr())
    return [
      ...found,
      {
        check: 'approval queue',
        status: 'fail',
        says: 'it does not answer',
        remedy: 'see APPROVAL_QUEUE_URL, and that this role may ask for its attributes',
      },
    ];
  const { waiting, hidden, dead } = depth.value;
  const says = `${waiting} wait, ${hidden} are with consumers, ${dead} are dead letters`;
  if (dead > 0)
    return [
      ...found,
      { check: 'approval queue', status: 'fail', says, remedy: 'follow docs/operations/dead-letters.md' },
    ];
  return [
    ...found,
    waiting < MANY_WAIT
      ? { check: 'approval queue', status: 'ok', says }
      : {
          check: 'approval queue',
          status: 'warn',
          says,
          remedy: 'follow docs/operations/approval-queue-depth.md',
        },
  ];
}
