import type { SecretFault } from '../../ports/secrets.ts';
import type { Fault } from './faults.ts';

type Said = Readonly<{ says: string; remedy: string }>;

/** What each means for the setting that names the secret, and what an operator does about it. */
const SAID: Readonly<Record<SecretFault, Said>> = {
  denied: {
    says: 'names a secret that Secrets Manager denies to this process',
    remedy: 'let the role read it (secretsmanager:GetSecretValue), and use its key (kms:Decrypt)',
  },
  missing: { says: 'names no secret that is there', remedy: 'see its ARN and AWS_REGION' },
  pending_deletion: {
    says: 'names a secret that is about to be deleted',
    remedy: 'aws secretsmanager restore-secret',
  },
  undecryptable: {
    says: 'names a secret that cannot be decrypted',
    remedy: 'see whether the KMS key of the secret is there and enabled',
  },
  malformed: {
    says: 'names a secret that is no plain text',
    remedy: 'store the text itself, neither binary nor JSON, and no spaces around it',
  },
  weak: {
    says: 'names a secret that this stage refuses',
    remedy: 'draw it at random, as `openssl rand -base64 32` does, and use it for nothing else',
  },
  throttled: {
    says: 'names a secret for which Secrets Manager is asked too often',
    remedy: 'wait, and start fewer processes at once',
  },
  unavailable: {
    says: 'names a secret that cannot be read',
    remedy: 'see whether Secrets Manager is reached in AWS_REGION, and whether the process has credentials',
  },
};

/** Faults that pass without a change of settings. */
const PASSING: ReadonlySet<SecretFault> = new Set(['throttled', 'unavailable']);

/** The fault of the setting that names the secret. */
export function secretFault(reason: SecretFault): Omit<Fault, 'name'> {
  const { says, remedy } = SAID[reason];
  return { says: `${says}: ${remedy}`, ...(PASSING.has(reason) ? { isPassing: true } : {}) };
}

/** The same in two, for `doctor`. */
export const secretSaid = (reason: SecretFault): Said => SAID[reason];
