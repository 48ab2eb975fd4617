/**
 * What our own credentials could do to a storage, or what could be done on the way to it, that no serving process may
 * leave open. Each is what holds in effect, whichever of many settings brought it about.
 */
export type StorageRisk =
  /** The role is, or may become, one that no grant binds: a superuser, or one of the server's own that writes everything. */
  | Readonly<{ kind: 'RoleUnbound'; role: string; through: readonly string[] }>
  /** The role owns these by itself or through another, and could alter or drop them. */
  | Readonly<{ kind: 'RoleOwns'; role: string; objects: readonly string[] }>
  /** The role, or one that it may become, has a privilege that serving does not take. */
  | Readonly<{
      kind: 'RolePrivileged';
      role: string;
      privilege: string;
      objects: readonly string[];
      grantees: readonly string[];
    }>
  /** What goes to the database and comes from it can be read on the way. */
  | Readonly<{ kind: 'ConnectionInTheClear' }>
  /** Requests of the client for `service` go to `url`, which is not AWS over TLS. */
  | Readonly<{ kind: 'EndpointForeign'; service: string; url: string }>
  /** The approvers' queue loses what consumers fail at, gives it to two of them at once, or keeps it in the clear. */
  | Readonly<{
      kind: 'QueueUnfit';
      url: string;
      lacks: 'dead_letter_queue' | 'visibility' | 'encryption';
    }>
  /** A queue or a bus that is configured does not answer, or is not there; `fault` is the service's name for why. */
  | Readonly<{ kind: 'ResourceUnreachable'; service: string; resource: string; fault: string }>;
