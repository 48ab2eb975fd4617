import type { ObjectKey } from '../domain/files/object-key.ts';
import type { Instant } from '../domain/kernel/instant.ts';

/** What a link was signed for. */
export type LinkGrant = Readonly<{ key: ObjectKey; expiresAt: Instant }> &
  (
    | Readonly<{ verb: 'read'; fileName?: string }>
    | Readonly<{ verb: 'upload'; mostBytes: number; bytes?: number; contentType: string }>
  );

/** The signed URLs of a store that has no server of its own, for the one that serves them. */
export interface ObjectLinks {
  /** Undefined for a link that was forged or changed. Whether its time is over is for the caller. */
  open(link: string): LinkGrant | undefined;
}
