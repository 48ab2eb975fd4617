import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

/**
 * A token as a browser keeps it: the session's id and the token under a key that the store has. So neither a cookie nor the
 * store alone holds a token, and when the session ends its cookie is worth nothing. AES-256-GCM, the id authenticated with it.
 */
export type SealedSession = Readonly<{
  /** What the cookie holds: `<id>.<sealed>`, both in base64url. */
  cookie: string;
  /** What the store knows the session by: the SHA-256 of the id. */
  name: string;
  /** In base64url; one for each session. */
  key: string;
}>;

const ID_BYTES = 32;
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

export function sealSession(token: string): SealedSession {
  const id = randomBytes(ID_BYTES).toString('base64url');
  const [key, nonce] = [randomBytes(KEY_BYTES), randomBytes(NONCE_BYTES)];
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(id));
  const sealed = Buffer.concat([nonce, cipher.update(token, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return {
    cookie: `${id}.${sealed.toString('base64url')}`,
    name: nameOf(id),
    key: key.toString('base64url'),
  };
}

/** What the session of this cookie is called in the store; undefined when the cookie is none of ours. */
export function sessionNameOf(cookie: string): string | undefined {
  const id = /^([\w-]{43})\.[\w-]+$/.exec(cookie)?.[1];
  return id === undefined ? undefined : nameOf(id);
}

/** The token of a cookie, opened with the key of its session; undefined when either was changed. */
export function openSession(cookie: string, key: string): string | undefined {
  const [id = '', text = ''] = cookie.split('.');
  const sealed = Buffer.from(text, 'base64url');
  if (sealed.length <= NONCE_BYTES + TAG_BYTES) return undefined;
  try {
    const opener = createDecipheriv(
      'aes-256-gcm',
      Buffer.from(key, 'base64url'),
      sealed.subarray(0, NONCE_BYTES),
    );
    opener.setAAD(Buffer.from(id)).setAuthTag(sealed.subarray(-TAG_BYTES));
    return Buffer.concat([opener.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)), opener.final()]).toString(
      'utf8',
    );
  } catch {
    return undefined;
  }
}

const nameOf = (id: string): string => createHash('sha256').update(id).digest('base64url');
