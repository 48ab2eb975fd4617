import { createHash, createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SigningHash } from '../../src/adapters/dynamodb/signing-hash.ts';
import { trying } from '../domain/arbitraries.ts';

describe('the hash that requests to DynamoDB are signed with', () => {
  const bytes = fc.uint8Array({ maxLength: 200 });
  const chunks = fc.array(bytes, { maxLength: 4 });
  const hex = async (hash: InstanceType<typeof SigningHash>, parts: readonly Uint8Array[]) => {
    for (const part of parts) hash.update(part);
    return Buffer.from(await hash.digest()).toString('hex');
  };

  it('is SHA-256 of all that was added', async () => {
    const property = fc.asyncProperty(chunks, async (parts) => {
      const due = createHash('sha256').update(Buffer.concat(parts)).digest('hex');
      expect(await hex(new SigningHash(), parts)).toBe(due);
    });
    await fc.assert(property, trying(100));
  });

  it('is the HMAC under its secret, text or bytes or a part of more bytes, however often that signs', async () => {
    const property = fc.asyncProperty(chunks, bytes, fc.string(), async (parts, more, text) => {
      const secrets = [text, more, more.subarray(1), more.slice().buffer];
      for (const secret of [...secrets, ...secrets]) {
        const key = typeof secret === 'string' ? secret : new Uint8Array(Buffer.from(secret as Uint8Array));
        const due = createHmac('sha256', key).update(Buffer.concat(parts)).digest('hex');
        expect(await hex(new SigningHash(secret), parts)).toBe(due);
      }
    });
    await fc.assert(property, trying(100));
  });
});
