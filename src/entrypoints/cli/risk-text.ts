import type { StorageRisk } from '../../ports/storage-risk.ts';

/** One sentence for a terminal: what is wrong, and what mends it, as SQL where SQL does. */
export function riskText(risk: StorageRisk): string {
  switch (risk.kind) {
    case 'RoleUnbound':
      return `the role ${quoted(risk.role)} may do anything, as ${risk.through.join(' and ')}: serve under a role of its own, ${NEW_ROLE}`;
    case 'RoleOwns':
      return `the role ${quoted(risk.role)} owns the tables (${risk.objects.join(', ')}): serve under a role that can only use them, ${NEW_ROLE}`;
    case 'RolePrivileged': {
      const { role, privilege, objects, grantees } = risk;
      const from = grantees.map(quoted).join(', ');
      return `the role ${quoted(role)} has ${privilege} on ${objects.join(', ')}, which serving does not take: REVOKE ${privilege} ON ${objects.join(', ')} FROM PUBLIC, ${from}`;
    }
    case 'ConnectionInTheClear':
      return 'the connection to the database is not encrypted: set sslmode=verify-full, and ssl=on on the server';
    case 'EndpointForeign':
      return `${risk.service} is asked at ${risk.url}, which is not AWS over TLS: take endpoint_url out of the AWS profile, and AWS_ENDPOINT_URL out of the environment`;
    case 'QueueUnfit':
      return `the queue ${risk.url} ${QUEUE_LACKS[risk.lacks]}`;
    case 'ResourceUnreachable':
      return `${risk.service} does not answer for ${risk.resource} (${risk.fault}): see that it is there, and that this role may ask for it`;
  }
}

const QUEUE_LACKS = {
  dead_letter_queue:
    'has no dead-letter queue, so that one message nobody can handle comes for ever: set its RedrivePolicy, maxReceiveCount 3',
  visibility:
    'hides messages for less than 180 s, so that a slow consumer meets its own again: set its VisibilityTimeout to 300',
  encryption: 'is not encrypted: set its KmsMasterKeyId, or SqsManagedSseEnabled',
} as const;

const NEW_ROLE = 'as docs/production.md makes one';

/** An identifier as SQL has it. */
const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
