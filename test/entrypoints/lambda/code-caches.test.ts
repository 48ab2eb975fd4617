import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeCodeCache } from '../../../tools/bundle/code-caches.ts';
import { deployedBundles } from '../../support/lambda/bundles.ts';
import { type Instance, startInstance } from '../../support/lambda/runtime-api.ts';

const COMPILED = 'compiled at the start';

/** A folder of the function `token-claims` of each test's own. */
let [folder, index, bundle, cache] = ['', '', '', ''];
let instance: Instance | undefined;
beforeEach(async () => {
  const { file = '' } = (await deployedBundles()).find(({ name }) => name === 'token-claims') ?? {};
  folder = mkdtempSync(join(tmpdir(), 'paywright-code-cache-'));
  cpSync(dirname(file), folder, { recursive: true });
  [index, bundle] = [join(folder, 'index.cjs'), join(folder, 'function.cjs')];
  cache = join(folder, `function.${process.arch}.cache`);
});
afterEach(async () => {
  await instance?.stop();
  rmSync(folder, { recursive: true });
});

/** What a cold start of it answers, and why it was compiled where it was. */
async function started() {
  instance = await startInstance(index, {});
  const attributes = { 'custom:merchant_id': 'merchant-123' };
  const invoked = await instance.invoke({ request: { userAttributes: attributes }, response: {} });
  return { answer: JSON.stringify(invoked), log: instance.log() };
}

const ANSWERS = expect.stringContaining('"claimsToAddOrOverride":{"merchant_id":"merchant-123"');
const withoutLine = expect.not.stringContaining(COMPILED);
const withLine = (why: string) => expect.stringContaining(`"msg":"${COMPILED}: its code cache ${why}`);

describe('A function', () => {
  it('is bundled with its code cache, and starts from it', async () => {
    expect(existsSync(cache)).toBe(true);
    expect(await started()).toEqual({ answer: ANSWERS, log: withoutLine });
  });

  it('starts without one as well', async () => {
    rmSync(cache);
    expect(await started()).toEqual({ answer: ANSWERS, log: withoutLine });
  });

  it('is compiled, and says so, when its code cache was made with other flags, and starts from one that is made anew', async () => {
    execFileSync(process.execPath, ['--expose-gc', index]);
    expect(await started()).toEqual({ answer: ANSWERS, log: withLine('was made by another Node') });
    await instance?.stop();
    await makeCodeCache(index, 'dynamodb');
    expect(await started()).toEqual({ answer: ANSWERS, log: withoutLine });
  });

  it('runs what its bundle says, though its code cache is of another of the same length', async () => {
    const text = readFileSync(bundle, 'utf8');
    writeFileSync(bundle, text.replaceAll('merchant_id:', 'merchant_no:'));
    expect(await started()).toEqual({
      answer: expect.stringContaining('"claimsToAddOrOverride":{"merchant_no":'),
      log: withLine('is of another bundle'),
    });
  });

  it.each([0, 16, 32, 40, 60, 1_000])(
    'is compiled when only %i bytes of its code cache are there',
    async (bytes) => {
      writeFileSync(cache, readFileSync(cache).subarray(0, bytes));
      expect(await started()).toEqual({ answer: ANSWERS, log: expect.stringContaining(COMPILED) });
    },
  );
});
