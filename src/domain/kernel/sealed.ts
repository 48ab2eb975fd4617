/** Text that only the vault can read, and only for the tenant, the entity and the field it was sealed for. */
export type Sealed = string & { readonly sealed?: never };

/** A data key as it may be stored: readable only with the key `keyId`, which never leaves its keeper. */
export type WrappedKey = Readonly<{ keyId: string; wrapped: string }>;

/**
 * A keyed hash of a text, with the name of its key in front: equal texts of one tenant have equal indexes under one key,
 * and without the key an index says nothing.
 */
export type BlindIndex = string & { readonly blind?: never };
