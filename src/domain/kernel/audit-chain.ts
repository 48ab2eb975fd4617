import { err, ok, type Result } from 'neverthrow';
import type { AuditEntryId } from './ids.ts';
import type { Instant } from './instant.ts';
import { canonicalJson, difference, type Json, type JsonObject } from './json.ts';

/** Lower-case hex SHA-256 of UTF-8 text. */
export type Sha256 = (text: string) => string;

/**
 * What the links of every chain have. `sequence` is the entity's version after the change, so a version is audited exactly
 * once; `before` and `after` hold the fields that changed, `after` of the first link holds all.
 */
export type ChainLink = Readonly<{
  id: AuditEntryId;
  sequence: number;
  action: string;
  ipAddress?: string;
  userAgent?: string;
  before?: JsonObject;
  after?: JsonObject;
  timestamp: Instant;
  previousHash: string;
  hash: string;
}>;

/** A link without its hash. */
export type Unsealed<Link extends ChainLink> = Omit<Link, 'hash'>;

/** What an entity says of its own chain: how many links there are, and the hash of the last. */
export type ChainHead = Readonly<{ id: string; version: number; auditHash: string }>;

/** `sequence` is the first link that does not stand as it was sealed; `cut`: the chain does not end as its head says. */
export type BrokenChain = Readonly<{
  kind: 'BrokenChain';
  entityId: string;
  sequence: number;
  fault: 'missing' | 'edited' | 'unlinked' | 'cut';
}>;

/** The chain is whole, and its entity is stored as something else. */
export type RecordDiffers = Readonly<{ kind: 'RecordDiffers'; entityId: string }>;

/** Seals and checks links of one kind. */
export type AuditChain<Link extends ChainLink> = Readonly<{
  /** Closes a link: its hash covers every field and the link before it. */
  seal: (link: Unsealed<Link>, sha256: Sha256) => Link;
  /** Checks a whole chain, first link first, against its head. Gives its length. */
  verify: (links: readonly Link[], head: ChainHead, sha256: Sha256) => Result<number, BrokenChain>;
  /**
   * Checks that a stored record is what its whole chain adds up to, and that each link began with what those before it
   * left: a record that was edited is not taken up by the next change. Gives the length of the chain.
   */
  verifyRecord: (
    links: readonly Link[],
    entity: ChainHead & Readonly<{ record: JsonObject }>,
    sha256: Sha256,
  ) => Result<number, BrokenChain | RecordDiffers>;
}>;

/** What stands before the first link. */
export const GENESIS_HASH = '0'.repeat(64);

/**
 * The chain of one kind of link. `sealedFields` are hashed as canonical JSON and name every field but the hash, so that
 * a field added to storage can never silently change what is hashed; `entityOf` is the id of the entity a link is of.
 */
export function auditChain<Link extends ChainLink>(
  sealedFields: (link: Unsealed<Link>) => JsonObject,
  entityOf: (link: Link) => string,
): AuditChain<Link> {
  const hashOf = (link: Unsealed<Link>, sha256: Sha256) => sha256(canonicalJson(sealedFields(link)));
  const verify: AuditChain<Link>['verify'] = (links, { id, version, auditHash }, sha256) => {
    const broken = (sequence: number, fault: BrokenChain['fault']) =>
      err<number, BrokenChain>({ kind: 'BrokenChain', entityId: id, sequence, fault });
    let previousHash = GENESIS_HASH;
    for (const [index, link] of links.entries()) {
      if (link.sequence !== index + 1) return broken(index + 1, 'missing');
      if (link.previousHash !== previousHash) return broken(index + 1, 'unlinked');
      if (entityOf(link) !== id || hashOf(link, sha256) !== link.hash) return broken(index + 1, 'edited');
      previousHash = link.hash;
    }
    const isWhole = links.length === version && previousHash === auditHash;
    return isWhole ? ok(links.length) : broken(links.length + 1, 'cut');
  };
  return {
    seal: (link, sha256) => ({ ...link, hash: hashOf(link, sha256) }) as Link,
    verify,
    verifyRecord: (links, entity, sha256) =>
      verify(links, entity, sha256).andThen<number, BrokenChain | RecordDiffers>((length) => {
        const fields: Fields = new Map();
        for (const [index, link] of links.entries()) {
          if (!beginsWith(link, fields))
            return err({ kind: 'BrokenChain', entityId: entity.id, sequence: index + 1, fault: 'edited' });
          fold(fields, link);
        }
        return isRecord(fields, entity.record)
          ? ok(length)
          : err({ kind: 'RecordDiffers', entityId: entity.id });
      }),
  };
}

/** What a link says of its change. */
type Changed = Pick<ChainLink, 'before' | 'after'>;

/** A record while its chain is folded. */
type Fields = Map<string, Json | undefined>;

/** True where every field that the link changes was before as the link says: with that value, or not there. */
function beginsWith({ before = {}, after = {} }: Changed, fields: Fields): boolean {
  for (const name of Object.keys(before))
    if (!fields.has(name) || !isAlike(fields.get(name), before[name])) return false;
  return Object.keys(after).every((name) => Object.hasOwn(before, name) || !fields.has(name));
}

/** True where both have the same fields, and the same in each; one that is undefined is none. */
function isRecord(fields: Fields, record: JsonObject): boolean {
  for (const [name, value] of fields) if (!isAlike(value, record[name])) return false;
  return Object.keys(record).every((name) => record[name] === undefined || fields.has(name));
}

/** Of one canonical text, or both undefined. */
const isAlike = (a: Json | undefined, b: Json | undefined): boolean =>
  a === b || (a !== undefined && b !== undefined && canonicalJson(a) === canonicalJson(b));

/** What a chain's next link says of a change: the first holds the whole record, the others what changed. */
export type LinkOfChange = Readonly<{ before?: JsonObject; after: JsonObject; previousHash: string }>;

/** `before` is absent when the change creates the entity. */
export const linkOfChange = (
  before: Readonly<{ record: JsonObject; auditHash: string }> | undefined,
  after: JsonObject,
): LinkOfChange =>
  before === undefined
    ? { after, previousHash: GENESIS_HASH }
    : { ...difference(before.record, after), previousHash: before.auditHash };

/**
 * The record that a chain leaves, first link first: each link takes away the fields that only its `before` has and sets
 * those of its `after`. Of a whole chain it is what its entity must be stored as.
 */
export function foldChain(links: readonly Changed[]): JsonObject {
  const fields: Fields = new Map();
  for (const link of links) fold(fields, link);
  return Object.fromEntries(fields);
}

function fold(fields: Fields, { before = {}, after = {} }: Changed): void {
  for (const name of Object.keys(before)) fields.delete(name);
  for (const [name, value] of Object.entries(after)) fields.set(name, value);
}
