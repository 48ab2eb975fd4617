/**
 * The world did not answer. Whether the call had its effect is not known unless the port says so; every port says how
 * to ask again safely. `cause` is for logs only.
 */
export type StorageUnavailable = Readonly<{ kind: 'StorageUnavailable'; cause: unknown }>;

/** The keys that guard secrets cannot be used now: their keeper is silent, or has no key that a secret needs. */
export type KeysUnavailable = Readonly<{ kind: 'KeysUnavailable'; cause: unknown }>;

/** The sink cannot take anything now. It may have taken any of what it was given. `cause` is for logs only. */
export type SinkUnavailable = Readonly<{ kind: 'SinkUnavailable'; cause: unknown }>;
