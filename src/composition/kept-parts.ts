import type { KeysHealth } from '../ports/keys-health.ts';
import type { ObjectLinks } from '../ports/object-links.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { Leftover, Retention } from '../ports/retention.ts';
import type { KeyRotation, SecretKeys } from '../ports/secret-keys.ts';

/** The keys that guard stored secrets, and how they rotate; `health` where a service keeps them. */
export type KeptKeys = Readonly<{
  secretKeys: SecretKeys;
  keyRotation: KeyRotation;
  health?: KeysHealth;
}>;

/** The store of files with what belongs to it, and what lets go of it. */
export type KeptObjects = Readonly<{
  objects: ObjectStore;
  links: ObjectLinks;
  leftovers: Retention<Leftover>;
  close(): void;
}>;
