/** Who acts: the subject of the token, and every identity in its claims. */
export type Resolver = Readonly<{ id: string; identities: readonly string[] }>;

/** A resolution waits for another person already. */
export type ResolutionPending = Readonly<{ kind: 'ResolutionPending' }>;
/** No resolution waits. */
export type NothingProposed = Readonly<{ kind: 'NothingProposed' }>;
/** Who proposed a resolution does not confirm it. */
export type SelfConfirmation = Readonly<{ kind: 'SelfConfirmation' }>;
/** The confirmation has to say which resolution was seen, and does not. `version` is the newest. */
export type ProposalUnseen = Readonly<{ kind: 'ProposalUnseen'; version: number }>;
