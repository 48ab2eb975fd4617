import type { KeysFault } from '../../ports/keys-health.ts';

/** What an operator does about keys that a service refuses. */
const REMEDIES: Readonly<Record<KeysFault, string>> = {
  denied:
    'KMS denies it: let the role use the key, in its policy or by a grant (kms:GenerateDataKey, Decrypt, Encrypt, ReEncrypt*, GenerateMac)',
  disabled: 'the key is disabled: aws kms enable-key',
  pending_deletion:
    'the key is about to be deleted: aws kms cancel-key-deletion, then aws kms enable-key; what it wrapped cannot be opened without it',
  missing:
    'there is no such key: name one that is there; what a deleted one wrapped cannot be opened any more',
  throttled: 'KMS is asked too often: wait, and ask AWS for a higher quota of requests',
  unavailable:
    'KMS does not answer: see whether it is reached in AWS_REGION, and whether the process has credentials',
};

/** The sentence for the cause of `KeysUnavailable`; undefined where no service keeps the keys. */
export const keyRemedy = (cause: unknown): string | undefined =>
  REMEDIES[(cause as Readonly<{ code?: KeysFault }> | undefined)?.code ?? ('' as KeysFault)];
